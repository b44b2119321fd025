"""`python -m tests.simulation --seeds 1000`: run seeds, judge each, say how many held and which faults struck."""

import argparse
import logging
import os
import sys
import time

import structlog


def main() -> int:
    """Run the seeds that the command line names; 1 if one of them did not hold."""
    from tests.simulation.report import summary, table, written  # noqa: PLC0415 - only with hashes that stay the same
    from tests.simulation.run import run  # noqa: PLC0415 - likewise

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    options = _options()
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.seeds)
    verdicts, began = [], time.perf_counter()
    for seed in seeds:
        verdicts.append(run(seed))
        for fault in verdicts[-1].faults:
            sys.stdout.write(f"seed {seed}: {fault}\n  again: python -m tests.simulation --seed {seed}\n")
            sys.stdout.flush()
    found = summary(verdicts, time.perf_counter() - began)
    sys.stdout.write(table(found))
    if options.json:
        written(options.json, found)
    return 1 if found["failed"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--json", help="write the figures here")
    return parser.parse_args()


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # A seed must be the same run in every process, and sets of text have an order of their own in each.
        command = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606 - ourselves again
    sys.exit(main())
