"""A line of the ledger as a sentence, with its clause, steps, figures, answers, causes, and what became of it.

Pure: the caller brings the events of the journals. `bangfu explain`, `statement` and `ops trace` speak through it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.subsidy import english
from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.becoming import became
from services.subsidy.domain.grounds import THIS_DOCUMENT
from services.subsidy.domain.programme import Programme, Rulebook
from services.subsidy.views import KINDS, REASONS
from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.tracing import Node
from shared.ops.words import say

_PARAMETER: Final = re.compile(r"(?P<name>[^=]+)=(?P<value>.*?)@(?P<since>\d{4}-\d\d-\d\d)\((?P<document>.*)\)")
_ANSWER: Final = re.compile(r"(?P<reason>[^=]+)=(?P<answer>yes|no|unset)@(?P<read>.*)")
_CLAUSE: Final = re.compile(r"第[^第]*条.*$")
_MARKS: Final = {"yes": "✓", "no": "✗", "unset": "·"}


@dataclass(frozen=True)
class Told:
    """What the journals tell of a line.

    Args:
        siblings: Every line of the same claim, itself among them.
        nodes: Events in which the line is named, or its change.
        facts: The accepted facts that led to it.
    """

    line: LinePosted
    siblings: Sequence[LinePosted]
    nodes: Sequence[Node] = ()
    facts: Sequence[Node] = ()


def sentence(line: LinePosted, programmes: Mapping[str, Programme]) -> str:
    """Return what a line says, in the user's language."""
    claim = line.claim
    title = programmes[claim.programme].title if claim.programme in programmes else {}
    fen = -line.amount_fen if line.kind == "take_back" else line.amount_fen
    amount, whom = yuan(fen), f"{claim.payee}{f' ({claim.person_id})' if claim.person_id else ''}"
    zh_title, en_title = title.get("zh", claim.programme), title.get("en", claim.programme)
    reason = say(REASONS.get(line.reason or "", line.reason or ""), english.REASONS.get(line.reason or "", ""))
    zh = f"{line.posted_on}依据{line.clause}，为{whom}{claim.period}的{zh_title}{KINDS[line.kind]}{amount}元"
    en = (
        f"On {line.posted_on}, by {line.clause}, {amount} yuan of {en_title} for {claim.period} "
        f"was {english.KINDS[line.kind]} for {whom}"
    )
    return say(f"{zh}{f'：{reason}' if reason else ''}。", f"{en}{f': {reason}' if reason else ''}.")


def sentence_of(topic: str, data: Mapping[str, Any]) -> str:
    """Return what an event of a journal says; empty for what is no line."""
    if topic != LinePosted.topic:
        return ""
    return sentence(LinePosted.model_validate(data), shipped_rulebook().programmes)


def explained(told: Told, rulebook: Rulebook, known_at: date | None = None) -> dict[str, Any]:
    """Return everything that a line rests on and what became of it, in the user's language."""
    line = told.line
    programme = rulebook.programmes.get(line.claim.programme)
    stated = [_parameter(text, line, rulebook) for text in line.parameters or ()]
    named = {row["name"] for row in stated}
    return {
        "line_id": line.line_id,
        "sentence": sentence(line, rulebook.programmes),
        "programme": line.claim.programme,
        "programme_version": line.programme_version.isoformat(),
        "clause": line.clause,
        "payee": line.claim.payee,
        "person_id": line.claim.person_id,
        "county": line.county,
        "effective": line.claim.period,
        "posted": line.posted,
        "posted_on": line.posted_on.isoformat(),
        "kind": line.kind,
        "amount": yuan(line.amount_fen),
        "reason": line.reason,
        "steps": [say(text, english.step(text)) for text in line.computation],
        "is_rounded": any("四舍五入" in text for text in line.computation),
        "parameters": stated,
        "unset": sorted(programme.parameters - named) if programme and line.parameters else [],
        "checklist": [_answer(text, programme) for text in line.checklist or ()],
        "causes": _causes(told.facts),
        "became": became(line, told.siblings, told.nodes, known_at),
        "postings": [posting.model_dump() for posting in line.postings],
    }


def lines_of(explanation: Mapping[str, Any]) -> Iterable[str]:
    """Yield an explanation as lines of text."""
    yield explanation["sentence"]
    version = explanation["programme_version"]
    yield say(
        f"依据：{explanation['clause']}（{explanation['programme']}，{version}起的文本）；"
        f"所属期 {explanation['effective']}，记账月 {explanation['posted']}",
        f"Clause: {explanation['clause']} ({explanation['programme']}, text of {version}); "
        f"period {explanation['effective']}, posted in {explanation['posted']}",
    )
    yield from _section(say("计算", "Steps"), explanation["steps"])
    yield from _section(say("参数", "Figures"), [_parameter_words(row) for row in explanation["parameters"]])
    if explanation["unset"]:
        yield say("未定、不起作用或未用到：", "Unset, not binding or not used: ") + ", ".join(explanation["unset"])
    yield from _section(say("条件", "Conditions"), [_answer_words(row) for row in explanation["checklist"]])
    yield from _section(say("起因", "Caused by"), [_cause_words(row) for row in explanation["causes"]])
    yield from _section(say("此后", "Since then"), [f"{row['on']}  {row['sentence']}" for row in explanation["became"]])


def _section(title: str, rows: Sequence[str]) -> Iterable[str]:
    if rows:
        yield f"{title}{say('：', ':')}"
        yield from (f"  {row}" for row in rows)


def _parameter(text: str, line: LinePosted, rulebook: Rulebook) -> dict[str, str]:
    match = _PARAMETER.fullmatch(text)
    if match is None:  # cut off at the length of the contract
        return {"name": text.partition("=")[0], "value": text, "since": "", "document": "", "meaning": "", "unit": ""}
    known = rulebook.parameters.get(match["name"])
    document = match["document"].replace(THIS_DOCUMENT, _CLAUSE.sub("", line.clause), 1)
    return {
        "name": match["name"],
        "value": match["value"],
        "since": match["since"],
        "document": document,
        "meaning": known.meaning if known else "",
        "unit": known.unit if known else "",
    }


def _answer(text: str, programme: Programme | None) -> dict[str, str]:
    match = _ANSWER.fullmatch(text)
    if match is None:
        return {"reason": text, "answer": "", "read": "", "says": "", "require": ""}
    reads = {part.partition("=")[0] for part in match["read"].split(",")}
    conditions = programme.conditions if programme else ()
    alike = next((c for c in conditions if c.reason == match["reason"] and set(c.reads) == reads), None)
    return {
        **match.groupdict(),
        "says": alike.says if alike else "",
        "require": alike.require if alike else "",
    }


def _causes(facts: Iterable[Node]) -> list[dict[str, Any]]:
    rows = [
        {"id": node.cause, "fact": node.topic, "known_on": node.known_on, "sequence": node.sequence} for node in facts
    ]
    return [row for _, row in sorted({(r["sequence"], r["id"]): r for r in rows}.items())]


def _parameter_words(row: Mapping[str, str]) -> str:
    value = yuan(int(row["value"])) if row["unit"] == "fen" and row["value"].isdecimal() else row["value"]
    what = say(row["meaning"], row["name"]) or row["name"]
    return say(
        f"{what}（{row['name']}）= {value}，{row['since']}起，{row['document']}",
        f"{what} = {value}, from {row['since']}, {row['document']}",
    )


def _answer_words(row: Mapping[str, str]) -> str:
    asked = say(row["says"], row["require"]) or row["reason"]
    return f"{_MARKS.get(row['answer'], '')} {asked}  [{row['read']}]"


def _cause_words(row: Mapping[str, Any]) -> str:
    return f"{row['known_on']}  {row['fact']}  {row['id']}"
