"""What notify adds to `bangfu`: the inbox of an officer."""

from dataclasses import asdict
from typing import Annotated

import typer

from services.notify import views
from services.notify.domain.alert import ALERT
from services.notify.rulebook import load_rulebook
from shared.errors import BangfuError
from shared.ops.asked import is_county
from shared.ops.output import AsJson, show
from shared.ops.reading import states
from shared.ops.words import say
from shared.settings import Settings

_HEADINGS = (
    ("urgency", say("缓急", "urgency")),
    ("last_on", say("日期", "day")),
    ("count", say("次", "times")),
    ("sentence", say("事项", "what happened")),
    ("todo", say("要做的事", "what to do")),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        help=say("协理员或县区办公室的待办提醒。", "What needs a person: alerts of a coordinator or of an office.")
    )(inbox)


def inbox(
    coordinator: Annotated[str, typer.Argument(help=say("协理员编号", "coordinator id"))] = "",
    office: Annotated[str, typer.Option(help=say("县区代码，或 city", "county code, or city"))] = "",
    as_json: AsJson = False,
) -> None:
    """List what needs a person: the alerts of a coordinator, or of a county's office (--office)."""
    if bool(coordinator) == bool(office) or not (office in ("", "city") or is_county(office)):
        zh = "请给出协理员编号，或用 --office 350622 指明县区（市局用 --office city），二者选一"
        en = "name a coordinator, or an office with --office 350622 (or --office city)"
        raise BangfuError(say(zh, en))
    county = None if office == "city" else office
    tag = views.coordinator_tag(coordinator) if coordinator else views.office_tag(county)
    found = states("notify", ALERT, {"tags": tag})
    rows = [asdict(row) for row in views.inbox(found, load_rulebook(), Settings().lang)]
    show(rows, _HEADINGS, title=f"{say('收件箱', 'inbox')} {coordinator or office}", as_json=as_json)
