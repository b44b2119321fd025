"""`bangfu alerts`: one alert with its life, and what an officer says of it: taken on, put off, done, handed over."""

import asyncio
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from services.notify import views
from services.notify.domain.alert import ALERT, Alert
from services.notify.rulebook import load_rulebook
from services.notify.rules_page import rules_page
from shared.errors import BangfuError
from shared.events.contract import DESK
from shared.events.desk import AlertAcknowledged, AlertDone, AlertHandedOver, AlertSnoozed
from shared.ops.output import AsJson, console, show
from shared.ops.reading import states
from shared.ops.stating import state_here
from shared.ops.words import say
from shared.settings import Settings

_ID: Final = re.compile(r"[0-9a-f][0-9a-f-]{6,34}[0-9a-f]")
_HEADINGS = (
    ("day", say("日期", "day")),
    ("sentence", say("经过", "what happened")),
    ("cause", say("起因（bangfu trace）", "cause (bangfu trace)")),
)
_SHOWN: Final = (
    ("standing", say("状态", "state")),
    ("urgency", say("缓急", "urgency")),
    ("address", say("收件人", "whose")),
    ("escalated_to", say("已上报", "escalated to")),
    ("bureau", say("主管部门", "bureau")),
    ("raised_on", say("产生", "raised")),
    ("due_on", say("办理期限", "due")),
    ("escalates_on", say("逾时上报", "escalates")),
    ("snoozed_until", say("推迟到", "put off until")),
    ("acknowledged_by", say("接办人", "taken on by")),
)

AlertId = Annotated[
    str, typer.Argument(metavar="ID", help=say("提醒编号，前 8 位即可", "alert id; its first 8 characters will do"))
]
By = Annotated[str, typer.Option("--by", help=say("办理人编号", "who says so"))]

alerts = typer.Typer(
    no_args_is_help=True,
    help=say("提醒：查看、接办、推迟、办结、转交", "Alerts: show, take on, put off, done, hand over"),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(alerts, name="alerts")


@alerts.command("show", help=say("一条提醒及其经过。", "One alert and its life."))
def show_(alert_id: AlertId, *, as_json: AsJson = False) -> None:
    """Print an alert, what to do about it, and every step of its life with the event behind it."""
    id_, alert = _found(alert_id)
    language = Settings().lang
    row = asdict(views.row_of(id_, alert, load_rulebook(), language))
    steps = [asdict(step) for step in views.history_of(alert, language)]
    if as_json:
        console.print_json(data=row | {"history": steps}, default=str)
        return
    console.print(f"{escape(row['sentence'])}\n[bold]{escape(row['todo'])}[/]", highlight=False)
    for name, heading in _SHOWN:
        if row[name]:
            said = "、".join(row[name]) if isinstance(row[name], tuple) else row[name]
            console.print(f"{heading}: {said}", markup=False, highlight=False)
    show(steps, _HEADINGS, title=id_, as_json=False)


@alerts.command(
    help=say("接办：期限之内不再上报。", "Take an alert on: it goes to no higher office before its deadline.")
)
def ack(alert_id: AlertId, by: By) -> None:
    """Say that somebody takes an alert on."""
    _say(AlertAcknowledged.topic, alert_id, by)


@alerts.command(
    help=say("接办并推迟到某日再显示；期限不变。", "Take it on and see it again on a day; its deadline stays.")
)
def snooze(
    alert_id: AlertId,
    by: By,
    until: Annotated[str, typer.Option("--until", help=say("到哪一天 YYYY-MM-DD", "until which day, YYYY-MM-DD"))],
) -> None:
    """Put an alert off until a day."""
    _say(AlertSnoozed.topic, alert_id, by, until=until)


@alerts.command(help=say("办结；同一事项再次发生时重新提醒。", "It is done; if it occurs again, it is raised anew."))
def done(
    alert_id: AlertId, by: By, note: Annotated[str, typer.Option("--note", help=say("备注", "a note"))] = ""
) -> None:
    """Say that what an alert asked for is done."""
    _say(AlertDone.topic, alert_id, by, note=note)


@alerts.command("hand-over", help=say("转交他人或某一办公室。", "Give it to somebody else, or to an office."))
def hand_over(
    alert_id: AlertId,
    by: By,
    to: Annotated[str, typer.Option("--to", help="to:C2 | office:350622100 | office:350622 | office:city")],
    reason: Annotated[str, typer.Option("--reason", help=say("原因", "why"))] = "",
) -> None:
    """Hand an alert over."""
    _say(AlertHandedOver.topic, alert_id, by, to=to, reason=reason)


@alerts.command("docs", hidden=True)
def docs(page: Annotated[Path, typer.Option("--page")] = Path("docs/alerts.md")) -> None:
    """Write the page of all kinds of alerts."""
    page.write_text(rules_page(load_rulebook()), encoding="utf-8")


def _say(topic: str, alert_id: str, by: str, **fields: str) -> None:
    """Publish a fact about an alert that is open; fields that say nothing are left out.

    Raises:
        BangfuError: There is no such alert, it is over, or registry refused the fact.
    """
    id_, alert = _found(alert_id)
    if not alert.is_open:
        standing = views.row_of(id_, alert, load_rulebook(), Settings().lang).standing
        raise BangfuError(f"{id_}: {standing}；{say('不能再办理', 'nothing more can be said of it')}")
    said: dict[str, Any] = {"alert_id": id_, "home": alert.home, "by": by}
    asyncio.run(state_here(DESK, topic, said | {name: text for name, text in fields.items() if text}))
    console.print(f"{id_}: {say('已记录', 'recorded')} {topic}", highlight=False)


def _found(alert_id: str) -> tuple[str, Alert]:
    if not _ID.fullmatch(alert_id):
        raise BangfuError(
            f"{alert_id}: {say('提醒编号至少写前 8 位', 'an alert id, or at least its first 8 characters')}"
        )
    found: dict[str, Alert] = states("notify", ALERT, {"_id": {"$regex": f"^{alert_id}"}})
    if len(found) != 1:
        many = (
            say("不止一条，请写全编号", "more than one: write the whole id")
            if found
            else say("没有这条提醒", "unknown")
        )
        raise BangfuError(f"{alert_id}: {many}")
    return next(iter(found.items()))
