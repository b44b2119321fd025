"""What a journal document and a seal commit to; `verify.py`, which shares no code with us, agrees."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from shared.events.clock import DayClosed
from shared.events.subsidy import Claim, LinePosted
from shared.ops.audit import verify
from shared.runner.core import Message, Sealing
from shared.runner.journal import chain_hash, document, entries_of, label, labels_of
from shared.runner.publisher import Entry
from shared.runner.sealing import advanced, canonical, content_of, entry_of, seal_hash, texts_hash
from shared.store import Row
from tests.support.toy import TOY, Stored, arrived, visit

DAY = date(2018, 3, 2)
SEALED = Sealing(lambda event: event.date if isinstance(event, DayClosed) else None, {"a.yaml": "a: 1\n"})
PERSON = "pabcdefghijklmnopqrstuvwxy"


def line(number: int, fen: int, programme: str = "social-insurance") -> LinePosted:
    return LinePosted(
        line_id=f"L{number:09d}", line_no=number, place=f"2018-03-02/{number}",
        claim=Claim(programme=programme, payee="91350622MA2XN0K4TC", period="2018-03", person_id=PERSON),
        county="350622", fiscal_year=2018, posted="2018-03", posted_on=DAY, amount_fen=fen, kind="accrual",
        postings=[], programme_version=date(2017, 1, 1), clause="11", computation=["1"],
    )  # fmt: skip


def entries(*events: Any) -> list[Entry]:
    messages = [Message(f"e{n}", "", event, n, DAY, "") for n, event in enumerate(events, 1)]
    return entries_of(messages, "subsidy", "EVENTS")


class TestTheHashOfADocument:
    def test_changes_with_everything_that_it_commits_to(self) -> None:
        first, second = entries(line(1, 100), line(2, 200))
        changed = [
            ("other", 1, "", [first, second]),
            ("c", 2, "", [first, second]),
            ("c", 1, "ab", [first, second]),
            ("c", 1, "", [second, first]),
            ("c", 1, "", [first]),
            ("c", 1, "", [first, second, second]),
            ("c", 1, "", [replace(first, id="x"), second]),
            ("c", 1, "", [replace(first, subject="x"), second]),
            ("c", 1, "", [replace(first, stream="x"), second]),
            ("c", 1, "", [replace(first, body=first.body.replace(b"100", b"101")), second]),
        ]
        hashes = {chain_hash(*given) for given in changed}
        assert len(hashes | {chain_hash("c", 1, "", [first, second])}) == len(changed) + 1

    def test_is_stored_with_the_version_of_the_chain(self) -> None:
        row = document("c", 3, "ab", entries(line(1, 100)))
        assert (row["version"], row["number"], row["previous"]) == (1, 3, "ab")
        assert row["hash"] == chain_hash("c", 3, "ab", entries(line(1, 100)))


class TestLabels:
    def test_name_day_person_payee_and_programme(self) -> None:
        (entry,) = entries(line(1, 100))
        day, *there = labels_of("c", entry).split(" ")
        wanted = [label("c", day, value) for value in (PERSON, "91350622MA2XN0K4TC", "social-insurance")]
        assert (day, there) == ("2018-03-02", sorted(wanted))

    def test_cannot_be_followed_from_day_to_day_or_from_chain_to_chain(self) -> None:
        assert len({label(chain, day, PERSON) for chain in "cd" for day in ("2018-03-02", "2018-03-03")}) == 4

    def test_are_those_that_the_verifier_finds(self) -> None:
        nested = {
            "person_id": "p",
            "entries": [{"person_id": "q", "n": 1}, {"uscc": "u"}],
            "county": "x",
            "payee": None,
        }
        entry = Entry("EVENTS", "i", "s", canonical({"knownon": "2018-03-02", "data": nested}).encode())
        theirs = sorted(verify.label("c", "2018-03-02", value) for value in set(verify.values_of(nested)))
        assert labels_of("c", entry) == " ".join(["2018-03-02", *theirs])
        assert len(theirs) == 3


class TestASeal:
    def test_holds_place_counts_and_sums_so_far(self) -> None:
        head, seals = chained([line(1, 100), line(2, 200), line(3, 300)], days=3)
        assert [seal["sums"][0]["sum_fen"] for seal in seals] == [100, 300, 600]
        assert seals[-1]["counts"] == [{"type": "cn.bangfu.ledger.line_posted.v1", "count": 3}]
        assert [(seal["number"], seal["entries"], seal["head_number"]) for seal in seals] == [
            (n, n, n) for n in (1, 2, 3)
        ]
        assert head["seal"]["hash"] == seals[-1]["hash"]

    def test_follows_the_one_before_it(self) -> None:
        _, seals = chained([line(1, 1), line(2, 2)], days=2)
        assert [seal["previous"] for seal in seals] == ["", seals[0]["hash"]]

    def test_covers_what_came_before_the_closing_and_nothing_of_the_open_day(self) -> None:
        every = entries(line(1, 100), line(2, 200), line(3, 300))
        advance = advanced(SEALED, head_of(), every, [(1, DAY), (2, date(2018, 3, 3))])
        assert [(seal["head_entries"], seal["sums"][0]["sum_fen"]) for seal in advance.seals] == [(1, 100), (2, 300)]
        assert [seal["head_hash"] for seal in advance.seals] == [chain_hash("c", 1, "", every[:n]) for n in (1, 2)]
        assert advance.head["totals"]["sums"] == [{"programme": "social-insurance", "sum_fen": 600}]

    def test_stands_before_the_next_document_where_the_batch_brought_none(self) -> None:
        head, seals = chained([line(1, 1)], days=1)
        (quiet,) = advanced(SEALED, head, [], [(0, date(2018, 3, 9))]).seals
        assert (quiet["head_number"], quiet["head_entries"], quiet["entries"]) == (2, 0, seals[0]["entries"])
        assert quiet["head_hash"] == chain_hash("c", 2, head["hash"], [])

    def test_hash_is_the_verifiers(self) -> None:
        _, (seal, _) = chained([line(1, 1), line(2, 2)], days=2)
        published = json.loads(entry_of(seal).body)
        del published["hash"]
        assert verify.sha256(verify.canonical(published)) == seal["hash"] == entry_of(seal).id
        assert set(content_of(seal)) == set(verify.SEAL)

    def test_hash_does_not_depend_on_what_the_store_adds(self) -> None:
        _, (seal,) = chained([line(1, 1)], days=1)
        assert seal_hash(seal | {"sent": True}) == seal["hash"] != seal_hash(seal | {"entries": 7})

    def test_keeps_its_texts_once_and_again_when_they_change(self) -> None:
        first = advanced(SEALED, head_of(), [], [(0, DAY)])
        second = advanced(SEALED, head_of() | first.head, [], [(0, DAY)])
        third = advanced(replace(SEALED, texts={"a.yaml": "a: 2\n"}), head_of() | first.head, [], [(0, DAY)])
        assert first.texts == {"_id": texts_hash(SEALED.texts), "texts": [{"name": "a.yaml", "text": "a: 1\n"}]}
        assert second.texts is None
        assert third.texts is not None

    def test_is_not_made_for_a_chain_that_is_not_sealed(self) -> None:
        advance = advanced(None, head_of(), entries(line(1, 1)), [(1, DAY)])
        assert (advance.head, advance.seals, advance.texts) == ({}, [], None)


class TestABatch:
    def test_notes_behind_which_of_its_events_a_day_was_closed(self) -> None:
        store = Stored(replace(TOY, seals=SEALED))
        every = [arrived(1, "a", visit(1)), arrived(2, "b", DayClosed(date=DAY)), arrived(3, "c", visit(1, "twice"))]
        folded = store.take(*every)
        assert folded.consumed == 3
        ((count, day),) = folded.closings
        assert (day, 0 < count < len(folded.emitted)) == (DAY, True)

    def test_closes_nothing_where_the_chain_is_not_sealed(self) -> None:
        assert Stored(TOY).take(arrived(1, "b", DayClosed(date=DAY))).closings == []

    def test_closes_nothing_with_a_closing_that_is_known_already(self) -> None:
        store = Stored(replace(TOY, seals=SEALED))
        store.take(arrived(2, "c", DayClosed(date=DAY)))
        assert store.take(arrived(2, "c", DayClosed(date=DAY)), arrived(3, "d", visit(1))).closings == []


def test_the_readme_of_a_bundle_is_the_one_that_the_verifier_knows() -> None:
    readme = Path(verify.__file__).with_name("README.md").read_bytes()
    assert hashlib.sha256(readme).hexdigest() == verify.README_SHA256


def head_of() -> Row:
    return {"_id": "c", "number": 0, "hash": ""}


def chained(lines: list[LinePosted], days: int) -> tuple[Row, list[Row]]:
    """Return the head and the seals of a chain with one line and one document a day."""
    head, seals = head_of(), list[Row]()
    for number in range(1, days + 1):
        posted = entries(lines[number - 1])
        advance = advanced(SEALED, head, posted, [(1, date(2018, 3, number))])
        seals += advance.seals
        head |= advance.head | {"number": number, "hash": chain_hash("c", number, head["hash"], posted)}
    return head, seals
