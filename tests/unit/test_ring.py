"""The ring of keys remembers what each source may publish, whatever becomes of its keys."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.access.ring import Ring
from shared.errors import ConfigurationError

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BANK, LIST = "source-bank", ("payment.failed", "payment.settled")


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    found = Ring(tmp_path)
    found.made([BANK], NOW, LIST)
    found.made(["source-school", "ops"], NOW)
    return found


def published(ring: Ring, name: str) -> list[str]:
    """Return the subjects of the intake that the server lets somebody publish on, by the newest key."""
    ring.configure(())
    accounts = json.loads(ring.users.read_text().partition("accounts: ")[2].partition("\nsystem_account")[0])
    key = ring.keys()[name][-1].public
    (user,) = [each for account in accounts.values() for each in account["users"] if each["nkey"] == key]
    return [each for each in user["permissions"]["publish"]["allow"] if each.startswith("intake.")]


def test_a_list_is_kept_and_is_what_the_server_is_told(ring: Ring) -> None:
    assert Ring(ring.directory).facts() == {BANK: LIST}
    assert published(ring, BANK) == ["intake.bank.payment.failed", "intake.bank.payment.settled"]
    assert len(published(ring, "source-school")) > 50


def test_a_list_outlives_rotation_and_the_loss_of_every_key(ring: Ring) -> None:
    ring.rotated(BANK, NOW)
    ring.withdrawn(BANK, every=False)
    ring.withdrawn(BANK, every=True)
    assert set(ring.keys()) == {"source-school", "ops"}
    ring.made([BANK], NOW)
    assert (ring.facts(), len(ring.keys()[BANK])) == ({BANK: LIST}, 1)


def test_a_list_is_changed_or_taken_away_and_the_keys_stay(ring: Ring) -> None:
    keys = ring.keys()
    ring.listed(BANK, ("payment.settled",))
    assert published(ring, BANK) == ["intake.bank.payment.settled"]
    ring.listed(BANK, None)
    assert published(ring, BANK) == [each.replace("school", "bank") for each in published(ring, "source-school")]
    assert (ring.facts(), ring.keys()) == ({}, keys)


def test_nobody_without_a_key_is_given_a_list(ring: Ring) -> None:
    with pytest.raises(ConfigurationError, match="has no key here"):
        ring.listed("source-office", LIST)


def test_a_ring_of_an_older_version_is_read_and_its_sources_have_no_list(ring: Ring) -> None:
    known = {name: [{"public": key.public, "made": key.made} for key in keys] for name, keys in ring.keys().items()}
    (ring.directory / "users.json").write_text(json.dumps(known))
    assert ring.facts() == {}
    assert "intake.bank.visit.recorded" in published(ring, BANK)
    assert "intake.bank.calendar.day_closed" not in published(ring, BANK)
