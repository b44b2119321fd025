"""`bangfu placements`: who is placed where until when, under which gates, and what is open about it."""

from datetime import date
from typing import Annotated, Final, get_args

import typer

from services.registry.domain.calendar import CALENDAR, OPEN
from services.registry.domain.placements import PLACEMENT
from services.registry.domain.placements_people import CANDIDATE, OVERLAPS
from services.registry.placements_views import Row, is_due, placement_row
from shared.errors import BangfuError
from shared.events.types import PostKind
from shared.ops.asked import County, Person
from shared.ops.clocks import NOW, AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, show
from shared.ops.words import say
from shared.strict_yaml import closest

_HEADINGS: Final = (
    ("employment_id", say("编号", "id")),
    ("who", say("人员\n接收单位", "person\nhost")),
    ("as_what", say("类别\n项目", "kind\nprogramme")),
    ("term", say("起\n止", "from\nuntil")),
    ("state", say("状态", "state")),
    ("gates", say("条件", "gates")),
    ("papers", say("协议\n到岗", "agreement\narrival")),
    ("open", say("待办", "open")),
)
_STATES: Final = {
    "planned": say("未开始", "planned"),
    "in_post": say("在岗", "in post"),
    "suspended": say("中止", "suspended"),
    "term_over": say("期满未办", "term over"),
    "ended": say("已结束", "ended"),
    "void": say("作废", "void"),
}
_GATES: Final = {
    "age": say("年龄", "age"),
    "education": say("学历", "education"),
    "speciality": say("专长", "speciality"),
    "title": say("职称", "title"),
    "sender": say("派出单位", "sender"),
    "grassroots": say("基层经历", "grass roots"),
    "status": say("身份", "status"),
    "labour_ability": say("劳动能力", "labour ability"),
    "graduation": say("毕业", "graduation"),
    "term": say("期限", "term"),
    "local": say("本县", "local"),
    "post_kind": say("类别", "kind"),
    "period": say("项目期", "period"),
}
_ANSWERS: Final = {"failed": say("不符", "failed"), "unknown": say("待核", "unknown")}
_TASKS: Final = {
    "placement_overlap": say("时间重叠", "overlap"),
    "gate_failed": say("条件", "gate"),
    "agreement_missing": say("缺协议", "no agreement"),
    "arrival_missing": say("未到岗", "no arrival"),
    "term_ending": say("将期满", "term ends"),
    "violation_open": say("违规", "violation"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "派驻、挂职、公益岗位等在岗安排：期限、单位、条件、协议、到岗和待办。--due 只列有待办或三十天内到期的。",
            "Placements: term, host, gates, agreement, arrival, what is open; --due: open, or due within thirty days.",
        )
    )(placements)


def placements(
    *,
    due: Annotated[bool, typer.Option("--due", help=say("只列有待办或将到期的", "only what is open or due"))] = False,
    county: County = "",
    person: Person = "",
    kind: Annotated[str, typer.Option(help=say("类别，如 dispatch", "post kind, such as dispatch"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """List placements that had begun or were agreed by a day."""
    if kind and kind not in get_args(PostKind):
        told = closest(kind, get_args(PostKind))
        raise BangfuError(say(f"没有类别 {kind}{told}", f"there is no post kind {kind}{told}"))
    seen = clocks(as_of, known_at)
    day = day_of(seen)
    overlapping = {id_ for each in kept(CANDIDATE, seen, tag=OVERLAPS).values() for id_ in each.overlapping}
    rows = [
        placement_row(id_, placement, day, overlapping)
        for id_, placement in kept(PLACEMENT, seen, tag=person or county).items()
        if kind in ("", placement.post_kind) and county in ("", placement.county) and seen_by(placement.starts_on, seen)
    ]
    wanted = [row for row in rows if not due or is_due(row, day)]
    told_rows = wanted if as_json else [_plain(row) for row in wanted]
    show(told_rows, _HEADINGS, title=say("在岗安排", "placements"), as_json=as_json)


def day_of(seen: Clocks) -> date:
    """Return the day that a query looks at: the one asked for, else the last one closed."""
    asked = seen.as_of or seen.known_at
    if asked is not None:
        return asked
    calendar = kept(CALENDAR, NOW, ids={OPEN}).get(OPEN)
    return (calendar.last_closed if calendar else None) or date.min


def seen_by(begun_on: date | None, seen: Clocks) -> bool:
    """Tell whether what began on a day is seen as of the day asked for."""
    return begun_on is not None and (seen.as_of is None or begun_on <= seen.as_of)


def gates_told(gates: list[Row]) -> str:
    """Return the gates that are not passed, in words; one word where all are."""
    open_ = [f"{_GATES[each['gate']]}{_ANSWERS[each['answer']]}" for each in gates if each["answer"] in _ANSWERS]
    return say("；", "; ").join(open_) or (say("符合", "passed") if gates else "")


def _plain(row: Row) -> Row:
    parties = f"({row['agreement_parties']})" if row["agreement_parties"] is not None else ""
    agreement = _kept_by(row["agreement_on"], row["agreement_by"]) + (parties if row["agreement_on"] else "")
    sender = say(f"\n派自 {row['sender']}", f"\nfrom {row['sender']}") if row["sender"] else ""
    return {
        "employment_id": row["employment_id"],
        "who": f"{row['person_id']}\n{row['host']}{sender}",
        "as_what": f"{row['kind']}\n{row['programme'] or ''}",
        "term": f"{row['starts_on']}\n{row['until'] or '-'}",
        "papers": f"{agreement or '-'}\n{_kept_by(row['arrived_on'], row['arrival_by']) or '-'}",
        "state": _STATES[row["state"]],
        "gates": gates_told(row["gates"]),
        "open": say("、", ", ").join(_TASKS[kind] for kind in row["open"]),
    }


def _kept_by(on: date | None, by: date | None) -> str:
    if on is not None:
        return str(on)
    return say(f"应于{by}", f"due {by}") if by else ""
