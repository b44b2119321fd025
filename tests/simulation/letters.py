"""The companion of the simulated registry: it keeps refused messages in the batch's transaction, as the vault does."""

from shared.runner.batch import RERUN, Folded
from shared.store import Session, Store


class Letters:
    """Writes one row for each refused message that has a body."""

    def __init__(self, store: Store) -> None:
        self._rows = store.db["deadletters"]

    async def within(self, session: Session, folded: Folded) -> None:
        """Keep what was refused; delete what was judged otherwise since."""
        refused = {key: item for key, (item, said) in folded.dispositions.items() if said.outcome == "rejected"}
        letters = [{"_id": key, "size": len(item.raw)} for key, item in refused.items() if item.raw]
        if letters:
            await self._rows.insert_many(letters, session=session)
        done = [key for key, (item, _) in folded.dispositions.items() if item.position == RERUN and key not in refused]
        if done:
            await self._rows.delete_many({"_id": {"$in": done}}, session=session)

    async def after(self, folded: Folded) -> None:
        """Nothing happens outside."""

    async def resume(self) -> None:
        """Nothing was left undone."""
