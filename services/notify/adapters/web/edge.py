"""One process, two applications: FastStream has health, metrics and AsyncAPI, the console has everything else.

The lifespan stays FastStream's. Before streams and collections are there the console answers 503.
"""

from dataclasses import dataclass, field

from faststream.asgi import AsgiFastStream
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.notify.adapters.web.compose import console_of, prepare
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.words import load_words
from services.notify.phrasebook import load_phrasebook
from services.notify.rulebook import load_rulebook
from shared.cards import ContactCards, PayeeCards
from shared.runner.app import Context
from shared.store import patiently


@dataclass
class Console:
    """The console of a process, from when its parts are there."""

    app: ASGIApp = field(default_factory=lambda: PlainTextResponse("starting", 503, {"Retry-After": "2"}))

    async def run(self, context: Context) -> None:
        """Build the console on a process's parts: an adapter for `serve`."""
        desk = Desk(
            db=context.store.db,
            settings=context.settings,
            rules=load_rulebook(),
            phrases=load_phrasebook(),
            words=load_words(),
            cards=ContactCards(context.js, context.settings.key("card_key")),
            payees=PayeeCards(context.js, context.settings.key("card_key")),
            js=context.js,
        )
        await patiently(lambda: prepare(desk), context.health.store_failed)
        await desk.outcomes.listen(context.client)
        self.app = console_of(desk)
        await desk.live.run(desk.db)


@dataclass(frozen=True)
class Edge:
    """What the process serves."""

    service: AsgiFastStream
    console: Console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to whom it is for."""
        ours = scope["type"] == "http" and scope["path"] not in {path for path, _ in self.service.routes}
        app: ASGIApp = self.console.app if ours else self.service
        await app(scope, receive, send)
