"""Audit bundles of a small real system: what is untouched passes, and every kind of tampering is found."""

import hashlib
import importlib.util
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from operator import methodcaller
from pathlib import Path
from shutil import copytree
from types import ModuleType
from typing import Any

import orjson
import pytest

from shared.embedded import EmbeddedStack
from shared.ops.audit.bundle import digests
from shared.runner.sealing import canonical
from tests.support.sealed import EMPLOYER, sealed
from tests.support.whole import Whole, ran

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that has closed four days, two of them in the middle of a batch."""
    async with sealed(stack, tmp_path_factory.mktemp("bundles"), "bundles") as found:
        yield found


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
