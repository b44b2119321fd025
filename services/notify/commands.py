"""What notify adds to `bangfu`: the inbox of an officer or of an office."""

import re
from dataclasses import asdict
from typing import Annotated, Any, Final, get_args

import typer

from services.notify import views
from services.notify.domain.alert import ALERT, State
from services.notify.rulebook import load_rulebook
from shared.errors import BangfuError
from shared.ops.output import AsJson, show
from shared.ops.reading import states
from shared.ops.words import say
from shared.settings import Settings
from shared.strict_yaml import closest

BRIEF: Final = 8  # characters of an alert's id: enough to name it, and `bangfu alerts` takes them
_OFFICE: Final = re.compile(r"city|[0-9]{6}|[0-9]{9}")
_STATES: Final[tuple[State, ...]] = get_args(State)
_HEADINGS = (
    ("alert_id", say("编号", "id")),
    ("urgency", say("缓急", "urgency")),
    ("standing", say("状态", "state")),
    ("due_on", say("期限", "due")),
    ("last_on", say("日期", "day")),
    ("count", say("次", "times")),
    ("sentence", say("事项", "what happened")),
    ("todo", say("要做的事", "what to do")),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        help=say(
            "协理员或乡镇、县区办公室的待办提醒。", "What needs a person: alerts of a coordinator or of an office."
        )
    )(inbox)


def inbox(
    coordinator: Annotated[str, typer.Argument(help=say("协理员编号", "coordinator id"))] = "",
    office: Annotated[str, typer.Option(help=say("乡镇、县区代码，或 city", "township or county code, or city"))] = "",
    state: Annotated[
        str, typer.Option(help=say("只看某一状态", "only those in a state") + f": {' | '.join(_STATES)}")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List what needs a person: the alerts of a coordinator, or of an office (--office); put-off ones by --state."""
    if bool(coordinator) == bool(office) or not (not office or _OFFICE.fullmatch(office)):
        zh = "请给出协理员编号，或用 --office 350622 指明县区（乡镇用 9 位代码，市局用 city），二者选一"
        en = "name a coordinator, or an office with --office 350622 (a township has 9 digits; or --office city)"
        raise BangfuError(say(zh, en))
    tag = views.coordinator_tag(coordinator) if coordinator else f"office:{office}"
    wanted = _wanted(state)
    found = states("notify", ALERT, views.query_of(tag, wanted))
    rows = [asdict(row) for row in views.inbox(found, load_rulebook(), Settings().lang, wanted)]
    title = f"{say('收件箱', 'inbox')} {coordinator or office}"
    show(rows if as_json else map(_brief, rows), _HEADINGS, title=title, as_json=as_json)


def _wanted(state: str) -> frozenset[State]:
    named = frozenset(each for each in _STATES if each == state)
    if state and not named:
        raise BangfuError(f"--state {state}: {say('没有这种状态', 'no such state')}{closest(state, _STATES)}")
    return named or views.SHOWN


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"alert_id": row["alert_id"][:BRIEF]}
