"""What an amount, or a take-back, rests on: figures with the documents that set them, and each condition's answer.

Pure, and asked only where something is posted. Both are short texts, because they stand on a line of the ledger for
ever: `name=value@first day(document and clause)` and `reason=answer@what was read`. The programme's own document is
called `本文件`, this document; a figure that no document sets does not bind and is not named.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.subsidy.domain.parameters import Refusal, Values
from services.subsidy.domain.programme import Programme, Subject, Value

HOLDS: Final = "yes"
FAILS: Final = "no"
DOES_NOT_BIND: Final = "unset"
THIS_DOCUMENT: Final = "本文件"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where and when figures and conditions were looked at.

    Args:
        day: The day whose figures count.
        subject: What the conditions saw; None where nobody was looked at.
        roles: The roles whose figures were used; None: every role of the programme.
    """

    county: str
    day: date
    subject: Subject | None = None
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Parameters and checklist as a line carries them."""

    parameters: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()


def shown(programme: Programme, grounds: Grounds, values: Values) -> Shown:
    """Return what an assessment rests on; a condition is answered for itself, also after one that failed."""
    roles = sorted(programme.uses) if grounds.roles is None else grounds.roles
    names = [programme.uses[role] for role in roles]
    checklist: list[str] = []
    if grounds.subject is not None:
        for condition in programme.conditions:
            names += condition.parameters
            answer = _answer(values.answered(condition, grounds.subject, grounds.county, grounds.day))
            read = ",".join(f"{name}={grounds.subject[name]}" for name in condition.reads)
            checklist.append(f"{condition.reason}={answer}@{read}"[:300])
    stated = [_stated(programme, name, grounds, values) for name in dict.fromkeys(names)]
    return Shown(tuple(text for text in stated if text), tuple(checklist))


def rounded(numerator: int, denominator: int) -> str:
    """Return what a computation step adds where a division did not come out even."""
    return "（四舍五入到分）" if numerator % denominator else ""


def cited(document: str, clause: str) -> str:
    """Return document and clause as people cite them; a bare number becomes an article."""
    return f"{document}第{clause}条" if clause and clause[0] in "0123456789" else f"{document}{clause}"


def _answer(answer: bool | Refusal | None) -> str:
    if answer is None:
        return DOES_NOT_BIND
    return HOLDS if answer is True else FAILS


def _stated(programme: Programme, name: str, grounds: Grounds, values: Values) -> str:
    found = values.found(name, grounds.county, grounds.day)
    if found is None or found.value is None:
        return ""
    document = THIS_DOCUMENT if found.document == programme.source.document else found.document
    return f"{name}={_text(found.value)}@{found.valid_from}({cited(document, found.clause)})"[:400]


def _text(value: Value) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
