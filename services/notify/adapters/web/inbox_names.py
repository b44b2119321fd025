"""Masked names for a list: who an alert is about, without showing who that is.

A name is kept for a minute, so that fifty rows are not fifty looks at the broker each time a page is drawn anew.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from services.notify.adapters.web.case_reveal import masked
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import OFFICERS, Principal

_KEPT: Final = timedelta(minutes=1)
_MOST: Final = 5_000
_TAIL: Final = 4  # signs of a person's id that tell two of one name apart


@dataclass
class Names:
    """Masks by person."""

    _kept: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    async def of(self, desk: Desk, people: Iterable[str]) -> dict[str, str]:
        """Return the masks of those who have a card that can be read."""
        now = desk.now()
        wanted = {each for each in people if each not in self._kept or self._kept[each][0] <= now}
        if len(self._kept) + len(wanted) > _MOST:
            self._kept.clear()
        faces = await asyncio.gather(*(masked(desk, each) for each in sorted(wanted)))
        self._kept |= {each: (now + _KEPT, face.name) for each, face in zip(sorted(wanted), faces, strict=True)}
        return {each: self._kept[each][1] for each in people if self._kept.get(each, (now, ""))[1]}


_NAMES: Final = Names()


async def named(desk: Desk, principal: Principal, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows whose sentences say `张*（…k3xq）` for a person's id, to officers who look after people."""
    if principal.role not in OFFICERS:
        return rows
    masks = await _NAMES.of(desk, [row["person_id"] for row in rows if row["person_id"]])
    return [row | {"sentence": _said(row, masks.get(row["person_id"], ""))} for row in rows]


def _said(row: dict[str, Any], mask: str) -> str:
    sentence, person = str(row["sentence"]), str(row["person_id"])
    return sentence.replace(person, f"{mask}（…{person[-_TAIL:]}）") if mask else sentence
