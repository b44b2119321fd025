"""Schemathesis over the console as it is: whatever is sent, in or out of the document, no answer is a 5xx."""

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from services.notify.adapters.web.endpoint import Role
from services.notify.domain.casefile import CaseFile
from shared.embedded import EmbeddedMongo
from tests.support.console import HOST, SOMEBODY, Officer, add_alerts, add_case, an_alert, console

EXAMPLES = int(os.environ.get("BANGFU_EXAMPLES", "2"))  # of each endpoint, inside the document and outside of it
ROLES = (Role.OPS, Role.COUNTY, Role.PREPARER, Role.APPROVER, Role.TOWNSHIP)


class Served:
    """A console on an event loop of its own, in a thread, asked from outside."""

    def __init__(self, mongo_url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.ready, self.over = threading.Event(), asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(mongo_url),))
        self.thread.start()
        self.ready.wait(30)

    async def _serve(self, mongo_url: str) -> None:
        async with console(mongo_url, "fuzzed") as opened:
            await add_alerts(opened.desk, *(an_alert(number) for number in range(3)))
            await add_case(opened.desk, CaseFile(area="350622100201", status="listed", household_id="H-1"))
            self.officers = {role: await opened.enter(role, ["3506"]) for role in ROLES}
            self.known = {"alert_id": "alert-00001", "user_id": await opened.user(Role.TOWNSHIP, ["350622101"])}
            self.known |= {"person_id": SOMEBODY, "uscc": "91350622MA2XN0K4TC"}
            self.document = await self.officers[Role.OPS].json("/docs/openapi.json")
            self.ready.set()
            await self.over.wait()

    def ask(self, officer: Officer, case: Any) -> httpx2.Response:
        """Send a case under somebody's session, with the token of their forms."""
        sent = case.as_transport_kwargs(base_url=HOST)
        headers = {k: v for k, v in (sent.get("headers") or {}).items() if k.lower() not in {"cookie", "host"}}
        headers |= {"Origin": HOST, "X-CSRF-Token": officer.csrf, "Accept": "application/json"}
        given = {name: sent[name] for name in ("params", "data", "json") if sent.get(name) is not None}
        asked = officer.browser.request(sent["method"], sent["url"], headers=headers, **given)
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(30)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def served(mongo: EmbeddedMongo) -> Iterator[Served]:
    running = Served(mongo.url)
    yield running
    running.stop()


@pytest.mark.timeout(400)
def test_nothing_that_is_sent_is_answered_by_a_5xx(served: Served) -> None:
    schema = schemathesis.openapi.from_dict(served.document)
    answers: Counter[tuple[str, int]] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.label in {"GET /live", "POST /logout", "POST /account/end-all"}:
            continue
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            _fuzz(served, operation, mode, answers)
    # 503: nothing can be published without a broker.
    assert [each for each in answers if each[1] >= 500 and each[1] != 503] == []
    assert {200, 404, 422} <= {status for _, status in answers}


def _fuzz(served: Served, operation: Any, mode: Any, answers: Counter[tuple[str, int]]) -> None:
    roles = operation.definition.raw["x-roles"]
    officer = next((officer for role, officer in served.officers.items() if role in roles), served.officers[Role.OPS])

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def run(case: Any) -> None:
        if answers.total() % 2:
            case.path_parameters = {**(case.path_parameters or {}), **served.known}
        answers[operation.label, served.ask(officer, case).status_code] += 1

    run()
