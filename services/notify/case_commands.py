"""What notify adds to `bangfu`: the whole case of a person or an employer as a timeline."""

from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from services.notify import views
from services.notify.adapters.web.words import load_words
from services.notify.case_views import gaps, when
from services.notify.domain.alert import ALERT, Alert, case_tag
from services.notify.domain.case import CASE
from services.notify.domain.timeline import Entry, subject_tag
from services.notify.domain.unclaimed import UNCLAIMED
from services.notify.phrasebook import load_phrasebook
from services.notify.rulebook import load_rulebook
from services.notify.shipped import titled
from services.notify.subscribers import TIMELINE_ENTRY
from shared.errors import BangfuError
from shared.events.types import is_person_id
from shared.identity import IdentityError, normalise_id_number, normalise_uscc
from shared.ops.clocks import AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.reading import states
from shared.ops.words import say
from shared.privacy import person_id
from shared.settings import Settings, secret_at_hand

_HEADINGS = (
    ("on", say("日期", "day")),
    ("known_on", say("获知日", "known on")),
    ("event", say("事件", "event")),
    ("sentence", say("事项", "what happened")),
)
_LAST = 60  # entries that a screen shows; --all and --json give every one

Last = Annotated[bool, typer.Option("--all", help=say("显示全部，而不只是最近的", "every entry, not only the latest"))]


_ABOUT: Final = {
    "person_id": say("人员", "person"),
    "coordinator_id": say("协理员", "coordinator"),
    "county": say("县", "county"),
    "uscc": say("单位", "employer"),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help=say("一个人的完整情况，按时间排列。", "The whole case of a person as a timeline."))(person)
    app.command(help=say("一个用人单位的完整情况，按时间排列。", "What happened to an employer as a timeline."))(
        employer
    )


def person(
    id_: Annotated[str, typer.Argument(metavar="[ID]", help=say("人员编号 p…", "person id, p…"))] = "",
    *,
    ask: Annotated[
        bool,
        typer.Option(
            "--ask", help=say("询问身份证号（不回显，不留痕）", "ask for the id number, unseen and unrecorded")
        ),
    ] = False,
    every: Last = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Print who looks after a person, what is open, and what happened, in order of the days since which it is true.

    Raises:
        BangfuError: It is no person id; nothing is known of the person.
    """
    subject = _asked() if ask else id_
    if not is_person_id(subject):
        hint = say(
            "人员编号以 p 开头共 26 位；只有身份证号时用 --ask",
            "a person id is p and 25 letters; --ask takes an id number",
        )
        raise BangfuError(f"{say('不是人员编号', 'this is no person id')}：{hint}")
    seen = clocks(as_of, known_at)
    case = kept(CASE, seen, ids={subject}).get(subject)
    followed: dict[str, Alert] = kept(ALERT, seen, tag=case_tag(subject))
    open_alerts = {id_: alert for id_, alert in followed.items() if alert.over_on is None and _is_raised(alert, seen)}
    rows = views.inbox(open_alerts, load_rulebook(), Settings().lang, views.OPEN)
    about = {
        "person_id": subject,
        "coordinator_id": case.coordinator_id if case else None,
        "county": case.county if case else None,
        "open": [{"kind": row.kind, "sentence": row.sentence, "todo": row.todo} for row in rows],
        "unclaimed": _unclaimed(subject, seen),
    }
    _print(about, _timeline(subject, seen), every=every, as_json=as_json)


def employer(
    uscc: Annotated[str, typer.Argument(help=say("统一社会信用代码", "unified social credit code"))],
    *,
    every: Last = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Print what happened to an employer, in order of the days since which it is true.

    Raises:
        BangfuError: It is no credit code; nothing is known of the employer.
    """
    try:
        subject = normalise_uscc(uscc)
    except IdentityError as error:
        zh, en = (
            "应为 18 位大写字母和数字，末位是校验位",
            "18 capital letters and digits, the last of them a check digit",
        )
        not_one = say(f"不是统一社会信用代码：{zh}", f"this is no unified social credit code: {en}")
        raise BangfuError(f"{not_one} ({error.code})") from None
    seen = clocks(as_of, known_at)
    about = {"uscc": subject, "unclaimed": _unclaimed(subject, seen)}
    _print(about, _timeline(subject, seen), every=every, as_json=as_json)


def _unclaimed(subject: str, seen: Clocks) -> list[dict[str, Any]]:
    """Return what a person or an employer is due and does not get, and the fact that is missing."""
    language = Settings().lang
    missing = kept(UNCLAIMED, seen, ids={subject}).get(subject)
    found = gaps(missing, titled, load_rulebook(), language, partial(load_words().say, language))
    return [asdict(gap) for gap in found]


@dataclass(frozen=True)
class _Told:
    """An entry in words."""

    on: date
    known_on: date
    event: str
    sentence: str


def _timeline(subject: str, seen: Clocks) -> list[_Told]:
    found = states("notify", TIMELINE_ENTRY, {"tags": subject_tag(subject)}).values()
    if not found:
        raise BangfuError(f"{subject}: {say('没有任何记录', 'nothing is known')}")
    phrases, language = load_phrasebook(), Settings().lang
    shown = sorted((entry for entry in found if _is_seen(entry, seen)), key=when)
    return [_Told(e.on, e.known_on, e.topic, phrases.sentence(e, language)) for e in shown]


def _is_raised(alert: Alert, seen: Clocks) -> bool:
    return seen.as_of is None or (alert.raised_on or date.min) <= seen.as_of


def _is_seen(entry: Entry, seen: Clocks) -> bool:
    is_known = seen.known_at is None or (entry.known_on or date.min) <= seen.known_at
    return is_known and (seen.as_of is None or (entry.on or date.min) <= seen.as_of)


def _print(about: dict[str, Any], told: list[_Told], *, every: bool, as_json: bool) -> None:
    rows = [vars(each) for each in told]
    if as_json:
        console.print_json(data=about | {"timeline": rows}, default=str)
        return
    for name, value in about.items():
        if name not in {"open", "unclaimed"}:
            console.print(f"{_ABOUT[name]}: {value or '-'}", highlight=False)
    for task in about.get("open", ()):
        console.print(f"[yellow]●[/] {escape(task['sentence'])} — {escape(task['todo'])}", highlight=False)
    for gap in about["unclaimed"]:
        lacks = say("应享未享", "due but not claimed")
        periods = f"{gap['since']}–{gap['until']}"
        text = f"{lacks} {gap['title']} {periods}: {gap['reason']} — {gap['awaited']}"
        console.print(f"[red]○[/] {escape(text)}", highlight=False)
    last = rows if every else rows[-_LAST:]
    if len(last) < len(rows):
        console.print(
            say(
                f"（另有更早的 {len(rows) - len(last)} 项，--all 全部显示）",
                f"({len(rows) - len(last)} earlier ones: --all)",
            )
        )
    show(last, _HEADINGS, title=say("经过", "timeline"), as_json=False)


def _asked() -> str:
    """Ask for an id number and return the id that stands for it."""
    settings = Settings()
    number = typer.prompt(say("身份证号", "id number"), hide_input=True)
    try:
        return person_id(secret_at_hand(settings, "person_key"), normalise_id_number(number))
    except IdentityError as error:
        raise BangfuError(str(error)) from None
