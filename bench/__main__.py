"""`make bench`: every contender in turn, so that what disturbs one disturbs all; medians of the rounds, and ratios."""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from bench import matching, replaying
from bench.contest import Contest, Figures
from bench.importing import Importing
from bench.pipeline import Pipeline
from bench.rig import Rig, opened
from shared.telemetry import configure

SECTIONS = ("runner", "processes", "pipeline", "import", "replay", "matching")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (%(default)s)")
    parser.add_argument("--messages", type=int, default=16_000, help="messages a turn (%(default)s)")
    parser.add_argument("--naive", type=int, default=400, help="messages a turn of the naive handler (%(default)s)")
    parser.add_argument("--facts", type=int, default=1_000, help="facts of the pipeline (%(default)s)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the roster to import (%(default)s)")
    parser.add_argument("--people", type=int, default=1_000_000, help="job seekers of the market (%(default)s)")
    parser.add_argument("--vacancies", type=int, default=100_000, help="vacancies of the market (%(default)s)")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="a section, may be given again")
    parser.add_argument("--json", type=Path, help="where to leave the figures too")
    chosen = parser.parse_args()
    configure("bench", "json", "error")
    found = uvloop.run(_measured(chosen))
    found |= {"load": [round(each, 1) for each in os.getloadavg()], "rounds": chosen.rounds, "python": sys.version}
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print(f"load average at the end: {found['load']}")


async def _measured(chosen: argparse.Namespace) -> dict[str, Any]:
    wanted: list[str] = chosen.only or list(SECTIONS)
    found: dict[str, Any] = {}
    print(f"load average: {os.getloadavg()[0]:.1f}, {chosen.rounds} rounds", flush=True)
    async with opened() as rig:
        if "runner" in wanted:
            found["runner"] = await _runner(rig, chosen)
        if "processes" in wanted:
            found["processes"] = await _processes(rig, chosen)
        if "pipeline" in wanted:
            found["pipeline"] = await _pipeline(rig, chosen)
        if "import" in wanted:
            found["import"] = await _import(rig, chosen)
    if "replay" in wanted:
        found["replay"] = _replay(chosen)
    if "matching" in wanted:
        found["matching"] = matching.run(chosen.people, chosen.vacancies, chosen.rounds, seed=1)
    return found


async def _runner(rig: Rig, chosen: argparse.Namespace) -> dict[str, Any]:
    lanes = await Contest.of(rig, chosen.messages, lanes=True)
    single = await Contest.of(rig, chosen.messages, lanes=False)
    contenders: dict[str, Callable[[], Any]] = {
        "runner": lambda: lanes.run("runner"),
        "floor": lambda: lanes.run("floor"),
        "naive": lambda: lanes.run("naive", count=chosen.naive),
        "runner, no traces": lambda: lanes.run("runner", traces=False),
        "runner, one lane": lambda: single.run("runner"),
        "floor, one lane": lambda: single.run("floor"),
    }
    figures: dict[str, list[Figures]] = {name: [] for name in contenders}
    for _ in range(chosen.rounds):
        for name, contender in contenders.items():
            figures[name].append(await contender())
    _title("messages per second, and microseconds of processor per message")
    for name, each in figures.items():
        print(_line(name, each))
    _goal("runner / floor", _ratio(figures, "runner", "floor"), 0.8)
    _goal("runner / floor, one lane", _ratio(figures, "runner, one lane", "floor, one lane"), 0.8)
    _goal("runner / naive", _ratio(figures, "runner", "naive"), 25)
    _goal("with traces / without", _ratio(figures, "runner", "runner, no traces"), None)
    spent = {name: statistics.median(_spent(f) for f in each) for name, each in figures.items()}
    _goal("the same in processor time: floor / runner", [spent["floor"] / spent["runner"]], None)
    return {name: [f.__dict__ for f in each] for name, each in figures.items()}


def _spent(figures: Figures) -> float:
    return figures.cpu_us + figures.broker_us + figures.store_us


async def _processes(rig: Rig, chosen: argparse.Namespace) -> dict[str, Any]:
    lanes = await Contest.of(rig, chosen.messages, lanes=True)
    figures: dict[str, list[Figures]] = {f"{number} processes": [] for number in (1, 2, 3)}
    for _ in range(chosen.rounds):
        for number in (1, 2, 3):
            figures[f"{number} processes"].append(await lanes.run("runner", processes=number))
    _title("one to three processes of the service, sixteen lanes")
    for name, each in figures.items():
        print(_line(name, each))
    return {name: [f.__dict__ for f in each] for name, each in figures.items()}


async def _pipeline(rig: Rig, chosen: argparse.Namespace) -> dict[str, Any]:
    pipeline = Pipeline.of(rig, chosen.facts)
    for _ in range(chosen.rounds):
        await pipeline.run()
        await pipeline.floor()
    _title(f"the whole pipeline: {len(pipeline.facts)} facts, {len(pipeline.stream)} events")
    print(_seconds("facts published until quiet", pipeline.seconds))
    for name, each in pipeline.floors.items():
        print(_seconds(f"floor of {name}", each))
    floors = [sum(turn) for turn in zip(*pipeline.floors.values(), strict=True)]
    print(_seconds("floor of the pipeline", floors))
    _goal("pipeline / floor", [f / p for f, p in zip(floors, pipeline.seconds, strict=True)], 0.6)
    print(_seconds("start, empty directory", pipeline.start_s))
    print(_seconds("start, data there", pipeline.again_s))
    for name, peak in sorted(pipeline.peaks.items()):
        print(f"  peak memory of {name:24} {peak:8.0f} MB")
    return {
        "seconds": pipeline.seconds,
        "floors": pipeline.floors,
        "start_s": pipeline.start_s,
        "again_s": pipeline.again_s,
        "peaks_mb": pipeline.peaks,
        "events": len(pipeline.stream),
    }


async def _import(rig: Rig, chosen: argparse.Namespace) -> dict[str, Any]:
    importing = Importing.of(rig, chosen.rows)
    for _ in range(chosen.rounds):
        importing.read()
        await importing.floor()
        for kind in ("roster", "roster-snapshot"):
            await importing.run(kind)
    found = importing.show()
    rates = [chosen.rows / f.accepted_s for f in importing.imports["roster"]]
    _goal("100,000 rows in 60 s, times", [rate * 60 / 100_000 for rate in rates], 1)
    return found


def _replay(chosen: argparse.Namespace) -> list[dict[str, float]]:
    county = replaying.recorded_county()
    _title("replay, events per second of processor time")
    found = []
    for copies in (1, 3, 9):
        bodies = replaying.counties(county, copies)
        turns = [replaying.measure(bodies) for _ in range(min(chosen.rounds, 3))]
        folded, parsed = (statistics.median(getattr(t, name) for t in turns) for name in ("folded", "parsed"))
        print(f"  {len(bodies):7} events: folded {folded:8.0f}/s, only parsed {parsed:8.0f}/s", flush=True)
        _goal(f"replay / parse, {copies} counties", [t.ratio for t in turns], 0.5)
        found.append({"events": len(bodies), "folded": folded, "parsed": parsed})
    return found


def _title(text: str) -> None:
    print(f"\n{text}", flush=True)


def _line(name: str, figures: list[Figures]) -> str:
    rates = [f.rate for f in figures]
    own, broker, store = (
        statistics.median(getattr(f, n) for f in figures) for n in ("cpu_us", "broker_us", "store_us")
    )
    return (
        f"  {name:24} {statistics.median(rates):8.0f}/s ({min(rates):.0f} to {max(rates):.0f})"
        f"  own {own:5.0f} us, broker {broker:4.0f} us, store {store:4.0f} us,"
        f" peak {max(f.peak_mb for f in figures):4.0f} MB"
    )


def _seconds(name: str, values: list[float]) -> str:
    return f"  {name:39} {statistics.median(values):7.2f} s ({min(values):.2f} to {max(values):.2f})"


def _ratio(figures: dict[str, list[Figures]], one: str, other: str) -> list[float]:
    return [a.rate / b.rate for a, b in zip(figures[one], figures[other], strict=True)]


def _goal(name: str, ratios: list[float], goal: float | None) -> None:
    """Print the median of the rounds' own ratios: what disturbs a round disturbs both sides of it."""
    ratio = statistics.median(ratios)
    said = "" if goal is None else f"  goal {goal:g}: {'met' if ratio >= goal else 'NOT met'}"
    print(f"  {name:39} {ratio:7.2f} ({min(ratios):.2f} to {max(ratios):.2f}){said}", flush=True)


if __name__ == "__main__":
    main()
