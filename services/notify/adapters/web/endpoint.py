"""An endpoint as data: who may call it, what it takes, what it answers. Pages, checks, tests and OpenAPI read it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.notify.adapters.web.scope import Scope

if TYPE_CHECKING:
    from services.notify.adapters.web.desk import Desk

Language = Literal["zh", "en"]
Token = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Role(StrEnum):
    """What somebody is at the desk; what they see of it is their scope."""

    COORDINATOR = "coordinator"
    TOWNSHIP = "township"
    COUNTY = "county"
    PREPARER = "preparer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    OPS = "ops"


EVERYBODY: Final = frozenset(Role)
OFFICERS: Final = frozenset({Role.COORDINATOR, Role.TOWNSHIP, Role.COUNTY})
FINANCE: Final = frozenset({Role.PREPARER, Role.APPROVER})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks."""

    user_id: str
    name: str
    role: Role
    scope: Scope
    lang: Language = "zh"

    @property
    def by(self) -> str:
        """Return under whose name facts are published: the coordinator's id where there is one, else the user's."""
        return self.scope.coordinator_id or self.user_id


class Form(BaseModel):
    """What a query or a body holds: closed, immutable, and silent about values in its errors.

    A field left empty is not there. A field of a list or tuple takes every value of its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class Action(Form):
    """The body of what publishes a fact: `token` makes a double click the same fact (`form_token()` in the form)."""

    token: Token


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for the next page: a key of the words, and what stands in it."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    tone: Literal["good", "bad", "note"] = "good"


@dataclass(frozen=True)
class Asked:
    """What came with a request.

    Args:
        query, form: Instances of the endpoint's models; None where it has none.
        session_id: The session's public name, for what lists sessions; never its token.
    """

    path: Mapping[str, str]
    query: Any = None
    form: Any = None
    session_id: str = ""


@dataclass(frozen=True)
class Page:
    """A whole page, or its data as JSON where that is what is accepted.

    Args:
        part: The block of the template that alone is rendered when htmx asks; empty: the whole page always.
    """

    template: str
    data: dict[str, Any]
    status: int = 200
    part: str = ""


@dataclass(frozen=True)
class Fragment:
    """A template without a layout, for htmx to put into a page."""

    template: str
    data: dict[str, Any]


@dataclass(frozen=True)
class See:
    """Go and look there; what was done is said on that page."""

    location: str
    said: Said | None = None


@dataclass(frozen=True)
class Download:
    """A file to keep, or with `inline` to look at."""

    name: str
    media_type: str
    body: bytes
    inline: bool = False


@dataclass(frozen=True)
class Stream:
    """Server-sent events: dicts of `event` and `data`."""

    events: AsyncIterator[dict[str, str]]


Answer = Page | Fragment | See | Download | Stream
Handler = Callable[["Desk", Principal, Asked], Awaitable[Answer]]


class NotFound(Exception):  # noqa: N818 - an answer, not a mistake
    """There is no such thing."""


class Forbidden(Exception):  # noqa: N818 - an answer, not a mistake
    """It is not theirs: answered like what is not there, so that nobody learns which it was."""


@dataclass(frozen=True)
class Endpoint:
    """One thing that the console answers.

    Args:
        path: As Starlette has it, `/cases/{person_id}`.
        name: Unique; `url(name, person_id=...)` in templates.
        roles: Everybody else gets 403.
        query, form: What the query and the body must hold; None: nothing.
        summary: One sentence for OpenAPI.
        nav: A key of the words under which the menu shows it; only for a GET without parameters.
        after_change_only: Not before a first password was changed; nearly everything is so.
    """

    method: Literal["GET", "POST"]
    path: str
    name: str
    roles: frozenset[Role]
    handler: Handler
    query: type[Form] | None = None
    form: type[Form] | None = None
    summary: str = ""
    nav: str = ""
    after_change_only: bool = True
