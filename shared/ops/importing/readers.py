"""What a column may hold: how its cells are read, and the sentence that tells a clerk what to write."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from shared.ops.importing import cells, labels
from shared.ops.importing.outcome import Cell


@dataclass(frozen=True)
class Reader:
    """A way to read cells.

    Attributes:
        convert: From a cell that is not empty to the fact's value, or `CellError`.
        expects: What would be right, in Chinese.
        drop_down: What may be chosen, where one choice is to be made.
        many: The value is a list; an empty cell is an empty one where the fact requires it.
    """

    convert: Callable[[Cell], Any]
    expects: str
    drop_down: tuple[str, ...] = ()
    many: bool = False


def _choice(known: dict[str, str]) -> Reader:
    shown = labels.shown(known)
    return Reader(partial(cells.choice, known), f"从下列选项中选择一项：{'、'.join(shown)}", shown)


def _text(expects: str) -> Reader:
    return Reader(cells.text, expects)


NAME: Final = _text("文字，1至60个字")
LABEL: Final = _text("文字，1至40个字，不含“.”和“$”")
CODE: Final = _text("编号，1至64位字母、数字、“-”或“_”，以字母或数字开头")
LABELS: Final = Reader(cells.words, "文字，最多30项，每项不超过40个字，各项之间用“、”分隔", many=True)
ID_NUMBER: Final = Reader(cells.id_number, "18位居民身份证号（最后一位可为X），15位旧号也可，与证件一致")
USCC: Final = Reader(cells.uscc, "18位统一社会信用代码，与营业执照一致")
OWN_PHONE: Final = Reader(cells.own_phone, "11位手机号；没有手机的填座机（区号-号码），收不到短信")
PHONE: Final = Reader(cells.phone, "联系电话，手机或座机（区号-号码）")
COUNTY: Final = Reader(cells.area_code, "6位县区行政区划代码，例如350622")
TOWNSHIP: Final = Reader(cells.area_code, "9位乡镇代码，例如350622100")
VILLAGE: Final = Reader(cells.area_code, "12位村（社区）代码")
EDUCATION: Final = Reader(
    cells.area_code,
    "2位学历代码（GB/T 4658），例如20大学本科、30大学专科、40中等职业、60普通高中、70初中、80小学、90其他",
)
DAY: Final = Reader(cells.day, "日期，例如2018-03-01、2018/3/1或2018年3月1日")
MONTH: Final = Reader(cells.month, "月份，例如2018-03、201803或2018年3月，不早于2013年")
AMOUNT: Final = Reader(cells.amount, "金额，单位为元，不为负，最多两位小数，例如1234.50")
AGE: Final = Reader(cells.whole, "年龄，16至100的整数")
OPENINGS: Final = Reader(cells.whole, "人数，1至100000的整数")
KILOMETRES: Final = Reader(cells.whole, "公里数，0至3000的整数")
PROBATION: Final = Reader(cells.whole, "月数，0至6的整数")
LATITUDE: Final = Reader(cells.degrees, "纬度，十进制度数，例如23.95；与经度同时填写")
LONGITUDE: Final = Reader(cells.degrees, "经度，十进制度数，例如117.34；与纬度同时填写")
YES_NO: Final = Reader(partial(cells.yes_no, labels.YES_NO), "填“是”或“否”", ("是", "否"))
STATUS: Final = _choice(labels.STATUS)
STATUSES: Final = Reader(
    partial(cells.choices, labels.STATUS),
    f"从下列选项中选择一项或几项，用“、”分隔：{'、'.join(labels.shown(labels.STATUS))}",
    many=True,
)
EMPLOYER_KIND: Final = _choice(labels.EMPLOYER_KIND)
EMPLOYER_SIZE: Final = _choice(labels.EMPLOYER_SIZE)
POST_KIND: Final = _choice(labels.POST_KIND)
