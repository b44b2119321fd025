"""`python -m tests.simulation.mutating`: each deliberate bug must be caught, and each catch must be the bug's own."""

import argparse
import json
import logging
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

_HELD: dict[tuple[int, str], bool] = {}
SEEDS = 40  # what survives so many is a hole in the harness


@dataclass(frozen=True)
class Hunt:
    """How the hunt for one bug ended: at which seed, by which check; none where it survived."""

    name: str
    says: str
    seed: int | None
    check: str = ""
    fault: str = ""
    tried: int = 0


def main() -> int:
    """Hunt every bug; 1 if one survives."""
    from tests.simulation.mutants import MUTANTS  # noqa: PLC0415 - only with hashes that stay the same

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    options = _options()
    hunts = []
    for mutant in [each for each in MUTANTS if options.only in each.name][options.skip :][: options.first]:
        hunts.append(hunted(mutant))
        said = f"seed {hunts[-1].seed}, {hunts[-1].fault[:90]}" if hunts[-1].seed else "SURVIVED"
        sys.stdout.write(f"  {mutant.name:26} {said}\n")
        sys.stdout.flush()
    caught = sum(hunt.seed is not None for hunt in hunts)
    sys.stdout.write(f"caught {caught} of {len(hunts)}\n")
    if options.json:
        found = {"caught": caught, "of": len(hunts), "mutants": [asdict(hunt) for hunt in hunts]}
        Path(options.json).write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0 if caught == len(hunts) else 1


def hunted(mutant: "Mutant") -> Hunt:  # type: ignore[name-defined] # noqa: F821 - imported by main
    """Run seeds until one catches the bug; one that does not hold without the bug proves nothing."""
    from tests.simulation.run import run  # noqa: PLC0415 - likewise

    for seed in range(1, SEEDS + 1):
        found = run(seed, mutant.sky(), mutant.at_work()).faults
        if found and _holds(seed, mutant.sky()):
            return Hunt(mutant.name, mutant.says, seed, found[0].partition(":")[0], found[0], seed)
    return Hunt(mutant.name, mutant.says, None, tried=SEEDS)


def _holds(seed: int, sky: "Weather") -> bool:  # type: ignore[name-defined] # noqa: F821 - likewise
    """Tell whether a seed holds in this weather without a bug; many bugs are hunted in the same weather."""
    from tests.simulation.run import run  # noqa: PLC0415 - likewise

    key = (seed, repr(sky))
    if key not in _HELD:
        _HELD[key] = not run(seed, sky).faults
    return _HELD[key]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutating", description=__doc__)
    parser.add_argument("--only", default="", help="those whose name holds this")
    parser.add_argument("--first", type=int, help="only the first so many")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first so many")
    parser.add_argument("--json", help="write the table here")
    return parser.parse_args()


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        command = [sys.executable, "-m", "tests.simulation.mutating", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606 - ourselves again
    sys.exit(main())
