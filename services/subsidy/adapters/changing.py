"""Approved changes of a rule file: the last names the very text in force and the difference that it was shown to make.

`changes` stands last in a file and is no part of its rules: what is hashed is the text in front of it, so that anybody
can check it with `sed '/^changes:/,$d' FILE | sha256sum`. A file without `changes` is in its first text.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from services.subsidy.adapters.programme_form import ChangeForm
from services.subsidy.domain.comparing import content_hash
from shared.errors import BangfuError
from shared.strict_yaml import StrictYaml

_CHANGES: Final = "\nchanges:"


def rules_of(text: str) -> str:
    """Return the text of a file without its changes."""
    rules, found, _ = text.partition(_CHANGES)
    return f"{rules}\n" if found else text


def text_hash(text: str) -> str:
    """Return SHA-256, in hex, over the rules of a file."""
    return sha256(rules_of(text).encode()).hexdigest()


def check_changes(file: StrictYaml, text: str, changes: Sequence[ChangeForm]) -> None:
    """Let a file pass whose changes two people decided, each, the last of them on the rules as they stand.

    Raises:
        ConfigurationError: It is otherwise; file and line are named.
    """
    if not changes:
        return
    if list(file.value)[-1] != "changes":
        raise file.at(("changes",), "'changes' stands last in a file")
    for number, change in enumerate(changes):
        if len(set(change.decided_by)) != len(change.decided_by):
            raise file.at(("changes", number, "decided_by"), "two different people decide on a change")
    if changes[-1].text != text_hash(text):
        now = text_hash(text)
        what = f"nobody approved the rules as they stand (text {now}): `bangfu whatif --out` shows what they change"
        raise file.at(("changes", len(changes) - 1, "text"), what)


def attached(texts: Mapping[str, str], difference: bytes) -> str:
    """Return the content hash of a difference that the last change of each changed file names.

    Args:
        texts: The changed files, by name.
        difference: What `bangfu whatif --out` wrote.

    Raises:
        BangfuError: It is no such difference, was altered, is of other files, or a file does not name it.
    """
    try:
        found: dict[str, Any] = orjson.loads(difference)
        said = found.pop("content_hash")
        files, since = found["files"], found["from"]
    except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
        raise BangfuError("the difference: not what `bangfu whatif --out` writes") from None
    if said != content_hash(found):
        raise BangfuError("the difference was altered: its content hash is another one")
    if files != {name: text_hash(text) for name, text in texts.items()}:
        raise BangfuError("the difference is of other files: ask `bangfu whatif --out` again")
    for name, text in sorted(texts.items()):
        stated = StrictYaml(name, text).value.get("changes") or [{}]
        last = stated[-1]
        if (last.get("difference"), str(last.get("from"))) != (said, since):
            raise BangfuError(f"{name}: its last change does not name this difference ({said}, from {since})")
    return str(said)
