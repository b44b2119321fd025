"""Where the commands find the system that runs."""

from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.ops.running import find_running
from shared.settings import Settings

NATS = "nats://127.0.0.1:4222"


def test_a_source_that_only_states_facts_names_the_bus_alone(tmp_path: Path) -> None:
    found = find_running(Settings(data_dir=tmp_path, nats_url=NATS, mongo_url=None), store=False)
    assert found.nats_url == NATS


def test_what_reads_the_record_names_the_database_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="MONGO_URL"):
        find_running(Settings(data_dir=tmp_path, nats_url=NATS, mongo_url=None))
