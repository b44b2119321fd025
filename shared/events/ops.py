"""Requests of operators about dead letters: facts like any other, so they are judged, recorded and told again."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Fact
from shared.events.types import EntityId, Text, Word

Letter = Annotated[str, Field(min_length=1, max_length=300)]


class RedriveRequested(Fact, topic="ops.redrive_requested", entity="letter"):
    """A fact that was refused is to be judged again, because what refused it was wrong.

    Args:
        letter: Inbox key of the refused fact, `<source>|<id>`. by: who asks.
    """

    class Personal(Fact.Personal):
        """Sent and never kept: the refused fact itself, zlib in base64."""

        body: Annotated[str, Field(max_length=60_000)]

    letter: Letter
    by: EntityId
    reason: Text


class DiscardRequested(Fact, topic="ops.discard_requested", entity="letter"):
    """A fact that was refused needs nobody any more; its refusal stays, its sealed copy is deleted."""

    letter: Letter
    by: EntityId
    reason: Text


class LettersWished(Fact, topic="ops.letters_wished", entity="source"):
    """Refused facts are to be judged again, or need nobody any more; registry, which keeps them sealed, sees to each.

    Args:
        source: Who sent them. fact, code, letter: Only those of this type, refused for this reason, or this one.
    """

    wish: Literal["redrive", "discard"]
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    by: EntityId
    reason: Text
    fact: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)] | None = None
    code: Word | None = None
    letter: Letter | None = None
