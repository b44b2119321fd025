"""Facts of finance and leadership: budgets, parameters, notices, pauses, approvals, payments, recoveries."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from shared.events.contract import Event, Fact
from shared.events.types import (
    County,
    Day,
    DocNo,
    EntityId,
    Fen,
    Label,
    Name,
    ParameterName,
    PersonId,
    ProgrammeName,
    Text,
    Uscc,
    Year,
    YesNo,
)

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ParameterValue = (
    Annotated[int, Field(ge=0, le=10**13)]
    | Annotated[str, Field(pattern=r"^[a-z0-9_, ]{1,200}$")]
    | Annotated[list[Label], Field(max_length=50)]
)


class BudgetGranted(Fact, topic="budget.granted", entity="programme", partition="*"):
    """Money for a programme, county and fiscal year."""

    programme: ProgrammeName
    county: County
    fiscal_year: Year
    amount_fen: Fen
    doc_no: DocNo


class BudgetReduced(Fact, topic="budget.reduced", entity="programme", partition="*"):
    """Money taken back from a budget."""

    programme: ProgrammeName
    county: County
    fiscal_year: Year
    amount_fen: Fen
    doc_no: DocNo


class ParameterPublished(Fact, topic="parameter.published", entity="parameter", partition="*"):
    """A document set a value, for everyone or for one county, from a day on; `null` abolishes it."""

    parameter: ParameterName
    value: ParameterValue | None
    valid_from: Day
    known_on: Day
    doc_no: DocNo
    county: County | None = None
    clause: Text | None = None


class NoticeObjected(Fact, topic="notice.objected", entity="notice_id"):
    """Somebody objects to a public notice."""

    notice_id: EntityId
    date: Day
    reason: Text | None = None
    by: EntityId | None = None


class NoticeCleared(Fact, topic="notice.cleared", entity="notice_id"):
    """An objection was settled."""

    notice_id: EntityId
    date: Day
    reason: Text | None = None
    by: EntityId | None = None


class AccountRegistered(Fact, topic="payee.account_registered", entity="uscc|person_id", partition="uscc|person_id"):
    """Where a payee's money goes; bank and number stay in the vault."""

    class Personal(Fact.Personal):
        """Kept in the vault."""

        bank: Name
        account_no: Annotated[str, Field(pattern=r"^[0-9 -]{6,40}$")]

    valid_from: Day
    uscc: Uscc | None = None
    person_id: PersonId | None = None


class PayeePaused(Fact, topic="payee.paused", entity="uscc|person_id", partition="uscc|person_id"):
    """What accrues to a payee waits; nothing is lost."""

    date: Day
    reason: Text
    uscc: Uscc | None = None
    person_id: PersonId | None = None
    programme: ProgrammeName | None = None
    until: Day | None = None


class PayeeResumed(Fact, topic="payee.resumed", entity="uscc|person_id", partition="uscc|person_id"):
    """A pause is over."""

    date: Day
    reason: Text
    uscc: Uscc | None = None
    person_id: PersonId | None = None
    programme: ProgrammeName | None = None
    until: Day | None = None


class PayeeBlocked(Fact, topic="payee.blocked", entity="uscc|person_id", partition="uscc|person_id"):
    """A payee gets nothing between two days."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day
    reason: Text
    uscc: Uscc | None = None
    person_id: PersonId | None = None


class CheckOverridden(Fact, topic="check.overridden", entity="payee"):
    """A named check is set aside for a payee until a day; the override expires by itself."""

    programme: ProgrammeName
    payee: EntityId
    check: Label
    until: Day
    reason: Text
    by: EntityId
    person: EntityId | None = None


class CheckSetAside(Event, topic="check.set_aside", entity="payee", partition="*"):
    """What an override says, for every partition: the people of a payee are spread over all of them."""

    programme: ProgrammeName
    payee: EntityId
    check: Label
    until: Day
    reason: Text
    by: EntityId
    person: EntityId | None = None


class ApprovalGiven(Fact, topic="approval.given", entity="subject_id"):
    """A person with the right to do so approved exactly this content.

    Args:
        signs: `first`: it counts as the first of two signatures or not at all, because who gives it only prepares.
    """

    subject_id: EntityId
    content_hash: Hash
    by: EntityId
    date: Day
    reason: Text | None = None
    signs: Literal["first"] | None = None


class ApprovalRefused(Fact, topic="approval.refused", entity="subject_id"):
    """A person with the right to do so refused exactly this content."""

    subject_id: EntityId
    content_hash: Hash
    by: EntityId
    date: Day
    reason: Text | None = None


class PaymentSettled(Fact, topic="payment.settled", entity="instruction_id"):
    """The bank paid an instruction."""

    instruction_id: EntityId
    date: Day
    amount_fen: Fen
    bank_ref: EntityId | None = None


class PaymentFailed(Fact, topic="payment.failed", entity="instruction_id"):
    """The bank did not pay an instruction."""

    instruction_id: EntityId
    date: Day
    amount_fen: Fen
    reason: Text


class FiscalYearClosed(Fact, topic="fiscal_year.closed", entity="county", partition="*"):
    """A county's fiscal year is over."""

    county: County
    fiscal_year: Year
    date: Day
    carry_over: YesNo
    doc_no: DocNo


class RecoveryReceived(Fact, topic="recovery.received", entity="receivable_id"):
    """A payee gave money back."""

    receivable_id: EntityId
    date: Day
    amount_fen: Fen
    doc_no: DocNo | None = None
    by: EntityId | None = None


class RecoveryWrittenOff(Fact, topic="recovery.written_off", entity="receivable_id"):
    """A receivable was given up."""

    receivable_id: EntityId
    date: Day
    amount_fen: Fen
    doc_no: DocNo | None = None
    by: EntityId | None = None


FinanceFact = (
    PaymentSettled | PaymentFailed | ApprovalGiven | ApprovalRefused | NoticeObjected | NoticeCleared | RecoveryReceived
    | RecoveryWrittenOff
)  # fmt: skip
FINANCE_FACTS: Final[tuple[type[FinanceFact], ...]] = get_args(FinanceFact)
"""What the ledger answers with `finance.fact_answered` about the same thing (`entity_id`)."""
