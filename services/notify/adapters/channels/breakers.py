"""Who is left alone for a while: one circuit a channel, one a hook where each has a peer of its own."""

from dataclasses import dataclass, field

from services.notify.adapters.channels.letters import Letter
from services.notify.adapters.channels.port import PERSONAL, ChannelName
from services.notify.adapters.channels.robots import SPACING_S
from shared.sms.breaker import Breaker, Circuit

_SPACED = {"wecom": SPACING_S, "dingtalk": SPACING_S}


@dataclass
class Lines:
    """The peers of a channel, as far as they were asked; moments are seconds of a steady clock."""

    channel: ChannelName
    _breakers: dict[str, Breaker] = field(default_factory=dict)
    _asked_at: dict[str, float] = field(default_factory=dict)

    def of(self, letter: Letter) -> Breaker:
        """Return the circuit to a letter's peer."""
        name = self.channel if self.channel in PERSONAL else letter.recipient
        return self._breakers.setdefault(name, Breaker())

    def room_in_s(self, letter: Letter, now: float) -> float:
        """Return in how many seconds a letter's peer takes the next message; counts it as sent if that is now."""
        wait = self._asked_at.get(letter.recipient, -SPACING_S) + _SPACED.get(self.channel, 0.0) - now
        if wait <= 0:
            self._asked_at[letter.recipient] = now
        return max(wait, 0.0)

    def circuit(self, now: float) -> Circuit:
        """Return how the worst circuit stands."""
        found = [breaker.circuit(now) for breaker in self._breakers.values()]
        return next((each for each in ("open", "half_open") if each in found), "closed")
