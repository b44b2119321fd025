"""How often a skill is named, by people who have it and vacancies that ask for it: the rarer, the more it tells.

Forms are counted, not people: a form that is sent again counts again. So the count is a fold of events alone, and a
replay up to the same fact finds the same rarity.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.runner.core import Aggregate, Message

RAREST = 10
_FORMS = JobseekerRegistered | JobseekerUpdated | VacancyOpened | VacancyChanged


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill: in how many forms it was named."""

    named: int = 0


def names_skills(message: Message) -> Iterable[str]:
    """Return the skills that a form names, each once; a closing only repeats what is known."""
    event = message.event
    if not isinstance(event, _FORMS) or isinstance(event, VacancyClosed):
        return ()
    return tuple(sorted(set(event.skills or ())))


def rarity(named: int, forms: int) -> int:
    """Return what a skill weighs: 1 for one that every other form or more names, one more for each halving, 10 at most.

    Args:
        named: In how many forms the skill was named.
        forms: How many forms named any.
    """
    return min(RAREST, max(1, (forms // max(1, named)).bit_length()))


SKILLS = Aggregate(
    kind="skill",
    state=Skill,
    initial=lambda _: Skill(),
    evolve=lambda state, _: Skill(state.named + 1),
    concerns=names_skills,
    resident=True,
)
