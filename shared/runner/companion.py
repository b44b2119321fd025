"""What takes part in a batch beside the fold."""

from typing import Protocol

from shared.runner.batch import Folded
from shared.store import Session


class Companion(Protocol):
    """An adapter that takes part in a batch: the vault, which writes what may not be in an event."""

    async def within(self, session: Session, folded: Folded) -> None:
        """Write inside the batch's transaction."""

    async def after(self, folded: Folded) -> None:
        """Act after the commit and before anybody hears of the batch; must be safe to repeat and to miss."""

    async def resume(self) -> None:
        """Do what a predecessor left undone behind a commit, before what it left unpublished is published."""
