"""The short, seeded part of the fault lab; `make faults` runs all of it."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from tests.faults.checks.storm import CHECKS
from tests.faults.lab.judge import judge
from tests.faults.lab.links import AckFilter, Link
from tests.faults.lab.trial import Lab, carry_out, open_lab, told

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]
SEED, LAST = 7, date(2018, 1, 31)
(STORM,) = CHECKS


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with open_lab(Path(tmp_path_factory.mktemp("lab"))) as opened:
        yield opened


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
async def test_the_ledger_is_that_of_a_life_without_faults_whatever_dies(lab: Lab, seed: int) -> None:
    run = await carry_out(lab, STORM, "all together", seed, LAST)
    assert run.verdict.problems == [], f"seed {seed}; a longer one: python -m tests.faults --check storm --seed {seed}"
    assert run.struck > 0


async def test_a_line_or_a_disposition_that_is_missing_is_seen(lab: Lab) -> None:
    facts, wanted = told(SEED, LAST)
    async with lab.system() as system:
        await system.start()
        await system.offer(facts)
        assert (await judge(system, wanted)).problems == []
        await system.tamper("subsidy", "line")
        await system.tamper("registry", "inbox_registry")
        await system.tamper("notify", "journal_notify-alerts")
        found = "; ".join((await judge(system, wanted)).problems)
        assert "ledger" in found
        assert "registry: 1 of" in found
        assert "does not follow" in found or "stands elsewhere" in found


def test_only_acknowledgements_are_taken_out_of_what_a_client_says() -> None:
    kept = [b"PUB a 5\r\nhello\r\n", b"HPUB b r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n", b"PING\r\n"]
    acknowledged = [b"PUB $JS.ACK.S.C.1 0\r\n\r\n", b"PUB $JS.ACK.S.C.2 4\r\n+ACK\r\n"]
    said = kept[0] + acknowledged[0] + kept[1] + acknowledged[1] + kept[2]
    link = Link(0, nats=True, drop_acks=True)
    for size in (1, 7, len(said)):
        acks = AckFilter(link)
        passed = b"".join(acks.feed(said[at : at + size]) for at in range(0, len(said), size))
        assert passed == b"".join(kept)
    assert link.dropped == 6
