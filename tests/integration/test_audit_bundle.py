"""Seals and audit bundles of a small real system: what is untouched passes, and every kind of tampering is found."""

import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date
from operator import methodcaller
from pathlib import Path
from shutil import copytree
from types import ModuleType
from typing import Any

import nats
import orjson
import pytest
from typer.testing import CliRunner, Result

from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.ops.audit.bundle import digests
from shared.ops.main import app
from shared.runner.sealing import canonical
from shared.runner.topology import provision
from shared.settings import Settings
from tests.support.facts import FIRST_CLOSED, closing, id_number, offer
from tests.support.live import open_bus
from tests.support.whole import Whole, open_whole

pytestmark = pytest.mark.real

EMPLOYER = "91350622MA2XN0K4TC"
FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("roster.entry", "r-2", id_number=id_number(7)),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    closing(date(2018, 3, 2)),
    closing(date(2018, 3, 3)),
    offer("premium.refunded", "rf-1"),
    closing(date(2018, 3, 4)),
)


@pytest.fixture(scope="module")
def environment(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return the settings under which the commands find the system."""
    broker = EmbeddedNats(tmp_path_factory.mktemp("nats")).start()
    said = {
        "BANGFU_DATA_DIR": str(tmp_path_factory.mktemp("data")), "BANGFU_DATABASE_PREFIX": "seals", "BANGFU_LANG": "en",
        "BANGFU_VAULT_KEY": "ab" * 32, "BANGFU_CARD_KEY": "cd" * 32, "NATS_URL": broker.url,
        "MONGO_URL": stack.mongo_url, "COLUMNS": "250",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in said.items():
            patch.setenv(name, value)
        yield Settings()
    broker.stop()


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, environment: Settings) -> AsyncIterator[Whole]:
    """Return a system that has closed four days, two of them in the middle of a batch."""
    async with await nats.connect(str(environment.nats_url)) as client:
        opened = await open_whole(stack, await open_bus(client), environment)
        for first, last in ((0, 3), (3, 6), (6, 8), (8, len(FACTS))):
            await opened.tell(*FACTS[first:last])
        yield opened
        for store in opened.view.stores.values():
            await store.db.client.drop_database(store.db.name)
        opened.close()


async def ran(whole: Whole, *arguments: str) -> Result:
    result: Result = await whole.meanwhile(lambda: CliRunner().invoke(app, ["ops", *arguments]))
    return result


async def person_of(whole: Whole) -> str:
    return str((await whole.view.states("line"))["L000000001"].posted.claim.person_id)


@pytest.fixture(scope="module")
async def bundles(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a bundle of each kind."""
    folder = tmp_path_factory.mktemp("bundles")
    subjects = {"person": await person_of(whole), "employer": EMPLOYER, "programme": "social-insurance"}
    for kind, subject in subjects.items():
        asked = ("audit", "bundle", f"--{kind}", subject, "--period", "2018-03", "--out", str(folder / kind))
        result = await ran(whole, *asked)
        assert result.exit_code == 0, (result.stdout, result.exception)
    return {kind: folder / kind for kind in subjects}


def rows(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    """Return verify.py as a module, so that a hundred checks take no hundred processes."""
    path = Path(__file__).parents[2] / "shared" / "ops" / "audit" / "verify.py"
    spec = importlib.util.spec_from_file_location("verify", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestSeals:
    async def test_cover_each_closed_day_of_facts_and_ledger_and_are_published(self, whole: Whole) -> None:
        result = await ran(whole, "seals", "--json")
        found = json.loads(result.stdout)
        assert (result.exit_code, found["mistakes"]) == (0, [])
        days = [f"2018-03-0{day}" for day in (1, 2, 3, 4)]
        for chain in ("registry", "subsidy-ledger"):
            assert [seal["day"] for seal in found["seals"] if seal["chain"] == chain] == days
        assert all(seal["published"] for seal in found["seals"])

    async def test_sum_the_lines_of_the_ledger_by_programme(self, whole: Whole) -> None:
        seals = await whole.view.stores["subsidy"].seals("subsidy-ledger")
        sums = [{row["programme"]: row["sum_fen"] for row in seal["sums"]} for seal in seals]
        assert sums == [{}, {"social-insurance": 74_200}, {"social-insurance": 74_200}, {"social-insurance": 0}]

    @pytest.mark.parametrize(
        ("collection", "query", "change", "said"),
        [
            (
                "journal_registry",
                {"number": 3},
                {"$set": {"entries.0.body": b'{"type":"x"}'}},
                "document 3 has another",
            ),
            ("journal_registry", {"number": 2}, {"$set": {"entries": []}}, "document 2 has another hash"),
            ("journal_registry", {"number": 2}, {"$set": {"number": 99}}, "document 3 stands where 2 should"),
            ("seals", {"number": 2}, {"$set": {"entries": 1}}, "seal 2 of 2018-03-02 has another hash"),
            ("seals", {"number": 4}, {"$set": {"chain": "none"}}, "SEALS holds a seal of 2018-03-04"),
        ],
    )
    async def test_show_what_was_changed_in_the_store(
        self, whole: Whole, collection: str, query: dict[str, Any], change: dict[str, Any], said: str
    ) -> None:
        rows = whole.view.stores["registry"].db[collection]
        before = await rows.find_one(query)
        assert before is not None
        await rows.update_one(query, change)
        result = await ran(whole, "seals")
        await rows.replace_one({"_id": before["_id"]}, before)
        assert result.exit_code == 1
        assert said in result.stdout
        assert "NOT as sealed" in result.stdout

    async def test_stand_in_the_stream_again_after_it_was_lost(self, whole: Whole) -> None:
        await whole.bus.js.delete_stream("SEALS")
        assert (await ran(whole, "seals")).exit_code == 1
        again = json.loads((await ran(whole, "reconcile", "--json")).stdout)
        assert (again["seals"], again["streams_missing"]) == (8, ["SEALS"])
        assert (await ran(whole, "seals")).exit_code == 0

    async def test_go_out_at_the_next_start_if_death_came_between_commit_and_publication(self, whole: Whole) -> None:
        store, bus = whole.view.stores["registry"], whole.bus
        before = dict(await bus.stored("SEALS"))["seals.registry"]
        await store.db["seals"].update_one({"chain": "registry", "number": 4}, {"$set": {"sent": False}})
        await bus.js.delete_stream("SEALS")
        await provision(bus.js)
        await next(reader.runner for reader in whole.readers if reader.place.durable == "registry").start()
        assert await bus.stored("SEALS") == [("seals.registry", before)]
        assert await store.seals("registry", {"sent": False}) == []
        assert json.loads((await ran(whole, "reconcile", "--json")).stdout)["seals"] == 7


class TestAnUntouchedBundle:
    @pytest.mark.parametrize(("kind", "lines"), [("person", 2), ("employer", 2), ("programme", 2)])
    def test_passes_on_its_own(self, bundles: dict[str, Path], kind: str, lines: int) -> None:
        folder = bundles[kind]
        anchor = rows(folder / "seals.jsonl")[2]["hash"]
        command = [sys.executable, "-I", "verify.py", ".", "--anchor", anchor]
        checked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout
        assert "INTACT" in checked.stdout
        posted = [row for row in rows(folder / "lines.jsonl") if ".line_posted." in row["event"]["type"]]
        assert len(posted) == lines
        assert "social-insurance: 0.00 yuan" in checked.stdout

    def test_holds_the_programmes_that_applied(self, bundles: dict[str, Path]) -> None:
        assert list(bundles["person"].glob("texts/*/social-insurance.yaml"))

    def test_says_nothing_of_others(self, bundles: dict[str, Path]) -> None:
        people = {row["event"]["data"].get("person_id") for row in rows(bundles["employer"] / "facts.jsonl")}
        assert len(people - {None}) == 1

    async def test_refuses_a_period_that_is_not_sealed(self, whole: Whole, tmp_path: Path) -> None:
        asked = ("audit", "bundle", "--programme", "x", "--period", "2019-01..2019-02", "--out", str(tmp_path / "b"))
        assert "sealed: 2018-03-01 to 2018-03-04" in str((await ran(whole, *asked)).exception)


def _lines(path: Path, change: Callable[[list[bytes]], None]) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    change(lines)
    path.write_bytes(b"".join(lines))


def _recomputed(folder: Path) -> None:
    """Make the manifest fit, as somebody does who knows how."""
    said = rows(folder / "manifest.json")[0]
    found = rows(folder / "seals.jsonl") if (folder / "seals.jsonl").read_bytes().endswith(b"}\n") else []
    said["anchors"] |= {seal["chain"]: seal["hash"] for seal in found}
    (folder / "manifest.json").write_text(canonical(said | {"files": digests(folder)}) + "\n", encoding="utf-8")


def _edited(folder: Path, name: str, number: int, change: Callable[[Any], Any]) -> None:
    """Change what a line says and write it properly."""

    def change_line(lines: list[bytes]) -> None:
        said = orjson.loads(lines[number])
        change(said)
        lines[number] = f"{canonical(said)}\n".encode()

    _lines(folder / name, change_line)


ROWS = ("facts.jsonl", "lines.jsonl", "documents.jsonl", "seals.jsonl")
_ON_LINES: dict[str, Callable[[list[bytes]], Any]] = {
    "deleting the first line": lambda lines: lines.pop(0),
    "deleting a line in the middle": lambda lines: lines.pop(len(lines) // 2),
    "deleting the last line": lambda lines: lines.pop(),
    "inserting a copy": lambda lines: lines.insert(1, lines[0]),
    "adding a copy": lambda lines: lines.append(lines[-1]),
    "swapping two lines": lambda lines: lines.insert(0, lines.pop(1)),
    "cutting the last line": lambda lines: lines.append(lines.pop()[:-9]),
    "leaving nothing": lambda lines: lines.clear(),
    "a blank": lambda lines: lines.append(lines.pop().replace(b":", b": ", 1)),
}


class TestATamperedBundle:
    @pytest.fixture(params=["person", "programme"])
    def folder(self, request: pytest.FixtureRequest, bundles: dict[str, Path], tmp_path: Path) -> Path:
        return Path(copytree(bundles[request.param], tmp_path / "bundle"))

    def found(self, verifier: ModuleType, folder: Path, *options: str) -> bool:
        return bool(verifier.main([str(folder), *options]) == 1)

    def test_that_is_not_tampered_with_passes(self, verifier: ModuleType, folder: Path) -> None:
        assert not self.found(verifier, folder)
        _recomputed(folder)
        assert not self.found(verifier, folder)

    def test_shows_a_changed_byte_in_any_file(self, verifier: ModuleType, folder: Path) -> None:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            before = path.read_bytes()
            for place in range(0, len(before), max(1, len(before) // 5)):
                path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
                assert self.found(verifier, folder), (path.name, place)
            path.write_bytes(before)

    def test_shows_a_changed_byte_although_the_manifest_fits_again(self, verifier: ModuleType, folder: Path) -> None:
        theirs = {"manifest.json", "verify.py"}
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in theirs):
            before = path.read_bytes()
            for place in range(3, len(before), max(1, len(before) // 5)):
                path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
                said = rows(folder / "manifest.json")[0] | {"files": digests(folder)}
                (folder / "manifest.json").write_text(f"{canonical(said)}\n", encoding="utf-8")
                assert self.found(verifier, folder), (path.name, place)
            path.write_bytes(before)

    @pytest.mark.parametrize("fits", [False, True], ids=["", "and the manifest fits again"])
    @pytest.mark.parametrize("kind", _ON_LINES)
    def test_shows(self, verifier: ModuleType, folder: Path, kind: str, *, fits: bool) -> None:
        latest = rows(folder / "seals.jsonl")[-1]["hash"]
        for name in ROWS:
            before = (folder / name).read_bytes()
            _lines(folder / name, _ON_LINES[kind])
            if fits:
                _recomputed(folder)
            # Only who has noted a seal can tell that the newest ones are cut off.
            assert self.found(verifier, folder, "--anchor", latest), name
            (folder / name).write_bytes(before)

    def test_shows_what_is_missing_and_what_is_added(self, verifier: ModuleType, folder: Path) -> None:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            before = path.read_bytes()
            path.unlink()
            assert self.found(verifier, folder), path.name
            if path.name not in {"manifest.json", "verify.py"}:
                _recomputed(folder) if path.name != "seals.jsonl" else None
                assert self.found(verifier, folder), path.name
            path.write_bytes(before)
            _recomputed(folder)
        (folder / "more.jsonl").write_bytes(b"")
        assert self.found(verifier, folder)

    @pytest.mark.parametrize("file", ["facts.jsonl", "lines.jsonl"])
    def test_shows_changed_content_with_every_hash_of_its_document_computed_anew(
        self, verifier: ModuleType, folder: Path, file: str
    ) -> None:
        place = next(n for n, row in enumerate(rows(folder / file)) if "county" in row["event"]["data"])
        _edited(folder, file, place, lambda row: row["event"]["data"].update(county="350628"))
        row = rows(folder / file)[place]
        documents = rows(folder / "documents.jsonl")
        number = next(n for n, d in enumerate(documents) if (d["chain"], d["number"]) == (row["chain"], row["number"]))
        body = canonical(row["event"])
        said = f"{row['stream']}\n{row['id']}\n{row['subject']}\n{len(body.encode())}\n{body}"
        digest = hashlib.sha256(said.encode()).hexdigest()
        _edited(folder, "documents.jsonl", number, lambda d: d["contents"].__setitem__(row["index"], digest))
        _rehashed(verifier, folder)
        _recomputed(folder)
        assert self.found(verifier, folder)

    def test_shows_a_leaf_that_is_swapped_or_renamed(self, verifier: ModuleType, folder: Path) -> None:
        documents = rows(folder / "documents.jsonl")
        before = (folder / "documents.jsonl").read_bytes()
        shown = next(n for n, d in enumerate(documents) if isinstance(d["contents"], list) and len(d["contents"]) > 1)
        swaps: list[Callable[[Any], Any]] = [
            lambda d: d["contents"].insert(0, d["contents"].pop()),
            lambda d: d["labels"].insert(0, d["labels"].pop()),
            lambda d: d["labels"].__setitem__(0, f"{d['labels'][0]} 00"),
            lambda d: (d["labels"].pop(), d["contents"].pop()),
        ]
        for swap in swaps:
            for rehash in (False, True):
                _edited(folder, "documents.jsonl", shown, swap)
                if rehash:
                    _rehashed(verifier, folder)
                _recomputed(folder)
                assert self.found(verifier, folder)
                (folder / "documents.jsonl").write_bytes(before)

    def test_shows_an_entry_left_out_together_with_its_content(self, verifier: ModuleType, folder: Path) -> None:
        for file in ("facts.jsonl", "lines.jsonl"):
            row = rows(folder / file)[-1]
            before = {name: (folder / name).read_bytes() for name in (file, "documents.jsonl")}
            left = [r for r in rows(folder / file) if r["number"] != row["number"]]
            (folder / file).write_text("".join(f"{canonical(r)}\n" for r in left), encoding="utf-8")
            for number, document in enumerate(rows(folder / "documents.jsonl")):
                if (document["chain"], document["number"]) == (row["chain"], row["number"]):
                    hidden = {"contents": hashlib.sha256("\n".join(document["contents"]).encode()).hexdigest()}
                    _edited(folder, "documents.jsonl", number, methodcaller("update", hidden))
            _recomputed(folder)
            assert self.found(verifier, folder), file
            for name, content in before.items():
                (folder / name).write_bytes(content)

    @pytest.mark.parametrize(
        "change",
        [
            {"about": "350622"},
            {"version": 2},
            {"period": {"from": "2018-03-02", "to": "2018-03-04"}},
            {"period": {"from": "2018-03-01", "to": "2018-03-03"}},
            {"period": {"from": "2018-03-01", "to": "2018-03-31"}},
            {"more": ""},
        ],
    )
    def test_shows_another_manifest(self, verifier: ModuleType, folder: Path, change: dict[str, Any]) -> None:
        _edited(folder, "manifest.json", 0, lambda said: said.update(change))
        assert self.found(verifier, folder)

    def test_shows_a_history_that_was_written_anew_to_who_noted_a_seal(
        self, verifier: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.found(verifier, folder, "--anchor", "ab" * 32)
        assert "no seal has the hash" in capsys.readouterr().out


def _rehashed(verifier: ModuleType, folder: Path) -> None:
    """Compute the hashes of all documents anew, as somebody does who knows how."""
    previous: dict[str, str] = {}
    found = []
    for d in rows(folder / "documents.jsonl"):
        contents = d["contents"]
        digest = verifier.sha256("\n".join(contents)) if isinstance(contents, list) else contents
        before = previous.get(d["chain"], d["previous"])
        head = f"bangfu-journal-1\n{d['chain']}\n{d['number']}\n{before}\n{len(d['labels'])}\n"
        labels = verifier.sha256("\n".join(d["labels"]))
        previous[d["chain"]] = verifier.sha256(f"{head}{labels}\n{digest}\n")
        found.append(d | {"previous": before, "hash": previous[d["chain"]]})
    (folder / "documents.jsonl").write_text("".join(f"{canonical(d)}\n" for d in found), encoding="utf-8")
