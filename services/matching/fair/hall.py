"""Who and what is in the hall on the day: people and posts as matching knows them, and what a fair leaves out of count.

At a fair nobody is pushed a message, so the caps of messages (offers a person, people asked) do not count, and an offer
that is still open keeps nobody from its post. A vacancy that was declined or answered by nobody is not offered
again, here as everywhere, and who accepted one holds a place already.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.fair.known import Known


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
        market: What else is known of the market.
    """

    on: date
    guests: tuple[Guest, ...]
    posts: tuple[Post, ...]
    market: Known = field(default_factory=lambda: Known({}))


def hall_of(
    on: date,
    seekers: Iterable[tuple[str, Seeker]],
    vacancies: Iterable[tuple[str, Vacancy]],
    market: Known | None = None,
) -> Hall:
    """Return the hall of people and vacancies as the market knows them, in the order given."""
    guests = tuple(Guest(id_, _free(seeker)) for id_, seeker in seekers)
    posts = (Post(id_, replace(vacancy, open=(), asked=0), vacancy.places_left) for id_, vacancy in vacancies)
    return Hall(on, guests, tuple(posts), market or Known({}))


def _free(seeker: Seeker) -> Seeker:
    if not seeker.offered:
        return seeker
    pending = {ref.vacancy_id for ref in seeker.open}
    over = tuple(id_ for id_ in seeker.offered if id_ not in pending)
    return replace(seeker, open=(), offered=over, offered_on=())
