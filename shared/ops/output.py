"""How commands speak: tables for people, `--json` for programs, errors in one line."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from shared.ops.words import say

AsJson = Annotated[bool, typer.Option("--json", help=say("输出 JSON", "print JSON"))]

console = Console()
errors = Console(stderr=True)


def show(rows: Iterable[dict[str, Any]], columns: Sequence[tuple[str, str]], *, title: str, as_json: bool) -> None:
    """Print rows as a table, or as one JSON array; `columns` are fields of a row and their headings."""
    listed = list(rows)
    if as_json:
        console.print_json(json.dumps(listed, ensure_ascii=False, default=str))
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for _, heading in columns:
        table.add_column(heading, overflow="fold")
    for row in listed:
        table.add_row(*(str(row.get(field, "")) for field, _ in columns))
    console.print(table)
