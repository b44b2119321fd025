"""A deliberate bug: a small patch of the real code, for as long as it is at work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from tests.simulation.weather import Weather

Patch = tuple[Any, str, Any]


class AstrayError(BaseException):
    """A bug aims at code that was moved; a run that took it for a fault would look like a catch, so none may."""


@dataclass(frozen=True)
class Mutant:
    """One deliberate bug.

    Args:
        says: What it does, in one sentence.
        patches: Makes the changes: object, name, new value.
        needs: Faults without which nobody would notice it, and how often they strike.
    """

    name: str
    says: str
    patches: Callable[[], list[Patch]]
    needs: dict[str, float] = field(default_factory=dict)
    page: int = 500
    replicas: int = 1

    def sky(self) -> Weather:
        """Return the weather that it is hunted in."""
        return Weather(dict(self.needs), self.replicas, self.page, crashes_most=10)

    def aim(self) -> None:
        """Look whether what it changes is in the code.

        Raises:
            AstrayError: Something is not.
        """
        gone = [f"{what!r} has no {name}" for what, name, _ in self.patches() if name not in vars(what)]
        if gone:
            raise AstrayError(f"the bug {self.name!r} has to be aimed anew: {'; '.join(gone)}")

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have the bug in the code."""
        self.aim()
        patches = self.patches()
        before = [(what, name, vars(what)[name]) for what, name, _ in patches]
        _put(patches)
        try:
            yield
        finally:
            _put(before)


def _put(patches: list[Patch]) -> None:
    for what, name, value in patches:
        # What a subscription consists of is frozen, for everybody else.
        (setattr if isinstance(what, type | ModuleType) else object.__setattr__)(what, name, value)
