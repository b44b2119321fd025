"""Who is who: two records that are one person are told of under one number from then on; a split undoes that.

Nothing that is known already moves: what was recorded of either stays under its own number, in every ledger, and a task
asks the office to compare the two. An employment stays with the number under which it was confirmed.
"""

from services.registry.domain.people import PERSON
from services.registry.domain.roster import ROSTER, TASKS, exit_task
from services.registry.domain.signers import signed
from services.registry.domain.tasks import Task, stand
from services.registry.domain.work import EMPLOYMENT
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.types import is_person_id
from shared.runner.core import Decision, Message, Peek, Personal, Refuse


def survivor(peek: Peek, person_id: str) -> str:
    """Return the number under which a person is told of now; there are no cycles, because they are refused."""
    while into := peek(PERSON, person_id).merged_into:
        person_id = into
    return person_id


def resolved(fact: Event, peek: Peek) -> Event:
    """Return a fact under the number that is the person's now; a confirmed employment stays where it is."""
    person_id = getattr(fact, "person_id", None)
    if not person_id or isinstance(fact, PersonMerged | PersonSplit):
        return fact
    if isinstance(fact, EmploymentConfirmed) and peek(EMPLOYMENT, fact.employment_id).person_id == person_id:
        return fact
    now = survivor(peek, person_id)
    return fact if now == person_id else fact.model_copy(update={"person_id": now})


def keeps(personal: Personal, peek: Peek) -> Personal:
    """Return what the vault keeps of a person under the number that is theirs now; that number itself stays."""
    if not is_person_id(personal.subject_id):
        return signed(personal, peek) or personal
    now = survivor(peek, personal.subject_id)
    if now == personal.subject_id:
        return personal
    return Personal(now, {name: value for name, value in personal.fields.items() if not name.endswith("id_number")})


def merged(message: Message, fact: PersonMerged, peek: Peek) -> Decision:
    """Return what follows from a merge: the link, who has one person less, and that somebody compares the ledgers."""
    person = peek(PERSON, fact.person_id)
    if fact.into_person_id == fact.person_id:
        return Refuse("merged_into_itself", "data.into_id_number", "the other record of the same person")
    if survivor(peek, fact.into_person_id) == fact.person_id:
        return Refuse("merge_cycle", "data.into_id_number", "that record is part of this one: split it first")
    if person.merged_into == fact.into_person_id:
        return []
    if person.merged_into:
        return Refuse("already_merged", "data.id_number", "it is part of another record: split it from that one first")
    listed = peek(ROSTER, fact.person_id)
    told = fact.model_copy(update={"coordinator_id": person.coordinator_id or None, "leaves": listed.county})
    exits = stand(peek, TASKS, exit_task(listed, fact.person_id), message.known_on, holds=False)
    compare = _money(fact.person_id, fact.into_person_id, fact.doc_no, peek)
    return [told, *exits, *stand(peek, TASKS, compare, message.known_on, holds=True)]


def split(message: Message, fact: PersonSplit, peek: Peek) -> Decision:
    """Return what follows from a split: a link that there was is gone, and nobody needs to compare any more."""
    into = peek(PERSON, fact.person_id).merged_into
    if fact.from_person_id == fact.person_id:
        return Refuse("split_from_itself", "data.from_id_number", "the record that held both people")
    if into and into != fact.from_person_id:
        return Refuse("merged_elsewhere", "data.from_id_number", "the record that it was merged into")
    compare = _money(fact.person_id, fact.from_person_id, fact.doc_no, peek)
    told = fact.model_copy(update={"enters": peek(ROSTER, fact.person_id).county}) if into else fact
    return [told, *stand(peek, TASKS, compare, message.known_on, holds=False)]


def _money(person_id: str, into: str, doc_no: str, peek: Peek) -> Task:
    county = peek(PERSON, person_id).county or peek(PERSON, into).county or None
    details = {"into_person_id": into, "doc_no": doc_no}
    return Task("merged_money", f"{person_id}/{into}", county, person_id, details=details)
