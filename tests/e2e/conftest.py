"""One system for all end-to-end tests: `bangfu up` as a user starts it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.support.commandline import BANGFU, ROOT, run


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Yield the environment of a system that `bangfu up` runs, its clock played by the sample."""
    data = tmp_path_factory.mktemp("up")
    environment = {**os.environ, "BANGFU_DATA_DIR": str(data), "BANGFU_CLOCK": "off", "BANGFU_LANG": "en"}
    with (data / "up.out").open("wb") as out:
        up = subprocess.Popen([BANGFU, "up"], env=environment, stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + 90
            while not (data / "running.json").exists():
                assert up.poll() is None, (data / "up.out").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            opening = (ROOT / "samples" / "events.jsonl").read_bytes().splitlines()[0]
            run(environment, "publish", "-", given=opening)
            yield environment
        finally:
            up.send_signal(signal.SIGINT)
            assert up.wait(40) == 0
