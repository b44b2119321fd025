"""Who may do what in which collection of MongoDB; pure, and the only place that says so.

A service writes into its own database only. What is kept for ever (journals, seals, texts, ledger lines) can be
found and inserted by its owner, and changed by nobody. `bangfu up` and deploy/mongo-init.sh give the server these
roles.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.runner.core import Service

Actions = frozenset[str]


class Sort(StrEnum):
    """What a collection is for; what may be done to it follows."""

    STATE = "state"  # aggregates: read models that every batch changes, and forgets when they are over
    GROWS = "grows"  # journals, seals, texts, ledger lines, the outbox of a laptop
    INBOX = "inbox"  # one row a message for ever; the outcome of one that was parked or refused may change
    PLACE = "place"  # how far a chain, a walk, a stream has come
    MEMBERS = "members"  # the processes that live
    SENDING = "sending"  # what is under way to gateways, and how much was used
    VAULT = "vault"  # sealed personal fields
    LETTERS = "letters"  # refused messages, sealed
    DESK = "desk"  # accounts, sessions and deliveries of the officers' desk
    DESK_LOG = "desk_log"  # who changed an account, who looked at whom


READ: Final[Actions] = frozenset({"find"})
GROW: Final[Actions] = READ | {"insert"}
KEEP: Final[Actions] = GROW | {"update"}
ALL: Final[Actions] = KEEP | {"remove"}
NONE: Final[Actions] = frozenset()
LOOK: Final[Actions] = frozenset({"listCollections", "listIndexes"})
PREPARE: Final[Actions] = LOOK | {"createCollection", "createIndex", "changeStream"}

OWNER: Final[Mapping[Sort, Actions]] = {
    Sort.STATE: ALL,
    Sort.GROWS: GROW,
    Sort.INBOX: KEEP,
    Sort.PLACE: KEEP,
    Sort.MEMBERS: ALL,
    Sort.SENDING: ALL,
    Sort.VAULT: ALL,
    Sort.LETTERS: GROW | {"remove"},
    Sort.DESK: ALL,
    Sort.DESK_LOG: GROW,
}
_HIDDEN: Final = frozenset({Sort.VAULT, Sort.LETTERS, Sort.DESK, Sort.DESK_LOG, Sort.SENDING})
AUDITOR: Final[Mapping[Sort, Actions]] = {sort: NONE if sort in _HIDDEN else READ for sort in Sort}
# `bangfu ops reconcile` notes what it has published again, marks where streams end, and has cards written anew;
# `bangfu accounts` keeps the accounts of the desk.
OPS: Final[Mapping[Sort, Actions]] = {
    **dict.fromkeys(Sort, READ),
    Sort.PLACE: KEEP,
    Sort.VAULT: READ | {"update"},
    Sort.DESK: ALL,
    Sort.DESK_LOG: GROW,
}

_EVERYWHERE: Final[Mapping[str, Sort]] = {
    "heads": Sort.PLACE,
    "cursors": Sort.PLACE,
    "marks": Sort.PLACE,
    "leases": Sort.PLACE,
    "replicas": Sort.MEMBERS,
    "seals": Sort.GROWS,
    "texts": Sort.GROWS,
    "waiting": Sort.STATE,
}
_DESK: Final = (
    *("users", "sessions", "failures", "errands", "preferences"),
    *("hooks", "channels", "deliveries", "letters", "notices"),
)
_SMS: Final = ("sms_sending", "sms_usage", "sms_parts", "sms_fates", "sms_numbers", "sms_gateways", "sms_outbox")
BESIDE: Final[Mapping[str, Mapping[str, Sort]]] = {
    "registry": {"vault": Sort.VAULT, "deadletters": Sort.LETTERS, "wishes_granted": Sort.PLACE},
    "matching": {**dict.fromkeys(_SMS, Sort.SENDING), "sms_outbox": Sort.GROWS},
    "notify": {
        **dict.fromkeys((f"desk_{name}" for name in (*_DESK, *_SMS)), Sort.DESK),
        **dict.fromkeys(("desk_audit", "desk_reveals", "desk_downloads"), Sort.DESK_LOG),
    },
}
"""The collections of a service's adapters; tests/unit/test_mongo_roles.py finds one that is missing here."""


@dataclass(frozen=True, order=True)
class Privilege:
    """Actions on a collection; on all of a database where `collection` is empty, on the server where both are."""

    database: str
    collection: str
    actions: Actions


@dataclass(frozen=True)
class Role:
    """What one principal may do.

    Args:
        principal: `registry`, `auditor`, ...; with the deployment's prefix it is the name of role and user.
        inherits: Roles of MongoDB's own.
    """

    principal: str
    privileges: tuple[Privilege, ...]
    inherits: tuple[str, ...] = ()


def collections_of(service: Service) -> dict[str, Sort]:
    """Return every collection of a service's database."""
    found = dict(_EVERYWHERE)
    for aggregate in service.aggregates:
        found[aggregate.kind] = Sort.GROWS if aggregate.append_only else Sort.STATE
    for subscription in service.subscriptions:
        found |= {f"inbox_{subscription.name}": Sort.INBOX, f"journal_{subscription.name}": Sort.GROWS}
        if subscription.formerly:  # a record of what was, which nobody changes any more
            found |= {f"{what}_{subscription.formerly}": Sort.GROWS for what in ("inbox", "journal")}
    return dict(sorted((found | dict(BESIDE.get(service.name, {}))).items()))


def roles(prefix: str, services: Iterable[Service]) -> list[Role]:
    """Return the roles of a deployment whose databases are `<prefix>_<service>`."""
    installed = list(services)
    found = [
        Role(s.name, (*_granted(prefix, s, OWNER), Privilege(f"{prefix}_{s.name}", "", PREPARE))) for s in installed
    ]
    for principal, rights in (("auditor", AUDITOR), ("ops", OPS)):
        looks = [Privilege(f"{prefix}_{s.name}", "", LOOK) for s in installed]
        found.append(Role(principal, (*(p for s in installed for p in _granted(prefix, s, rights)), *looks)))
    still = Privilege("", "", frozenset({"fsync", "unlock"}))  # while the files are copied
    return [*found, Role("backup", (still,), ("backup",)), Role("admin", (_PROVISIONS,))]


def principals(services: Iterable[Service]) -> list[str]:
    """Return who has a user."""
    return [*(service.name for service in services), "auditor", "ops", "backup", "admin"]


_PROVISIONS = Privilege(
    "admin",
    "",
    frozenset({"createRole", "updateRole", "dropRole", "viewRole", "grantRole", "revokeRole"})
    | {"createUser", "updateUser", "dropUser", "changePassword", "viewUser"},
)
"""Users and roles, and no data. Who may grant can grant himself anything: its password is for provisioning only."""


def _granted(prefix: str, service: Service, rights: Mapping[Sort, Actions]) -> list[Privilege]:
    return [
        Privilege(f"{prefix}_{service.name}", name, rights[sort])
        for name, sort in collections_of(service).items()
        if rights[sort]
    ]
