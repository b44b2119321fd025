"""The empty workbook that clerks fill in: text cells, drop-downs for closed lists, and a sheet that explains."""

from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shared.ops.importing import labels
from shared.ops.importing import readers as to
from shared.ops.importing.columns import Column
from shared.ops.importing.headers import letter
from shared.ops.importing.kinds import Sheet, sheet_of
from shared.ops.importing.read import INSTRUCTIONS
from shared.ops.words import say

_LAST_ROW: Final = 1_048_576
_TEXT: Final = "@"
_REQUIRED_FILL: Final = PatternFill("solid", fgColor="FFF2CC")
_GENERAL: Final = (
    (
        "表头不要改动；列的顺序可以调整，选填列可以删除，黄色表头为必填列。",
        "Leave the headers as they are; columns may be moved, optional ones deleted; yellow ones are required.",
    ),
    (
        "所有单元格均为“文本”格式，请勿改为数值或日期格式，否则身份证号等长数字会丢失末尾数字。",
        "All cells are text and have to stay so: as numbers, identity numbers would lose their last digits.",
    ),
    (
        "从其他表格复制时，请用“选择性粘贴—数值”，保留文本格式。",
        "When copying from elsewhere, paste values only, so that the cells stay text.",
    ),
    (
        "每行一条，空行忽略；一个单元格有多项内容时用“、”分隔。",
        "One record a row, blank rows are skipped; several items in a cell are separated by 、.",
    ),
    ("可以另存为 CSV（UTF-8 或 GB18030 编码）。", "It may be saved as CSV (UTF-8 or GB18030)."),
    (
        "先检查不导入：bangfu import 文件 --kind {kind} --dry-run",
        "To check without importing: bangfu import FILE --kind {kind} --dry-run",
    ),
)
_HEADINGS: Final = (
    ("列名", "column"),
    ("是否必填", "required"),
    ("填写要求", "what to write"),
    ("示例", "example"),
    ("可选项（代码）", "choices (codes)"),
)
_WIDTHS: Final = {"A": 22, "B": 16, "C": 80, "D": 28, "E": 80}


def write_template(kind: str, path: Path) -> None:
    """Write the empty workbook of a kind of file.

    Every column is text: a spreadsheet program keeps 15 digits of a number, and turns months into dates.

    Raises:
        ValueError: There is no such kind.
    """
    sheet = sheet_of(kind)
    book = Workbook()
    form, explained = book.worksheets[0], book.create_sheet(INSTRUCTIONS)
    form.title = sheet.title
    form.freeze_panes = "A2"
    for place, column in enumerate(sheet.columns):
        _add_column(form, letter(place), column, required=column in sheet.required)
    _explain(explained, sheet)
    book.save(path)


def _add_column(form: Worksheet, name: str, column: Column, *, required: bool) -> None:
    head = form[f"{name}1"]
    head.value, head.font, head.number_format = column.header, Font(bold=True), _TEXT
    if required:
        head.fill = _REQUIRED_FILL
    dimension = form.column_dimensions[name]
    dimension.number_format, dimension.width = _TEXT, 22
    if column.reader.drop_down:
        form.add_data_validation(_drop_down(name, column.reader.drop_down))


def _drop_down(name: str, choices: tuple[str, ...]) -> DataValidation:
    return DataValidation(
        type="list",
        formula1=f'"{",".join(choices)}"',
        sqref=f"{name}2:{name}{_LAST_ROW}",
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=say("请从列表中选择", "one of the list"),
        error="、".join(choices)[:255],
    )


def _explain(explained: Worksheet, sheet: Sheet) -> None:
    explained.append([f"{sheet.title} · {sheet.kind}"])
    for line in _GENERAL:
        explained.append([say(*line).format(kind=sheet.kind)])
    if sheet.either:
        named = "、".join(column.header for column in sheet.either)
        explained.append([say(f"每行至少填写一项：{named}。", f"Each row has one of {named} at least.")])
    explained.append([])
    explained.append([say(*heading) for heading in _HEADINGS])
    for cell in explained[explained.max_row]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        reader = column.reader
        codes = "、".join(f"{label}（{code}）" for code, label in labels.first(reader.codes).items())
        codes = "" if reader is to.YES_NO else codes
        explained.append([column.header, _need(column, sheet), reader.expects, reader.example, codes])
    for row in explained.iter_rows(min_col=4, max_col=4):
        row[0].number_format = _TEXT
    for name, width in _WIDTHS.items():
        explained.column_dimensions[name].width = width


def _need(column: Column, sheet: Sheet) -> str:
    if column in sheet.either:
        return say("至少填一项", "one of them")
    if column not in sheet.required:
        return say("选填", "optional")
    return say("必填列，可留空", "column required, may be empty") if column.reader.many else say("必填", "required")
