"""A source of a deployment publishes under its own key: what its list holds is taken, the rest is said at once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.commandline import run

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def fact(name: str, id_: str, data: dict[str, Any]) -> bytes:
    event = {"specversion": "1.0", "id": id_, "source": "bank", "type": f"cn.bangfu.{name}.v1", "data": data}
    return json.dumps(event).encode()


SETTLED = fact("payment.settled", "s-1", {"instruction_id": "I-1", "date": "2018-01-02", "amount_fen": 100})
APPROVAL = {"subject_id": "B1", "content_hash": "0" * 64, "by": "leader-1", "date": "2018-01-02"}
APPROVED = fact("approval.given", "a-1", APPROVAL)
BEYOND = re.compile(
    r"source bank may not publish approval\.given; who keeps the keys allows it by\s+`(bangfu .*?)`", re.DOTALL
)


def test_a_fact_beyond_the_list_of_a_source_is_said_at_once_and_allowed_by_the_command_that_is_shown(
    system: dict[str, str], tmp_path: Path
) -> None:
    may = "payment.settled,payment.failed"
    assert "no such fact" in run(
        system, "ops", "credentials", "new", "source-bank", "--facts", "payment.setled", code=2
    )
    assert "may publish: payment.failed, payment.settled" in run(
        system, "ops", "credentials", "new", "source-bank", "--facts", may
    )
    listed = json.loads(run(system, "ops", "credentials", "list", "--json"))
    assert {row["name"]: row["facts"] for row in listed if row["facts"]} == {
        "source-bank": ["payment.failed", "payment.settled"]
    }
    here = Path(system["BANGFU_DATA_DIR"])
    running = json.loads((here / "running.json").read_text())
    bank = system | {
        "BANGFU_DATA_DIR": str(tmp_path),
        "NATS_URL": running["nats_url"],
        "MONGO_URL": running["mongo_url"],
        "BANGFU_NATS_SEED": str(here / "keys" / "source-bank.seed"),
    }
    refused = run(bank, "publish", "-", given=SETTLED + b"\n" + APPROVED, code=2)
    shown = BEYOND.search(refused)
    assert shown, refused
    said = run(bank, "publish", "-", "--json", given=SETTLED, code=None)
    assert '"duplicate"' not in said  # with the refused fact, nothing had been published
    assert "not_stored" not in said
    run(system, *shown[1].split()[1:])
    assert "not_stored" not in run(bank, "publish", "-", "--json", given=APPROVED, code=None)
    run(system, "ops", "credentials", "revoke", "source-bank", "--all")
