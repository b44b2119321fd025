"""Rivals: every rule and term over all rows in numpy; the same filters and part of the terms in MongoDB and tantivy."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray
from pymongo import MongoClient

from services.matching.domain.fitting import NO_CONTRACT, education_rank, is_cadres_post
from services.matching.domain.index.best import Best, Pool, search
from services.matching.domain.index.requiring import Asking
from services.matching.domain.index.scanning import Query, Rows
from services.matching.domain.index.shelves import Shelves
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

_BATCH = 10_000
LATEST = 99_999_999  # of who is no man, or no woman: no rule for them leaves anybody out
_WORDS = ("county", "any", "status", "reserved", "group", "skills", "trades")
Row = dict[str, Any]


class Everyone(Rows):
    """All rows of a table: a column of them is the table's."""

    def __getitem__(self, column: int) -> NDArray[np.int32]:
        values: NDArray[np.int32] = self.cells[column]
        return values


class Brute:
    """All rows at once, every rule and every term of every row that fits, then a partial sort."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = [shelf for shelf in shelves if len(shelf)]
        rows = np.concatenate([np.arange(shelf.first, shelf.first + len(shelf)) for shelf in self.shelves])
        self.ids = [shelves.table.ids[row] for row in rows.tolist()]
        self.everyone = Everyone(shelves.table.cells.take(rows, axis=1), np.arange(len(rows)))
        self.shelf = np.repeat(np.arange(len(self.shelves)), [len(shelf) for shelf in self.shelves])
        self.located = np.array([shelf.located for shelf in self.shelves]).take(self.shelf)

    def look_for(self, best: Best[Any], query: Query, county: str) -> None:
        rows = self.everyone
        mask = np.array([shelf.county == county for shelf in self.shelves]).take(self.shelf)
        if query.near is not None:
            mask = np.where(self.located, query.near(rows), mask)
        for column, least in enumerate(query.least):
            mask &= rows[column] >= least
        for rule in (*query.rules, *query.late):
            mask &= rule(rows)
        left = rows.those(mask)
        bounds = query.first(left)
        for term in query.terms:
            bounds = bounds + term.of(left)
        search(best, Pool(self.ids, left.at, bounds, query.tie(left)), set())


def beginnings(codes: Iterable[str]) -> list[str]:
    return sorted({code[:digits] for code in codes for digits in (1, 3, 5, 7)})


def seeker_row(id_: str, state: Seeker, scene: Scene) -> Row:
    assert state.born_on is not None
    spot = state.spot if state.max_distance_km is not None else None
    born, female = Asking.day(state.born_on), state.sex == "female"
    return {
        "_id": id_, "county": "" if spot else state.county, "known": state.known_sequence, "any": state.county,
        "born": born, "man_born": LATEST if female else born, "woman_born": born if female else LATEST,
        "education": education_rank(state.education), "status": state.status, "wage": state.wanted_wage_fen,
        "north": spot.north if spot else 0, "east": spot.east if spot else 0,
        "township": state.township, "skills": list(state.skills), "trades": beginnings(state.occupations),
        "need": scene.weights.need[state.status],
    }  # fmt: skip


def vacancy_row(id_: str, state: Vacancy, scene: Scene) -> Row:
    assert state.closes_on is not None
    spot, until = state.spot, state.first_until(scene.limits)
    return {
        "_id": id_, "county": "" if spot else state.county, "closes": state.closes_on.toordinal(), "any": state.county,
        "education": education_rank(state.education_min) if state.education_min else 0, "wage": state.best_wage_fen,
        "age_min": state.age_min or 0, "age_max": 999 if state.age_max is None else state.age_max, "known": 0,
        "north": spot.north if spot else 0, "east": spot.east if spot else 0, "township": state.township,
        "skills": list(state.skills), "trades": beginnings([state.occupation]), "need": 0,
        "reserved": list(state.reserved_for) or ["all"], "everyones": until.toordinal() if until else 0,
        "left": scene.limits.asked_per_opening * state.openings - state.asked, "group": group_name(state),
    }  # fmt: skip


def group_name(vacancy: Vacancy) -> str:
    """Return whose retirement age holds in a post."""
    if vacancy.post_kind in NO_CONTRACT:
        return "anyone"
    return "cadre" if is_cadres_post(vacancy) else "worker"


class Mongo:
    """A collection with compound indexes that begin with the county and with the point; sorts by four of nine terms."""

    def __init__(self, url: str, name: str) -> None:
        self.rows = MongoClient[Row](url)["bench"][name]

    def fill(self, rows: Iterable[Row], ranges: list[str]) -> None:
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                self.rows.insert_many(batch, ordered=False)
                batch = []
        if batch:
            self.rows.insert_many(batch, ordered=False)
        for first in (["county"], ["north", "east"], ["any"]):
            self.rows.create_index([(name, 1) for name in (*first, *ranges)])

    def best(self, match: Row, asked: "Wishes", most: int) -> list[Row]:
        score = {"$add": ["$need", _skills(asked), _trades(asked), _near(asked)]}
        stages: list[Row] = [
            {"$match": match},
            {"$project": {"known": 1, "score": score}},
            {"$sort": {"score": -1, "known": 1, "_id": 1}},
            {"$limit": most},
        ]
        return list(self.rows.aggregate(stages))


class Wishes:
    """What a score is made of for who asks."""

    def __init__(self, scene: Scene, skills: Mapping[str, int], trades: Iterable[str], township: str) -> None:
        self.weights, self.skills, self.township = scene.weights, skills, township
        self.trades = [beginnings([code]) for code in trades]


def _skills(asked: Wishes) -> Row:
    each = [{"$cond": [{"$in": [skill, "$skills"]}, rarity, 0]} for skill, rarity in asked.skills.items()]
    total = max(1, sum(asked.skills.values()))
    return {"$multiply": [asked.weights.skills / total, {"$add": each or [0]}]}


def _trades(asked: Wishes) -> Row:
    levels = [(code, level) for codes in asked.trades for level, code in enumerate(codes, 1)]
    each = [{"$cond": [{"$in": [code, "$trades"]}, level, 0]} for code, level in levels]
    return {"$multiply": [asked.weights.occupation // 4, {"$max": each or [0]}]}


def _near(asked: Wishes) -> Row:
    return {"$cond": [{"$eq": ["$township", asked.township]}, asked.weights.township, 0]}


class Tantivy:
    """Almost the same filters; ranked by BM25 over skills and trades: it knows neither wage nor need nor distance."""

    def __init__(self, numbers: list[str]) -> None:
        builder = tantivy.SchemaBuilder()
        for name in ("id", *_WORDS):
            builder.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="freq")
        for name in numbers:
            builder.add_integer_field(name, indexed=True, fast=True)
        self.schema, self.numbers = builder.build(), numbers
        self.index = tantivy.Index(self.schema)

    def fill(self, rows: Iterable[Row]) -> None:
        writer = self.index.writer(heap_size=256_000_000, num_threads=1)
        for row in rows:
            document = tantivy.Document()
            document.add_text("id", row["_id"])
            for name in _WORDS:
                values = row.get(name, [])
                for value in values if isinstance(values, list) else [values]:
                    document.add_text(name, value)
            for name in self.numbers:
                document.add_integer(name, row[name])
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self.schema, field, value, "freq")

    def between(self, field: str, low: int | None, high: int | None) -> tantivy.Query:
        return tantivy.Query.range_query(self.schema, field, tantivy.FieldType.Integer, low, high)

    def best(self, filters: list[tantivy.Query], asked: Wishes, most: int) -> list[Any]:
        must = [(tantivy.Occur.Must, tantivy.Query.const_score_query(each, 0.0)) for each in filters]
        wanted = [("skills", skill, rarity) for skill, rarity in asked.skills.items()]
        wanted += [("trades", codes[-1], 4) for codes in asked.trades]
        should = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self.term(field, value), float(boost)))
            for field, value, boost in wanted
        ]
        return list(self.searcher.search(tantivy.Query.boolean_query([*must, *should]), most, count=False).hits)

    def named(self, hits: list[Any]) -> list[str]:
        return [self.searcher.doc(address)["id"][0] for _, address in hits]


def either(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def both(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])
