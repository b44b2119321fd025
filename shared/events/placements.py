"""What registry works out of placements and of recruiting: what the rules say, and how far a round has come."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Fact, Model
from shared.events.finance import Hash
from shared.events.types import County, Day, EntityId, PersonId, ProgrammeName, Township, Uscc, Word

Answer = Literal["passed", "failed", "unknown"]
TitleLevel = Literal["none", "junior", "middle", "senior"]
SenderKind = Literal["government", "school", "hospital", "research", "enterprise", "other"]
Review = Literal["approved", "refused", "unclear"]
Clause = Annotated[str, Field(max_length=160)]
Group = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,80}$")]
Listed = Annotated[list[EntityId], Field(max_length=1_000)]


class Posting(Fact):
    """What the host or the sender may say of a placement, for the gates that ask it.

    Args:
        programme: Under which it was made; left out: the one that its kind stands for.
        township: Where the person serves.
        sender_uscc: The unit that sends the person. sender_kind: What it is.
        title_level: The person's professional title. grassroots_months: Earlier service at the grass roots.
    """

    programme: ProgrammeName | None = None
    township: Township | None = None
    sender_uscc: Uscc | None = None
    sender_kind: SenderKind | None = None
    title_level: TitleLevel | None = None
    grassroots_months: Annotated[int, Field(ge=0, le=720)] | None = None


class GateAnswer(Model):
    """Whether a person passes a gate.

    Args:
        clause: Title and clause of the text that asks it.
        evidence: What would be needed where it is unknown; what settled it where a review did.
    """

    gate: Word
    answer: Answer
    clause: Clause
    evidence: Annotated[str, Field(max_length=80)] | None = None


class PlacementChecked(Event, topic="placement.checked", entity="employment_id", partition="person_id"):
    """What the rules say of a placement; said again when it changes.

    Args:
        exclusive: No other exclusive placement may overlap it.
        agreement_by, arrival_by: The last day; None: none is asked for.
        until: The last day of the term; notice_on: the day at whose closing its end is announced.
    """

    employment_id: EntityId
    person_id: PersonId
    programme: ProgrammeName | None = None
    exclusive: bool = False
    agreement_by: Day | None = None
    agreement_parties: Annotated[int, Field(ge=0, le=10)] = 0
    agreement_clause: Clause | None = None
    arrival_by: Day | None = None
    arrival_clause: Clause | None = None
    until: Day | None = None
    notice_on: Day | None = None
    answers: Annotated[list[GateAnswer], Field(max_length=20)]


class QuotaCounted(Event, topic="quota.counted", entity="subject_id"):
    """Whether a placement or a vacancy counts in a group that a quota bounds.

    Args:
        subject_id: The employment or the vacancy. group: `<quota>-<county or year>`.
        counts: False takes it out.
        heads: How many it stands for. first_day, last_day: Between which days; None: without bound.
        part: What a share is worked out of: a township, a title, or whether a post is for local candidates.
    """

    subject_id: EntityId
    of: Literal["placement", "vacancy"]
    quota: ProgrammeName
    group: Group
    county: County | None = None
    counts: bool
    heads: Annotated[int, Field(ge=0, le=100_000)] = 1
    first_day: Day | None = None
    last_day: Day | None = None
    part: Annotated[str, Field(max_length=20)] | None = None


class ApplicationChecked(Event, topic="application.checked", entity="application_id", partition="person_id"):
    """What the gates of the programme say of an application, in which round it stands, how it was reviewed."""

    application_id: EntityId
    person_id: PersonId
    programme: ProgrammeName
    round_id: EntityId
    round_closes_on: Day
    review_by: Day
    review: Review | None = None
    answers: Annotated[list[GateAnswer], Field(max_length=20)]


class ApplicationPosted(Event, topic="application.posted", entity="application_id", partition="person_id"):
    """The person was posted; without an employment: the posting was undone."""

    application_id: EntityId
    person_id: PersonId
    employment_id: EntityId | None = None


class RoundClosed(Event, topic="round.closed", entity="round_id"):
    """A round takes no more applications."""

    round_id: EntityId
    programme: ProgrammeName


class RoundProposed(Event, topic="round.proposed", entity="round_id"):
    """The proposed list of a round, all applications being reviewed; its public notice runs between two days.

    Args:
        person_ids: Of the applications, in their order. content_hash: What a decision on the list must name.
    """

    round_id: EntityId
    programme: ProgrammeName
    application_ids: Listed
    person_ids: Annotated[list[PersonId], Field(max_length=1_000)]
    notice_from: Day
    notice_until: Day
    content_hash: Hash


class RoundNoticed(Event, topic="round.noticed", entity="round_id"):
    """The public notice is over; the decision is due by a day."""

    round_id: EntityId
    decide_by: Day


class RoundDecided(Event, topic="round.decided", entity="round_id"):
    """What a decision on the list came to.

    Args:
        reason: Why it had no effect.
        application_ids: On whom it was decided. held_ids: Whom an open objection keeps out of it.
    """

    round_id: EntityId
    decision: Literal["approved", "refused", "blocked"]
    reason: Literal["not_proposed", "notice_running", "objection_open", "content_differs", "already_decided"] | None = (
        None
    )
    application_ids: Listed
    held_ids: Listed
    by: EntityId
    posting_by: Day | None = None
