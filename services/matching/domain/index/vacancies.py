"""The index of vacancies that can be offered: what each asks for and pays, as columns."""

from collections.abc import Container, Mapping
from typing import TypeVar

import numpy as np

from services.matching.domain.distance import NOWHERE, squares
from services.matching.domain.fitting import NO_CONTRACT, RULES, age_on, education_rank, is_cadres_post, obstacle
from services.matching.domain.index.aligned import EmployerTable, SkillTable, Table
from services.matching.domain.index.best import Best
from services.matching.domain.index.counting import Here, There, bit_lengths, nearness
from services.matching.domain.index.scanning import NO_LEAST, Ints, Mask, Query, Rows, Rule, Small, Term, look_for
from services.matching.domain.index.shelf import CLIP, Row
from services.matching.domain.index.shelves import Place, Shelves, place_of
from services.matching.domain.index.statuses import ALL, bit_of, bits_of
from services.matching.domain.index.words import ANY, Occupations, Words
from services.matching.domain.occupation import LEVELS
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import Offering, bringing, measured, weigh
from services.matching.domain.seeker import Seeker
from services.matching.domain.skill import RAREST, SKILLS
from services.matching.domain.stability import STABILITIES
from services.matching.domain.vacancy import Vacancy

P = TypeVar("P")

# The first ones are those that a person asks the least of; what a person asks the most of stands there negated.
# Candidates and people asked are counted an opening, rounded down: limits are whole numbers, so that loses nothing.
_CLOSES, _AGE_MIN_NEGATED, _AGE_MAX, _EDUCATION_NEGATED, _PAYS, _FIRST_NEGATED = range(6)
_CANDIDATES_NEGATED, _ASKED_NEGATED = range(6, 8)
(
    _STATED,
    _STATUSES,
    _COUNTY,
    _TOWNSHIP,
    _NORTH,
    _EAST,
    _WAGE,
    _OCCUPATION,
    _EMPLOYER,
    _POST,
    _FRESH,
) = range(8, 19)
_SKILLS = range(19, 27)
_WIDTH = 27
_THERE = There(_COUNTY, _TOWNSHIP, _NORTH, _EAST)
_HALF = 32
_LOWER = 2**_HALF - 1
_ANY, _NOTHING = Vacancy(), Offering({}, 0, "", 0, 0, 0, 0)
_OF_POST = [rule for rule in RULES if rule.name in ("working_age", "term_used_up", "called_too_often")]


class VacancyIndex:
    """Vacancies with places left; the others cannot be offered on any day."""

    def __init__(self, states: Mapping[str, Vacancy]) -> None:
        self._skills, self._townships, self._counties, self._employers = Words(), Words(), Words(), Words()
        self._occupations = Occupations()
        self._posts: dict[tuple[str, bool], tuple[int, Vacancy]] = {}  # one of each kind for rules of no more
        self.shelves = Shelves(_WIDTH)
        self.shelves.extend((id_, *self._row(state)) for id_, state in states.items() if _can_be_offered(state))

    def __len__(self) -> int:
        return len(self.shelves)

    @property
    def bytes(self) -> int:
        """Memory of the columns."""
        return self.shelves.bytes

    def put(self, id_: str, state: Vacancy | None) -> None:
        """Take the state that a vacancy has now; None: it is gone."""
        if state is not None and _can_be_offered(state):
            self.shelves.put(id_, *self._row(state))
        else:
            self.shelves.drop(id_)

    def look_for(self, best: Best[P], seeker: Seeker, scene: Scene, skip: Container[str]) -> None:
        """Find the best vacancies for a person, but for some ids."""
        away = seeker.max_distance_km
        spot = seeker.spot if away is not None else None
        if obstacle(seeker, scene) is None:
            near = self.shelves.near(seeker.county, spot, away)
            look_for(best, self.query(seeker, scene), self.shelves, near, skip)

    def query(self, seeker: Seeker, scene: Scene) -> Query:
        """Return the rules and terms that a person and a day put to vacancies."""
        away = seeker.max_distance_km
        spot = seeker.spot if away is not None else None
        related = scene.weights.occupation * self._occupations.related(seeker.occupations) // LEVELS
        limit = (1_000 * (away or 0)) ** 2
        found, changed = scene.peek.view(STABILITIES, EmployerTable)
        employers = found.table(self._employers, [(id_, scene.stability(id_)) for id_ in changed])
        return Query(
            least=_least_of(seeker, scene),
            near=None if spot is None else lambda rows: squares(spot, rows[_NORTH], rows[_EAST]) <= limit,
            rules=[_meant_for(seeker), self._post(seeker, scene), *self._pays_by_law(scene)],
            late=[_paid_for(employers, scene)],
            first_most=scene.weights.occupation,
            first=lambda rows: related.take(rows[_OCCUPATION]),
            terms=self._terms(seeker, employers, scene),
            tie=lambda rows: np.zeros(len(rows), np.int64),
        )

    def _row(self, state: Vacancy) -> tuple[Place, Row]:
        spot, wage, first = state.spot, state.best_wage_fen, state.first_from
        stated = state.wage_min_fen or state.wage_max_fen
        bound = stated is not None and state.post_kind not in NO_CONTRACT
        return place_of(state.county, spot, 0), (
            CLIP if state.closes_on is None else state.closes_on.toordinal(),
            -(state.age_min or 0),
            CLIP if state.age_max is None else state.age_max,
            -education_rank(state.education_min) if state.education_min else 0,
            CLIP if wage is None else min(wage, CLIP),
            -first.toordinal() if first else 0,
            -(state.candidates // state.openings),
            -(state.asked // state.openings),
            min(stated, CLIP) if bound and stated is not None else CLIP,
            bits_of(state.reserved_for) if state.reserved_for else ALL,
            self._counties.number(state.county),
            self._townships.number(state.township),
            spot.north if spot else NOWHERE,
            spot.east if spot else 0,
            min(wage or 0, CLIP),
            self._occupations.number(state.occupation or state.title),
            self._employers.number(state.uscc),
            self._posts.setdefault((state.post_kind, is_cadres_post(state)), (len(self._posts), state))[0],
            state.fresh_on.toordinal() if state.fresh_on else 0,
            *self._skills.slots(state.skills, len(_SKILLS)),
        )

    def _post(self, seeker: Seeker, scene: Scene) -> Rule:
        """Return the rules that look at the kind of post alone, asked of the law once a kind."""
        holds = np.array([_allows(seeker, one, scene) for _, one in self._posts.values()], np.bool_)
        return lambda rows: holds.take(rows[_POST])

    def _pays_by_law(self, scene: Scene) -> list[Rule]:
        """Return the rule of the minimum wage, where one is known."""
        known = {county: fen for county, fen in scene.minimum_wages.items() if self._counties.known(county)}
        if not known:
            return []
        floors = np.minimum(self._counties.table(known.items()), CLIP)
        return [lambda rows: rows[_STATED] >= floors.take(rows[_COUNTY])]

    def _terms(self, seeker: Seeker, employers: Table, scene: Scene) -> list[Term]:
        weights = scene.weights
        own = weigh(measured(seeker, bringing(seeker, scene), _ANY, _NOTHING), seeker.status, weights)
        need = own["need"] + own["waiting"] + own["household"]
        here = Here(self._counties.known(seeker.county), self._townships.known(seeker.township), seeker.spot)
        return [
            self._skilled(seeker, scene),
            Term(need, lambda _: need),
            Term(weights.township, lambda rows: nearness(rows, here, weights, _THERE)),
            _paying(seeker, scene),
            _lasting(employers, scene),
            _fresh(scene),
        ]

    def _skilled(self, seeker: Seeker, scene: Scene) -> Term:
        found, changed = scene.peek.view(SKILLS, SkillTable)
        named = found.table(self._skills, [(id_, scene.peek(SKILLS, id_)) for id_ in changed])[0]
        rarity = bit_lengths(scene.forms // np.maximum(named, 1), RAREST)
        rarity[: ANY + 1] = 0
        counts = rarity << _HALF  # what is asked for, and in the lower half what of it is there
        counts += rarity * self._skills.table((skill, 1) for skill in seeker.skills)
        most = scene.weights.skills

        def skilled(rows: Rows) -> Ints:
            sums = counts.take(rows.columns(_SKILLS)).sum(axis=0)
            asked = sums >> _HALF
            share = most * (sums & _LOWER) // np.maximum(asked, 1)
            return np.where(asked == 0, most, share)  # who asks for more than fit here stands here as asking for none

        return Term(most, skilled)


def _can_be_offered(state: Vacancy) -> bool:
    return state.opened and state.places_left > 0


def _least_of(seeker: Seeker, scene: Scene) -> Small:
    """Return what the first columns of a vacancy have to come to."""
    day = scene.on.toordinal()
    age = 0 if seeker.born_on is None else age_on(seeker.born_on, scene.on)
    education, limits = education_rank(seeker.education) if seeker.education else 0, scene.limits
    wage, kept = min(seeker.wanted_wage_fen, CLIP), limits.listed_first_days - day
    first = NO_LEAST if seeker.status in limits.listed_first else kept
    least = [day, -age, age, -education, wage, first, 1 - limits.candidates_per_opening, 1 - limits.asked_per_opening]
    return np.array(least, np.int32)[:, np.newaxis]


def _meant_for(seeker: Seeker) -> Rule:
    status = bit_of(seeker.status)
    return lambda rows: rows[_STATUSES] & status != 0


def _allows(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    return all(rule.holds(seeker, vacancy, scene) for rule in _OF_POST)


def _paid_for(employers: Table, scene: Scene) -> Rule:
    """Return the rule for blocked employers; of several blocks it knows the latest."""
    today = scene.on.toordinal()
    _, _, first, last = employers

    def unblocked(rows: Rows) -> Mask:
        numbers = rows[_EMPLOYER]
        free: Mask = (first.take(numbers) > today) | (last.take(numbers) < today)
        return free

    return unblocked


def _lasting(employers: Table, scene: Scene) -> Term:
    most, (begun, lasted, _, _) = scene.weights.stability, employers

    def lasting(rows: Rows) -> Ints:
        numbers = rows[_EMPLOYER]
        share: Ints = most * (lasted.take(numbers) + 1) // (begun.take(numbers) + 2)
        return share

    return Term(most, lasting)


def _fresh(scene: Scene) -> Term:
    days, most = scene.weights.fresh_days, scene.weights.freshness
    stale = scene.on.toordinal() - days

    def fresh(rows: Rows) -> Ints:
        left: Ints = np.minimum(np.maximum(rows[_FRESH].astype(np.int64) - stale, 0), days)
        return most * left // days

    return Term(most, fresh)


def _paying(seeker: Seeker, scene: Scene) -> Term:
    wanted, most = seeker.wanted_wage_fen, scene.weights.wage
    if not wanted:
        return Term(0, lambda _: 0)

    def paying(rows: Rows) -> Ints:
        wage = rows[_WAGE].astype(np.int64)
        return np.where(wage == CLIP, most, np.minimum(np.maximum(most * 2 * (wage - wanted) // wanted, 0), most))

    return Term(most, paying)
