"""The county lives through eight seeds of faults, and four deliberate bugs do not stay hidden."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def ran(module: str, found: Path, *options: str) -> dict[str, object]:
    """Run a module of the simulation in a process of its own, in which a seed is the same every time."""
    command = [sys.executable, "-m", module, *options, "--json", str(found)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, object] = json.loads(found.read_text())
    return said


def test_eight_seeds_hold(tmp_path: Path) -> None:
    found = ran("tests.simulation", tmp_path / "runs.json", "--seeds", "8")

    assert found["held"] == 8


def test_four_deliberate_bugs_are_caught(tmp_path: Path) -> None:
    found = ran("tests.simulation.mutating", tmp_path / "mutants.json", "--first", "4")

    assert (found["caught"], found["of"]) == (4, 4)
