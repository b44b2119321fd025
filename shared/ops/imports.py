"""The `bangfu import` commands: import a table, list the kinds of tables, write an empty one."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from shared.errors import BangfuError
from shared.ops.asked import existing
from shared.ops.importer import Wanted, checked, imported, told
from shared.ops.importing import KINDS, sheet_of
from shared.ops.output import AsJson, console, show
from shared.ops.running import find_running
from shared.ops.words import say
from shared.settings import Settings
from shared.strict_yaml import closest

_FILE = "file"


class _FileFirst(TyperGroup):
    """A group whose first argument may be a file: `bangfu import roster.xlsx --kind roster`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named, else the one that imports a file."""
        return super().resolve_command(ctx, args if args[0] in self.commands else [_FILE, *args])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take options before the file for those of the import, except a wish for help."""
        if args and args[0].startswith("-") and args[0] != "--help":
            args = [_FILE, *args]
        found: list[str] = super().parse_args(ctx, args)
        return found


app = typer.Typer(
    cls=_FileFirst,
    no_args_is_help=True,
    help=say(
        "导入中文表头的 Excel 或 CSV：bangfu import 文件 --kind 种类；先用 bangfu import template 取空表。",
        "Import Excel or CSV files: bangfu import FILE --kind KIND; `bangfu import template` writes empty ones.",
    ),
)
_Kind = Annotated[
    str, typer.Option("--kind", "-k", help=say("种类，见 bangfu import kinds", "see bangfu import kinds"))
]


@app.command(
    _FILE,
    help=say(
        "导入一个文件；错误按行号写回旁边的文件。中断后再次运行会接着导入。",
        "Import a file; errors come back beside it, by row. Broken off, it goes on when it is run again.",
    ),
)
def import_(
    file: Path,
    kind: _Kind,
    *,
    source: Annotated[str, typer.Option(help=say("登记的来源", "registered source"))] = "import",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("只检查，不导入", "check only"))] = False,
    again: Annotated[bool, typer.Option("--again", help=say("从头再导入", "from the beginning"))] = False,
    as_of: Annotated[
        str, typer.Option("--as-of", help=say("全量花名册的日期 YYYY-MM-DD", "day of a full roster, YYYY-MM-DD"))
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Import an Excel or CSV file with Chinese headers; errors come back as a file with row numbers."""
    wanted = Wanted(existing(file), _known(kind), source, _day(kind, as_of), again)
    settings = Settings()
    report = checked(wanted) if dry_run else imported(settings, find_running(settings, store=False), wanted)
    raise typer.Exit(told(report, wanted, as_json=as_json, dry_run=dry_run))


@app.command(help=say("列出可导入的种类。", "List the kinds of files."))
def kinds(as_json: AsJson = False) -> None:
    """List the kinds of files with what they become and what they require."""
    sheets = [sheet_of(kind) for kind in KINDS]
    rows = [
        {
            "kind": sheet.kind,
            "title": sheet.title,
            "fact": (sheet.whole or sheet.fact).topic,
            "required": "、".join(column.header for column in sheet.required),
        }
        for sheet in sheets
    ]
    headings = [("kind", say("种类", "kind")), ("title", say("名称", "title")), ("fact", say("事实", "fact"))]
    headings += [("required", say("必填列", "required columns"))]
    show(rows, headings, title=say("可导入的种类", "kinds of files"), as_json=as_json)


@app.command(help=say("写出带下拉选项和填写说明的空 Excel。", "Write an empty Excel file with lists and instructions."))
def template(
    kind: Annotated[str, typer.Argument(help=say("种类，见 bangfu import kinds", "see bangfu import kinds"))],
    out: Annotated[Path | None, typer.Option("--out", "-o", help=say("写到哪里", "where to write it"))] = None,
) -> None:
    """Write an empty Excel file with Chinese headers, text columns, drop-downs and instructions."""
    from shared.ops.importing.template import write_template  # noqa: PLC0415 - slow to import, for one command

    path = out or Path(f"{_known(kind)}.xlsx")
    try:
        write_template(_known(kind), path)
    except OSError as error:
        raise BangfuError(f"{path}: {say('无法写入', 'it cannot be written')} ({error.strerror})") from None
    console.print(say(f"已写入 {path}", f"written {path}"), highlight=False)


def _known(kind: str) -> str:
    if kind not in KINDS:
        zh, en = f"没有种类 {kind}，见 bangfu import kinds", f"there is no kind {kind}, see bangfu import kinds"
        raise BangfuError(say(zh, en) + closest(kind, KINDS))
    return kind


def _day(kind: str, written: str) -> date | None:
    if sheet_of(kind).whole is None:
        if written:
            raise BangfuError(
                say(
                    f"--as-of 只用于全县花名册；{kind} 的每一行有自己的日期",
                    f"--as-of is for full rosters; the rows of {kind} have their own days",
                )
            )
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BangfuError(f"--kind {kind} needs --as-of, the day that the file describes, YYYY-MM-DD") from None
