"""Masked names for a list: who an alert is about, without showing who that is.

The desk keeps a name for a minute, so that fifty rows are not fifty looks at the broker each time a page is drawn anew.
A card that could not be read is looked at again the next time.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from services.notify.adapters.web.case_reveal import masked
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import OFFICERS, Principal

_KEPT: Final = timedelta(minutes=1)
_MOST: Final = 5_000
_TAIL: Final = 4  # signs of a person's id that tell two of one name apart


async def masks_of(desk: Desk, people: Iterable[str]) -> dict[str, str]:
    """Return the masks of those who have a card that can be read."""
    now, wanted = desk.now(), sorted(set(people))
    found = {each: desk.masks[each][1] for each in wanted if each in desk.masks and desk.masks[each][0] > now}
    others = [each for each in wanted if each not in found]
    faces = await asyncio.gather(*(masked(desk, each) for each in others))
    read = {each: face.name for each, face in zip(others, faces, strict=True) if face.name}
    if len(desk.masks) + len(read) > _MOST:
        desk.masks.clear()
    desk.masks |= {each: (now + _KEPT, name) for each, name in read.items()}
    return found | read


async def named(desk: Desk, principal: Principal, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows whose sentences say `张*（…k3xq）` for a person's id, to officers who look after people."""
    if principal.role not in OFFICERS:
        return rows
    masks = await masks_of(desk, [row["person_id"] for row in rows if row["person_id"]])
    return [row | {"sentence": _said(row, masks.get(row["person_id"], ""))} for row in rows]


def _said(row: dict[str, Any], mask: str) -> str:
    sentence, person = str(row["sentence"]), str(row["person_id"])
    return sentence.replace(person, f"{mask}（…{person[-_TAIL:]}）") if mask else sentence
