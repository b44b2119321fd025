"""What a column may hold: how its cells are read, and the sentence that tells a clerk what to write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from shared.ops.importing import cells, labels
from shared.ops.importing.outcome import Cell
from shared.ops.words import say


@dataclass(frozen=True)
class Reader:
    """A way to read cells.

    Attributes:
        convert: From a cell that is not empty to the fact's value, or `CellError`.
        zh: What would be right, in Chinese. en: The same in English.
        example: A cell as it should look; nobody's.
        codes: Where one choice is to be made, or several: every label with its code.
        many: The value is a list; an empty cell is an empty one where the fact requires it.
    """

    convert: Callable[[Cell], Any]
    zh: str
    en: str
    example: str = ""
    codes: Mapping[str, str | bool] = field(default_factory=dict)
    many: bool = False

    @property
    def expects(self) -> str:
        """Return what would be right, in the user's language."""
        return say(self.zh, self.en)

    @property
    def drop_down(self) -> tuple[str, ...]:
        """Return what may be chosen, where one choice is to be made."""
        return () if self.many else labels.shown(self.codes)


def _choice(known: dict[str, str]) -> Reader:
    shown = labels.shown(known)
    zh, en = f"从下列选项中选择一项：{'、'.join(shown)}", f"one of: {', '.join(shown)}"
    return Reader(partial(cells.choice, known), zh, en, shown[0], known)


def _choices(known: dict[str, str]) -> Reader:
    shown = labels.shown(known)
    zh = f"从下列选项中选择一项或几项，用“、”分隔：{'、'.join(shown)}"
    return Reader(
        partial(cells.choices, known), zh, f"some of: {', '.join(shown)}", "、".join(shown[:2]), known, many=True
    )


def _text(zh: str, en: str, example: str) -> Reader:
    return Reader(cells.text, zh, en, example)


def _whole(zh: str, en: str, example: str) -> Reader:
    return Reader(cells.whole, zh, en, example)


NAME: Final = _text("文字，1至60个字", "text of 1 to 60 characters", "张三")
UNIT: Final = _text("单位全称，1至60个字", "full name, 1 to 60 characters", "云霄县样例制衣有限公司")
LABEL: Final = _text("文字，1至40个字，不含“.”和“$”", "text of 1 to 40 characters without . and $", "缝纫工")
TEXT: Final = _text(
    "文字，不超过200个字，不含身份证号、手机号等长数字",
    "text of at most 200 characters, without numbers of people",
    "本人申请",
)
DOC_NO: Final = _text("文号，1至80个字", "document number, 1 to 80 characters", "云财社〔2018〕3号")
PROGRAMME: Final = _text(
    "项目代码，小写英文字母、数字和“-”（bangfu programmes list 列出）",
    "code of a programme (`bangfu programmes list` names them)",
    "vocational-training",
)
CODE: Final = _text(
    "编号，1至64位字母、数字、“-”或“_”，以字母或数字开头",
    "1 to 64 letters, digits, - or _, beginning with a letter or digit",
    "A0001",
)
CODES: Final = Reader(
    cells.words, f"{CODE.zh}；多项用“、”分隔", f"{CODE.en}; several separated by 、", "A0001、A0002", many=True
)
LABELS: Final = Reader(
    cells.words,
    "文字，最多30项，每项不超过40个字，各项之间用“、”分隔",
    "at most 30 texts of at most 40 characters, separated by 、",
    "平车缝纫、锁边",
    many=True,
)
NAMES: Final = Reader(
    cells.words,
    "姓名或单位名称，最多10项，各项之间用“、”分隔",
    "at most 10 names, separated by 、",
    "张三、云霄县样例制衣有限公司",
    many=True,
)
PEOPLE: Final = Reader(
    cells.words,
    "参加人员的身份证号或姓名，最多1000项，用“、”分隔；只有人数时不填",
    "numbers or names of at most 1,000 people, separated by 、; empty where only their number is known",
    "张三、李四",
    many=True,
)
SENTENCES: Final = Reader(
    cells.sentences,
    "文字，最多50项，每项不超过200个字，各项之间用“；”分隔",
    "at most 50 texts of at most 200 characters, separated by ；",
    "推荐到扶贫车间就业；参加缝纫培训",
    many=True,
)
CHECKLIST: Final = Reader(
    cells.checklist,
    "写成“项目：内容”，各项之间用“；”分隔，内容为是、否、整数或文字",
    "written `item：content`, separated by ；; content is 是, 否, a whole number or text",
    "饮水安全：是；负债元：3000",
)
ID_NUMBER: Final = Reader(
    cells.id_number,
    "18位居民身份证号（最后一位可为X），15位旧号也可，与证件一致",
    "resident identity number of 18 characters (the last may be X) or 15 digits, as on the document",
    "350699198412070015",
)
USCC: Final = Reader(
    cells.uscc,
    "18位统一社会信用代码，与营业执照一致",
    "unified social credit code of 18 characters, as on the licence",
    "91350699MA9X002147",
)
MOBILE: Final = Reader(
    cells.mobile, "11位手机号，以13至19开头", "mobile number of 11 digits, from 13 to 19", "19900000001"
)
OWN_PHONE: Final = Reader(
    cells.own_phone,
    "11位手机号；没有手机的填座机（区号-号码），收不到短信",
    "a mobile of 11 digits; without one a landline (area code-number), which gets no messages",
    "19900000001",
)
PHONE: Final = Reader(
    cells.phone, "联系电话，手机或座机（区号-号码）", "phone, mobile or landline (area code-number)", "0596-2026666"
)
ACCOUNT: Final = _text(
    "银行账号，6至40位数字，可用空格或“-”分隔", "account number, 6 to 40 digits", "6200 0000 0000 0000"
)
COUNTY: Final = Reader(
    cells.area_code, "6位县区行政区划代码，例如350622", "county code of 6 digits, such as 350622", "350622"
)
TOWNSHIP: Final = Reader(
    cells.area_code, "9位乡镇代码，例如350622100", "township code of 9 digits, such as 350622100", "350622100"
)
TOWNSHIPS: Final = Reader(
    cells.area_codes,
    "9位乡镇代码，多项用“、”分隔",
    "township codes of 9 digits, separated by 、",
    "350622100",
    many=True,
)
VILLAGE: Final = Reader(cells.area_code, "12位村（社区）代码", "village code of 12 digits", "350622100201")
VILLAGES: Final = Reader(
    cells.area_codes,
    "12位村（社区）代码，多项用“、”分隔",
    "village codes of 12 digits, separated by 、",
    "350622100201、350622100202",
    many=True,
)
EDUCATION: Final = Reader(
    cells.area_code,
    "2位学历代码（GB/T 4658），例如20大学本科、30大学专科、40中等职业、60普通高中、70初中、80小学、90其他",
    "education code of 2 digits (GB/T 4658): 20 bachelor, 30 college, 40 vocational, 60 senior high, 70 junior high, "
    "80 primary, 90 other",
    "70",
)
DAY: Final = Reader(
    cells.day,
    "日期，例如2018-03-01、2018/3/1或2018年3月1日",
    "date such as 2018-03-01, 2018/3/1 or 2018年3月1日",
    "2018-03-01",
)
MONTH: Final = Reader(
    cells.month,
    "月份，例如2018-03、201803或2018年3月，不早于2013年",
    "month such as 2018-03, 201803 or 2018年3月, not before 2013",
    "2018-03",
)
PERIOD: Final = Reader(
    cells.period,
    "月份、季度或年份，例如2018-03、2018年第1季度或2018年，不早于2013年",
    "month, quarter or year, such as 2018-03, 2018-Q1 or 2018, not before 2013",
    "2018-03",
)
DUTY_PERIOD: Final = Reader(
    cells.duty_period,
    "职责所属的周、月、季度、半年或年度，例如2018-W09、2018-03、2018年第1季度、2018年上半年或2018年；补报以前各期时填写",
    "week, month, quarter, half year or year of the duty, such as 2018-W09, 2018-03, 2018-Q1, 2018-H1 or 2018; "
    "for what is handed in late",
    "2018年上半年",
)
YEAR: Final = Reader(cells.year, "年份，4位数字，不早于2013年", "year of 4 digits, not before 2013", "2018")
AMOUNT: Final = Reader(
    cells.amount,
    "金额，单位为元，不为负，最多两位小数，例如1234.50",
    "amount in yuan, not negative, at most two decimals, such as 1234.50",
    "1234.50",
)
COUNT: Final = _whole("不为负的整数", "whole number, not negative", "12")
AGE: Final = _whole("年龄，16至100的整数", "age, whole number from 16 to 100", "18")
OPENINGS: Final = _whole("人数，1至100000的整数", "whole number from 1 to 100000", "5")
KILOMETRES: Final = _whole("公里数，0至3000的整数", "kilometres, whole number from 0 to 3000", "30")
PROBATION: Final = _whole("月数，0至6的整数", "months, whole number from 0 to 6", "2")
MONTHS: Final = _whole("月数，0至720的整数", "months, whole number from 0 to 720", "24")
DAYS: Final = _whole("天数，整数", "days, whole number", "15")
LATITUDE: Final = Reader(
    cells.degrees,
    "纬度，十进制度数，例如23.95；与经度同时填写",
    "latitude in degrees, such as 23.95; together with the longitude",
    "23.95",
)
LONGITUDE: Final = Reader(
    cells.degrees,
    "经度，十进制度数，例如117.34；与纬度同时填写",
    "longitude in degrees, such as 117.34; together with the latitude",
    "117.34",
)
YES_NO: Final = Reader(
    partial(cells.yes_no, labels.YES_NO), "填“是”或“否”", "是 or 否", "是", {"是": True, "否": False}
)
STATUS: Final = _choice(labels.STATUS)
STATUSES: Final = _choices(labels.STATUS)
EMPLOYER_KIND: Final = _choice(labels.EMPLOYER_KIND)
EMPLOYER_SIZE: Final = _choice(labels.EMPLOYER_SIZE)
POST_KIND: Final = _choice(labels.POST_KIND)
VISIT_KIND: Final = _choice(labels.VISIT_KIND)
ROLE: Final = _choice(labels.ROLE)
GRADE: Final = _choice(labels.GRADE)
ORGANISATION_KIND: Final = _choice(labels.ORGANISATION_KIND)
PROVIDER_KIND: Final = _choice(labels.PROVIDER_KIND)
SENDER_KIND: Final = _choice(labels.SENDER_KIND)
TITLE_LEVEL: Final = _choice(labels.TITLE_LEVEL)
SCHOOL_KIND: Final = _choice(labels.SCHOOL_KIND)
