"""A programme's file as lines for people, in the user's language; what a file says in Chinese stays Chinese. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from services.subsidy.catalogue import LABELS, STATUS, UNITS
from shared.money import yuan
from shared.ops.words import say

_PLAIN: Final = ("kind", "payee", "period", "posted", "area", "proration")
_YUAN: Final = frozenset({"fen", "fen_by_grade"})


def shown(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a programme as `catalogue.described` returns it; what a file leaves out is left out."""
    source = found["source"]
    yield f"{found['title'][say('zh', 'en')]} ({found['programme']})"
    yield f"{_label('source')}: {source['document']} {source['clause']}  {source['office']}"
    yield f"  {source['says']}"
    yield f"{_label('status')}: {say(*STATUS[found['status']])}  {_label('version')}: {found['version']}"
    yield from (f"{_label(name)}: {found[name]}" for name in _PLAIN if found[name] not in ("", "none"))
    yield from _block("missing", found["missing"])
    yield from _block("eligibility", (f"{c['says']}  [{c['reason']}: {c['require']}]" for c in found["eligibility"]))
    yield from _block("parameters", _figures(found["parameters"]))
    for name in ("driven_by", "post_kinds", "appraisals"):
        if found.get(name):
            yield f"{_label(name)}: {', '.join(found[name])}"
    yield from _block("evidence", (_evidence(item) for item in found["evidence"]))
    yield from _block("exclusions", (f"{e['says']}  [{_mover(e)}]" for e in found["exclusions"]))
    yield from _block(
        "caps", (f"{c['says']}  [{', '.join(found['uses'][r] for r in c['uses'])}]" for c in found["caps"])
    )
    procedure = found["procedure"].items()
    yield from _block("procedure", (f"{name}: {value}" for name, value in procedure if value is not None))
    yield from _block("obligations", (_duty(duty) for duty in found["obligations"]))
    yield from _block("targets", (_target(target) for target in found["targets"]))
    yield from _block("conflicts", (line for conflict in found["conflicts"] for line in _conflict(conflict)))


def _label(name: str) -> str:
    return say(LABELS.get(name, name), name)


def _block(name: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield f"{_label(name)}:"
        yield from (f"  {line}" for line in listed)


def _figures(parameters: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, parameter in parameters.items():
        for dated in parameter["values"]:
            value, first = _value(dated["value"], parameter["unit"]), dated["valid_from"]
            since, note = say(f"{first}起", f"from {first}"), f"  {dated['note']}" if dated["note"] else ""
            yield f"{parameter['meaning']} ({name}) = {value}  {since}  {dated['document']} {dated['clause']}{note}"


def _value(value: Any, unit: str) -> str:
    if value is None:
        return say("未定", "unset")
    if isinstance(value, tuple | list):
        return ", ".join(value)
    if isinstance(value, int) and unit in _YUAN:
        return f"{yuan(value)} {say('元', 'yuan')}"
    return f"{value}{say(UNITS.get(unit, ''), '%' if unit == 'percent' else f' {unit}' if unit in UNITS else '')}"


def _evidence(item: Mapping[str, Any]) -> str:
    stated = say("文件要求", "stated") if item["stated"] else say("推断", "inferred")
    return f"{item['says']}  [{item['fact'] or say('纸质材料', 'on paper')}, {stated}]"


def _mover(exclusion: Mapping[str, Any]) -> str:
    if exclusion["programme"]:
        return say(f"让位于 {exclusion['programme']}", f"yields to {exclusion['programme']}")
    if exclusion["reason"]:
        return str(exclusion["reason"])
    return ", ".join(exclusion["uses"]) or say("计算方式固有", "by the kind")


def _duty(duty: Mapping[str, Any]) -> str:
    by = f", {say('至', 'by ')}{duty['by']}" if duty["by"] else ""
    return f"{duty['says']}  [{duty['who']}, {duty['every']}{by}, {duty['clause']}]"


def _target(target: Mapping[str, Any]) -> str:
    number = say("未定", "unset") if target["number"] is None else f"{'≤' if target['most'] else ''}{target['number']}"
    counted = target["fact"] or target["counted"]
    return f"{target['says']}: {number}{target['unit']}  [{target['every']}, {target['clause']}, {counted}]"


def _conflict(conflict: Mapping[str, Any]) -> Iterator[str]:
    names = {"body": say("正文", "body"), "annex": say("附件", "annex")}
    yield say(f"第{conflict['clause']}条两处不一致：", f"Clause {conflict['clause']} is worded in two ways:")
    for name, text in conflict["readings"].items():
        mark = say("（执行）", " (in force)") if name == conflict["in_force"] else ""
        yield f"  {names.get(name, name)}{mark}: {text}"
    yield say(f"  含义：{conflict['means']}", f"  what that means: {conflict['means']}")
    decided = (conflict["decided_by"], conflict["decided_on"], conflict["record"])
    yield say("  {}，{}，见 {}", "  decided by {}, {}, see {}").format(*decided)
