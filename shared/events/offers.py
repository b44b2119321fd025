"""Job offers and the short messages that carry them: facts of the SMS gateways, events of matching."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Fact, Model
from shared.events.types import (
    DERIVED,
    MAX_FACT_FEN,
    Count,
    County,
    Day,
    EntityId,
    Instant,
    KnownPersonId,
    KnownUscc,
    Label,
    Pseudonym,
    Text,
    Word,
)

FromPhoneId = Annotated[str, Field(pattern=r"^h[a-z2-7]{25}$"), Pseudonym("from", "phone")]
Answer = Literal["accept", "decline", "stop", "start", "unclear"]
Score = Annotated[int, Field(ge=0, le=1_000_000)]
Measure = Annotated[int, Field(ge=0, le=MAX_FACT_FEN)]


class RunnerUp(Model):
    """Who or what came next after an offer: the id of a person or of a vacancy, and the score."""

    id: EntityId
    score_bp: Score


class SmsReplied(Fact, topic="sms.replied", entity="phone_id"):
    """A text came in; registry keeps the words in the vault and passes on what they mean."""

    class Personal(Fact.Personal):
        """Kept in the vault."""

        text: Annotated[str, Field(max_length=1_000)]
        to: Annotated[str, Field(max_length=30)] | None = None

    phone_id: FromPhoneId
    received_at: Instant
    answer: Annotated[Answer, DERIVED] = "unclear"


class SmsReceipt(Fact, topic="sms.receipt", entity="message_id"):
    """What a gateway says of a message.

    `unconfirmed` is our own sender's word: it stopped between sending and hearing back, so nobody knows, and
    the message is not sent again.
    """

    message_id: EntityId
    status: Literal["accepted", "delivered", "undelivered", "expired", "rejected", "unconfirmed"]
    at: Instant
    detail: Text | None = None


class OfferProposed(Event, topic="offer.proposed", entity="offer_id", partition="person_id"):
    """Matching offers a vacancy to a person; the message is committed to be sent.

    Args:
        score_bp: Sum of `terms`, 1/100 of one per cent of the best possible.
        market_sequence: Number of the upstream fact up to which the market was known.
        weights_from: First day of the entry of weights that it was scored by; `limits_from`: of the figures of the
            hard rules.
        measures: What was measured for the terms: days, shares, kilometres, fen.
        sought_for: Whose side was searched: the five `runners_up` are vacancies where it was the person's, people
            where it was the vacancy's.
    """

    offer_id: EntityId
    message_id: EntityId
    person_id: KnownPersonId
    vacancy_id: EntityId
    uscc: KnownUscc
    title: Label
    county: County
    score_bp: Score
    terms: Annotated[dict[Word, Score], Field(max_length=20)]
    market_sequence: Annotated[int, Field(ge=0)]
    expires_on: Day
    weights_from: Day | None = None
    limits_from: Day | None = None
    measures: Annotated[dict[Word, Measure], Field(max_length=20)] | None = None
    sought_for: Literal["person", "vacancy"] | None = None
    runners_up: Annotated[list[RunnerUp], Field(max_length=5)] | None = None


class OfferSent(Event, topic="offer.sent", entity="offer_id", partition="person_id"):
    """The gateway took the message."""

    offer_id: EntityId
    message_id: EntityId
    person_id: KnownPersonId
    vacancy_id: EntityId


class OfferUndelivered(Event, topic="offer.undelivered", entity="offer_id", partition="person_id"):
    """The message did not reach the phone, or nobody knows whether it did (`unconfirmed`)."""

    offer_id: EntityId
    message_id: EntityId
    person_id: KnownPersonId
    vacancy_id: EntityId
    reason: Word


class OfferAccepted(Event, topic="offer.accepted", entity="offer_id", partition="person_id"):
    """The person wants the post and holds a place of it until a day."""

    offer_id: EntityId
    person_id: KnownPersonId
    vacancy_id: EntityId
    uscc: KnownUscc
    title: Label
    held_until: Day | None = None


class OfferClosed(Event, topic="offer.closed", entity="offer_id", partition="person_id"):
    """An offer is over without an acceptance.

    `reason`: `declined`, `stopped`, `expired`, `hired`, `vacancy_filled`, `vacancy_closed`, `withdrawn`.
    `too_late`: the person said yes when every place was held or filled, and is to be told at once.
    """

    offer_id: EntityId
    person_id: KnownPersonId
    vacancy_id: EntityId
    reason: Word
    too_late: bool | None = None


class OfferSettled(Event, topic="offer.settled", entity="offer_id", partition="person_id"):
    """An acceptance is over, and with it the place that it held.

    `outcome`: `hired` in that vacancy; `hired_elsewhere`; `not_hired`: no employment was confirmed in time;
    `withdrawn`: the person looks for no work any more.
    """

    offer_id: EntityId
    person_id: KnownPersonId
    vacancy_id: EntityId
    outcome: Literal["hired", "hired_elsewhere", "not_hired", "withdrawn"]


class PlaceFreed(Event, topic="place.freed", entity="employment_id", partition="uscc"):
    """An employment takes no place at an employer any more: it ended, or was not true.

    Args:
        vacancy_id: The vacancy whose place it was; None if the employment named none.
        lasted_days: None: it never was, or was elsewhere.
    """

    employment_id: EntityId
    person_id: KnownPersonId
    uscc: KnownUscc
    vacancy_id: EntityId | None = None
    lasted_days: Count | None = None


class VacancyWidened(Event, topic="vacancy.widened", entity="vacancy_id"):
    """The time is over in which a new or vacated public post was kept for the people who come first."""

    vacancy_id: EntityId


class OffersPaused(Event, topic="offers.paused", entity="person_id"):
    """A person who would have been offered something had enough for a day or a week; `until` left out: that is over."""

    person_id: KnownPersonId
    until: Day | None = None


class ConsentChanged(Event, topic="consent.changed", entity="person_id"):
    """A person stopped, or allowed again, messages about jobs (个人信息保护法 art. 24)."""

    person_id: KnownPersonId
    sms_consent: bool
