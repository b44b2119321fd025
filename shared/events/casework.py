"""Events of registry about one-to-one help (一对一): a pair that ends without a successor."""

from typing import Literal

from shared.events.contract import Event
from shared.events.types import Count, County, EntityId, KnownPersonId


class PairEnded(Event, topic="pair.ended", entity="person_id"):
    """A person has no coordinator any more, and nobody else's area reaches them.

    Args:
        load: How many people the coordinator looks after from now on.
        reason: `out_of_reach`: the officer left, or the area or the person moved; `merged`: the record is another's.
    """

    person_id: KnownPersonId
    coordinator_id: EntityId
    county: County
    load: Count
    reason: Literal["out_of_reach", "merged"]
