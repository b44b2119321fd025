"""House rules that no linter knows; each rule is shown to find what it is for."""

import ast
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from shared.ops.running import find_services
from shared.runner.core import Service, Subscription
from shared.runner.topology import places

ROOT = Path(__file__).parents[2]
CODE = ("shared", "services")
ALL_CODE = (*CODE, "tests", "samples", "bench")

FILE_LINES = 300
FUNCTION_LINES = 50
CARD_LINES = 20
DURABLE_CHARACTERS = 31
ADR_LINES = 50
ADR_SECTIONS = ("Context", "Decision", "Consequences", "Alternatives", "References", "Revisit trigger")

# The ratchet: what is longer than the rule allows, and how long. Entries shrink and go, none is added.
LONG_FILES: Mapping[str, int] = MappingProxyType({})
LONG_FUNCTIONS: Mapping[str, int] = MappingProxyType({})

_LEFT_FOR_LATER = re.compile(r"\b(?:FIXME|TODO|XXX)\b")
# Where people keep what is theirs, whatever the machine.
_THEIRS = (r"/(?:home|Users|root|mnt)/", r"(?:/var)?/tmp/[\w.-]", r"[A-Za-z]:\\Users\\")
# What every machine or one of our containers has: its name says nothing about anybody's machine.
_EVERYWHERE = {
    *("/", "/app", "/data", "/etc", "/home", "/mnt", "/opt", "/opt/bangfu", "/private", "/private/var", "/root"),
    *("/srv", "/Users", "/usr", "/usr/local", "/var", "/var/lib"),
    *("/tmp", "/var/tmp"),  # noqa: S108 - nothing is written there
}
_NOT_OURS = {".venv", ".git", ".bangfu", ".hypothesis", "build", "__pycache__"}
_FILE_NAMED = re.compile(r"`((?:shared|services|tests|samples|docs|requirements)/[\w./-]*|[\w.-]+\.toml|Makefile)`")


def over(found: Mapping[str, int], limit: int, baseline: Mapping[str, int]) -> list[str]:
    """Return what breaks a limit, and entries of the baseline that are not needed any more."""
    long = [
        f"{name}: {size} lines, at most {max(limit, baseline.get(name, 0))}"
        for name, size in found.items()
        if size > max(limit, baseline.get(name, 0))
    ]
    return long + [f"{name}: take it off the baseline" for name in baseline if found.get(name, 0) <= limit]


def functions(name: str, source: str) -> Iterator[tuple[str, int]]:
    """Yield each function of a module as `file::name`, and its lines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}::{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def prints(source: str) -> list[int]:
    """Return the lines that call `print`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


def lines_with(pattern: re.Pattern[str], text: str) -> list[int]:
    """Return the lines in which a pattern occurs."""
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def machine_path(*places: Path) -> re.Pattern[str]:
    """
    Return what finds an absolute path that means something on one machine only.

    Args:
        places: What stands on this machine. The outermost folder around each that is not on every machine is found
            with all that is in it: the places themselves, what lies beside them and beside the folders around them.
    """
    around = ([each.as_posix() for each in reversed([place, *place.parents])] for place in places)
    own = {next((name for name in names if name not in _EVERYWHERE), "") for names in around} - {""}
    found = "|".join([*_THEIRS, *(re.escape(name) + r"(?![\w-])" for name in sorted(own))])
    return re.compile(rf"(?:(?<![\w./])|(?<=://))(?:{found})")


def card_faults(services: Path) -> list[str]:
    """Return services without a card, or with one that is too long."""
    faults = []
    for folder in sorted(path for path in services.iterdir() if (path / "__init__.py").exists()):
        card = folder / "README.md"
        if not card.exists():
            faults.append(f"{folder.name}: README.md is missing")
        elif (size := len(_text(card).splitlines())) > CARD_LINES:
            faults.append(f"{folder.name}: README.md has {size} lines, at most {CARD_LINES}")
    return faults


def durable_faults(services: Iterable[Service]) -> list[str]:
    """Return names of durable consumers that are too long or stand twice."""
    names = [place.durable for service in services for s in service.subscriptions for place in places(s)]
    return [name for name in names if len(name) > DURABLE_CHARACTERS or names.count(name) > 1]


def adr_faults(text: str, root: Path = ROOT) -> list[str]:
    """Return what a decision record lacks: its sections in order, one quotable sentence, files that exist."""
    faults = []
    if tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) != ADR_SECTIONS:
        faults.append(f"the sections are {', '.join(ADR_SECTIONS)}")
    decision = text.partition("## Decision\n")[2].partition("\n## ")[0].strip()
    said = " ".join(line.removeprefix("> ") for line in decision.splitlines() if line.startswith("> "))
    if len(said) < 1 or len(decision.splitlines()) != decision.count("> ") or re.search(r"\.\s", said):
        faults.append("the decision is one quoted sentence")
    if len(text.splitlines()) > ADR_LINES:
        faults.append(f"a record is one page, {ADR_LINES} lines")
    return faults + [f"{name} does not exist" for name in _FILE_NAMED.findall(text) if not (root / name).exists()]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _modules(parts: Iterable[str] = CODE) -> dict[str, str]:
    found = [path for part in parts for path in (ROOT / part).rglob("*.py") if "__pycache__" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): _text(path) for path in sorted(found)}


def _project_texts(folder: Path = ROOT) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_OURS:  # in a worktree .git is a file
            continue
        if path.is_dir():
            if not path.name.endswith(("_cache", ".egg-info")) and not path.is_symlink():
                yield from _project_texts(path)
        elif b"\0" not in (content := path.read_bytes()):
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8", "replace")


class TestTheProject:
    def test_no_file_is_longer_than_three_hundred_lines(self) -> None:
        sizes = {name: len(source.splitlines()) for name, source in _modules(ALL_CODE).items()}

        assert over(sizes, FILE_LINES, LONG_FILES) == []

    def test_no_function_is_longer_than_fifty_lines(self) -> None:
        sizes: dict[str, int] = {}
        for name, source in _modules(ALL_CODE).items():
            for function, size in functions(name, source):
                sizes[function] = max(size, sizes.get(function, 0))

        assert over(sizes, FUNCTION_LINES, LONG_FUNCTIONS) == []

    def test_every_service_has_a_card_of_at_most_twenty_lines(self) -> None:
        assert card_faults(ROOT / "services") == []

    def test_nothing_is_printed_but_by_the_console_of_the_command_line(self) -> None:
        assert [f"{name}:{line}" for name, source in _modules().items() for line in prints(source)] == []

    def test_nothing_is_left_for_later(self) -> None:
        found = ((name, text) for name, text in _project_texts() if name.startswith(CODE))

        assert [f"{name}:{line}" for name, text in found for line in lines_with(_LEFT_FOR_LATER, text)] == []

    def test_names_of_durable_consumers_are_short_and_stand_once(self) -> None:
        assert durable_faults(find_services()) == []

    def test_no_file_names_a_path_of_somebodys_machine(self) -> None:
        here = machine_path(ROOT, Path(sys.prefix), Path.home(), Path(tempfile.gettempdir()))

        found = [(name, lines_with(here, text)) for name, text in _project_texts()]

        assert [f"{name}:{line}" for name, lines in found for line in lines] == []

    def test_every_decision_record_is_complete(self) -> None:
        records = sorted((ROOT / "docs" / "adr").glob("*.md"))

        assert [(path.name, fault) for path in records for fault in adr_faults(_text(path))] == []
        assert [path.name[:4] for path in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]


class TestTheRules:
    def test_a_file_over_the_limit_is_found(self) -> None:
        assert over({"a.py": 301, "b.py": 300}, 300, {}) == ["a.py: 301 lines, at most 300"]

    def test_the_baseline_lets_nothing_grow(self) -> None:
        assert over({"a.py": 411}, 300, {"a.py": 410}) == ["a.py: 411 lines, at most 410"]
        assert over({"a.py": 409}, 300, {"a.py": 410}) == []

    @pytest.mark.parametrize("found", [{"a.py": 300}, {}])
    def test_what_is_short_now_or_gone_comes_off_the_baseline(self, found: dict[str, int]) -> None:
        assert over(found, 300, {"a.py": 410}) == ["a.py: take it off the baseline"]

    def test_a_function_is_as_long_as_from_its_def_to_its_last_line(self) -> None:
        source = "class A:\n    async def f(self):\n        x = 1\n        return x\n"

        assert list(functions("a.py", source)) == [("a.py::f", 3)]

    def test_a_print_is_found_and_a_console_is_not(self) -> None:
        assert prints('console.print("a")\nprint("b")\nprinted = "print(c)"\n') == [2]

    def test_what_is_left_for_later_is_found(self) -> None:
        text = "a\n# " + "TO" + "DO b\n# " + "FIX" + "ME c\ntodo: d\nMASTODON\n"

        assert lines_with(_LEFT_FOR_LATER, text) == [2, 3]

    def test_a_service_without_a_card_or_with_a_long_one_is_found(self, tmp_path: Path) -> None:
        for name in ("bare", "good", "long"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").touch()
        (tmp_path / "good" / "README.md").write_text("line\n" * 20)
        (tmp_path / "long" / "README.md").write_text("line\n" * 21)

        faults = card_faults(tmp_path)

        assert faults == ["bare: README.md is missing", "long: README.md has 21 lines, at most 20"]

    def test_a_long_or_repeated_durable_name_is_found(self) -> None:
        named = ("a" * 28, "b" * 31, "c" * 32, "twice", "twice")
        subscriptions = tuple(Subscription(name, (), (), partitioned=name[0] == "a") for name in named)

        faults = durable_faults([Service("s", "s", subscriptions)])

        assert faults == [*(f"{'a' * 28}-p{k}" for k in range(10, 16)), "c" * 32, "twice", "twice"]

    @pytest.mark.parametrize("folder", ["/ho" + "me/ann", "/Us" + "ers/ann", "/m" + "nt/disk", "C:" + r"\Users\ann"])
    def test_a_path_of_a_person_is_found_on_every_machine(self, folder: str) -> None:
        assert lines_with(machine_path(), f"a\nsee {folder}/a.py\n") == [2]

    @pytest.mark.parametrize("folder", ["/tm" + "p/a", "/var/tm" + "p/a", "file:///ro" + "ot/a"])
    def test_a_name_in_a_folder_for_what_passes_is_found_on_every_machine(self, folder: str) -> None:
        assert lines_with(machine_path(), f"see {folder}") == [1]

    @pytest.mark.parametrize("place", ["/disk/src/bangfu", "/opt/team/src/bangfu", "/var/lib/ci/bangfu"])
    def test_what_lies_beside_the_project_and_its_parents_is_found(self, place: str) -> None:
        checkout = Path(place)
        named = [checkout, checkout / "a.py", checkout.parent, checkout.parent / "beside", checkout.with_name("a b")]

        assert [lines_with(machine_path(checkout), f"`{name}`") for name in named] == [[1]] * 5
        assert lines_with(machine_path(Path("/disk/a/b/bangfu")), "/disk/beside\n/disk/a/x\n/disk\n/disks") == [1, 2, 3]

    def test_a_project_beside_what_every_machine_has_is_found_itself(self) -> None:
        assert lines_with(machine_path(Path("/srv/bangfu")), "/srv/bangfu\n/srv/bangfu/a\n/srv/http") == [1, 2]

    @pytest.mark.parametrize("place", ["/opt/bangfu", "/app", "/srv", "/"])
    def test_a_project_where_every_machine_has_a_folder_forbids_nobody_to_name_it(self, place: str) -> None:
        assert machine_path(Path(place)) == machine_path()

    @pytest.mark.parametrize("text", ["https://a.cn/disk/b", "services/home/x", "../../shared/disk/a", "network/disk"])
    def test_a_path_inside_the_project_or_of_the_web_is_not(self, text: str) -> None:
        assert lines_with(machine_path(Path("/disk/bangfu")), text) == []

    def test_a_complete_decision_record_has_no_fault(self) -> None:
        assert adr_faults(_record("> We do it\n> so.")) == []

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("# 1\n\n## Context\n\n## Decision\n\n> A.\n", f"the sections are {', '.join(ADR_SECTIONS)}"),
            ("> One. Two.", "the decision is one quoted sentence"),
            ("Not quoted.", "the decision is one quoted sentence"),
            ("> Quoted.\n\nAnd more.", "the decision is one quoted sentence"),
            ("> A.\n\n## Consequences\n" + "- b\n" * 50, f"a record is one page, {ADR_LINES} lines"),
            ("> As in `shared/nowhere.py`.", "shared/nowhere.py does not exist"),
        ],
    )
    def test_an_incomplete_decision_record_is_found(self, text: str, fault: str) -> None:
        assert fault in adr_faults(text if text.startswith("# ") else _record(text))


def _record(decision: str) -> str:
    sections = [f"## {name}\n\n{decision if name == 'Decision' else 'x'}\n" for name in ADR_SECTIONS]
    return "# 0001 A record\n\n" + "\n".join(sections)
