"""Under which name an employer is paid: the one that it was registered under last. Names of employers are public."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.events.employers import EmployerRegistered
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Payee:
    """An employer's name."""

    name: str = ""


def _evolve(payee: Payee, message: Message) -> Payee:
    return Payee(message.event.name) if isinstance(message.event, EmployerRegistered) else payee


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.uscc,) if isinstance(message.event, EmployerRegistered) else ()


PAYEE = Aggregate("money_payee", Payee, lambda _: Payee(), _evolve, _concerns)
