"""Operations and audit on a small real system: everything is accounted for, and the stream gives the same ledger."""

import json
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.embedded import EmbeddedStack
from tests.support.facts import FIRST_CLOSED, NAME, SOURCE, closing, id_number, offer
from tests.support.whole import Whole, at_work, ran, told

pytestmark = pytest.mark.real

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
EARLY_ID = "day-2018-03-07"
EARLY = f"bangfu-clock|{EARLY_ID}"
CLOCK: Any = {"by_source": "bangfu-clock"}
FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    *(closing(date(2018, 3, day)) for day in (2, 3)),
    offer("employer.registered", "e-1"),
    offer("exit.confirmed", "x-1", by="?"),
    offer("exit.confirmed", "x-2", by="?"),
    offer("vacancy.changed", "waits-1"),
    offer("premium.refunded", "rf-1"),
    *(closing(date(2018, 3, day)) for day in (4, 5)),
    offer("calendar.day_closed", EARLY_ID, {"date": "2018-03-07"}, **CLOCK),
    closing(date(2018, 3, 6)),
)


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that has dealt with the facts."""
    async with at_work(stack, tmp_path_factory.mktemp("audit"), "audit", FACTS) as found:
        yield found


class TestDispositions:
    async def test_explain_every_message_of_every_consumer(self, whole: Whole) -> None:
        result = await ran(whole, "dispositions", "--json")
        rows = {row["consumer"]: row for row in json.loads(result.stdout)}
        assert result.exit_code == 0
        assert set(rows) == {each.name for service in whole.view.services for each in service.subscriptions}
        assert {row["unexplained"] for row in rows.values()} == {0}
        assert all(row["published"] == row["applied"] for name, row in rows.items() if name != "registry")
        registry = rows["registry"]
        assert registry["published"] == len(FACTS)
        assert (registry["duplicate"], registry["rejected"], registry["parked"]) == (1, 3, 1)
        assert registry["codes"] == {"bad_format": 2, "day_out_of_order": 1}
        assert registry["parked_for"] == [
            {"consumer": "registry", "waiting_for": "vacancy/V1", "facts": 1, "since": "2018-03-04"}
        ]

    async def test_show_what_is_on_its_way_as_unexplained(self, whole: Whole) -> None:
        inbox = whole.view.stores["notify"].db["inbox_notify-alerts"]
        row = await inbox.find_one_and_delete({"outcome": "applied"})
        result = await ran(whole, "dispositions", "--json")
        await inbox.insert_one(row)
        assert result.exit_code == 1
        assert {r["consumer"]: r["unexplained"] for r in json.loads(result.stdout)}["notify-alerts"] == 1

    async def test_tell_what_each_consumer_made_of_one_message(self, whole: Whole) -> None:
        said = await told(whole, "dispositions", "--of", f"{SOURCE}|e-1")
        assert [row["outcome"] for row in said] == ["applied", "duplicate"]
        (event,) = [node for node in await told(whole, "trace", "p-1") if node["event"] == "premium.paid"]
        handled = {row["consumer"] for row in await told(whole, "dispositions", "--of", event["id"])}
        assert handled == {"subsidy", "notify-files", "registry-targets"}


class TestReplay:
    async def test_gives_the_live_ledger(self, whole: Whole) -> None:
        result = await ran(whole, "replay", "--json")
        found = json.loads(result.stdout)
        assert result.exit_code == 0
        assert found["lines"] == {"replayed": 2, "live": 2}
        assert found["balances"]["live"] == found["balances"]["replayed"]
        assert found["offers"]["live"] == found["offers"]["replayed"]
        assert found["digests"]["replayed"] == found["digests"]["live"]
        assert found["posted_until"] == "2018-03-06"

    async def test_leaves_the_stream_as_it_is(self, whole: Whole) -> None:
        before = await whole.bus.stored("EVENTS")
        assert (await ran(whole, "replay")).exit_code == 0
        assert await whole.bus.stored("EVENTS") == before
        info = await whole.bus.js.stream_info("EVENTS")
        assert info.state.consumer_count == 0

    @pytest.mark.parametrize(
        ("bounds", "lines"),
        [
            (["--to", "2018-03-03"], 1),
            (["--from", "2018-03-03"], 1),
            (["--from", "2018-03-03", "--to", "2018-03-03"], 0),
            (["--to", "2018-03-01"], 0),
            (["--known-at", "2018-03-03"], 1),
            (["--known-at", "2018-03-03", "--to", "2018-03-01"], 0),
            (["--from", "2018-03-02", "--to", "2018-03-05"], 2),
            (["--to", "1"], 0),
            (["--to", "2017-01-01T00:00:00+08:00"], 0),
            (["--programme", "social-insurance"], 2),
            (["--programme", "stable-post"], 0),
            (["--employer", "91350622MA2XN0K4TC"], 2),
            (["--person", "nobody"], 0),
        ],
    )
    async def test_compares_a_part_with_the_same_part(self, whole: Whole, bounds: list[str], lines: int) -> None:
        found = await told(whole, "replay", *bounds)
        assert found["equal"], found["differences"]
        assert found["lines"] == {"replayed": lines, "live": lines}

    async def test_finds_a_line_and_a_balance_that_somebody_changed(self, whole: Whole) -> None:
        db = whole.view.stores["subsidy"].db
        query = {"_id": "L000000001"}
        await db["line"].update_one(query, {"$set": {"state.posted.amount_fen": 74_300}})
        await db["account"].update_one({"state.balance_fen": {"$ne": 0}}, {"$inc": {"state.balance_fen": 100}})
        result = await ran(whole, "replay", "--json")
        table = await ran(whole, "replay")
        await db["line"].update_one(query, {"$set": {"state.posted.amount_fen": 74_200}})
        found = json.loads(result.stdout)
        assert (result.exit_code, found["equal"]) == (1, False)
        assert [each["what"] for each in found["differences"]] == [
            "line",
            *["balance"] * (len(found["differences"]) - 1),
        ]
        assert "742.00" in found["differences"][0]["replayed"]
        assert "743.00" in found["differences"][0]["live"]
        assert "NOT equal" in table.stdout

    async def test_of_what_was_known_on_a_day_gives_the_digest_of_that_day(self, whole: Whole) -> None:
        found = await told(whole, "replay", "--known-at", "2018-03-03")
        known = await told(whole, "what-was-known", "--on", "2018-03-03")
        assert (found["digests"]["replayed"], found["posted_until"]) == (known["digest"], "2018-03-03")

    async def test_refuses_a_bound_that_names_no_place(self, whole: Whole) -> None:
        result = await ran(whole, "replay", "--to", "yesterday")
        assert "a sequence, a day" in str(result.exception)


class TestTrace:
    async def test_leads_from_a_line_to_the_facts_behind_it_and_to_its_clause(self, whole: Whole) -> None:
        nodes = {node["event"]: node for node in await told(whole, "trace", "L000000001")}
        assert nodes["premium.paid"]["causes"] == ["p-1"]
        assert nodes["entitlement.changed"]["id"] in nodes["ledger.line_posted"]["causes"]
        assert "第11条" in nodes["ledger.line_posted"]["data"]["clause"]
        assert nodes["calendar.day_closed"]["causes"] == ["day-2018-03-02"]

    async def test_leads_from_a_fact_to_the_line_and_the_alert(self, whole: Whole) -> None:
        events = [node["event"] for node in await told(whole, "trace", "p-1")]
        assert {"fact.judged", "premium.paid", "entitlement.changed", "ledger.line_posted", "alert.raised"} <= set(
            events
        )
        assert "premium.refunded" not in events

    async def test_knows_alerts_and_events_by_their_ids(self, whole: Whole) -> None:
        (alert,) = [node for node in await told(whole, "trace", "p-1") if node["event"] == "alert.raised"]
        by_alert = await told(whole, "trace", alert["data"]["alert_id"])
        by_event = await told(whole, "trace", alert["id"])
        assert [node["id"] for node in by_alert] == [node["id"] for node in by_event]
        assert {"premium.paid", "ledger.line_posted", "alert.raised"} <= {node["event"] for node in by_alert}

    async def test_draws_a_tree(self, whole: Whole) -> None:
        drawn = (await ran(whole, "trace", "L000000002")).stdout
        assert re.search(
            r"rf-1\n.*premium\.refunded.*\n.*entitlement\.changed.*\n.*ledger\.line_posted.*-742\.00", drawn
        )

    async def test_says_that_nothing_is_known(self, whole: Whole) -> None:
        assert "no journal knows it" in str((await ran(whole, "trace", "L999999999")).exception)


async def test_what_was_known_on_a_day_is_what_was_posted_by_then(whole: Whole) -> None:
    then, later = [await told(whole, "what-was-known", "--on", f"2018-03-0{day}") for day in (3, 4)]
    assert (then["sums"], later["sums"]) == ({"social-insurance": "742.00"}, {"social-insurance": "0.00"})
    assert [line["line_no"] for line in later["lines"]] == [1, 2]
    assert then["digest"] != later["digest"]
    assert later["digest"] == (await told(whole, "replay"))["digests"]["live"]


class TestDeadLetters:
    async def test_are_listed_with_code_path_and_age_and_parked_facts_with_what_they_wait_for(
        self, whole: Whole
    ) -> None:
        rows = {row["key"]: row for row in await told(whole, "deadletters", "list")}
        refused, parked = rows[f"{SOURCE}|x-1"], rows[f"{SOURCE}|waits-1"]
        assert (refused["state"], refused["code"], refused["path"], refused["age_days"]) == (
            "rejected", "bad_format", "data.by", 0,
        )  # fmt: skip
        assert (parked["state"], parked["waiting_for"], parked["since"]) == ("parked", "vacancy/V1", "2018-03-04")
        assert refused["received"] == parked["received"] != ""

    async def test_hide_what_was_sent_until_asked_with_the_vault_key(
        self, whole: Whole, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = f"{SOURCE}|x-2"
        assert id_number() not in (await ran(whole, "deadletters", "show", key)).stdout
        shown = await told(whole, "deadletters", "show", key, "--reveal")
        assert shown["payload"]["data"]["id_number"] == id_number()
        monkeypatch.setenv("BANGFU_VAULT_KEY", "00" * 32)
        refused = await ran(whole, "deadletters", "show", key, "--reveal")
        assert "other_key" in str(refused.exception)
        assert id_number() not in refused.stdout + str(refused.exception)

    async def test_that_are_refused_again_stay_and_nobody_is_told_twice(self, whole: Whole) -> None:
        before = await whole.bus.count("OUTCOMES")
        asked = ("deadletters", "redrive", f"{SOURCE}|x-2", "--by", "ops-1", "--reason", "once more")
        result = await ran(whole, *asked)
        assert (result.exit_code, "rejected bad_format" in result.stdout) == (1, True)
        assert await whole.bus.count("OUTCOMES") == before + 1  # the request's own
        assert (await told(whole, "deadletters", "show", f"{SOURCE}|x-2", "--reveal"))["payload"]["id"] == "x-2"

    async def test_runbooks_work_as_written_and_leave_everything_accounted_for(self, whole: Whole) -> None:
        for page in ("replay.md", "dead-letters.md"):
            for command in commands(RUNBOOKS / page):
                result = await ran(whole, *command)
                assert result.exit_code == 0, (page, command, result.stdout, result.exception)
        assert {row["unexplained"] for row in await told(whole, "dispositions")} == {0}
        assert (await told(whole, "replay"))["posted_until"] == "2018-03-07"
        states = {row["key"]: row["state"] for row in await told(whole, "deadletters", "list", "--all")}
        assert states == {f"{SOURCE}|x-1": "discarded", f"{SOURCE}|x-2": "rejected", f"{SOURCE}|waits-1": "parked"}
        kept = [row["_id"] async for row in whole.view.stores["registry"].db["deadletters"].find()]
        assert kept == [f"{SOURCE}|x-2"]

    async def test_requests_are_recorded_without_what_was_sent(self, whole: Whole) -> None:
        bodies = [body for subject, body in await whole.bus.stored("EVENTS") if subject.startswith("bangfu.ops.")]
        asked = [orjson.loads(body)["data"] for body in bodies]
        assert {"letter": EARLY, "by": "ops-1", "reason": "the days before are closed now"} in asked
        assert [body for body in bodies if id_number().encode() in body or NAME.encode() in body] == []


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of every `bangfu ops` command in a page's shell blocks."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            program, group, *arguments = shlex.split(line)
            assert (program, group) == ("bangfu", "ops")
            yield arguments
