"""The whole console over a desk: endpoints, login, what the store must have."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from services.notify.adapters.web import login, openapi
from services.notify.adapters.web.app import Frame, application
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Endpoint
from services.notify.adapters.web.inbox_queries import COUNTED, ORDER
from services.notify.adapters.web.money_file import DOWNLOADS
from services.notify.adapters.web.routes import ENDPOINTS
from services.notify.adapters.web.sessions import Sessions
from services.notify.adapters.web.users import Users


async def prepare(desk: Desk) -> None:
    """Make the indexes of what is not from events, and of the inbox; raises StoreError."""
    await Sessions(desk.db, desk.settings, desk.now).prepare()
    await Users(desk.db, desk.now).prepare()
    for fields in ([("tags", 1), *ORDER], COUNTED):
        await desk.db["alert"].create_index(fields)
    await desk.db[DOWNLOADS].create_index("run_id")
    await desk.db["desk_errands"].create_index("forget_at", expireAfterSeconds=0)


def console_of(desk: Desk, endpoints: Sequence[Endpoint] = ENDPOINTS) -> ASGIApp:
    """Return the console of a desk."""
    document = openapi.endpoint_of(endpoints, has_provider=bool(desk.settings.oidc_issuer))
    frame = Frame(desk, (*endpoints, document))
    return application(frame, login.routes(frame))
