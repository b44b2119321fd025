"""A circuit breaker: who failed several times in a row is left alone for a while, then tried with one message. Pure."""

from dataclasses import dataclass
from typing import Literal

Circuit = Literal["closed", "open", "half_open"]


@dataclass(slots=True)
class Breaker:
    """The circuit to one gateway; moments are seconds of any steady clock.

    Args:
        failures_max: How many failures in a row open it. pause_s: how long it stays open.
    """

    failures_max: int = 5
    pause_s: float = 30.0
    failures: int = 0
    opened_at: float | None = None
    trying: bool = False

    def circuit(self, now: float) -> Circuit:
        """Return how the circuit stands."""
        if self.opened_at is None:
            return "closed"
        return "half_open" if self.trying or now - self.opened_at >= self.pause_s else "open"

    def admits(self, now: float) -> bool:
        """Tell whether a message may try; half open, one may until it has ended."""
        circuit = self.circuit(now)
        if circuit == "half_open" and not self.trying:
            self.trying = True
            return True
        return circuit == "closed"

    def worked(self) -> None:
        """Note that the gateway answered, whatever it said."""
        self.failures, self.opened_at, self.trying = 0, None, False

    def failed(self, now: float) -> bool:
        """Note that it was not available; True if that opened the circuit anew."""
        self.failures += 1
        opens = self.trying or (self.opened_at is None and self.failures >= self.failures_max)
        if opens:
            self.opened_at = now
        self.trying = False
        return opens

    def left(self) -> None:
        """Note that the attempt ended without a word about the gateway."""
        self.trying = False
