"""Preferences: what an officer hears by which channel, and when nothing rings. The inbox has everything anyway."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.notify.adapters.channels.preferences import PREFERENCES, PreferenceBook, Preferences, address
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import OFFICERS, Answer, Asked, Endpoint, Form, Page, Principal, Said, See
from services.notify.domain.rules import Urgency
from shared.sms.pacing import OFF

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Email = Annotated[str, AfterValidator(address)]
Ticked = Literal["yes"]


class PreferencesForm(Form):
    """What somebody wants.

    Args:
        sms, email: Urgencies of which they hear that way.
        quiet_from, quiet_until: Times of day in Asia/Shanghai between which nothing rings; without both: never.
        address: A new e-mail address; left empty, the one that is known stays. forget: it is forgotten.
    """

    sms: tuple[Urgency, ...] = ()
    email: tuple[Urgency, ...] = ()
    quiet_from: TimeOfDay | None = None
    quiet_until: TimeOfDay | None = None
    digest: Ticked | None = None
    address: Email | None = None
    forget: Ticked | None = None

    @property
    def preferences(self) -> Preferences:
        """Return it as it is kept."""
        hours = f"{self.quiet_from}-{self.quiet_until}" if self.quiet_from and self.quiet_until else OFF
        return Preferences(sms=self.sms, email=self.email, quiet=hours, digest=self.digest is not None)


async def show(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    """Show one's own preferences; an address is never shown again."""
    book, user_id = _book(desk), principal.user_id
    found = (await book.of([user_id]))[user_id]
    quiet_from, _, quiet_until = ("", "", "") if found.quiet == OFF else found.quiet.partition("-")
    data = {
        "sms": list(found.sms),
        "email": list(found.email),
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "digest": found.digest,
        "has_address": user_id in await book.with_address([user_id]),
        "has_card": principal.scope.coordinator_id is not None,
        "has_mail": bool(desk.settings.smtp_url),
    }
    return Page("preferences.html", data)


async def change(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Change one's own preferences."""
    book, given = _book(desk), asked.form
    await book.save(principal.user_id, given.preferences)
    if given.forget or given.address:
        await book.set_address(principal.user_id, None if given.forget else given.address)
    return See("/preferences", Said("preferences.changed"))


def _book(desk: Desk) -> PreferenceBook:
    return PreferenceBook(desk.db[PREFERENCES], desk.settings.key("card_key"))


ENDPOINTS = (
    Endpoint("GET", "/preferences", "preferences", OFFICERS, show, summary="What one hears by which channel"),
    Endpoint(
        "POST", "/preferences", "preferences_change", OFFICERS, change, form=PreferencesForm,
        summary="Change what one hears by which channel",
    ),
)  # fmt: skip
