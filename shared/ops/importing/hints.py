"""Error codes in words: what is wrong with a cell; the column's reader says what would be right."""

import re
from typing import Final

from shared.ops.importing.columns import Column
from shared.ops.importing.kinds import Sheet
from shared.ops.importing.outcome import ImportedFact, RowError
from shared.ops.words import say

_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "missing_field": ("必填项没有填写", "it is empty and must not be"),
    "number_in_text_column": (
        "单元格是数值，Excel可能已丢失数字，请将整列设为“文本”格式后按原始材料重新填写",
        "the cell is a number, of which Excel may have lost digits: make the column text and write it anew",
    ),
    "wrong_type": (
        "单元格类型不对，请设为“文本”格式后重新填写",
        "the cell is of another type: make it text and write it anew",
    ),
    "not_in_list": ("不在可选范围内", "not one of the list"),
    "bad_length": ("位数不对", "it has not the right number of characters"),
    "bad_characters": ("含有不允许的字符", "it holds characters that cannot be there"),
    "bad_date": ("日期写法不对或没有这一天", "no date, or there is no such day"),
    "bad_check_digit": ("校验码与其余数字不符，请与证件核对", "the check character does not fit: compare the document"),
    "bad_phone": ("电话号码不对", "no such phone number"),
    "bad_period": ("月份写法不对或过早", "no such period, or too early"),
    "bad_amount": ("金额写法不对", "no amount"),
    "bad_number": ("数字写法不对", "no such number"),
    "bad_format": ("写法不对", "not written as it should be"),
    "bad_text": ("含有不可见的控制字符，请重新输入", "it holds control characters"),
    "out_of_range": ("超出允许范围", "out of range"),
    "too_long": ("过长或项数过多", "too long, or too many"),
    "too_short": ("过短", "too short"),
    "invalid_value": ("内容不对", "not a possible value"),
    "stands_twice": ("与前面某行重复", "it stands in a row above already"),
    "personal_data_in_text": (
        "文字中含有身份证号、手机号等长数字",
        "the text holds a number long enough to be a person's",
    ),
    "personal_data_in_field": ("此处不能出现个人号码", "a number of a person stands where none belongs"),
    "already_exists": ("已经登记过，内容不同；更正请用更正类表格", "it exists with other content: correct it instead"),
    "exists_with_different_content": ("同一编号已导入过不同内容", "the same id was imported with other content"),
    "handler_failed": (
        "系统处理出错，已记录，请联系管理员",
        "the system failed on it and noted that: tell the operator",
    ),
    "not_stored": ("消息系统没有收下，请重新导入本文件", "the broker did not store it: import the file again"),
    "too_large": ("内容过大", "too large"),
}
_HINT_NAMES_WHAT_IS_RIGHT: Final = {"not_in_list", "out_of_range", "bad_format", "too_long", "too_short", "wrong_type"}
_ENTRY: Final = re.compile(r"entries\.(\d+)(?:\.(.+))?")


def cell_error(number: int, column: Column, code: str) -> RowError:
    """Return the error of a cell: its column's header, what is wrong in general and what would be right there."""
    return RowError(number, column.header, code, column.reader.expects, say(*_MEANINGS[code]))


def stray_error(number: int, letter: str) -> RowError:
    """Return the error of a row that holds something in a column without a header."""
    hint = say(
        "请删除内容；CSV 中含逗号的单元格须加英文双引号", "delete it; in a CSV, cells with a comma stand in quotes"
    )
    return RowError(number, letter, "cell_without_header", hint, say("该列没有表头", "the column has no header"))


def meaning(code: str, hint: str) -> str:
    """Return what a code of registry's means, in the user's language; with `hint` where it says more than the code."""
    if code not in _MEANINGS:
        return hint
    return say(*_MEANINGS[code]) + (f" ({hint})" if code in _HINT_NAMES_WHAT_IS_RIGHT else "")


def refusal(fact: ImportedFact, sheet: Sheet, code: str, path: str, hint: str) -> RowError:
    """Return registry's refusal of a fact as an error of the row and the column that it means."""
    number, field = fact.number, path.removeprefix("data.")
    entry = _ENTRY.fullmatch(field)
    if entry is not None and int(entry[1]) < len(fact.rows):
        number, field = fact.rows[int(entry[1])], entry[2] or ""
    column = sheet.by_field.get(field) or sheet.by_field.get(field.partition(".")[0])
    wrong = say(*_MEANINGS[code]) if code in _MEANINGS else hint
    if column is None:
        return RowError(number, field, code, hint, wrong)
    return RowError(number, column.header, code, column.reader.expects, wrong)
