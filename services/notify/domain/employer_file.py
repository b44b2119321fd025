"""An employer as the desk knows it: name, kind and county. A read model; employers are no private matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.events.employers import EmployerRegistered
from shared.places import county_today
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class EmployerFile:
    """What was registered last; `county` is where it stands, by the code of today."""

    name: str = ""
    kind: str = ""
    county: str = ""
    insured_county: str = ""


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.uscc,) if isinstance(message.event, EmployerRegistered) else ()


def _evolve(before: EmployerFile, message: Message) -> EmployerFile:
    match message.event:
        case EmployerRegistered() as said:
            return EmployerFile(said.name, said.kind, county_today(said.county), county_today(said.insured_county))
        case _:
            return before


EMPLOYER_FILE: Final = Aggregate(
    kind="employer_file",
    state=EmployerFile,
    initial=lambda _: EmployerFile(),
    evolve=_evolve,
    concerns=_concerns,
    indexes=("county",),
)
