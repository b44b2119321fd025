"""The users of a nats-server, as its configuration says it. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared.access.principals import ANSWERS, CORE, INTAKE_INFO, SYSTEM, UPSTREAM, Principal

_INTAKE = "intake.*.>"
_INFO = "$JS.API.STREAM.INFO.INTAKE"
_OUTCOMES = "outcome.>"
_HEAD = "# Who may connect to the bus and do what there. Made by `bangfu ops credentials`; do not edit.\n"


def inbox_of(key: str) -> str:
    """Return the inbox prefix of who holds a key: nobody else may listen there."""
    return f"_INBOX_{key}"


def users_conf(principals: Mapping[str, Principal], keys: Mapping[str, Sequence[str]]) -> str:
    """Return the accounts and users.

    Args:
        principals: What each may do, by name.
        keys: The public keys of each, by name: one, or while it is rotated two.
    """
    users: dict[str, list[Any]] = {CORE: [], UPSTREAM: []}
    for name, principal in principals.items():
        for key in keys[name]:
            users[principal.account].append(_user(principal, key, keys))
    core = {
        "jetstream": "enabled",
        "users": users[CORE],
        "exports": [{"service": _INTAKE}, {"service": _INFO}, {"stream": _OUTCOMES}, {"stream": ANSWERS}],
    }
    upstream = {
        "users": users[UPSTREAM],
        "imports": [
            {"service": _of(_INTAKE)},
            {"service": _of(_INFO), "to": INTAKE_INFO},
            {"stream": _of(_OUTCOMES)},
            {"stream": _of(ANSWERS)},
        ],
    }
    accounts = {CORE: core, UPSTREAM: upstream, SYSTEM: {"users": []}}
    return f"{_HEAD}accounts: {json.dumps(accounts, indent=1)}\nsystem_account: {SYSTEM}\n"


def store_conf(key: str) -> str:
    """Return what encrypts the streams on disk, for the `jetstream` block."""
    return f'cipher: chachapoly\nkey: "{key}"\n'


def _of(subject: str) -> dict[str, str]:
    return {"account": CORE, "subject": subject}


def _user(principal: Principal, key: str, keys: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    answers = [f"{inbox_of(each)}.>" for name in principal.answers for each in keys.get(name, ())]
    return {
        "nkey": key,
        "permissions": {
            "publish": {"allow": [*principal.publish, *answers]},
            "subscribe": {"allow": [*principal.subscribe, f"{inbox_of(key)}.>"]},
        },
    }
