"""Facts about who is who: two records that are one person, one record that is two."""

from typing import Annotated

from pydantic import Field

from shared.events.contract import Fact
from shared.events.types import DERIVED, County, Day, DocNo, EntityId, PersonId, Pseudonym, Text

IntoPersonId = Annotated[str, Field(pattern=r"^p[a-z2-7]{25}$"), Pseudonym("into_id_number")]
FromPersonId = Annotated[str, Field(pattern=r"^p[a-z2-7]{25}$"), Pseudonym("from_id_number")]


class PersonMerged(Fact, topic="person.merged", entity="person_id"):
    """Two records turned out to be one person: what names the first from now on is told of the other.

    Args:
        coordinator_id: Who looked after the first and has one person less by it.
        leaves: The county whose roster has one person less by it.
    """

    person_id: PersonId
    into_person_id: IntoPersonId
    date: Day
    doc_no: DocNo
    reason: Text
    coordinator_id: Annotated[EntityId | None, DERIVED] = None
    leaves: Annotated[County | None, DERIVED] = None


class PersonSplit(Fact, topic="person.split", entity="person_id"):
    """One record turned out to be two people: what names the first from now on is told of the first again.

    Args:
        enters: The county whose roster has one person more by it.
    """

    person_id: PersonId
    from_person_id: FromPersonId
    date: Day
    doc_no: DocNo
    reason: Text
    enters: Annotated[County | None, DERIVED] = None
