"""An erasure of somebody with ledger lines: digest, seals and audit bundle stay as they were."""

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from shared.embedded import EmbeddedStack
from tests.support.facts import closing
from tests.support.sealed import sealed
from tests.support.whole import Whole, ran, told

pytestmark = pytest.mark.real

DECISION = ("--by", "ops-1", "--reason", "本人申请", "--doc", "云人社〔2019〕9号", "--yes")


@pytest.fixture
async def whole(stack: EmbeddedStack, tmp_path: Path) -> AsyncIterator[Whole]:
    async with sealed(stack, tmp_path / "system", "erased") as found:
        yield found


async def test_an_erasure_leaves_the_digest_of_the_ledger_every_seal_and_the_audit_bundle_as_they_were(
    whole: Whole, tmp_path: Path
) -> None:
    lines = await whole.view.states("line")
    (who,) = {line.posted.claim.person_id for line in lines.values()}
    digest = whole.view.work("digest")(lines.values())
    before, seals = await bundled(whole, who, tmp_path / "before"), await told(whole, "seals")
    assert len(lines) >= 2
    assert (before["facts.jsonl"].count(who.encode()) > 0, len(seals["seals"])) == (True, 8)

    assert (await ran(whole, "erase", who, *DECISION)).exit_code == 0

    (row,) = await told(whole, "erasures")
    assert (row["person_id"], row["state"], row["keys"]) == (who, "erased", 1)
    assert whole.view.work("digest")((await whole.view.states("line")).values()) == digest
    assert await told(whole, "seals") == seals
    assert seals["intact"]
    assert await bundled(whole, who, tmp_path / "after") == before
    anchor = next(seal["hash"] for seal in reversed(seals["seals"]) if seal["chain"] == "subsidy-ledger")
    verified(tmp_path / "before", anchor)
    verified(tmp_path / "after", anchor)

    await whole.tell(closing(date(2018, 3, 5)))  # whose seal covers the erasure itself
    later = await told(whole, "seals")
    assert (later["intact"], len(later["seals"])) == (True, 10)
    assert [seal for seal in later["seals"] if seal["day"] < "2018-03-05"] == seals["seals"]
    assert (await bundled(whole, who, tmp_path / "later"))["lines.jsonl"] == before["lines.jsonl"]
    verified(tmp_path / "later", anchor)


async def bundled(whole: Whole, who: str, folder: Path) -> dict[str, bytes]:
    """Write the audit bundle of a person; return its files."""
    result = await ran(whole, "audit", "bundle", "--person", who, "--period", "2018-03", "--out", str(folder))
    assert result.exit_code == 0, (result.stdout, result.exception)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def verified(folder: Path, anchor: str) -> None:
    """Check a bundle as an auditor does: on its own, against a seal that was noted before."""
    command = [sys.executable, "-I", "verify.py", ".", "--anchor", anchor]
    checked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert "INTACT" in checked.stdout
