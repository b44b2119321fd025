"""A county that places people: facts in short forms, and the tasks that stand open afterwards."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from services.registry.domain.placements import PLACEMENT, Placement
from services.registry.domain.placements_posts import GROUP, Group
from services.registry.domain.recruiting import APPLICATION, Application
from services.registry.domain.recruiting_rounds import ROUND, Round
from shared.events.tasks import TaskClosed, TaskOpened
from shared.identity import make_id_number
from shared.privacy import person_id
from tests.support.facts import COUNTY, KEYS, USCC, Offer, closing, offer
from tests.support.world import Registry

BORN = date(1990, 6, 15)
HESHUI = "621024"
MINE = {
    "placement_overlap", "vacancy_overfilled", "gate_failed", "quota_exceeded", "agreement_missing", "arrival_missing",
    "term_ending", "violation_open", "recruiting_waits",
}  # fmt: skip


def number(n: int, born: date = BORN) -> str:
    """Return the id number of the n-th person born on a day."""
    return make_id_number(COUNTY, born, n)


def pseudonym(n: int, born: date = BORN) -> str:
    """Return what stands for that person in events."""
    return person_id(KEYS.person, number(n, born))


def seeker(n: int, born: date = BORN, **said: Any) -> Offer:
    """Return the registration of a person who finished college and dances."""
    told = {"education": "31", "skills": ["民族舞蹈"], "county": COUNTY, "township": None, "village": None} | said
    return offer("jobseeker.registered", f"seeker-{n}", id_number=number(n, born), **told)


def job(id_: str, n: int, starts_on: str, kind: str = "dispatch", *, born: date = BORN, **said: Any) -> Offer:
    """Return the beginning of a placement."""
    told = {"employment_id": id_, "id_number": number(n, born), "uscc": USCC, "starts_on": starts_on}
    stated = told | {"post_kind": kind, "county": COUNTY} | said
    return offer("employment.confirmed", f"job-{id_}", stated)


class Town(Registry):
    """Registry whose first closed day is the given one, with one public body as host."""

    def __init__(self, first_closed: str = "2020-10-31") -> None:
        super().__init__(opened=False)
        self._facts = 0
        self.last = date.fromisoformat(first_closed)
        self.tell(closing(self.last), offer("employer.registered", "host", kind="public_body"))

    def say(self, fact: str, **data: Any) -> None:
        """Tell a fact that has to be accepted."""
        self._facts += 1
        self.accept(offer(fact, f"{fact}-{self._facts}", data))

    def accept(self, *offers: Offer) -> None:
        """Tell facts that have to be accepted."""
        for each in offers:
            (said,) = self.tell(each)
            assert said.outcome == "applied", f"{each.id}: {said}"

    def close(self, until: str) -> None:
        """Close the days up to one."""
        while self.last < date.fromisoformat(until):
            self.last += timedelta(days=1)
            self.accept(closing(self.last))

    def open(self, *kinds: str) -> list[str]:
        """Return kind and matter of the tasks of placements that stand open, in order."""
        count: Counter[str] = Counter()
        for message in self.memory.emitted:
            if isinstance(message.event, TaskOpened | TaskClosed) and message.event.kind in (kinds or MINE):
                mark = f"{message.event.kind} {message.event.matter}"
                count[mark] += 1 if isinstance(message.event, TaskOpened) else -1
        assert set(count.values()) <= {0, 1}
        return sorted(+count)

    def details(self, kind: str) -> dict[str, str]:
        """Return the details of the last task of a kind that was opened."""
        return dict([task for task in self.events(TaskOpened) if task.kind == kind][-1].details)

    def placement(self, id_: str = "J1") -> Placement:
        """Return a placement as it stands."""
        found: Placement = self.memory.states(PLACEMENT.kind)[id_]
        return found

    def answers(self, id_: str = "J1") -> dict[str, str]:
        """Return what the gates of a placement answer."""
        check = self.placement(id_).check
        return {each.gate: each.answer for each in check.answers} if check else {}

    def application(self, id_: str = "A1") -> Application:
        """Return an application as it stands."""
        found: Application = self.memory.states(APPLICATION.kind)[id_]
        return found

    def round(self, id_: str = "dispatch-quota-r1") -> Round:
        """Return a round as it stands."""
        found: Round = self.memory.states(ROUND.kind)[id_]
        return found

    def group(self, id_: str) -> Group:
        """Return what counts against a quota."""
        found: Group = self.memory.states(GROUP.kind)[id_]
        return found
