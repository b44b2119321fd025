"""Accounts of the ledger and the double entries between them.

Every posting moves one amount from a debit to a credit, so all balances together are nil. `balance_fen` is credits less
debits:

- `available:<programme>:<county>:<year>` goes up with every grant and take-back, down with every line; grants come out
  of `authority:...`, and `treasury:...` gets what comes back or is left when the year is closed;
- `encumbered:<payee>` is what was set aside ahead of a decision (shown as `provisional`, as the rules call it),
  `payable:<payee>` what is final and not yet paid,
  `in_payment:<payee>` what the bank was told to pay, `paid:<payee>` all that has gone out;
- `receivable:<payee>` is debited with what the payee owes, so its balance is negative; before that is decided, it
  stands in `proposed_clawback:<payee>`. What comes back is debited to `restored:<payee>`, what is given up to
  `written_off:<payee>`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.events.subsidy import BudgetBooked, LinePosted, Posting, TransferBooked
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Account:
    """A balance, in fen: credits less debits."""

    name: str
    balance_fen: int = 0


def available(programme: str, county: str, year: int) -> str:
    """Return the name of a budget's account."""
    return f"available:{programme}:{county}:{year}"


def authority(programme: str, county: str, year: int) -> str:
    """Return the name of the account that grants come out of."""
    return f"authority:{programme}:{county}:{year}"


def treasury(programme: str, county: str, year: int) -> str:
    """Return the name of the account of what came back, or was left, when a budget's year was closed."""
    return f"treasury:{programme}:{county}:{year}"


def encumbered(payee: str) -> str:
    """Return the name of the account of what a budget set aside ahead of a decision: provisional money."""
    return f"encumbered:{payee}"


def payable(payee: str) -> str:
    """Return the name of the account of what is final and not yet paid."""
    return f"payable:{payee}"


def receivable(payee: str) -> str:
    """Return the name of the account of what a payee owes."""
    return f"receivable:{payee}"


def proposed_clawback(payee: str) -> str:
    """Return the name of the account of what was paid and is taken back, before two people have decided on it."""
    return f"proposed_clawback:{payee}"


def restored(payee: str) -> str:
    """Return the name of the account of what a payee gave back."""
    return f"restored:{payee}"


def written_off(payee: str) -> str:
    """Return the name of the account of what a payee owed and two people gave up."""
    return f"written_off:{payee}"


def paid(payee: str) -> str:
    """Return the name of the account of what has gone out."""
    return f"paid:{payee}"


def in_payment(payee: str) -> str:
    """Return the name of the account of what was instructed and neither paid nor come back: it clears to nil."""
    return f"in_payment:{payee}"


_SHOWN: Final[Mapping[str, tuple[Callable[[str], str], int]]] = {
    "paid": (paid, 1),
    "payable": (payable, 1),
    "in_payment": (in_payment, 1),
    "provisional": (encumbered, 1),
    "proposed_clawback": (proposed_clawback, -1),
    "receivable": (receivable, -1),
    "restored": (restored, -1),
    "written_off": (written_off, -1),
}


def balances(balance_of: Callable[[str], int], payee: str) -> dict[str, int]:
    """Return what a payee got, is to get, may get and owes, in fen, each as a figure that is usually positive.

    Args:
        balance_of: Returns `balance_fen` of an account by its name, 0 for one that was never used.
        payee: Credit code, person id, provider id or county code.
    """
    return {name: sign * balance_of(account(payee)) for name, (account, sign) in _SHOWN.items()}


def double_entry(changes: Mapping[str, int]) -> list[Posting]:
    """Return the postings that change balances (`balance_fen`) by some amounts, which add up to nil.

    Raises:
        ValueError: They do not add up to nil.
    """
    if sum(changes.values()):
        raise ValueError("what is debited is credited: the changes of all balances add up to nil")
    debits = [(name, -fen) for name, fen in changes.items() if fen < 0]
    credits_ = [(name, fen) for name, fen in changes.items() if fen > 0]
    postings = []
    while debits:
        (debit, going), (credit, coming) = debits[0], credits_[0]
        amount_fen = min(going, coming)
        postings.append(Posting(debit=debit, credit=credit, amount_fen=amount_fen))
        debits[:1] = [(debit, going - amount_fen)] if going > amount_fen else []
        credits_[:1] = [(credit, coming - amount_fen)] if coming > amount_fen else []
    return postings


def credited(postings: Iterable[Posting], account: str) -> int:
    """Return by how much some postings raise the balance of an account."""
    return sum(p.amount_fen * ((p.credit == account) - (p.debit == account)) for p in postings)


def budget_refilled(postings: Iterable[Posting]) -> list[str]:
    """Return the budgets, as `<programme>|<county>`, in which some postings make room."""
    names = sorted({posting.credit for posting in postings if posting.credit.startswith("available:")})
    return ["|".join(name.split(":")[1:3]) for name in names]


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(postings=postings) | TransferBooked(postings=postings) | BudgetBooked(postings=postings):
            return sorted({name for posting in postings for name in (posting.debit, posting.credit)})
        case _:
            return ()


def _evolve(state: Account, message: Message) -> Account:
    match message.event:
        case LinePosted(postings=postings) | TransferBooked(postings=postings) | BudgetBooked(postings=postings):
            return Account(state.name, state.balance_fen + credited(postings, state.name))
        case _:
            return state


ACCOUNT = Aggregate(kind="account", state=Account, initial=Account, evolve=_evolve, concerns=_concerns)
