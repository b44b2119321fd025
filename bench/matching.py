"""`python -m bench.matching`: the best of a market by the index, by brute force in numpy, by MongoDB and by tantivy."""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import curve
from bench.market import Held, Maker, around
from bench.rivals import Brute, Mongo, Tantivy, Wishes, seeker_row, vacancy_row
from bench.wanting import LEFT_OUT, people_for, people_in, posts_for, posts_in
from services.matching.domain.index.best import Best
from services.matching.domain.index.seekers import SeekerIndex
from services.matching.domain.index.vacancies import VacancyIndex
from services.matching.domain.ranking import best_seekers, best_vacancies, pair_of
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy
from shared.embedded import EmbeddedMongo
from shared.runner.resident import Resident
from shared.runner.tuning import spare_the_collector

TOP_VACANCIES, TOP_SEEKERS = 10, 50
Contender = Callable[[str], Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--seekers", type=int, default=1_000_000)
    parser.add_argument("--vacancies", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--curve", action="store_true", help="what filters cost by how many people they leave out")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if chosen.curve:
        found: Any = curve.run(chosen.seekers, chosen.seed)
    else:
        found = run(chosen.seekers, chosen.vacancies, chosen.rounds, chosen.seed)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


def run(seekers: int, vacancies: int, rounds: int, seed: int) -> dict[str, Any]:
    """Measure both ways, print the figures and return them."""
    print(f"load average {os.getloadavg()[0]:.1f}; {seekers} people, {vacancies} vacancies, seed {seed}", flush=True)
    maker, held = Maker(seed), Held()
    found: dict[str, Any] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="bangfu-bench-", ignore_cleanup_errors=True) as name:
        mongo = EmbeddedMongo(Path(name) / "mongo").start()
        try:
            posts = dict(maker.vacancies(vacancies))
            newcomers = {f"q{at}": maker.seeker(seekers + at) for at in range(1_000)}
            held.residents[VACANCIES.kind], held.residents[SEEKERS.kind] = Resident(posts), Resident(newcomers)
            around(posts | newcomers, held)
            found["vacancies"] = _vacancies(held, posts, newcomers, mongo.url, rounds)
            people = dict(maker.seekers(seekers))
            fresh = {f"W{at}": maker.vacancy() for at in range(1_000)}
            held.residents[VACANCIES.kind], held.residents[SEEKERS.kind] = Resident(fresh), Resident(people)
            around(people | fresh, held)
            found["seekers"] = _seekers(held, people, fresh, mongo.url, rounds)
        finally:
            mongo.stop()
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"load average {os.getloadavg()[0]:.1f}; peak memory of this process {found['peak_mb']:.0f} MB")
    return found


def _built(name: str, make: Callable[[], Any]) -> Any:
    wall, spent = time.perf_counter(), time.process_time()
    made = make()
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    print(f"  {name:12} built in {wall:7.1f} s ({spent:.1f} s of processor here)", flush=True)
    return made


def _vacancies(
    held: Held, posts: dict[str, Vacancy], asking: dict[str, Seeker], url: str, rounds: int
) -> dict[str, Any]:
    print(f"\ntop {TOP_VACANCIES} of {len(posts)} vacancies for a person", flush=True)
    index = _built("index", lambda: held.residents[VACANCIES.kind].view(VacancyIndex))
    print(f"  columns of the index: {index.bytes / 1e6:.0f} MB")
    brute, scene = Brute(index.shelves), held.scene()
    rows = [vacancy_row(id_, vacancy, scene) for id_, vacancy in posts.items()]
    mongo, text = (
        Mongo(url, "vacancies"),
        Tantivy(["closes", "education", "wage", "age_min", "age_max", "north", "east", "everyones", "left"]),
    )
    _built("mongodb", lambda: mongo.fill(rows, ["education", "wage"]))
    _built("tantivy", lambda: text.fill(rows))
    wishes = {id_: Wishes(scene, dict.fromkeys(s.skills, 1), s.occupations, s.township) for id_, s in asking.items()}

    def by_index(id_: str) -> list[str]:
        return [pair.vacancy_id for pair in best_vacancies(id_, TOP_VACANCIES, held.scene())]

    def by_brute(id_: str) -> list[str]:
        now, seeker = held.scene(), asking[id_]

        def judge(other: str) -> Any:
            pair = pair_of(id_, seeker, other, posts[other], now)
            return None if pair is None else ((-pair.score_bp, 0, other), other)

        best = Best(TOP_VACANCIES, judge)
        brute.look_for(best, index.query(seeker, now), seeker.county)
        return best.in_order

    def by_mongo(id_: str) -> int:
        return len(mongo.best(posts_for(asking[id_], scene.limits), wishes[id_], TOP_VACANCIES))

    def by_text(id_: str) -> list[Any]:
        return text.best(posts_in(text, asking[id_], scene.limits), wishes[id_], TOP_VACANCIES)

    contenders: dict[str, tuple[Contender, int]] = {
        "index": (by_index, 200), "numpy": (by_brute, 20), "mongodb": (by_mongo, 20), "tantivy": (by_text, 100),
        "tantivy, ids": (lambda id_: text.named(by_text(id_)), 100),
    }  # fmt: skip
    return _contest(contenders, list(asking), rounds, 5)


def _seekers(
    held: Held, people: dict[str, Seeker], asking: dict[str, Vacancy], url: str, rounds: int
) -> dict[str, Any]:
    print(f"\ntop {TOP_SEEKERS} of {len(people)} people for a vacancy", flush=True)
    index = _built("index", lambda: held.residents[SEEKERS.kind].view(SeekerIndex))
    print(f"  columns of the index: {index.bytes / 1e6:.0f} MB")
    brute, scene = Brute(index.shelves), held.scene()
    mongo, text = (
        Mongo(url, "seekers"),
        Tantivy(["born", "man_born", "woman_born", "education", "wage", "north", "east"]),
    )
    _built("mongodb", lambda: mongo.fill((seeker_row(*each, scene) for each in people.items()), ["education", "wage"]))
    _built("tantivy", lambda: text.fill(seeker_row(*each, scene) for each in people.items()))
    wishes = {
        id_: Wishes(scene, {k: scene.rarity(k) for k in v.skills}, [v.occupation], v.township)
        for id_, v in asking.items()
    }

    def by_index(id_: str) -> list[str]:
        return [pair.person_id for pair in best_seekers(id_, TOP_SEEKERS, held.scene())]

    def by_brute(id_: str) -> list[str]:
        now, vacancy = held.scene(), asking[id_]

        def judge(other: str) -> Any:
            pair = pair_of(other, people[other], id_, vacancy, now)
            return None if pair is None else ((-pair.score_bp, people[other].known_sequence, other), other)

        best = Best(TOP_SEEKERS, judge)
        brute.look_for(best, index.query(vacancy, now, ()), vacancy.county)
        return best.in_order

    def by_mongo(id_: str) -> int:
        return len(mongo.best(people_for(asking[id_]), wishes[id_], TOP_SEEKERS))

    def by_text(id_: str) -> list[Any]:
        return text.best(people_in(text, asking[id_]), wishes[id_], TOP_SEEKERS)

    contenders: dict[str, tuple[Contender, int]] = {
        "index": (by_index, 200), "numpy": (by_brute, 10), "mongodb": (by_mongo, 10), "tantivy": (by_text, 100),
        "tantivy, ids": (lambda id_: text.named(by_text(id_)), 100),
    }  # fmt: skip
    return _contest(contenders, list(asking), rounds, 20)


def _contest(
    contenders: dict[str, tuple[Contender, int]], asking: list[str], rounds: int, goal_ms: float
) -> dict[str, Any]:
    spare_the_collector()  # as the service does
    same = sum(contenders["index"][0](id_) == contenders["numpy"][0](id_) for id_ in asking[:10])
    print(f"  the index and brute force agree in {same} of 10")
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, (contender, number) in contenders.items():
            figures[name].append(_turn(contender, [asking[(turn * 200 + at) % len(asking)] for at in range(number)]))
    medians = {
        name: {key: statistics.median(f[key] for f in each) for key in each[0]} for name, each in figures.items()
    }
    for name, each in medians.items():
        wall = f"p50 {each['p50']:8.2f}  p99 {each['p99']:8.2f} ms"
        print(f"  {name:12} {wall}   processor here p50 {each['cpu50']:8.2f}  p99 {each['cpu99']:8.2f} ms", flush=True)
    index = medians["index"]
    print(f"  p99 of the index: goal {goal_ms} ms: {'met' if index['p99'] <= goal_ms else 'NOT met'}")
    for name in [name for name in figures if name != "index"]:
        ratio = statistics.median(b["p50"] / a["p50"] for a, b in zip(figures["index"], figures[name], strict=True))
        print(f"  {name} / index, p50: {ratio:.1f}; leaves out: {LEFT_OUT[name]}", flush=True)
    return {"rounds": figures, "agree": same}


def _turn(contender: Contender, asking: list[str]) -> dict[str, float]:
    walls, spents = [], []
    for id_ in asking:
        wall, spent = time.perf_counter(), time.thread_time()
        contender(id_)
        walls.append(1e3 * (time.perf_counter() - wall))
        spents.append(1e3 * (time.thread_time() - spent))
    walls.sort()
    spents.sort()
    last = max(0, round(0.99 * len(walls)) - 1)
    middle = len(walls) // 2
    return {"p50": walls[middle], "p99": walls[last], "cpu50": spents[middle], "cpu99": spents[last]}


if __name__ == "__main__":
    main()
