"""The index of vacancies that can be offered: what each asks for and pays, as columns."""

from collections.abc import Container, Mapping
from typing import TypeVar

import numpy as np

from services.matching.domain.distance import squares
from services.matching.domain.fitting import NO_CONTRACT, RULES, age_on, education_rank, is_cadres_post, obstacle
from services.matching.domain.index.aligned import EmployerTable, SkillTable, Table
from services.matching.domain.index.best import Best
from services.matching.domain.index.scanning import (
    Here,
    Ints,
    Mask,
    Query,
    Rows,
    Rule,
    Term,
    bit_lengths,
    look_for,
    nearness,
    slots_sum,
)
from services.matching.domain.index.shelf import CLIP, Row, Shelf
from services.matching.domain.index.shelves import Place, Shelves, place_of
from services.matching.domain.index.statuses import ALL, bit_of, bits_of
from services.matching.domain.index.words import ANY, Occupations, Words
from services.matching.domain.market import MARKET, MARKET_ID
from services.matching.domain.occupation import LEVELS
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import score_terms
from services.matching.domain.seeker import Seeker
from services.matching.domain.skill import RAREST, SKILLS
from services.matching.domain.stability import STABILITIES
from services.matching.domain.vacancy import Vacancy

P = TypeVar("P")

(
    _CLOSES, _STATUSES, _HAS_SPOT, _NORTH, _EAST, _AGE_MIN, _AGE_MAX, _EDUCATION, _WAGE, _STATED, _OCCUPATION,
    _TOWNSHIP, _EMPLOYER, _POST, _OPENINGS, _ASKED, _FIRST, _FRESH, _CANDIDATES,
) = range(19)  # fmt: skip
_SKILLS = range(19, 27)
_WIDTH = 27
_UNSAID = -1
_OF_POST = [rule for rule in RULES if rule.name in ("working_age", "term_used_up", "called_too_often")]


class VacancyIndex:
    """Vacancies with places left; the others cannot be offered on any day."""

    def __init__(self, states: Mapping[str, Vacancy]) -> None:
        self._skills, self._townships, self._employers = Words(), Words(), Words()
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
            look_for(best, self.query(seeker, scene), self.shelves.near(seeker.county, spot, away), skip)

    def query(self, seeker: Seeker, scene: Scene) -> Query:
        """Return the rules and terms that a person and a day put to vacancies."""
        away = seeker.max_distance_km
        spot = seeker.spot if away is not None else None
        limit = (1_000 * (away or 0)) ** 2
        found, changed = scene.peek.view(STABILITIES, EmployerTable)
        employers = found.table(self._employers, [(id_, scene.stability(id_)) for id_ in changed])
        return Query(
            county=seeker.county,
            rules=[*_rules(seeker, scene), self._post(seeker, scene), _paid_for(employers, scene)],
            near=None if spot is None else lambda c, r: squares(spot, c[_NORTH][r], c[_EAST][r]) <= limit,
            terms=self._terms(seeker, employers, scene),
            tie=lambda rows: np.zeros(len(rows), np.int64),
        )

    def _row(self, state: Vacancy) -> tuple[Place, Row]:
        spot, wage, first = state.spot, state.best_wage_fen, state.first_from
        stated = state.wage_min_fen or state.wage_max_fen
        bound = stated is not None and state.post_kind not in NO_CONTRACT
        return place_of(state.county, spot, 0), (
            CLIP if state.closes_on is None else state.closes_on.toordinal(),
            bits_of(state.reserved_for) if state.reserved_for else ALL,
            int(spot is not None),
            spot.north if spot else 0,
            spot.east if spot else 0,
            state.age_min or 0,
            CLIP if state.age_max is None else state.age_max,
            education_rank(state.education_min) if state.education_min else 0,
            _UNSAID if wage is None else min(wage, CLIP),
            min(stated, CLIP) if bound and stated is not None else CLIP,
            self._occupations.number(state.occupation or state.title),
            self._townships.number(state.township),
            self._employers.number(state.uscc),
            self._posts.setdefault((state.post_kind, is_cadres_post(state)), (len(self._posts), state))[0],
            state.openings,
            state.asked,
            first.toordinal() if first else 0,
            state.fresh_on.toordinal() if state.fresh_on else 0,
            state.candidates,
            *self._skills.slots(state.skills, len(_SKILLS)),
        )

    def _post(self, seeker: Seeker, scene: Scene) -> Rule:
        """Return the rules that look at the kind of post alone, asked of the law once a kind."""
        holds = np.array(
            [all(rule.holds(seeker, one, scene) for rule in _OF_POST) for _, one in self._posts.values()], np.bool_
        )
        return lambda shelf: holds[shelf.columns[_POST]]

    def _terms(self, seeker: Seeker, employers: Table, scene: Scene) -> list[Term]:
        weights = scene.weights
        related = weights.occupation * self._occupations.related(seeker.occupations) // LEVELS
        lasting = weights.stability * (employers[1] + 1) // (employers[0] + 2)
        own = score_terms(seeker, Vacancy(), scene)
        need = own["need"] + own["waiting"] + own["household"]
        here = Here(self._townships.known(seeker.township), seeker.spot)
        at = (_TOWNSHIP, _HAS_SPOT, _NORTH, _EAST)
        return [
            Term(weights.occupation, lambda rows: related[rows.columns[_OCCUPATION]]),
            self._skilled(seeker, scene),
            Term(need, lambda rows: np.full(len(rows), need, np.int64)),
            Term(weights.township, lambda rows: nearness(rows, here, weights, at)),
            _paying(seeker, scene),
            Term(weights.stability, lambda rows: lasting[rows.columns[_EMPLOYER]]),
            _fresh(scene),
        ]

    def _skilled(self, seeker: Seeker, scene: Scene) -> Term:
        found, changed = scene.peek.view(SKILLS, SkillTable)
        named = found.table(self._skills, [(id_, scene.peek(SKILLS, id_)) for id_ in changed])[0]
        rarity = bit_lengths(scene.peek(MARKET, MARKET_ID).forms // np.maximum(named, 1), RAREST)
        rarity[: ANY + 1] = 0
        has = rarity * self._skills.table((skill, 1) for skill in seeker.skills)
        most = scene.weights.skills

        def skilled(rows: Rows) -> Ints:
            asked = slots_sum(rows.columns, _SKILLS, rarity)
            share = most * slots_sum(rows.columns, _SKILLS, has) // np.maximum(asked, 1)
            return np.where(asked == 0, most, share)  # who asks for more than fit here stands here as asking for none

        return Term(most, skilled)


def _can_be_offered(state: Vacancy) -> bool:
    return state.opened and state.places_left > 0


def _rules(seeker: Seeker, scene: Scene) -> list[Rule]:
    day, status, wage = scene.on.toordinal(), bit_of(seeker.status), min(seeker.wanted_wage_fen, CLIP)
    age = 0 if seeker.born_on is None else age_on(seeker.born_on, scene.on)
    education, limits = education_rank(seeker.education) if seeker.education else 0, scene.limits

    def pays_by_law(shelf: Shelf) -> Mask:
        enough: Mask = shelf.columns[_STATED] >= min(scene.minimum_wage(shelf.county) or 0, CLIP)
        return enough

    def pays(shelf: Shelf) -> Mask:
        enough: Mask = (shelf.columns[_WAGE] >= wage) | (shelf.columns[_WAGE] == _UNSAID)
        return enough

    def is_asked_rarely(shelf: Shelf) -> Mask:
        asked: Mask = shelf.columns[_ASKED] < limits.asked_per_opening * shelf.columns[_OPENINGS]
        return asked

    rules: list[Rule] = [
        lambda shelf: shelf.columns[_CLOSES] >= day,
        lambda shelf: shelf.columns[_STATUSES] & status != 0,
        lambda shelf: shelf.columns[_AGE_MIN] <= age,
        lambda shelf: shelf.columns[_AGE_MAX] >= age,
        lambda shelf: shelf.columns[_EDUCATION] <= education,
        pays,
        pays_by_law,
        is_asked_rarely,
        lambda shelf: shelf.columns[_CANDIDATES] < limits.candidates_per_opening * shelf.columns[_OPENINGS],
    ]
    if seeker.status not in limits.listed_first:
        rules.append(lambda shelf: shelf.columns[_FIRST] <= day - limits.listed_first_days)
    return rules


def _paid_for(employers: Table, scene: Scene) -> Rule:
    """Return the rule for blocked employers; of several blocks it knows the latest."""
    today = scene.on.toordinal()
    unblocked = (employers[2] > today) | (employers[3] < today)
    return lambda shelf: unblocked[shelf.columns[_EMPLOYER]]


def _fresh(scene: Scene) -> Term:
    days, most = scene.weights.fresh_days, scene.weights.freshness
    stale = scene.on.toordinal() - days

    def fresh(rows: Rows) -> Ints:
        left: Ints = np.clip(rows.columns[_FRESH].astype(np.int64) - stale, 0, days)
        return most * left // days

    return Term(most, fresh)


def _paying(seeker: Seeker, scene: Scene) -> Term:
    wanted, most = seeker.wanted_wage_fen, scene.weights.wage
    if not wanted:
        return Term(0, lambda rows: np.zeros(len(rows), np.int64))

    def paying(rows: Rows) -> Ints:
        wage = rows.columns[_WAGE].astype(np.int64)
        return np.where(wage == CLIP, most, np.clip(most * 2 * (wage - wanted) // wanted, 0, most))

    return Term(most, paying)
