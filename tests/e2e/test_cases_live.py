"""A policy case through four real processes comes to what it comes to in memory."""

from pathlib import Path

import pytest
import yaml

from tests.support.commandline import ROOT, run

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def test_a_case_passes_through_a_system_of_its_own(system: dict[str, str], tmp_path: Path) -> None:
    cases = yaml.safe_load((ROOT / "tests" / "cases" / "budget_and_clawback.yaml").read_text("utf-8"))
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(cases[:1], allow_unicode=True), "utf-8")
    assert "1 passed, 0 failed" in run(system, "cases", "--live", str(tmp_path / "one.yaml"))
