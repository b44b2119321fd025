"""Checks an audit bundle offline, sharing no code with the system that wrote it; exit code 0: intact, 1: changed."""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

Row = dict[str, Any]
CHAINS = {"registry": "facts.jsonl", "subsidy-ledger": "lines.jsonl"}
LEDGER = "subsidy-ledger"
LINE = "cn.bangfu.ledger.line_posted.v"
FILES = {*CHAINS.values(), "seals.jsonl", "documents.jsonl", "README.md", "verify.py"}
LABELLED = {"person_id", "payee", "uscc", "provider_id", "programme"}
README_SHA256 = "41e2d3201f5c9248cd6e45cee27dad73cc9ed86255ec7a7bc562f6629e7ccb91"
SEAL = {
    **dict.fromkeys(("chain", "day", "hash", "head_hash", "previous", "texts"), str), "counts": list, "sums": list,
    **dict.fromkeys(("version", "number", "head_number", "head_entries", "entries"), int),
}  # fmt: skip
ENTRY = {"chain": str, "number": int, "index": int, "stream": str, "id": str, "subject": str, "event": dict}
DOCUMENT = {"chain": str, "number": int, "previous": str, "hash": str, "labels": list}
MANIFEST = {"version": int, "about": str, "period": dict, "anchors": dict, "files": dict}
END = itemgetter("head_number", "head_entries")  # a seal covers all documents before this one, and entries of it
NONE: Row = {name: kind() for name, kind in SEAL.items()}


class ChangedError(Exception):
    """The bundle is not what the system wrote."""


def sha256(content: Any) -> str:
    """Return the SHA-256 of text or bytes."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def canonical(value: Any) -> str:
    """Return the one way to write a value as JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def need(holds: object, place: str, what: str) -> None:
    """Go on only if something holds."""
    if not holds:
        raise ChangedError(f"{place}: {what}")


def shaped(value: Row, place: str, shape: dict[str, type]) -> Row:
    """Check that an object has exactly these fields of these types."""
    kinds = {name: type(inner) for name, inner in value.items()} if type(value) is dict else {}
    need(kinds == shape, place, f"the fields or their types are not those of {', '.join(shape)}")
    return value


def rows_of(folder: Path, name: str) -> Iterator[tuple[str, Any]]:
    """Yield place and value of each line of a file; it must be written in the one way."""
    *lines, rest = (folder / name).read_bytes().split(b"\n")
    need(not rest, name, "the last line is cut off")
    for place, line in ((f"{name} line {number}", line) for number, line in enumerate(lines, 1)):
        try:
            value = json.loads(line.decode())
            same = canonical(value).encode() == line
        except (ValueError, RecursionError):
            raise ChangedError(f"{place}: is not JSON in UTF-8") from None
        need(same, place, "is not written in canonical JSON: blanks, order or a double key")
        yield place, value


def manifest_of(folder: Path) -> Row:
    """Check the files against the manifest; return it."""
    name = "manifest.json"
    found, *more = [shaped(row, place, MANIFEST) for place, row in rows_of(folder, name)]
    need(not more and found["version"] == 1, name, "is one line, of version 1")
    shaped(found["period"], f"{name} period", {"from": str, "to": str})
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {name}
    for path in sorted(there ^ set(found["files"])) + sorted(FILES - set(found["files"])):
        raise ChangedError(f"{path}: {'is not in the manifest' if path in there else 'is missing'}")
    for path, digest in found["files"].items():
        need(sha256((folder / path).read_bytes()) == digest, path, "its SHA-256 is not the manifest's")
    need(sha256((folder / "README.md").read_bytes()) == README_SHA256, "README.md", "is not the text of this version")
    return found


def seals_of(folder: Path) -> dict[str, list[Row]]:
    """Check the chains of seals; return them by chain."""
    seals: dict[str, list[Row]] = {chain: [] for chain in CHAINS}
    latest = ""
    for place, seal in rows_of(folder, "seals.jsonl"):
        shaped(seal, place, SEAL)
        known = seal["chain"] in CHAINS and seal["version"] == 1 and seal["chain"] >= latest
        need(known, place, "unknown chain or version, or the chains are mixed up")
        latest = seal["chain"]
        before = seals[latest][-1] if seals[latest] else NONE
        content = {name: value for name, value in seal.items() if name != "hash"}
        need(sha256(canonical(content)) == seal["hash"], place, "the seal's hash does not fit its content")
        follows = seal["previous"] == before["hash"] and seal["number"] == before["number"] + 1
        follows = follows and before["day"] < seal["day"] and END(before) <= END(seal)
        need(follows, place, f"does not follow seal {before['number']} of {latest}: left out, added or rewritten")
        seals[latest].append(seal)
    need(all(seals.values()), "seals.jsonl", "a chain has no seal")
    return seals


class Part:
    """The documents of a chain that a bundle shows, and the seals that bound them."""

    def __init__(self, chain: str, seals: list[Row], period: Row) -> None:
        """Find the seals of the period; the facts are shown from the first document on."""
        self.chain = chain
        before = [seal for seal in seals if seal["day"] < period["from"]]
        until = [seal for seal in seals if seal["day"] <= period["to"]]
        self.seals = until[len(before) :]
        exact = self.seals and [self.seals[0]["day"], self.seals[-1]["day"]] == [period["from"], period["to"]]
        need(exact, "manifest.json", f"{chain}: the period does not begin and end with sealed days")
        self.start = before[-1] if before else NONE
        begin = self.start if chain == LEDGER and before else NONE | {"head_number": 1}
        self.begin, self.end = END(begin), END(self.seals[-1])
        self.number, self.entries = self.begin[0] - 1, begin["entries"] - self.begin[1]
        self.hash = None if begin["hash"] else ""
        self.documents: dict[int, tuple[str, list[str], Any]] = {}
        self.upon: dict[int, list[Row]] = {}
        for seal in until[max(len(before) - 1, 0) if chain == LEDGER else 0 :]:
            self.upon.setdefault(seal["head_number"], []).append(seal)

    def add(self, row: Row, place: str) -> None:
        """Check that a document is the next one, and that the seals upon it stand."""
        number, labels, contents = row["number"], row["labels"], row["contents"]
        fits = number == self.number + 1 and number <= self.end[0] and self.hash in (None, row["previous"])
        need(fits, place, f"{self.chain}: document {self.number + 1} of up to {self.end[0]} should stand here")
        whole = type(contents) is list
        need(not whole or len(contents) == len(labels), place, "labels and contents are not of one length")
        self.check_seals(place, number, row["previous"], labels, contents if whole else [])
        need(number < self.end[0] or len(labels) == self.end[1], place, "is not cut where the last seal ends")
        digest = sha256("\n".join(contents)) if whole else contents
        self.hash = document_hash(self.chain, number, row["previous"], labels, digest)
        need(self.hash == row["hash"], place, f"{self.chain}: document {number} has another hash than it should")
        self.number, self.entries = number, self.entries + len(labels)
        self.documents[number] = (place, labels, contents)

    def check_seals(self, place: str, number: int, previous: str, labels: list[str], contents: list[str]) -> None:
        """Check the seals that end in a document against its beginning."""
        for seal in self.upon.get(number, ()):
            count = seal["head_entries"]
            part = document_hash(self.chain, number, previous, labels[:count], sha256("\n".join(contents[:count])))
            same = part == seal["head_hash"] and self.entries + count == seal["entries"]
            need(same, place, f"{self.chain}: document {number} is not what the seal of {seal['day']} covers")


def document_hash(chain: str, number: int, previous: str, labels: list[str], contents: str) -> str:
    """Return the hash of a document, or of its beginning, from its labels and the digest of its contents."""
    head = f"bangfu-journal-1\n{chain}\n{number}\n{previous}\n{len(labels)}\n"
    return sha256(f"{head}{sha256(chr(10).join(labels))}\n{contents}\n")


def parts_of(folder: Path, seals: dict[str, list[Row]], period: Row) -> dict[str, Part]:
    """Check the documents of all chains against their seals."""
    parts = {chain: Part(chain, seals[chain], period) for chain in CHAINS}
    latest = ""
    for place, row in rows_of(folder, "documents.jsonl"):
        kind = list if type(row) is dict and type(row.get("contents")) is list else str
        shaped(row, place, DOCUMENT | {"contents": kind})
        need(row["chain"] in CHAINS and row["chain"] >= latest, place, "unknown chain, or chains mixed up")
        latest = row["chain"]
        parts[latest].add(row, place)
    for chain, part in parts.items():
        whole = part.number == part.end[0] - (not part.end[1])
        need(whole, "documents.jsonl", f"{chain} ends at document {part.number}, before the last seal")
        part.check_seals("documents.jsonl", part.number + 1, part.hash or "", [], [])
    return parts


def values_of(data: Any) -> Iterator[str]:
    """Yield whom and what an event is about."""
    for name, inner in data.items() if type(data) is dict else enumerate(data):
        if name in LABELLED and type(inner) is str:
            yield inner
        elif type(inner) in (dict, list):
            yield from values_of(inner)


def label(chain: str, day: str, value: str) -> str:
    """Return the digest that stands for a value in a line of labels."""
    return sha256(f"{chain}\n{day}\n{value}")[:16]


def entries_of(folder: Path, part: Part) -> Iterator[tuple[tuple[int, int], str, Any]]:
    """Check each entry that is shown against its document; yield its place in the chain and its event."""
    name, latest = CHAINS[part.chain], (0, -1)
    for place, row in rows_of(folder, name):
        shaped(row, place, ENTRY)
        at = (row["number"], row["index"])
        whole = "\n" not in row["stream"] + row["id"] + row["subject"]
        need(whole and row["chain"] == part.chain and at > latest, place, "stands out of order or twice, or is broken")
        need(row["number"] in part.documents, place, f"document {row['number']} is not in documents.jsonl")
        where, labels, contents = part.documents[row["number"]]
        need(type(contents) is list and 0 <= row["index"] < len(contents), place, f"{where} does not show its content")
        event, body = row["event"], canonical(row["event"])
        said = f"{row['stream']}\n{row['id']}\n{row['subject']}\n{len(body.encode())}\n{body}"
        need(sha256(said) == contents[row["index"]], place, f"is not what {where} says was published")
        day = event.get("knownon", "")
        own = sorted(label(part.chain, day, value) for value in set(values_of(event["data"])))
        need(" ".join([day, *own]) == labels[row["index"]], place, "its labels are not those of its content")
        latest = at
        yield at, place, event


def check_complete(part: Part, shown: set[tuple[int, int]], wanted: set[str]) -> None:
    """Check that exactly the entries about somebody are shown."""
    known: dict[str, set[str]] = {}
    for number, (place, labels, _) in part.documents.items():
        for index, line in enumerate(labels):
            day, *there = line.split(" ")
            if day not in known:
                known[day] = {label(part.chain, day, value) for value in wanted}
            about = not known[day].isdisjoint(there) and (number, index) >= part.begin
            wrong = "left out although it is about" if about else "shown although it is not about"
            fits = about == ((number, index) in shown)
            need(fits, CHAINS[part.chain], f"entry {index} of {place} is {wrong} the subject")


def check_lines(part: Part, lines: Iterable[Any], about: str) -> Counter[str]:
    """Check posted lines against what each seal says was posted; return the sums in fen by programme."""
    before = part.start
    is_programme = any(row["programme"] == about for row in part.seals[-1]["sums"])
    left = list(lines)
    total: Counter[str] = Counter()
    for seal in part.seals:
        here = [line for line in left if line[0] < END(seal)]
        left = left[len(here) :]
        low, high = (sum(r["count"] for r in s["counts"] if r["type"].startswith(LINE)) for s in (before, seal))
        for _, place, data in here:
            fits = low < data["line_no"] <= high and before["day"] < data["posted_on"] <= seal["day"]
            need(fits, place, f"is not among lines {low + 1}-{high}, which the seal of {seal['day']} covers")
            total[data["claim"]["programme"]] += data["amount_fen"]
        if is_programme:
            was, now = (sum(r["sum_fen"] for r in s["sums"] if r["programme"] == about) for s in (before, seal))
            come = sum(data["amount_fen"] for *_, data in here)
            need(come == now - was, "lines.jsonl", f"{come} fen on {seal['day']}, but its seal says {now - was} fen")
        before = seal
    return total


def check_texts(folder: Path, files: Iterable[str], parts: dict[str, Part]) -> None:
    """Check that the texts are those which the seals of the period name."""
    used = {seal["texts"] for part in parts.values() for seal in part.seals} - {""}
    texts: dict[str, dict[str, str]] = {digest[:16]: {} for digest in used}
    for path in (path for path in files if path.startswith("texts/")):
        _, directory, name = path.split("/", 2)
        need(directory in texts, path, "no seal of the period names these texts")
        texts[directory][name] = sha256((folder / path).read_bytes())
    for digest in used:
        need(sha256(canonical(texts[digest[:16]])) == digest, f"texts/{digest[:16]}", "are not what the seals name")


def check(folder: Path, anchors: Iterable[str] = ()) -> list[str]:
    """Check a bundle; return what it holds, in lines."""
    manifest, seals = manifest_of(folder), seals_of(folder)
    about, period = manifest["about"], manifest["period"]
    latest = {chain: found[-1]["hash"] for chain, found in seals.items()}
    need(latest == manifest["anchors"], "seals.jsonl", "the latest seals are not the manifest's: seals are cut off")
    known = {seal["hash"]: seal for found in seals.values() for seal in found}
    for anchor in anchors:
        need(anchor in known, "seals.jsonl", f"no seal has the hash {anchor}: history was cut off or rewritten")
    parts = parts_of(folder, seals, period)
    check_texts(folder, manifest["files"], parts)
    shown = {chain: list(entries_of(folder, part)) for chain, part in parts.items()}
    posted = [(at, place, event["data"]) for at, place, event in shown[LEDGER] if event["type"].startswith(LINE)]
    named = {data["claim"].get("person_id") or data["claim"]["payee"] for *_, data in posted}
    for chain, part in parts.items():
        check_complete(part, {at for at, *_ in shown[chain]}, {about} if chain == LEDGER else {about, *named})
    sums = check_lines(parts[LEDGER], posted, about)
    said = [f"{about}, {period['from']} to {period['to']}"]
    said += [f"{CHAINS[name]}: {len(shown[name])} entries of {len(p.documents)} documents" for name, p in parts.items()]
    for name, fen in sorted(sums.items()):
        said.append(f"{name}: {'-' * (fen < 0)}{abs(fen) // 100}.{abs(fen) % 100:02d} yuan")
    for anchor in anchors or latest.values():
        said.append(f"anchor {anchor} {known[anchor]['chain']} {known[anchor]['day']}")
    return said if anchors else [*said, "consistent; --anchor with a hash noted earlier rules out a rewriting"]


def main(arguments: list[str]) -> int:
    """Check the bundle that the arguments name; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--anchor", action="append", default=[], metavar="HASH", help="hash of a seal noted earlier")
    asked = parser.parse_args(arguments)
    try:
        sys.stdout.write("\n".join(["完整 INTACT", *check(asked.folder, asked.anchor), ""]))
    except (ChangedError, LookupError, TypeError, ValueError, AttributeError, OSError, RecursionError) as error:
        what = error if isinstance(error, ChangedError) else f"the bundle is malformed: {type(error).__name__} {error}"
        sys.stdout.write(f"被改动 CHANGED\n{what}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
