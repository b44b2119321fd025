"""The answer of a fair as tables with headings, Chinese first: what is shown, and what stands in the workbook."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from shared.ops.words import say

Row = dict[str, Any]
Table = tuple[str, list[tuple[str, str]], list[Row]]

_REASONS: Final = {
    "not_looking": ("未在求职", "not looking for work"),
    "no_consent": ("未同意", "no consent"),
    "not_able": ("无劳动能力", "not able to work"),
    "employed": ("已就业", "employed"),
    "holds_a_place": ("已接受岗位", "holds a place"),
    "already_offered": ("此前已推送未成", "offered before, in vain"),
    "not_open": ("岗位已关闭", "closed"),
    "reserved": ("限优先对象", "reserved for others"),
    "too_far": ("距离过远或不在本县", "too far or another county"),
    "no_place": ("已无名额", "no place left"),
    "employer_blocked": ("单位被停付", "the employer is blocked"),
    "below_minimum_wage": ("低于最低工资", "below the minimum wage"),
    "listed_first": ("公益岗位先安置贫困人口", "public post: poor people first"),
    "working_age": ("不在法定劳动年龄", "not of working age"),
    "term_used_up": ("公益性岗位年限已满", "term of public posts used up"),
    "called_too_often": ("近期已多次组织", "called too often lately"),
    "age": ("年龄不符", "age"),
    "education": ("学历不够", "education"),
    "wage": ("工资低于期望", "wage below what is wanted"),
    "nobody_there": ("对方无人到场", "nobody on the other side"),
}
_SUMS: Final = {
    "score_bp": ("总分（万分之一）", "total score (bp)"),
    "placed": ("安置人数", "people placed"),
    "without": ("有合适岗位但未安置", "fit somewhere, not placed"),
    "first_choice": ("得到首选", "got a first choice"),
    "wish_bp": ("其中求职者一方得分", "of it, the people's wishes"),
    "claim_bp": ("其中岗位一方得分", "of it, the posts' claims"),
    "given_up_bp": ("求职者共放弃（对各自首选）", "people give up in all (against their best)"),
    "blocking_pairs": ("阻塞对（双方更愿另配）", "blocking pairs"),
    "blocking_people": ("涉及求职者", "people in them"),
}


@dataclass(frozen=True)
class Tables:
    """What a fair says, as tables: title, columns (field and heading), rows."""

    sums: Table
    people: Table
    blocking: Table
    fits_nothing: Table
    fits_nobody: Table


def tables(found: Row) -> Tables:
    """Return the tables of an answer; people who differ most between the plans come first."""
    person, post = ("person", say("求职者", "person")), ("post", say("岗位", "post"))
    reason = ("reason", say("最常见原因", "commonest reason"))
    return Tables(
        (say(f"招聘会方案对照 {found['on']}", f"the plans of the fair, {found['on']}"), _sum_columns(), _sums(found)),
        (
            say("每个人的得失", "what each person gives up"),
            _people_columns(),
            [_flat(row) for row in _most_different(found)],
        ),
        (
            say("总分最高方案中的阻塞对（每人最好的一个）", "who would break the greatest total, each at their best"),
            [person, ("has", say("方案给的岗位", "the plan gives")), ("rather", say("更愿去且对方更愿要", "rather"))],
            [row | {"has": row["has"] or "—"} for row in found["blocking"]],
        ),
        (say("无合适岗位的人", "people whom nothing fits"), [person, reason], _reasoned(found["fits_nothing"])),
        (say("无人适合的岗位", "posts that fit nobody"), [post, reason], _reasoned(found["fits_nobody"])),
    )


def brief(found: Row) -> Table:
    """Return what each person gives up in few columns, for the screen; who differs most between the plans first."""
    columns = [
        ("person", say("求职者", "person")),
        ("best", say("首选", "best")),
        ("total", say("总分最高", "greatest total")),
        ("stable", say("稳定匹配", "stable")),
        ("stable_less_total_bp", say("稳定多得", "more by stable")),
    ]
    rows = [
        row | {"best": row["best"]["post"]} | {plan: _said(row[plan]) for plan in ("total", "stable")}
        for row in _most_different(found)
    ]
    return (say("每个人的得失", "what each person gives up"), columns, rows)


def reasons_counted(rows: list[Row]) -> str:
    """Return how many there are of each reason, most first."""
    counts = Counter(row["reason"] for row in _reasoned(rows))
    return "，".join(f"{reason} {count}" for reason, count in sorted(counts.items(), key=lambda each: (-each[1], each)))


def _sum_columns() -> list[tuple[str, str]]:
    return [
        ("what", say("项目", "figure")),
        ("total", say("总分最高", "greatest total")),
        ("stable", say("稳定匹配", "stable")),
        ("less", say("稳定减总分最高", "stable less greatest total")),
    ]


def _sums(found: Row) -> list[Row]:
    total, stable = found["plans"]["total"], found["plans"]["stable"]
    return [
        {"what": say(*said), "total": total[name], "stable": stable[name], "less": stable[name] - total[name]}
        for name, said in _SUMS.items()
    ]


def _people_columns() -> list[tuple[str, str]]:
    columns = [("person", say("求职者", "person")), ("best", say("首选岗位", "best post"))]
    for name, plan in (("total", say("总分", "total")), ("stable", say("稳定", "stable"))):
        columns += [
            (f"{name}_post", say(f"{plan}:岗位", f"{plan}: post")),
            (f"{name}_score_bp", say(f"{plan}:得分", f"{plan}: score")),
            (f"{name}_rank", say(f"{plan}:志愿位次", f"{plan}: rank")),
            (f"{name}_gives_up_bp", say(f"{plan}:放弃", f"{plan}: gives up")),
        ]
    return [*columns, ("difference", say("稳定比总分多得", "more by stable"))]


def _most_different(found: Row) -> list[Row]:
    return sorted(found["assigned"], key=lambda row: -abs(row["stable_less_total_bp"]))


def _said(place: Row) -> str:
    if not place["post"]:
        return say(f"未安置 放弃{place['gives_up_bp']}", f"nothing, gives up {place['gives_up_bp']}")
    return say(
        f"{place['post']} 第{place['rank']}位 放弃{place['gives_up_bp']}",
        f"{place['post']} rank {place['rank']}, gives up {place['gives_up_bp']}",
    )


def _flat(row: Row) -> Row:
    flat: Row = {"person": row["person"], "best": _named(row["best"]), "difference": row["stable_less_total_bp"]}
    for plan in ("total", "stable"):
        place = row[plan]
        flat |= {f"{plan}_post": _named(place), f"{plan}_rank": place["rank"] or "—"}
        flat |= {f"{plan}_{name}": place[name] for name in ("score_bp", "gives_up_bp")}
    return flat


def _named(place: Row) -> str:
    return f"{place['post']} {place['title']}" if place["post"] else "—"


def _reasoned(rows: list[Row]) -> list[Row]:
    return [row | {"reason": say(*_REASONS.get(row["reason"], (row["reason"],) * 2))} for row in rows]
