"""`python -m tests.faults [--check NAME ...] [--only VARIANT] [--seed N] [--reps N] [--quick] [--json out.json]`.

Exit code 1 if anything failed; a failure prints the command that repeats it.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from tests.faults.checks import broker, crashes, messages, stores, storm
from tests.faults.lab.trial import Check, Run, carry_out, open_lab

CHECKS = {c.name: c for module in (storm, crashes, messages, broker, stores) for c in module.CHECKS}
QUICK = ("storm",)
SEED = 20_261_122


def main() -> int:
    """Run what is asked for, print the table, write the JSON."""
    asked = _arguments()
    names = asked.check or (QUICK if asked.quick else tuple(CHECKS))
    directory = Path(tempfile.mkdtemp(prefix="bangfu-faults-", dir=asked.directory))
    began = time.monotonic()
    runs = asyncio.run(_all([CHECKS[name] for name in names], asked, directory))
    seconds = time.monotonic() - began
    _table(runs)
    failed = [run for run in runs if run.failed]
    _say(f"{len(runs)} runs, {sum(r.struck for r in runs)} faults struck, {len(failed)} failed, {seconds:.0f} s")
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(_summary(runs, asked.seed, seconds), indent=2, ensure_ascii=False) + "\n")
    if failed or asked.keep:
        _say(f"logs: {directory}")
    else:
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Break things and see what holds.")
    parser.add_argument("--check", action="append", choices=sorted(CHECKS), help="only this check; may be repeated")
    parser.add_argument("--only", action="append", help="only this variant; may be repeated")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the first repetition (%(default)s)")
    parser.add_argument("--reps", type=int, help="repetitions of each variant; each has the next seed")
    parser.add_argument("--quick", action="store_true", help="a minute instead of an hour")
    parser.add_argument("--json", type=Path, help="where to write figures")
    parser.add_argument("--directory", type=Path, help="where servers keep their data (default: the temporary one)")
    parser.add_argument("--keep", action="store_true", help="keep the logs")
    return parser.parse_args()


async def _all(checks: list[Check], asked: argparse.Namespace, directory: Path) -> list[Run]:
    runs = []
    async with open_lab(directory) as lab:
        for check in checks:
            for variant in (v for v in check.variants if not asked.only or v in asked.only):
                for rep in range(asked.reps or check.reps):
                    run = await carry_out(lab, check, variant, asked.seed + rep)
                    _tell(run, lab.runs)
                    runs.append(run)
    return runs


def _tell(run: Run, number: int) -> None:
    what = "FAILED" if run.failed else "holds" if run.struck else "never reached"
    _say(f"{run.check} {run.variant} seed {run.seed}: {what}; {dict(run.fired)}; {run.seconds:.1f} s (run{number})")
    for problem in run.verdict.problems:
        _say(f"    {problem}")
    if run.failed:
        _say(f"    again: python -m tests.faults --check {run.check} --only '{run.variant}' --seed {run.seed} --reps 1")


def _rows(runs: list[Run]) -> list[dict[str, Any]]:
    grouped: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        grouped[run.check, run.variant].append(run)
    rows = []
    for (check, variant), members in grouped.items():
        fired = sum((run.fired for run in members), Counter[str]())
        figures = sum((run.verdict.figures for run in members), Counter[str]())
        failed = [run.seed for run in members if run.failed]
        struck = sum(fired.values())
        rows.append({
            "check": check, "variant": variant, "runs": len(members), "struck": struck, "fired": dict(fired),
            "facts": sum(run.facts for run in members), "messages": figures["messages"],
            "duplicates": figures["duplicates"], "lines": figures["lines"], "sms_tries": figures["sms_tries"],
            "failed": len(failed), "failed_seeds": failed,
            "result": "failed" if failed else "holds" if struck else "never reached",
            "seconds": round(sum(run.seconds for run in members), 1),
        })  # fmt: skip
    return rows


def _table(runs: list[Run]) -> None:
    headings = ("check", "variant", "runs", "struck", "facts", "messages", "duplicates", "lines", "failed", "result")
    _say("\n| " + " | ".join(headings) + " |\n|" + "---|" * len(headings))
    for row in _rows(runs):
        _say("| " + " | ".join(str(row[name]) for name in headings) + " |")


def _summary(runs: list[Run], seed: int, seconds: float) -> dict[str, Any]:
    failures = [
        {"check": r.check, "variant": r.variant, "seed": r.seed, "problems": r.verdict.problems}
        for r in runs
        if r.failed
    ]
    return {
        "seed": seed, "runs": len(runs), "struck": sum(r.struck for r in runs), "failed": len(failures),
        "seconds": round(seconds, 1), "rows": _rows(runs), "failures": failures,
    }  # fmt: skip


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
