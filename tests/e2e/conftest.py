"""One system for all end-to-end tests: `bangfu up` as a user starts it."""

import os
from collections.abc import Iterator

import pytest

from tests.support.commandline import ROOT, run, up


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Yield the environment of a system that `bangfu up` runs, its clock played by the sample."""
    data = tmp_path_factory.mktemp("up")
    environment = {**os.environ, "BANGFU_DATA_DIR": str(data), "BANGFU_CLOCK": "off", "BANGFU_LANG": "en"}
    with up(environment):
        opening = (ROOT / "samples" / "events.jsonl").read_bytes().splitlines()[0]
        run(environment, "publish", "-", given=opening)
        yield environment
