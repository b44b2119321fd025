"""The inbox: what needs an officer."""

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import EVERYBODY, Answer, Asked, Endpoint, Page, Principal


async def show(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    """Show what needs the officer."""
    return Page("inbox.html", {"open_day": await desk.open_day()})


ENDPOINTS = (Endpoint("GET", "/", "inbox", EVERYBODY, show, summary="What needs the officer", nav="nav.inbox"),)
