"""The empty workbook that clerks fill in: text cells, drop-downs for closed lists, and a sheet that explains."""

from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shared.ops.importing.columns import Column, Sheet, sheet_of
from shared.ops.importing.headers import letter
from shared.ops.importing.read import INSTRUCTIONS

_LAST_ROW: Final = 1_048_576
_TEXT: Final = "@"
_REQUIRED_FILL: Final = PatternFill("solid", fgColor="FFF2CC")
_GENERAL: Final = (
    "表头不要改动；列的顺序可以调整，选填列可以删除，黄色表头为必填列。",
    "所有单元格均为“文本”格式，请勿改为数值或日期格式，否则身份证号等长数字会丢失末尾数字。",
    "从其他表格复制时，请用“选择性粘贴—数值”，保留文本格式。",
    "每行一条，空行忽略；一个单元格有多项内容时用“、”分隔。",
    "可以另存为 CSV（UTF-8 或 GB18030 编码）。",
)


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
        errorTitle="请从列表中选择",
        error="、".join(choices),
    )


def _explain(explained: Worksheet, sheet: Sheet) -> None:
    for line in _GENERAL:
        explained.append([line])
    explained.append([])
    explained.append(["列名", "是否必填", "填写要求"])
    for cell in explained[explained.max_row]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        explained.append([column.header, _need(column, sheet), column.reader.expects])
    for name, width in (("A", 22), ("B", 12), ("C", 100)):
        explained.column_dimensions[name].width = width


def _need(column: Column, sheet: Sheet) -> str:
    if column not in sheet.required:
        return "选填"
    return "必填列，可留空" if column.reader.many else "必填"
