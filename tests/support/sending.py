"""A sender on parts that stay when it is killed: gateway, log, cards, queue and what was published."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.events.envelope import Envelope
from shared.sms.gateway import Accepted, GatewayUnavailable, SendResult
from shared.sms.memory import MemorySendingLog
from shared.sms.sender import Admits, Outgoing, Sender, admit_all

NOON = datetime(2018, 3, 1, 4, 0, tzinfo=UTC)
NUMBER = "+8613812345678"
FIRST, SECOND = Outgoing("m-1", "panna", "【帮扶就业】一"), Outgoing("m-2", "pbela", "【帮扶就业】二")


class Killed(BaseException):
    """The process dies here."""


class Gateway:
    """Counts what it was handed; answers, or fails, as told for each message."""

    def __init__(self) -> None:
        self.handed: list[str] = []
        self.answers: dict[str, SendResult | BaseException] = {}
        self.number: str | None = NUMBER  # the only one that it may be handed; None: any

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        assert (to, text.startswith("【")) == (self.number or to, True)
        answer = self.answers.get(message_id, Accepted())
        if not isinstance(answer, GatewayUnavailable):
            self.handed.append(message_id)
        if isinstance(answer, BaseException):
            raise answer
        return answer


class World:
    """What stays when the sender is killed: gateway, log, cards, queue and what was published."""

    def __init__(self) -> None:
        self.gateway, self.log = Gateway(), MemorySendingLog()
        self.waiting = [FIRST, SECOND]
        self.cards: dict[str, str | Exception | None] = {"panna": NUMBER, "pbela": NUMBER}
        self.published: list[Envelope] = []
        self.before_publish: Callable[[], None] = lambda: None
        self.now = NOON

    def sender(
        self,
        term: Callable[[], int | None] = lambda: 1,
        is_quiet: Callable[[datetime], bool] = lambda _: False,
        admits: Admits = admit_all,
        window: int = 1,
    ) -> Sender:
        return Sender(
            gateway=self.gateway,
            log=self.log,
            queued=self.queued,
            phone_of=self.phone_of,
            publish=self.publish,
            clock=lambda: self.now,
            is_quiet=is_quiet,
            admits=admits,
            term=term,
            window=window,
        )

    async def queued(self) -> list[Outgoing]:
        return self.waiting

    async def phone_of(self, person_id: str) -> str | None:
        card = self.cards[person_id]
        if isinstance(card, Exception):
            raise card
        return card

    async def publish(self, subject: str, envelope: Envelope) -> None:
        self.before_publish()
        assert subject == "intake.bangfu-matching.sms.receipt"
        self.published.append(envelope)

    def receipts(self) -> list[tuple[str, str]]:
        return [(envelope.data["message_id"], envelope.data["status"]) for envelope in self.published]


def fail_once(error: BaseException) -> Callable[[], None]:
    left = [error]

    def fail() -> None:
        if left:
            raise left.pop()

    return fail
