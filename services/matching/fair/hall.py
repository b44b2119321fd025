"""Who and what is in the hall on the day: people and posts as matching knows them, and what a fair leaves out of count.

At a fair nobody is pushed a message, so the caps of messages (open offers a person, candidates a vacancy) do not count,
and an offer that is still open, or that the person said yes to, keeps nobody away. A vacancy that was declined or
answered by nobody is not offered again, here as everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy


@dataclass(frozen=True, slots=True)
class Guest:
    """A person at the fair; `id` is the person id, or the row of the file (`行 7`)."""

    id: str
    seeker: Seeker


@dataclass(frozen=True, slots=True)
class Post:
    """A vacancy at the fair, with the places that it had left in the morning."""

    id: str
    vacancy: Vacancy
    places: int


@dataclass(frozen=True, slots=True)
class Hall:
    """The fair; the order of guests and posts settles what nothing else does.

    Args:
        on: The day whose rules, ages and weights hold.
    """

    on: date
    guests: tuple[Guest, ...]
    posts: tuple[Post, ...]


def hall_of(on: date, seekers: Iterable[tuple[str, Seeker]], vacancies: Iterable[tuple[str, Vacancy]]) -> Hall:
    """Return the hall of people and vacancies as the market knows them, in the order given."""
    named = tuple(vacancies)
    wanted = frozenset((person, vacancy_id) for vacancy_id, vacancy in named for person in vacancy.accepted)
    posts = (Post(id_, replace(vacancy, open=(), accepted=()), vacancy.places_left) for id_, vacancy in named)
    return Hall(on, tuple(Guest(id_, _free(id_, seeker, wanted)) for id_, seeker in seekers), tuple(posts))


def _free(person_id: str, seeker: Seeker, wanted: frozenset[tuple[str, str]]) -> Seeker:
    if not seeker.offered:
        return seeker
    pending = {ref.vacancy_id for ref in seeker.open}
    over = (id_ for id_ in seeker.offered if id_ not in pending and (person_id, id_) not in wanted)
    return replace(seeker, open=(), offered=tuple(over))
