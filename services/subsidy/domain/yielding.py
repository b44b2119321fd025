"""Programmes that do not go together: one yields where the other accrues to the same person for the same period.

Which yields to which is said by the programme files. Pure: a late fact that makes the other one due, or undoes it,
takes this one back or brings it back as every difference does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.subsidy.domain.entitlement import NOTHING_DUE, Assessed
from services.subsidy.domain.programme import Programme

OTHER_PROGRAMME: Final = "other_programme"


def yielded(assessed: Sequence[Assessed], programmes: Iterable[Programme], closed: date) -> list[Assessed]:
    """Return what is due where nothing is paid twice; `closed` is the last day that is over.

    Files make sure that a programme to which others yield yields to none itself.
    """
    texts = [programme for programme in programmes if programme.yields_to]
    if not texts:
        return list(assessed)
    had = {
        (item.claim.programme, item.claim.period)
        for item in assessed
        if item.amount_fen > 0 and (item.matures_on is None or item.matures_on <= closed)
    }
    return [_nothing(item) if _yields(item, texts, had) else item for item in assessed]


def _yields(item: Assessed, texts: Iterable[Programme], had: set[tuple[str, str]]) -> bool:
    period = item.claim.period
    return bool(item.amount_fen) and any(
        (name, period) in had
        for text in texts
        if text.name == item.claim.programme and text.is_about(period)
        for name in text.yields_to
    )


def _nothing(item: Assessed) -> Assessed:
    return replace(item, amount_fen=0, reason=OTHER_PROGRAMME, steps=lambda: (NOTHING_DUE,))
