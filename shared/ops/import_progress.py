"""How far an import came before it broke off: a small file beside the data, and the bars on the terminal.

The ids of facts come from their content, so publishing a row again does no harm; skipping it saves the time. Kept are
row numbers, codes and field paths, never a cell.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import orjson
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.ops.output import errors
from shared.ops.words import say

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Refused:
    """What registry refused: the row, the code, where in the fact, what would be right."""

    number: int
    code: str
    path: str
    hint: str


@dataclass
class Resumed:
    """What is known of an import of the same file into the same system.

    Args:
        through: Every row up to this one has its outcome. counts: how many, by outcome. refused: which of them.
    """

    path: Path
    through: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)

    @classmethod
    def of(cls, data_dir: Path, *, again: bool, **what: str) -> Self:
        """Return what was remembered of it; nothing if it never broke off, or `again` wants it from the beginning.

        Args:
            data_dir: Where commands keep what they remember.
            again: Begin anew.
            what: Everything that makes an import another one.
        """
        name = hashlib.sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
        found = cls(data_dir / "imports" / f"{name}.json")
        if not again:
            with suppress(FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
                said = orjson.loads(found.path.read_bytes())
                refused = [Refused(**each) for each in said["refused"]]
                found.through, found.counts, found.refused = said["through"], Counter(said["counts"]), refused
        return found

    def save(self) -> None:
        """Remember it; the file is there whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_suffix(".draft")
        said = {"through": self.through, "counts": dict(self.counts), "refused": self.refused}
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps(said))
        draft.replace(self.path)

    def forget(self) -> None:
        """There is nothing left to go on with."""
        self.path.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes, by which an import of the same file is known again."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass
class Bars:
    """Three bars: rows read and checked, facts published, outcomes heard; a row too many never hurts."""

    progress: Progress
    rows: int = 0

    def __post_init__(self) -> None:
        """Draw them; how many rows there are is known once the file is open."""
        self._read = self.progress.add_task(say("读取", "read"), total=None)
        self._sent = self.progress.add_task(say("发布", "published"), total=None)
        self._heard = self.progress.add_task(say("答复", "answered"), total=None)

    def found(self, rows: int) -> None:
        """Hear how many rows the file has."""
        for task in (self._read, self._sent, self._heard):
            self.progress.update(task, total=rows)

    def read(self, rows: int) -> None:
        """Hear how many rows are read."""
        self.progress.update(self._read, completed=rows)

    def sent(self, facts: int) -> None:
        """Hear how many facts are published, or were before."""
        self.progress.update(self._sent, completed=facts)

    def heard(self, facts: int) -> None:
        """Hear how many facts have their outcome."""
        self.progress.update(self._heard, completed=facts)


@contextmanager
def bars() -> Iterator[Bars]:
    """Show the bars on standard error while an import runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        yield Bars(progress)
