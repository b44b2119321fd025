"""Every command that a runbook shows is run as it stands, against a running system."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.commandline import BANGFU, ROOT

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

RUN_HERE = (
    "erasure.md",
    "reconcile.md",
    "restore.md",
    "audit-bundle.md",
    "sms-gateway.md",
    "credentials.md",
    "alert-channels.md",
)
RUNBOOKS = ROOT / "docs" / "runbooks"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(name: str) -> list[str]:
    """Return the commands of a runbook, block by block."""
    return _BLOCK.findall((RUNBOOKS / name).read_text(encoding="utf-8"))


def run_block(block: str, environment: dict[str, str], directory: Path) -> None:
    """Run commands as a user would; each of them has to succeed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        env=environment, cwd=directory, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("name", RUN_HERE)
def test_a_runbook_works_as_it_is_written(name: str, system: dict[str, str], tmp_path: Path) -> None:
    environment = system | {"PATH": f"{BANGFU.parent}:{system['PATH']}", "BANGFU_LANG": "en"}
    found = blocks(name)
    assert found
    for block in found:
        run_block(block, environment, tmp_path)


def test_every_runbook_is_run_by_a_test() -> None:
    # test_ops_audit.py, test_upgrade.py; compose needs a container engine
    elsewhere = {"replay.md", "dead-letters.md", "upgrade.md", "compose.md"}
    assert {path.name for path in RUNBOOKS.glob("*.md")} == {*RUN_HERE} | elsewhere
