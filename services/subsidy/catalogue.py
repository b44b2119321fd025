"""The programmes as people read them: rows of the list, one programme in full, and the page `docs/programmes.md`.

Pure: the caller brings the rulebook and how many cases name each programme.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

from services.subsidy.domain.programme import MONEYLESS, Dated, Parameter, Programme, Rulebook
from shared.money import yuan
from shared.ops.cases.model import Case
from shared.ops.clocks import Clocks

UNITS: Final = {
    "percent": "%",
    "basis_points": "/10000",
    "months": "个月",
    "years": "年",
    "days": "天",
    "heads": "人",
    "times": "次",
    "points": "分",
}
STATUS: Final = {
    "shipped": ("已定", "shipped"),
    "unset": ("未定", "unset"),
    "counts": ("只计不付", "counts, pays nothing"),
}
LABELS: Final = {
    "programme": "项目",
    "title": "名称",
    "version": "版本起始日",
    "status": "状态",
    "missing": "尚缺文件的参数",
    "source": "依据",
    "kind": "类型",
    "payee": "领取方",
    "period": "周期",
    "posted": "记账时点",
    "area": "适用地区",
    "eligibility": "条件",
    "uses": "计算所用参数",
    "parameters": "参数",
    "driven_by": "驱动事实",
    "proration": "折算",
    "evidence": "佐证清单",
    "exclusions": "不予补贴",
    "caps": "上下限和期限",
    "procedure": "经费和程序",
    "obligations": "义务",
    "targets": "目标",
    "conflicts": "文本冲突",
    "changes": "已批准的改动",
}
"""What the parts of a programme are called in Chinese."""

_HEAD: Final = """# Programmes

Generated from `services/subsidy/programmes/*.yaml` by `make docs`; a test compares the two.
*shipped*: every figure that it needs stands in its document; *unset*: at least one is left to another document, and
until that is published the programme accrues nothing; *counts*: it counts or obliges and never pays. The last column
says how many policy cases name the programme.

| programme | title | document and clause | kind | figures | status | cases |
|---|---|---|---|---|---|---|
"""


def listed(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return one row for each programme, in order of their names."""
    return [
        {
            "programme": name,
            "title": programme.title["zh"],
            "title_en": programme.title["en"],
            "document": programme.source.document,
            "clause": programme.source.clause,
            "kind": programme.kind,
            "figures": figures_of(programme, rulebook),
            "status": status_of(programme, rulebook),
        }
        for name, programme in sorted(rulebook.programmes.items())
    ]


def as_seen(rulebook: Rulebook, seen: Clocks) -> Rulebook:
    """Return the rulebook with the figures in force on a day, as far as their documents had been issued by a day.

    A document that bears no day counts as known. A figure without any value then is unset.
    """
    return replace(rulebook, parameters={name: _as_seen(p, seen) for name, p in rulebook.parameters.items()})


def _as_seen(parameter: Parameter, seen: Clocks) -> Parameter:
    as_of, known_at = seen.as_of or date.max, seen.known_at or date.max
    values = [v for v in parameter.values if v.valid_from <= as_of and (v.known_on or date.min) <= known_at]
    return replace(parameter, values=tuple(values) or (replace(parameter.values[0], value=None),))


def status_of(programme: Programme, rulebook: Rulebook) -> str:
    """Return `shipped` if all figures that a programme needs are set, else `unset`; `counts` if it never pays."""
    if missing_of(programme, rulebook):
        return "unset"
    return "counts" if programme.kind in MONEYLESS else "shipped"


def missing_of(programme: Programme, rulebook: Rulebook) -> list[str]:
    """Return the parameters without which a programme accrues nothing and that no shipped document sets."""
    needed = (rulebook.parameters[name] for name in sorted(programme.parameters))
    return [parameter.name for parameter in needed if parameter.binds_unset and parameter.values[-1].value is None]


def figures_of(programme: Programme, rulebook: Rulebook) -> str:
    """Return the figures and targets of a programme in words."""
    said = [f"{p.meaning} {_figure(p, p.values[-1])}" for p in _used(programme, rulebook)]
    for target in programme.charter.targets:
        number = "未定" if target.number is None else f"{'≤' if target.most else ''}{target.number}{target.unit}"
        said.append(f"{target.says} {number}")
    return "；".join(said) or "-"


def described(programme: Programme, rulebook: Rulebook) -> dict[str, Any]:
    """Return everything that a programme's file says."""
    parameters = {
        p.name: {
            "meaning": p.meaning,
            "unit": p.unit,
            "when_unset": "nothing_accrues" if p.binds_unset else "does_not_bind",
            "values": [asdict(value) for value in p.values],
        }
        for p in _used(programme, rulebook)
    }
    return {
        "programme": programme.name,
        "title": dict(programme.title),
        "version": programme.version,
        "status": status_of(programme, rulebook),
        "missing": missing_of(programme, rulebook),
        "source": asdict(programme.source),
        "kind": programme.kind,
        "payee": programme.payee,
        "period": programme.period,
        "posted": programme.posted,
        "area": programme.area,
        "eligibility": [{"require": c.require, "says": c.says, "reason": c.reason} for c in programme.conditions],
        "uses": dict(programme.uses),
        "parameters": parameters,
        **asdict(programme.charter),
    }


def cases_by_programme(cases: Iterable[Case]) -> dict[str, int]:
    """Return how many cases name each programme: in a line, a refusal, a budget or a fact."""
    found: dict[str, int] = {}
    for case in cases:
        named = {row.programme for row in case.expect} | {row.programme for row in case.expect_refused}
        named |= {str(row["programme"]) for row in (*case.budgets, *case.facts) if "programme" in row}
        for name in named:
            found[name] = found.get(name, 0) + 1
    return found


def programmes_page(rulebook: Rulebook, cases: Mapping[str, int]) -> str:
    """Return the list as a Markdown page."""
    rows = []
    for row in listed(rulebook):
        clause = f"{row['document']} {row['clause']}"
        figures = row["figures"].replace("|", "/")
        count = str(cases.get(row["programme"], 0))
        title = f"{row['title']} / {row['title_en']}"
        rows.append(
            f"| `{row['programme']}` | {title} | {clause} | {row['kind']} | {figures} | {row['status']} | {count} |"
        )
    return _HEAD + "\n".join(rows) + "\n"


def _used(programme: Programme, rulebook: Rulebook) -> list[Parameter]:
    names = list(dict.fromkeys([*programme.uses.values(), *sorted(programme.parameters)]))
    return [rulebook.parameters[name] for name in names]


def _figure(parameter: Parameter, dated: Dated) -> str:
    value = dated.value
    if value is None:
        return "未定"
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, int) and parameter.unit in {"fen", "fen_by_grade"}:
        return f"{yuan(value)}元"
    return f"{value}{UNITS.get(parameter.unit, '')}"
