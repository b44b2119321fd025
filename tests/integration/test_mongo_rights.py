"""Every user tries everything in every collection: what is declared is allowed, the rest is refused."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from shared.access.mongo_credentials import Passwords, fresh, rotated
from shared.access.mongo_roles import Sort, collections_of, principals, roles
from shared.access.mongo_users import Client, Login, admit, expel, grant
from shared.embedded import EmbeddedMongo
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.store import Store
from tests.support.live import open_store
from tests.support.stored import unit

pytestmark = pytest.mark.real

PREFIX = "rights"
SERVICES = find_services()
ANYBODY = "anybody"
KEY = "a2V5IG9mIGEgdGVzdCwgd2hpY2ggb3BlbnMgbm90aGluZyBlbHNl"
REFUSED = {13, 18}
Collection = Any
ATTEMPTS: dict[str, tuple[str, Callable[[Collection], object]]] = {
    "find": ("find", lambda c: c.find_one({"_id": "nobody"})),
    "insert": ("insert", lambda c: c.insert_one({"_id": str(ObjectId())})),
    "update": ("update", lambda c: c.update_one({"_id": "nobody"}, {"$set": {"a": 1}})),
    "delete": ("remove", lambda c: c.delete_one({"_id": "nobody"})),
    "createIndex": ("createIndex", lambda c: c.create_index("tried")),
    "watch": ("changeStream", lambda c: c.watch(max_await_time_ms=1).close()),
    "drop": ("dropCollection", lambda c: c.database.command("drop", c.name)),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    started = EmbeddedMongo(tmp_path_factory.mktemp("closed"), key=KEY).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def kept(server: EmbeddedMongo) -> Passwords:
    found = Passwords(KEY, {who: fresh(PREFIX, who) for who in principals(SERVICES)})
    with server.as_member() as member:
        grant(member, PREFIX, roles(PREFIX, SERVICES))
        admit(member, PREFIX, found.logins)
        for service in SERVICES:
            for name in collections_of(service):
                member[f"{PREFIX}_{service.name}"].create_collection(name)
    return found


@contextmanager
def opened(server: EmbeddedMongo) -> Iterator[EmbeddedMongo]:
    yield server.start()
    server.stop()


def allowed(work: Callable[[], object]) -> bool:
    try:
        work()
    except OperationFailure as error:
        if error.code in REFUSED:
            return False
        raise
    return True


def samples(service: Service) -> list[str]:
    """Return the first and the last collection of each sort; the roles are compared in full elsewhere."""
    found: dict[Sort, list[str]] = {}
    for name, sort in collections_of(service).items():
        found.setdefault(sort, []).append(name)
    return sorted({name for names in found.values() for name in (names[0], names[-1])})


def place_of(resource: dict[str, str]) -> tuple[str, str]:
    return resource.get("db", ""), resource.get("collection", "")


def line_of(client: Client) -> Callable[[], object]:
    return lambda: client[f"{PREFIX}_subsidy"]["line"].find_one({})


def declared() -> set[tuple[str, str, str, str]]:
    """Return who may do what where: principal, database, collection (empty: any), action."""
    return {
        (role.principal, p.database, p.collection, action)
        for role in roles(PREFIX, SERVICES)
        for p in role.privileges
        for action in p.actions
    }


@pytest.mark.timeout(60)
def test_each_user_may_do_what_is_declared_and_nothing_else(server: EmbeddedMongo, kept: Passwords) -> None:
    may, cells, wrong = declared(), Counter[bool](), list[str]()
    for who in (*principals(SERVICES), ANYBODY):
        url = server.url if who == ANYBODY else kept.url(who, server.url)
        with MongoClient[dict[str, Any]](url) as client:
            for service in SERVICES:
                database = f"{PREFIX}_{service.name}"
                for name in samples(service):
                    for attempt, (action, work) in ATTEMPTS.items():
                        # `backup` reads everything by MongoDB's own role of that name.
                        wanted = bool({(who, database, place, action) for place in (name, "")} & may)
                        wanted |= who == "backup" and action == "find"
                        found = allowed(partial(work, client[database][name]))
                        cells[found] += 1
                        if found != wanted:
                            wrong.append(f"{who}: {attempt} in {database}.{name} is {found}, declared {wanted}")
    assert wrong == []
    assert cells[True] > 250
    assert cells[False] > 1_500
    sys.stdout.write(f"\ndatabase rights: {cells.total()} cells, {cells[True]} allowed, {cells[False]} refused\n")


def test_the_server_grants_in_every_collection_what_is_declared_and_nothing_beside_it(
    server: EmbeddedMongo, kept: Passwords
) -> None:
    with MongoClient[dict[str, Any]](kept.url("admin", server.url)) as admin:
        answer = admin.admin.command("rolesInfo", 1, showPrivileges=True)
    granted = {
        (
            row["role"].removeprefix(f"{PREFIX}_"),
            p["resource"].get("db", ""),
            p["resource"].get("collection", ""),
            action,
        )
        for row in answer["roles"]
        for p in row["privileges"]
        for action in p["actions"]
    }
    assert granted == declared()
    assert len(granted) > 500


@pytest.mark.parametrize("who", [ANYBODY, "registry", "subsidy", "auditor", "ops"])
def test_nobody_but_who_provisions_makes_users_reads_passwords_or_touches_the_server(
    server: EmbeddedMongo, kept: Passwords, who: str
) -> None:
    url = server.url if who == ANYBODY else kept.url(who, server.url)
    with MongoClient[dict[str, Any]](url) as client:
        for work in (
            lambda: client.admin.command("createUser", "intruder", pwd="x", roles=["root"]),
            lambda: client.admin.command("usersInfo", 1),
            lambda: client.admin["system.users"].find_one({}),
            lambda: client.local["oplog.rs"].find_one({}),
            lambda: client.admin.command("replSetGetConfig"),
            lambda: client.admin.command("shutdown"),
            lambda: client.drop_database(f"{PREFIX}_subsidy"),
        ):
            assert not allowed(work)


async def test_a_service_prepares_commits_and_ends_what_its_dead_left_open_with_its_own_rights_only(
    server: EmbeddedMongo, kept: Passwords
) -> None:
    url, database = kept.url("registry", server.url), f"{PREFIX}_registry"
    store, dead = await open_store(url, database), Store(url, database)
    try:
        await store.commit(unit(0, "p1"))
        await store.mark_sent("registry", 1)
        assert await store.unsent("registry", "registry") == []
        assert (await store.now()) < datetime(2100, 1, 1, tzinfo=UTC)
        session = await dead._client.start_session()
        session.start_transaction()
        await dead.db["heads"].update_one({"_id": "registry"}, {"$set": {"hash": "dead"}}, session=session)
        assert await store.end_orphans([dead.process]) == 1
        async with asyncio.timeout(5):
            await store.commit(unit(1, "p2"))
    finally:
        store.close()
        dead.close()


def test_a_password_is_changed_while_the_old_one_still_works_and_then_opens_nothing(
    server: EmbeddedMongo, kept: Passwords
) -> None:
    renewed = rotated(kept, PREFIX, ["auditor"])
    old, new = kept.url("auditor", server.url), renewed.url("auditor", server.url)
    with (
        MongoClient[dict[str, Any]](old) as before,
        MongoClient[dict[str, Any]](kept.url("admin", server.url)) as admin,
        server.as_member() as member,
    ):
        admit(admin, PREFIX, {"auditor": renewed.logins["auditor"]})
        with MongoClient[dict[str, Any]](new) as after:
            assert allowed(line_of(before))
            assert allowed(line_of(after))
            assert expel(member, PREFIX, {"auditor": renewed.logins["auditor"]}) == [f"{PREFIX}_auditor"]
            assert not allowed(line_of(before))
            assert allowed(line_of(after))
        admit(admin, PREFIX, {"auditor": kept.logins["auditor"]})
        expel(member, PREFIX, {"auditor": kept.logins["auditor"]})


def test_what_a_user_left_open_does_not_outlast_it(server: EmbeddedMongo, kept: Passwords) -> None:
    renewed = rotated(kept, PREFIX, ["registry"])
    old, new = (each.url("registry", server.url) for each in (kept, renewed))
    with (
        MongoClient[dict[str, Any]](old) as before,
        MongoClient[dict[str, Any]](new) as after,
        server.as_member() as member,
        before.start_session() as left_open,
    ):
        admit(member, PREFIX, {"registry": renewed.logins["registry"]})
        left_open.start_transaction()
        before[f"{PREFIX}_registry"]["heads"].insert_one({"_id": "held"}, session=left_open)
        expel(member, PREFIX, {"registry": renewed.logins["registry"]})
        with after.start_session() as session, session.start_transaction():
            after[f"{PREFIX}_registry"]["heads"].insert_one({"_id": "held"}, session=session)
        admit(member, PREFIX, {"registry": kept.logins["registry"]})
        expel(member, PREFIX, {"registry": kept.logins["registry"]})


def test_what_is_no_longer_declared_is_taken_away_at_the_next_start(server: EmbeddedMongo, kept: Passwords) -> None:
    declared_roles = roles(PREFIX, SERVICES)
    auditor = next(role for role in declared_roles if role.principal == "auditor")
    wider = type(auditor)("auditor", auditor.privileges, ("readWriteAnyDatabase",))
    with server.as_member() as member, MongoClient[dict[str, Any]](kept.url("auditor", server.url)) as client:
        work = lambda: client[f"{PREFIX}_registry"]["vault"].find_one({})  # noqa: E731
        grant(member, PREFIX, [wider])
        assert allowed(work)
        grant(member, PREFIX, declared_roles)
        assert not allowed(work)


def test_an_open_directory_is_closed_by_a_key_and_keeps_its_data(tmp_path: Path) -> None:
    with opened(EmbeddedMongo(tmp_path)) as server, MongoClient[dict[str, Any]](server.url) as client:
        client["bangfu_subsidy"]["line"].insert_one({"_id": "L1"})
    with opened(EmbeddedMongo(tmp_path, key=KEY)) as server:
        with server.as_member() as member:
            grant(member, "bangfu", roles("bangfu", SERVICES))
            admit(member, "bangfu", {"auditor": Login("bangfu_auditor", "secret")})
        url = Passwords(KEY, {"auditor": Login("bangfu_auditor", "secret")}).url("auditor", server.url)
        with MongoClient[dict[str, Any]](url) as auditor, MongoClient[dict[str, Any]](server.url) as anybody:
            assert auditor["bangfu_subsidy"]["line"].find_one({}) == {"_id": "L1"}
            assert not allowed(lambda: anybody["bangfu_subsidy"]["line"].find_one({}))
