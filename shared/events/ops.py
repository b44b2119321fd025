"""What operators ask, about refused facts and erased people, and tell: facts like any other, judged and recorded.

No upstream system may have anybody erased, or say what becomes of many refused facts at once.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.events.contract import DESK, OPERATIONS, Fact
from shared.events.finance import Hash
from shared.events.types import Count, Day, DocNo, EntityId, Text, Word

NamedPerson = Annotated[str, StringConstraints(pattern=r"^p[a-z2-7]{25}$")]
"""A person under the id inside the system: operations name nobody by a number."""
OPERATORS = (OPERATIONS, DESK)
LETTER_MAX = 300
Position = Annotated[int, Field(ge=0)]
"""A sequence of the stream `EVENTS`; 0 is before the first."""
Letter = Annotated[str, Field(min_length=1, max_length=LETTER_MAX)]


class _OfLetters(Fact, topic="", entity=""):
    """What operators ask about a refused fact: recorded intakes hold such requests of other sources."""

    ours = OPERATIONS


class RedriveRequested(_OfLetters, topic="ops.redrive_requested", entity="letter"):
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


class DiscardRequested(_OfLetters, topic="ops.discard_requested", entity="letter"):
    """A fact that was refused needs nobody any more; its refusal stays, its sealed copy is deleted."""

    letter: Letter
    by: EntityId
    reason: Text


class LettersWished(Fact, topic="ops.letters_wished", entity="source"):
    """Refused facts are to be judged again, or need nobody any more; registry, which keeps them sealed, sees to each.

    Args:
        source: Who sent them. fact, code, letter: Only those of this type, refused for this reason, or this one.
    """

    only_from = OPERATORS

    wish: Literal["redrive", "discard"]
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    by: EntityId
    reason: Text
    fact: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)] | None = None
    code: Word | None = None
    letter: Letter | None = None


class ErasureRequested(Fact, topic="ops.erasure_requested", entity="person_id"):
    """What names a person is to be destroyed (个人信息保护法 art. 47): the key of the vault, and all it opens.

    Args:
        by: who asks. doc_no: the decision that it rests on.
    """

    only_from = OPERATORS

    person_id: NamedPerson
    by: EntityId
    reason: Text
    doc_no: DocNo


class ErasureLifted(Fact, topic="ops.erasure_lifted", entity="person_id"):
    """An erased person has come back: what is told of them from now on is kept again. Nothing destroyed returns."""

    only_from = OPERATORS

    person_id: NamedPerson
    by: EntityId
    reason: Text
    doc_no: DocNo


class ReplayFinished(Fact, topic="ops.replay_finished", entity="span"):
    """The recorded events were folded again, all of them, and what came out was held against the live ledger.

    Of a part nothing is told: that it agrees says nothing of the rest.

    Args:
        span: One word, so that each comes to one place after the one before it. by: who had it done.
        first, last: Where the first and the last event that was folded stand. events: how many they were.
        posted_until: The last day that they post; None: none.
        digest, live_digest: Of all lines, folded again and live. differences: in lines, balances, offers, claims due.
        unhandled: Events that live consumers could not handle; the replay leaves them out like the ledger.
    """

    only_from = (OPERATIONS,)

    span: Literal["whole"]
    by: EntityId
    first: Position
    last: Position
    events: Position
    posted_until: Day | None = None
    digest: Hash
    live_digest: Hash
    differences: Count
    unhandled: Count

    @property
    def agrees(self) -> bool:
        """Tell whether the live ledger is what the events give."""
        return not self.differences and self.digest == self.live_digest
