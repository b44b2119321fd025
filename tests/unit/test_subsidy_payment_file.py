"""The file that tells the bank to pay: control totals, ISO 20022, readable by its owner alone, never half-written."""

import csv
import io
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from shared.errors import BangfuError
from shared.payment_file import HEADINGS, NAMESPACE, Credit, Order, csv_file, pain001, write_all

MADE_AT = datetime(2018, 4, 2, 1, 30, tzinfo=UTC)
HASH = "ab" * 32
CREDITS = (
    Credit("L000000001", "91350622MA2Y1A2B7G", '云霄"某"厂', "中国农业银行", "6228480000000001", 74_200),
    Credit("L000000002", "p" + "a" * 25, "=案例甲", "邮储银行", "0001234500067890", 5),
)
ORDER = Order("R-1", HASH, "社会保险补贴 2018-03", date(2018, 4, 2), CREDITS, "云霄县某中心", "35001", "103")

# Order of elements by pain.001.001.09 (ISO 20022, Customer Credit Transfer Initiation V09); `?` may be left out.
SEQUENCES = {
    "Document": ("CstmrCdtTrfInitn",),
    "CstmrCdtTrfInitn": ("GrpHdr", "PmtInf"),
    "GrpHdr": ("MsgId", "CreDtTm", "Authstn?", "NbOfTxs", "CtrlSum?", "InitgPty", "FwdgAgt?"),
    "PmtInf": (
        "PmtInfId", "PmtMtd", "ReqdAdvcTp?", "BtchBookg?", "NbOfTxs?", "CtrlSum?", "PmtTpInf?", "ReqdExctnDt",
        "PoolgAdjstmntDt?", "Dbtr", "DbtrAcct", "DbtrAgt", "DbtrAgtAcct?", "InstrForDbtrAgt?", "UltmtDbtr?", "ChrgBr?",
        "ChrgsAcct?", "ChrgsAcctAgt?", "CdtTrfTxInf",
    ),
    "CdtTrfTxInf": (
        "PmtId", "PmtTpInf?", "Amt", "XchgRateInf?", "ChrgBr?", "MndtRltdInf?", "ChqInstr?", "UltmtDbtr?",
        "IntrmyAgt1?", "CdtrAgt?", "CdtrAgtAcct?", "Cdtr?", "CdtrAcct?", "UltmtCdtr?", "InstrForCdtrAgt?",
        "InstrForDbtrAgt?", "Purp?", "RgltryRptg?", "Tax?", "RltdRmtInf?", "RmtInf?",
    ),
    "PmtId": ("InstrId?", "EndToEndId", "UETR?"),
    "Amt": ("InstdAmt",),
    "ReqdExctnDt": ("Dt",),
    "RmtInf": ("Ustrd",),
    "FinInstnId": ("BICFI?", "ClrSysMmbId?", "LEI?", "Nm?", "PstlAdr?", "Othr?"),
    "Othr": ("Id", "SchmeNm?", "Issr?"),
}  # fmt: skip


def local(element: ET.Element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def faults(element: ET.Element) -> list[str]:
    """Return what of an element is out of order, unknown or missing."""
    sequence, found = SEQUENCES.get(local(element)), [local(child) for child in element]
    wrong = []
    if sequence is not None:
        names = [name.removesuffix("?") for name in sequence]
        wrong += [f"{local(element)}/{name} is unknown" for name in found if name not in names]
        wrong += [f"{local(element)}/{n} is missing" for n in sequence if not n.endswith("?") and n not in found]
        places = [names.index(name) for name in found if name in names]
        wrong += [f"{local(element)} is out of order"] if places != sorted(places) else []
    return wrong + [fault for child in element for fault in faults(child)]


def document(order: Order = ORDER) -> ET.Element:
    return ET.fromstring(pain001(order, MADE_AT))  # noqa: S314 - our own bytes


def texts(path: str) -> list[str | None]:
    return [element.text for element in document().iterfind(f".//{path}", {"": NAMESPACE})]


class TestTheXml:
    def test_has_its_elements_in_the_order_of_the_standard(self) -> None:
        assert (document().tag, faults(document())) == (f"{{{NAMESPACE}}}Document", [])

    def test_states_count_and_sum_in_both_places(self) -> None:
        assert (texts("NbOfTxs"), texts("CtrlSum")) == (["2", "2"], ["742.05", "742.05"])

    def test_pays_each_instruction_once_in_yuan_under_its_own_id(self) -> None:
        assert texts("EndToEndId") == ["L000000001", "L000000002"]
        assert texts("InstdAmt") == ["742.00", "0.05"]
        assert {e.get("Ccy") for e in document().iter(f"{{{NAMESPACE}}}InstdAmt")} == {"CNY"}
        assert texts("CdtrAcct/Id/Othr/Id") == ["6228480000000001", "0001234500067890"]

    def test_is_named_by_the_content_that_was_approved_so_that_a_bank_knows_a_repeat(self) -> None:
        assert texts("MsgId") == [HASH[:35]]

    def test_says_who_pays_or_that_it_is_not_told(self) -> None:
        assert texts("DbtrAcct/Id/Othr/Id") == ["35001"]
        unnamed = document(Order("R-1", HASH, "x", date(2018, 4, 2), CREDITS, "甲"))
        assert unnamed.findtext(".//DbtrAcct/Id/Othr/Id", namespaces={"": NAMESPACE}) == "NOTPROVIDED"


class TestTheCsv:
    def test_ends_with_count_sum_approved_content_and_the_sha256_of_what_precedes(self) -> None:
        content = csv_file(ORDER)
        body, control = content[: content.rindex(b'"\xe6\x8e\xa7')], content[content.rindex(b'"\xe6\x8e\xa7') :]
        (row,) = csv.reader([control.decode()])
        assert row == ["控制合计", "2", "742.05", HASH, sha256(body).hexdigest()]

    def test_holds_a_row_for_each_payment_under_chinese_headings(self) -> None:
        rows = list(csv.reader(io.StringIO(csv_file(ORDER).decode("utf-8-sig"))))
        assert tuple(rows[0]) == HEADINGS
        assert rows[1] == [
            "1", "L000000001", "91350622MA2Y1A2B7G", '云霄"某"厂', "中国农业银行", "6228480000000001\t", "742.00",
            "社会保险补贴 2018-03",
        ]  # fmt: skip

    @pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t"])
    def test_gives_a_spreadsheet_no_formula(self, first: str) -> None:
        credit = Credit("L000000001", "p" + "a" * 25, f"{first}案例甲", f"{first}行", "1234567", 5)
        order = Order("R-1", HASH, f"{first}社会保险补贴", date(2018, 4, 2), (credit,), "甲")
        (row,) = list(csv.reader(io.StringIO(csv_file(order).decode("utf-8-sig"))))[1:2]
        assert [field[:2] for field in (row[3], row[4], row[7])] == [f"'{first}"] * 3

    @pytest.mark.parametrize("number", ["6228480000000001", "0012345", "911234567890123456", "9135062200001234E2"])
    def test_lets_a_spreadsheet_round_no_account_and_no_credit_code(self, number: str) -> None:
        credit = Credit("L000000001", number, "甲", "农行", number, 5)
        order = Order("R-1", HASH, "社会保险补贴", date(2018, 4, 2), (credit,), "甲")
        (row,) = list(csv.reader(io.StringIO(csv_file(order).decode("utf-8-sig"))))[1:2]
        assert (row[2], row[5]) == (f"{number}\t", f"{number}\t")
        assert row[5].strip() == number

    def test_begins_with_the_mark_by_which_excel_reads_chinese(self) -> None:
        assert csv_file(ORDER).startswith(b'\xef\xbb\xbf"\xe5\xba\x8f\xe5\x8f\xb7"')


def test_a_payer_whose_account_the_standard_cannot_carry_is_a_mistake() -> None:
    with pytest.raises(BangfuError, match="payer account: 35 characters"):
        Order("R-1", HASH, "x", date(2018, 4, 2), CREDITS, "甲", "1" * 35)
    with pytest.raises(BangfuError, match="payer bank: 36 characters"):
        Order("R-1", HASH, "x", date(2018, 4, 2), CREDITS, "甲", "1", "1" * 36)


class TestWriting:
    def test_makes_files_that_only_their_owner_reads(self, tmp_path: Path) -> None:
        paths = write_all(tmp_path / "out", {"a.csv": b"a", "a.xml": b"b"})
        assert [(path.name, path.stat().st_mode & 0o777) for path in paths] == [("a.csv", 0o600), ("a.xml", 0o600)]
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.csv", "a.xml"]

    def test_writes_nothing_where_one_of_them_is_there_already(self, tmp_path: Path) -> None:
        (tmp_path / "a.xml").write_bytes(b"sent")
        with pytest.raises(BangfuError, match=r"a\.xml is there already"):
            write_all(tmp_path, {"a.csv": b"a", "a.xml": b"b"})
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.xml", b"sent")]
