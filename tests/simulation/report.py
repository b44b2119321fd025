"""What many runs say together: how many held, which faults struck how often, what was weighed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.simulation.run import Verdict


def summary(verdicts: list[Verdict], seconds: float) -> dict[str, Any]:
    """Return the figures of a number of runs."""
    fired, weighed, runs = Counter[str](), Counter[str](), Counter[str]()
    for verdict in verdicts:
        fired += verdict.fired
        weighed += verdict.weighed
        runs.update(name for name, count in verdict.fired.items() if count)
    return {
        "seeds": len(verdicts),
        "held": sum(not verdict.faults for verdict in verdicts),
        "failed": {str(v.seed): v.faults for v in verdicts if v.faults},
        "seconds": round(seconds, 1),
        "seeds_per_second": round(len(verdicts) / max(seconds, 1e-9), 2),
        "virtual_days": round(sum(v.virtual_s for v in verdicts) / 86_400, 1),
        "faults": {name: {"struck": count, "runs": runs[name]} for name, count in sorted(fired.items())},
        "weighed": dict(sorted(weighed.items())),
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures as text."""
    lines = [
        f"{found['held']} of {found['seeds']} seeds held in {found['seconds']} s",
        f"  {found['seeds_per_second']} seeds a second, {found['virtual_days']} days of virtual time",
    ]
    lines += [
        f"  {name:32} struck {said['struck']:7} in {said['runs']:5} runs" for name, said in found["faults"].items()
    ]
    lines += [f"  weighed {name:32} {count:9}" for name, count in found["weighed"].items()]
    return "\n".join(lines) + "\n"


def written(path: str, found: dict[str, Any]) -> None:
    """Write the figures as JSON."""
    Path(path).write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
