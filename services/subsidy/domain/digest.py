"""One number for a whole ledger: equal digests mean equal lines, in the same order."""

import json
from collections.abc import Iterable
from hashlib import sha256

from services.subsidy.domain.claims import claim_key
from services.subsidy.domain.ledger import Line


def ledger_digest(lines: Iterable[Line]) -> str:
    """Return SHA-256, in hex, over the lines in order of their numbers.

    Each line is one row of canonical JSON: number, id, claim, day posted, amount in fen.
    """
    posted = sorted((line.posted for line in lines if line.posted), key=lambda line: line.line_no)
    digest = sha256()
    for line in posted:
        row = [line.line_no, line.line_id, claim_key(line.claim), line.posted_on.isoformat(), line.amount_fen]
        digest.update(json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()
