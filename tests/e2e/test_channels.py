"""An alert leaves the system: from a fact that registry refuses to another system that checks its signature."""

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from tests.support.commandline import run

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

SECRET = "a secret that both sides know"


class Receiver(BaseHTTPRequestHandler):
    """A system of an office."""

    heard: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["Bangfu-Webhook-Timestamp"].encode() + b"." + body
        mine = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        known = self.headers["Bangfu-Webhook-Signature"] == f"v1={mine}"
        self.send_response(204 if known else 401)
        self.end_headers()
        if known:
            self.heard.append(json.loads(body))

    def log_message(self, *_: object) -> None:  # type: ignore[override]
        """Say nothing."""


def test_a_refused_fact_is_heard_of_by_the_offices_system(system: dict[str, str]) -> None:
    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    given = f"http://127.0.0.1:{receiver.server_port}/alerts\n{SECRET}\n".encode()
    run(system, "channels", "add", "city-platform", "--channel", "webhook", "--office", "city", given=given)
    assert SECRET not in run(system, "channels", "list")
    refused = {
        "specversion": "1.0", "id": "channels-1", "source": "e2e-channels", "type": "cn.bangfu.roster.entry.v1",
        "data": {"id_number": "no number"},
    }  # fmt: skip
    run(system, "publish", "-", given=json.dumps(refused).encode(), code=None)

    deadline = time.monotonic() + 60
    while not any("fact_rejected" in letter["counts"] for letter in Receiver.heard) and time.monotonic() < deadline:
        time.sleep(0.1)
    receiver.shutdown()
    receiver.server_close()

    (letter,) = [each for each in Receiver.heard if "fact_rejected" in each["counts"]]
    assert "no number" not in json.dumps(letter)
    (row,) = [row for row in json.loads(run(system, "channels", "status", "--json")) if row["channel"] == "webhook"]
    assert (row["circuit"], row["sent"] >= 1) == ("closed", True)
