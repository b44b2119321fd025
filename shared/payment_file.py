"""The payment instruction file of an approved run: a CSV with control totals, and ISO 20022 pain.001.001.09.

Pure but for `write_all`. Amounts are yuan with two decimals, made of integer fen. Both files carry the hash that two
people approved: the XML as its message id, the CSV in its control line.
"""

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from shared.errors import BangfuError
from shared.money import yuan

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NOT_PROVIDED: Final = "NOTPROVIDED"
HEADINGS: Final = ("序号", "指令编号", "收款人", "户名", "开户银行", "账号", "金额（元）", "用途")
_ID_MAX: Final = 35  # Max35Text: message, payment and end-to-end ids
ACCOUNT_MAX: Final = 34  # Max34Text: an account that is no IBAN
_NAME_MAX: Final = 140  # Max140Text
# What a spreadsheet runs as a formula, in half and in full width.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[0-9]+(E[0-9]+)?")
_EXACT: Final = 15  # digits that a spreadsheet keeps of a number


@dataclass(frozen=True, slots=True)
class Credit:
    """One payment to one account."""

    instruction_id: str
    payee: str
    name: str
    bank: str
    account_no: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Order:
    """All payments of a run. `payer`, `payer_account`, `payer_bank`: whose account is debited, where that is told.

    Raises:
        BangfuError: The payer's account or bank code is longer than the standard allows.
    """

    run_id: str
    content_hash: str
    title: str
    executes_on: date
    credits: tuple[Credit, ...]
    payer: str
    payer_account: str = NOT_PROVIDED
    payer_bank: str = NOT_PROVIDED

    def __post_init__(self) -> None:
        for what, text, most in (("account", self.payer_account, ACCOUNT_MAX), ("bank", self.payer_bank, _ID_MAX)):
            if not 1 <= len(text) <= most:
                raise BangfuError(f"payer {what}: {len(text)} characters; pain.001.001.09 takes 1 to {most}")

    @property
    def total_fen(self) -> int:
        """Return the sum of the payments."""
        return sum(credit.amount_fen for credit in self.credits)


def csv_file(order: Order) -> bytes:
    """Return UTF-8 with a byte order mark; the last line holds count, sum, approved hash and SHA-256 of what precedes.

    The SHA-256 is over all bytes before the last line, the byte order mark included. Excel reads Chinese by the mark,
    sees no formula, and keeps account numbers and credit codes to the last digit: those that it would read as numbers
    end in a tab, which readers of the file strip.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for number, credit in enumerate(order.credits, 1):
        amount = yuan(credit.amount_fen)
        texts = (credit.instruction_id, credit.payee, credit.name, credit.bank, credit.account_no)
        writer.writerow((number, *map(_as_text, texts), amount, _as_text(order.title)))
    body = text.getvalue().encode("utf-8-sig")
    control = ("控制合计", len(order.credits), yuan(order.total_fen), order.content_hash, sha256(body).hexdigest())
    return body + (",".join(f'"{field}"' for field in control) + "\r\n").encode()


def pain001(order: Order, made_at: datetime) -> bytes:
    """Return a customer credit transfer initiation, pain.001.001.09, one debit and one credit for each payment."""
    document = ET.Element("Document", xmlns=NAMESPACE)
    initiation = ET.SubElement(document, "CstmrCdtTrfInitn")
    _filled(
        initiation,
        "GrpHdr",
        {"MsgId": order.content_hash[:_ID_MAX], "CreDtTm": made_at.isoformat(timespec="seconds")} | _totals(order),
    ).append(_party("InitgPty", order.payer))
    block = _filled(initiation, "PmtInf", {"PmtInfId": order.content_hash[:_ID_MAX], "PmtMtd": "TRF"} | _totals(order))
    _filled(block, "ReqdExctnDt", {"Dt": order.executes_on.isoformat()})
    block.append(_party("Dbtr", order.payer))
    block.append(_account("DbtrAcct", order.payer_account))
    block.append(_agent("DbtrAgt", order.payer_bank))
    for credit in order.credits:
        block.append(_transfer(credit, order.title))
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written


def write_all(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files that only their owner reads, all of them or none; return their paths.

    Raises:
        BangfuError: One of them is there already: it may have gone to the bank.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in contents]
    for path in paths:
        if path.exists():
            raise BangfuError(f"{path} is there already and may have gone to the bank; move it away to make it anew")
    drafts = [path.with_name(f".{path.name}.part") for path in paths]
    try:
        for draft, content in zip(drafts, contents.values(), strict=True):
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for draft, path in zip(drafts, paths, strict=True):
            draft.rename(path)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return paths


def _as_text(field: str) -> str:
    """Return a field that a spreadsheet takes for text, whatever it begins with and however many digits it has."""
    if field.startswith(_FORMULA):
        return f"'{field}"
    is_cut = _NUMBER.fullmatch(field) and (len(field) > _EXACT or field.startswith("0") or "E" in field)
    return f"{field}\t" if is_cut else field


def _totals(order: Order) -> dict[str, str]:
    return {"NbOfTxs": str(len(order.credits)), "CtrlSum": yuan(order.total_fen)}


def _transfer(credit: Credit, title: str) -> ET.Element:
    transfer = ET.Element("CdtTrfTxInf")
    _filled(transfer, "PmtId", {"InstrId": credit.instruction_id, "EndToEndId": credit.instruction_id})
    amount = ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = yuan(credit.amount_fen)
    transfer.append(_agent("CdtrAgt", credit.bank, is_name=True))
    transfer.append(_party("Cdtr", credit.name))
    transfer.append(_account("CdtrAcct", credit.account_no))
    _filled(transfer, "RmtInf", {"Ustrd": title[:_NAME_MAX]})
    return transfer


def _filled(parent: ET.Element, tag: str, texts: Mapping[str, str]) -> ET.Element:
    element = ET.SubElement(parent, tag)
    for name, text in texts.items():
        ET.SubElement(element, name).text = text
    return element


def _party(tag: str, name: str) -> ET.Element:
    element = ET.Element(tag)
    ET.SubElement(element, "Nm").text = name[:_NAME_MAX]
    return element


def _account(tag: str, number: str) -> ET.Element:
    return _nested(tag, ("Id", "Othr", "Id"), number)


def _agent(tag: str, bank: str, *, is_name: bool = False) -> ET.Element:
    return _nested(tag, ("FinInstnId", "Nm") if is_name else ("FinInstnId", "Othr", "Id"), bank[:_NAME_MAX])


def _nested(tag: str, path: Sequence[str], text: str) -> ET.Element:
    element = last = ET.Element(tag)
    for name in path:
        last = ET.SubElement(last, name)
    last.text = text
    return element
