"""How commands speak: tables for people, `--json` for programs, errors in one line."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.ops.words import say

AsJson = Annotated[bool, typer.Option("--json", help=say("输出 JSON", "print JSON"))]

_BORDER, _LEAST = 3, 6  # cells: of a column's frame; that the narrowest column has

console = Console()
errors = Console(stderr=True)


def show(rows: Iterable[dict[str, Any]], columns: Sequence[tuple[str, str]], *, title: str, as_json: bool) -> None:
    """Print rows as a table, or as one JSON array; `columns` are fields of a row and their headings."""
    listed = list(rows)
    if as_json:
        console.print_json(json.dumps(listed, ensure_ascii=False, default=str))
        return
    headings = [heading for _, heading in columns]
    cells = [[_cell(row.get(field)) for row in listed] for field, _ in columns]
    if listed and not _fits(headings, cells):  # what says nothing gives its room to the others
        saying = [place for place, column in enumerate(cells) if any(column)]
        headings, cells = [headings[place] for place in saying], [cells[place] for place in saying]
    if title:
        console.print(title, style="italic", markup=False, highlight=False, soft_wrap=True)
    table = Table(header_style="bold")
    for heading, width in zip(headings, _widths(headings, cells), strict=True):
        table.add_column(heading, overflow="fold", width=width)
    for line in zip(*cells, strict=True):
        table.add_row(*map(Text, line))  # text is no markup: a name may hold brackets
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    return "" if value is None else str(value)


def _widths(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int | None]:
    """Return the width of each column that must not be folded (ids, days, codes: people copy them); None: it may be.

    Where the table is wider than the screen and not all of them have room beside the others, the narrowest do.
    """
    found: list[int | None] = [None] * len(headings)
    if _fits(headings, cells):
        return found
    natural = [max(width, cell_len(heading)) for width, heading in zip(_natural(cells), headings, strict=True)]
    least = [min(width, _LEAST) for width in natural]
    spare = _room(headings) - sum(least)
    for place in sorted(range(len(headings)), key=lambda each: natural[each]):
        more = natural[place] - least[place]
        if more <= spare and any(cells[place]) and all(map(_is_code, cells[place])):
            found[place], spare = natural[place], spare - more
    return found


def _fits(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> bool:
    wanted = (max(width, cell_len(heading)) for width, heading in zip(_natural(cells), headings, strict=True))
    return sum(wanted) <= _room(headings)


def _natural(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max((cell_len(line) for text in column for line in text.splitlines()), default=0) for column in cells]


def _room(headings: Sequence[str]) -> int:
    return console.width - _BORDER * len(headings) - 1


def _is_code(text: str) -> bool:
    return text.isascii() and " " not in text
