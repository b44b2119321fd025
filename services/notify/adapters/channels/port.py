"""The port to whatever carries an alert to people: one letter, one answer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, Protocol, get_args

from services.notify.domain.rules import Language, Urgency
from shared.errors import Unavailable

ChannelName = Literal["sms", "email", "wecom", "dingtalk", "webhook"]
CHANNELS: Final[tuple[ChannelName, ...]] = get_args(ChannelName)
PERSONAL: Final[frozenset[ChannelName]] = frozenset({"sms", "email"})
ROBOTS: Final[frozenset[ChannelName]] = frozenset({"wecom", "dingtalk"})
RINGS: Final = PERSONAL | ROBOTS  # what wakes somebody; a webhook is read by a machine


@dataclass(frozen=True, slots=True)
class Matter:
    """One alert of a letter: nothing in it is personal.

    Args:
        notice_id: The same for one alert, event and recipient, however often it is told.
    """

    notice_id: str
    alert_id: str
    kind: str
    urgency: Urgency
    raised_on: date


@dataclass(frozen=True, slots=True)
class Delivery:
    """One letter, as a channel takes it.

    Args:
        id: A UUID that every repeat of this letter carries.
        to: Where it goes: an id of a contact card, an e-mail address, the URL of a hook. Personal or secret.
        secret: What a hook's letters are signed with.
        matters: At least one; none for a trial.
        digest: What could wait, told once a day.
    """

    id: str
    channel: ChannelName
    to: str = field(repr=False)
    matters: tuple[Matter, ...] = ()
    secret: str = field(default="", repr=False)
    digest: bool = False
    lang: Language = "zh"


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is out.

    Args:
        answer: The peer's code, `250`; never a text of theirs.
    """

    answer: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken.

    Args:
        reason: A code: `smtp_550`, `no_contact`; never an address.
    """

    reason: str


class ChannelUnavailable(Unavailable):
    """Nothing was delivered; trying again is safe.

    Args:
        code: Why, in one word.
        after_s: How long at least to leave the peer alone, where it said so.
    """

    def __init__(self, code: str, after_s: float = 0.0) -> None:
        super().__init__(code)
        self.code, self.after_s = code, after_s


class Channel(Protocol):
    """Carries one letter at a time to one recipient."""

    @property
    def repeats(self) -> bool:
        """Tell whether a letter whose answer nobody heard goes out again: not where a repeat would harm."""

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        """Hand over one letter.

        Raises:
            ChannelUnavailable: Nothing was delivered.
            UnknownAnswerError: Nobody knows whether it was.
        """


Row = dict[str, Any]
