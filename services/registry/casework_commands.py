"""`bangfu casework` and `bangfu households`: who has a pair, a plan, a visit, a certificate, and who is watched."""

from datetime import date, timedelta
from typing import Annotated, Any, Final

import typer

from services.registry.casework_subscription import CASEWORK
from services.registry.casework_views import Row, Scene, case_row, counts, household_rows
from services.registry.domain.cadence import THE_CADENCES, Cadences
from services.registry.domain.calendar import CALENDAR, OPEN
from services.registry.domain.certificates import Certificate
from shared.ops.asked import County
from shared.ops.clocks import NOW, AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say

_CASES: Final = (
    ("person_id", say("人员", "person")),
    ("village", say("村", "village")),
    ("status", say("身份", "status")),
    ("coordinator_id", say("协理员", "coordinator")),
    ("progress", say("计划、走访、就业创业证", "plan, visits, certificate")),
    ("services", say("已提供服务", "services offered")),
    ("lacking", say("缺", "missing")),
)
_COUNTS: Final = {
    "people": say("人数", "people"),
    "owed": say("应帮扶", "owed help"),
    "paired": say("已结对", "paired"),
    "planned": say("有计划", "planned"),
    "visited": say("已走访", "visited"),
    "requested": say("申请证件", "certificates asked for"),
    "issued": say("已发证件", "certificates issued"),
    "lacks_pair": say("缺结对", "without a pair"),
    "lacks_plan": say("缺计划", "without a plan"),
    "lacks_visit": say("走访逾期", "visits overdue"),
    "lacks_certificate": say("待发证件", "certificates owed"),
}
_LACKS: Final = {
    "pair": say("结对", "pair"),
    "plan": say("计划", "plan"),
    "visit": say("走访", "visit"),
    "certificate": say("证件", "certificate"),
}
_HOUSEHOLDS: Final = (
    ("household_id", say("家庭", "household")),
    ("county", say("县", "county")),
    ("risk", say("风险", "risk")),
    ("since", say("自", "since")),
    ("lacking", say("未达标", "not met")),
    ("status", say("认定", "certified")),
    ("people", say("成员", "members")),
    ("helped", say("走访/计划/就业", "visits/plans/at work")),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        help=say(
            "一对一帮扶：结对、计划、走访、证件，缺什么。默认只列有缺项的人；--all 列出全部。",
            "One-to-one help: pair, plan, visits, certificate, and what is missing; --all lists everybody.",
        )
    )(casework)
    app.command(
        help=say(
            "受监测家庭：风险、逐项核查、认定和帮扶情况。",
            "Watched households: risks, items not met, certification and help.",
        )
    )(households)


def casework(
    *,
    county: County = "",
    coordinator: Annotated[str, typer.Option(help=say("协理员", "coordinator"))] = "",
    everybody: Annotated[bool, typer.Option("--all", help=say("列出全部", "list everybody"))] = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show the cases of a county or a coordinator, counted and one by one."""
    seen = clocks(as_of, known_at)
    rows = _cases(county, coordinator, seen)
    listed = rows if everybody else [row for row in rows if row["missing"]]
    found = counts(rows)
    if as_json:
        show([{"counts": found, "rows": listed}], (), title="", as_json=True)
        return
    show([_case_told(row) for row in listed], _CASES, title=say("一对一帮扶", "one-to-one help"), as_json=False)
    console.print(say("，", ", ").join(f"{_COUNTS[name]} {number}" for name, number in found.items()), highlight=False)


def households(
    *,
    county: County = "",
    at_risk: Annotated[bool, typer.Option("--at-risk", help=say("只列有风险的", "only at risk"))] = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show watched households: those at risk, and those that the roster certifies."""
    seen = clocks(as_of, known_at)
    tag = "at_risk" if at_risk else f"county:{county}" if county else ""
    homes = kept(CASEWORK.household, seen, tag=tag)
    cases = kept(CASEWORK.case, seen, tag=f"county:{county}" if county else "")
    rows = [
        row
        for row in household_rows(homes, cases, CASEWORK.watch, seen.as_of)
        if county in ("", row["county"]) and (row["risk"] or not at_risk)
    ]
    told = rows if as_json else [_household_told(row) for row in rows]
    show(told, _HOUSEHOLDS, title=say("受监测家庭", "watched households"), as_json=as_json)


def _cases(county: str, coordinator: str, seen: Clocks) -> list[Row]:
    tag = f"coordinator:{coordinator}" if coordinator else f"county:{county}" if county else ""
    found = kept(CASEWORK.case, seen, tag=tag)
    cases = {id_: case for id_, case in found.items() if county in ("", case.county)}
    papers: dict[str, Any] = kept(CASEWORK.certificate, seen, ids=set(cases))
    cadence = kept(CASEWORK.cadence, seen, ids={THE_CADENCES}).get(THE_CADENCES, Cadences())
    scene = Scene(CASEWORK.policy, cadence, _today(seen), seen.as_of)
    return [case_row(id_, case, papers.get(id_, Certificate()), scene) for id_, case in cases.items()]


def _today(seen: Clocks) -> date:
    """Return the day that a query looks at: the one asked for, else the open day."""
    asked = seen.as_of or seen.known_at
    if asked is not None:
        return asked
    calendar = kept(CALENDAR, NOW, ids={OPEN}).get(OPEN)
    last = calendar.last_closed if calendar else None
    return date.min if last is None else last + timedelta(days=1)


def _case_told(row: Row) -> Row:
    titles = {service.code: say(service.title.zh, service.title.en) for service in CASEWORK.policy.services}
    asked, issued = row["requested_on"], row["issued_on"]
    steps = {
        say("计划", "plan"): row["plan_on"],
        say("走访", "visit"): row["visited_on"],
        say("下次", "next"): row["next_visit"],
        say("发证", "issued") if issued else say("申请", "asked"): issued or asked,
    }
    told = {
        "progress": "\n".join(f"{name} {on}" for name, on in steps.items() if on),
        "services": say("、", ", ").join(titles[code] for code in sorted(row["offered"]) if code in titles),
        "lacking": say("、", ", ").join(_LACKS[name] for name in row["missing"]),
    }
    return {name: "" if value is None else value for name, value in (row | told).items()}


def _household_told(row: Row) -> Row:
    titles = {item.code: say(item.title.zh, item.title.en) for item in CASEWORK.watch.items}
    told = {
        "lacking": say("、", ", ").join(titles[code] for code in row["missing"]),
        "status": ", ".join(row["certified"]),
        "people": len(row["members"]),
        "helped": f"{row['visits']}/{row['planned']}/{row['working']}",
    }
    return {name: "" if value is None else value for name, value in (row | told).items()}
