"""To whom a letter goes, and what of it is still true: asked when it is about to go out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.notify.adapters.channels.hooks import HookBook
from services.notify.adapters.channels.letters import Letter, LetterBook
from services.notify.adapters.channels.port import PERSONAL, RINGS, Delivery, Matter, Row
from services.notify.adapters.channels.preferences import QUIET, PreferenceBook
from services.notify.adapters.channels.present import Open, Present
from services.notify.adapters.channels.recipients import Account, Recipients
from services.notify.adapters.channels.timing import after_quiet
from services.notify.domain.rules import Language
from shared.privacy import SealError
from shared.sms.pacing import QuietHours


@dataclass(frozen=True, slots=True)
class Gone:
    """There is nothing to send, or nowhere to."""

    how: Literal["obsolete", "refused"]
    code: str


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing may ring before a moment."""

    until: datetime


@dataclass
class Addressing:
    """Resolves letters from what is true now.

    Args:
        lang: in which robots speak, and letters to who never chose one; the console does the same.
    """

    letters: LetterBook
    present: Present
    recipients: Recipients
    preferences: PreferenceBook
    hooks: HookBook
    clock: Callable[[], datetime]
    lang: Language = "zh"

    async def of(self, letter: Letter) -> Delivery | Gone | Held:
        """Return the letter as it goes out now."""
        if letter.channel in PERSONAL:
            return await self._to_person(letter)
        return await self._to_group(letter)

    async def _to_person(self, letter: Letter) -> Delivery | Gone | Held:
        account = await self.recipients.account(letter.recipient)
        if account is None:
            return Gone("obsolete", "no_account")
        matters = await self._open(letter, account.addresses.__contains__)
        if not matters:
            return Gone("obsolete", "nothing_open")
        wishes = (await self.preferences.of([account.user_id]))[account.user_id]
        if not any(wishes.wants(letter.channel, matter.urgency, can_wait=letter.digest) for matter in matters):
            return Gone("obsolete", "not_wanted")
        if held := self._held(wishes.quiet_hours):
            return held
        to = await self._to(letter, account)
        if to is None:
            return Gone("refused", "no_contact")
        return Delivery(letter.id, letter.channel, to, matters, digest=letter.digest, lang=account.lang or self.lang)

    async def _to(self, letter: Letter, account: Account) -> str | None:
        return account.card_id if letter.channel == "sms" else await self.preferences.address(account.user_id)

    async def _to_group(self, letter: Letter) -> Delivery | Gone | Held:
        try:
            found = await self.hooks.opened(letter.recipient)
        except SealError:
            return Gone("refused", "sealed_otherwise")
        if found is None or found[0].channel != letter.channel:
            return Gone("obsolete", "no_hook")
        hook, url, secret = found
        matters = await self._open(letter, hook.office.__eq__)
        if not matters:
            return Gone("obsolete", "nothing_open")
        if letter.channel in RINGS and (held := self._held(QuietHours.read(QUIET))):
            return held
        return Delivery(letter.id, letter.channel, url, matters, secret, digest=letter.digest, lang=self.lang)

    async def _open(self, letter: Letter, is_theirs: Callable[[str], bool]) -> tuple[Matter, ...]:
        """Return what is open, in the inbox where it was noted, and that inbox still the recipient's."""
        notices = await self.letters.notices(letter)
        now = await self.present.of({row["alert_id"] for row in notices})
        return tuple(_matter(row) for row in notices if is_theirs(row["address"]) and _in(now, row))

    def _held(self, quiet: QuietHours) -> Held | None:
        now = self.clock()
        until = after_quiet(now, quiet)
        return Held(until) if until > now else None


def _in(now: Mapping[str, Open], row: Row) -> bool:
    """Tell whether an alert still waits in the inbox where it was noted."""
    alert = now.get(row["alert_id"])
    return alert is not None and alert.is_told(row["address"], back=row["back"])


def _matter(row: Row) -> Matter:
    return Matter(row["_id"], row["alert_id"], row["kind"], row["urgency"], date.fromisoformat(row["raised_on"]))
