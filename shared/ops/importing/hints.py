"""Error codes in Chinese: what is wrong with a cell; the column's reader says what would be right."""

from typing import Final

from shared.ops.importing.columns import Column
from shared.ops.importing.outcome import RowError

_MEANINGS: Final = {
    "missing_field": "必填项没有填写",
    "number_in_text_column": "单元格是数值，Excel可能已丢失数字，请将整列设为“文本”格式后按原始材料重新填写",
    "wrong_type": "单元格类型不对，请设为“文本”格式后重新填写",
    "not_in_list": "不在可选范围内",
    "bad_length": "位数不对",
    "bad_characters": "含有不允许的字符",
    "bad_date": "日期写法不对或没有这一天",
    "bad_check_digit": "校验码与其余数字不符，请与证件核对",
    "bad_phone": "电话号码不对",
    "bad_period": "月份写法不对或过早",
    "bad_amount": "金额写法不对",
    "bad_number": "数字写法不对",
    "bad_format": "写法不对",
    "bad_text": "含有不可见的控制字符，请重新输入",
    "out_of_range": "超出允许范围",
    "too_long": "过长或项数过多",
    "too_short": "过短",
    "invalid_value": "内容不对",
}


def cell_error(number: int, column: Column, code: str) -> RowError:
    """Return the error of a cell: its column's header, what is wrong in general and what would be right there."""
    return RowError(number, column.header, code, f"{_MEANINGS[code]}：{column.reader.expects}")


def stray_error(number: int, letter: str) -> RowError:
    """Return the error of a row that holds something in a column without a header."""
    hint = "该列没有表头：请删除内容；CSV 中含逗号的单元格须加英文双引号"
    return RowError(number, letter, "cell_without_header", hint)
