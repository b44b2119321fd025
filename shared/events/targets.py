"""Events of registry about targets (目标任务) and village platforms (村级劳动保障服务平台)."""

from typing import Annotated

from pydantic import Field

from shared.events.contract import Event, Model
from shared.events.types import County, Day, EntityId, KnownPersonId, Village, Word, Year

TargetId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,47}$")]
WindowName = Annotated[str, Field(pattern=r"^([0-9]{4}(-[0-9]{4})?)?$")]
Change = Annotated[int, Field(ge=-(10**13), le=10**13)]


class TargetCounted(Event, topic="target.counted", entity="target", partition="county"):
    """A fact counts towards a target, or no longer does; or a person belongs to whom it is for, or no longer does.

    Args:
        window: The year or span of years; empty: who the target is for, whatever the year.
        county: Where the figures below change.
        counts: The person, village, county or organisation that counts once; absent where every fact counts.
        home: The county in which that one counts from now on; absent: it does not count.
        fact: Id of the event that counts; absent where only the belonging changes.
        stands: Whether that fact counts from now on.
        said_of: The person whom the fact names; another than `counts` where two records became one.
        day: The day of the fact.
        times: Heads, fen or facts that it brings, where not every one counts once.
        distinct: By how much the number of those who count once changes.
        whole: By how many the number of those the target is for changes; at a window's end, how many they are.
    """

    target: TargetId
    window: WindowName
    county: County
    counts: EntityId | None = None
    home: County | None = None
    fact: EntityId | None = None
    topic_of_fact: Annotated[str, Field(max_length=80)] | None = None
    stands: bool = True
    said_of: KnownPersonId | None = None
    employment_id: EntityId | None = None
    day: Day | None = None
    times: Change = 0
    distinct: Change = 0
    whole: Change = 0


class PlatformRated(Event, topic="platform.rated", entity="village"):
    """What one fact says of the work of a village's platform.

    Args:
        year: The year in which the fact became known.
        rates: Id of the event, or of the refused fact's source.
        wanted: How many fields a complete fact of its kind has; present: how many of them it has.
        late_days: Days between the fact's own day and the day it became known, beyond what is in time; absent where a
            fact has no day of its own.
        wrong: Why it counts as incorrect; absent: it does not.
        lacks: The wanted fields that are absent.
    """

    village: Village
    county: County
    year: Year
    rates: Annotated[str, Field(max_length=200)]
    kind: Annotated[str, Field(max_length=80)]
    wanted: Annotated[int, Field(ge=0, le=100)] = 0
    present: Annotated[int, Field(ge=0, le=100)] = 0
    late_days: Annotated[int, Field(ge=0)] | None = None
    wrong: Word | None = None
    lacks: Annotated[list[Word], Field(max_length=30)] = Field(default_factory=list)


class PlatformRow(Model):
    """One row of a score: `points` of at most `weight`, because `good` of `all` were as they should be."""

    part: Word
    weight: Annotated[int, Field(ge=0, le=100)]
    good: Annotated[int, Field(ge=0)]
    all: Annotated[int, Field(ge=0)]
    points: Annotated[int, Field(ge=0, le=100)]


class PlatformAppraised(Event, topic="platform.appraised", entity="village"):
    """The yearly score of a village's platform, and the grade that it suggests; people decide the grade.

    Args:
        weights_from: Since when the weights hold that it was reckoned with.
    """

    village: Village
    county: County
    year: Year
    score: Annotated[int, Field(ge=0, le=100)]
    grade: Annotated[str, Field(max_length=40)]
    rows: Annotated[list[PlatformRow], Field(max_length=10)]
    weights_from: Day
