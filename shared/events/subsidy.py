"""Events of subsidy: what fell due, what was refused and why, and the ledger's lines. Amounts are integer fen."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Model
from shared.events.types import (
    County,
    Day,
    EntityId,
    KnownPersonId,
    LedgerFen,
    Month,
    ParameterName,
    Period,
    ProgrammeName,
    Word,
    Year,
)

Step = Annotated[str, Field(max_length=300)]
Line = Annotated[int, Field(ge=1)]
Place = Annotated[str, Field(max_length=400)]
Parameters = Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=40)]
Answers = Annotated[list[Step], Field(max_length=40)]


class Claim(Model):
    """What one amount is for: the key of the ledger's arithmetic.

    Args:
        payee: Credit code, person id, provider id or county code.
        person_id: The person named on the line, where the programme names one.
        since: First day of what the amount is for (employment, course, activity, day of the claim), where one payee,
            person and period can have two.
    """

    programme: ProgrammeName
    payee: EntityId
    period: Period
    person_id: KnownPersonId | None = None
    since: Day | None = None


class EntitlementChanged(Event, topic="entitlement.changed", entity="payee", partition="payee"):
    """All facts known now make another amount due than those known before; the ledger posts the difference.

    Args:
        change_fen: What is to be posted: due now less what was due before.
        due_fen: What is due now.
        provisional: A month booked ahead of its year's decision; by itself it is never paid out.
        settles: The provisional periods that this decision makes final.
        settled_fen: The provisional money that becomes final with this change; negative: that is provisional again.
        person_rank: Order in which the person became known; breaks ties between people.
        parameters: The figures it rests on: `name=value@first day(document and clause)`; the programme's own document
            is not named.
        checklist: Each condition's answer: `reason=yes|no|unset@what was read`, without personal identifiers.
        reason: Why nothing is due any more, where that is so.
        next_on: The next day whose closing concerns the person or employer again.
    """

    claim: Claim
    county: County
    change_fen: LedgerFen
    due_fen: LedgerFen
    provisional: bool = False
    settles: Annotated[list[Period], Field(max_length=12)] | None = None
    settled_fen: LedgerFen = 0
    person_rank: Annotated[int, Field(ge=0)] = 0
    programme_version: Day
    clause: Annotated[str, Field(max_length=200)]
    computation: Annotated[list[Step], Field(max_length=50)]
    parameters: Parameters | None = None
    checklist: Answers | None = None
    reason: Word | None = None
    next_on: Day | None = None

    @property
    def payee(self) -> str:
        """Return who is paid; it ends the subject and picks the partition."""
        return self.claim.payee


class EntitlementRefused(Event, topic="entitlement.refused", entity="payee", partition="subject_key"):
    """A claim accrues nothing, for a reason; the state of the claim until it is lifted."""

    claim: Claim
    county: County
    reason: Word
    parameter: ParameterName | None = None
    next_on: Day | None = None

    @property
    def payee(self) -> str:
        """Return who would be paid."""
        return self.claim.payee

    @property
    def subject_key(self) -> str:
        """Return whose facts led to the refusal: the person named or, failing that, the payee."""
        return self.claim.person_id or self.claim.payee


class RefusalLifted(Event, topic="entitlement.refusal_lifted", entity="payee", partition="subject_key"):
    """A refused claim is no longer refused."""

    claim: Claim
    next_on: Day | None = None

    @property
    def payee(self) -> str:
        """Return who would be paid."""
        return self.claim.payee

    @property
    def subject_key(self) -> str:
        """Return whose facts lifted the refusal."""
        return self.claim.person_id or self.claim.payee


class EntitlementScheduled(Event, topic="entitlement.scheduled", entity="subject_key"):
    """Nothing is due now; the closing of `next_on` (if any) concerns the person or employer again."""

    subject_key: EntityId
    next_on: Day | None = None


class ParameterFoundUnset(Event, topic="parameter.found_unset", entity="parameter"):
    """A programme would accrue but no document has set a value it needs; a person must decide or ask."""

    parameter: ParameterName
    programme: ProgrammeName
    county: County


class DaySettled(Event, topic="subsidy.day_settled", entity="partition_no"):
    """A partition has worked out everything that the closing of a day makes due."""

    date: Day
    partition_no: Annotated[int, Field(ge=0, le=1023)]


class DayCompleted(Event, topic="subsidy.day_completed", entity="date"):
    """Every partition has settled a day: the ledger posts what fell due on it."""

    date: Day


class DayPosted(Event, topic="ledger.day_posted", entity="date"):
    """Every line of a day stands in the ledger."""

    date: Day


class Posting(Model):
    """One debit and one credit of the same amount."""

    debit: Annotated[str, Field(max_length=120)]
    credit: Annotated[str, Field(max_length=120)]
    amount_fen: Annotated[int, Field(ge=1, le=10**13)]


class LinePosted(Event, topic="ledger.line_posted", entity="line_id", partition="payee"):
    """A line of the ledger; never changed, never removed.

    Args:
        line_no: Position in the ledger, from 1, without gaps.
        place: Place in the posting order, which is the id of the queue item that this line posts.
        posted: Month in which it is booked. posted_on: the day.
        postings: The double entry behind the amount.
        parameters: As of the change that it posts; so are `checklist` and `reason`.
        settles: The provisional periods that stand final with a decision.
    """

    line_id: EntityId
    line_no: Line
    place: Place
    claim: Claim
    county: County
    fiscal_year: Year
    posted: Month
    posted_on: Day
    amount_fen: LedgerFen
    kind: Literal["accrual", "take_back", "provisional", "decision"]
    postings: Annotated[list[Posting], Field(max_length=40)]
    programme_version: Day
    clause: Annotated[str, Field(max_length=200)]
    computation: Annotated[list[Step], Field(max_length=50)]
    parameters: Parameters | None = None
    checklist: Answers | None = None
    reason: Word | None = None
    settles: Annotated[list[Period], Field(max_length=12)] | None = None

    @property
    def payee(self) -> str:
        """Return who is paid."""
        return self.claim.payee


class TransferBooked(Event, topic="ledger.transfer_booked", entity="transfer_id", partition="payee"):
    """Money moved between accounts without a line: it became final, went to the bank, was paid, is owed, came back.

    Args:
        transfer_id: A release can be paid out under this id, like a line.
        instruction_id: What a payment pays: a line or a release; of money that comes back, the clawback.
        place: The queue item that a release deals with.
        county: Whose budget a release was charged to, and whose run pays it.
        report: Which report of the bank it books. content: mark of that report, so that a repeat can be told.
        settles: The provisional periods that stand final with a release.
    """

    transfer_id: EntityId
    claim: Claim
    booked_on: Day
    kind: Literal["release", "instructed", "payment", "returned", "set_off", "clawback", "recovered", "written_off"]
    postings: Annotated[list[Posting], Field(max_length=40)]
    instruction_id: EntityId | None = None
    place: Place | None = None
    county: County | None = None
    report: Place | None = None
    content: Annotated[str, Field(max_length=64)] | None = None
    settles: Annotated[list[Period], Field(max_length=12)] | None = None

    @property
    def payee(self) -> str:
        """Return whose money moved."""
        return self.claim.payee


class LineDeferred(Event, topic="ledger.line_deferred", entity="payee", partition="payee"):
    """A line does not fit its budget and waits whole; said again, for the same place, when its amount changes there.

    Args:
        place: Where in the posting order it waits.
        change: What would be posted.
        merges: The later queue item that was worked into it.
    """

    place: Place
    change: EntitlementChanged
    reason: Word
    merges: Place | None = None

    @property
    def claim(self) -> Claim:
        """Return what the amount is for."""
        return self.change.claim

    @property
    def payee(self) -> str:
        """Return who would be paid."""
        return self.change.claim.payee


class DeferralLifted(Event, topic="ledger.deferral_lifted", entity="payee", partition="payee"):
    """A line waits no more: it was posted, or nothing is left of it.

    Args:
        merges: The later queue item that left nothing of it.
    """

    place: Place
    claim: Claim
    county: County
    outcome: Literal["posted", "nothing_left"]
    merges: Place | None = None

    @property
    def payee(self) -> str:
        """Return who would be paid."""
        return self.claim.payee


class BudgetBooked(Event, topic="ledger.budget_booked", entity="county"):
    """A fact about budgets took effect, in its place among what fell due.

    Args:
        programme: None where a county's whole year is meant.
        kind: `carried`: what was left of a closed year went to the next one; `lapsed`: it went to the treasury;
            `repeated`: the fact says nothing new.
        content: Mark of the fact, so that a repeat in every field can be told from a further grant.
        place: The queue item that this deals with.
        overdrawn_fen: By how much a cut or a grant leaves the budget below what was charged to it; None where it does
            not.
    """

    county: County
    fiscal_year: Year
    kind: Literal["granted", "reduced", "closed", "carried", "lapsed", "repeated"]
    booked_on: Day
    postings: Annotated[list[Posting], Field(max_length=40)]
    content: Annotated[str, Field(max_length=64)]
    programme: ProgrammeName | None = None
    place: Place | None = None
    overdrawn_fen: LedgerFen | None = None
