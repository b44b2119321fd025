"""The rights in the databases, as they are declared."""

import re
from pathlib import Path

import pytest

from shared.access.mongo_credentials import (
    Passwords,
    fresh,
    laptop_passwords,
    read,
    rotated,
    with_login,
    without_login,
    write,
)
from shared.access.mongo_roles import BESIDE, Sort, collections_of, principals, roles
from shared.access.mongo_users import Login
from shared.ops.running import Running, find_running, find_services
from shared.settings import Settings

SERVICES = find_services()
ROLES = {role.principal: role for role in roles("bangfu", SERVICES)}
ROOT = Path(__file__).parents[2]
_CONSTANT = re.compile(r'^([A-Z_]+)(?:: [A-Za-z\[\]]+)? = "([a-z_]+)"$', re.MULTILINE)
_BY_CONSTANT = re.compile(r"db\[([A-Z_]+)\]")
_BY_NAME = re.compile(r'db\["([a-z_]+)"\]')
OWN = [service.name for service in SERVICES]


def sorts(service: str) -> dict[str, Sort]:
    return collections_of(next(s for s in SERVICES if s.name == service))


def rights(principal: str) -> dict[tuple[str, str], set[str]]:
    return {(p.database, p.collection): set(p.actions) for p in ROLES[principal].privileges}


def test_nobody_may_change_or_remove_what_only_grows() -> None:
    for principal in principals(SERVICES):
        for (database, collection), actions in rights(principal).items():
            if database.startswith("bangfu_") and collection:
                sort = sorts(database.removeprefix("bangfu_"))[collection]
                assert sort not in {Sort.GROWS, Sort.DESK_LOG} or not actions & {"update", "remove"}
                assert sort is not Sort.INBOX or "remove" not in actions


def test_journals_seals_texts_and_the_lines_of_the_ledger_only_grow() -> None:
    found = {name for name, sort in sorts("subsidy").items() if sort is Sort.GROWS}
    journals = {f"journal_{s.name}" for service in SERVICES if service.name == "subsidy" for s in service.subscriptions}
    assert found == journals | {"seals", "texts", "line"}


def test_nobody_may_drop_collections_or_databases_or_change_how_they_work() -> None:
    dangerous = {"dropCollection", "dropDatabase", "dropIndex", "collMod", "renameCollectionSameDB", "anyAction"}
    granted = {action for role in ROLES.values() for p in role.privileges for action in p.actions}
    assert not granted & dangerous


@pytest.mark.parametrize("service", OWN)
def test_a_service_reaches_its_own_database_only(service: str) -> None:
    assert {database for database, _ in rights(service)} == {f"bangfu_{service}"}
    assert ROLES[service].inherits == ()


def test_an_auditor_reads_and_nothing_that_hides_a_person() -> None:
    granted = rights("auditor")
    assert {action for actions in granted.values() for action in actions} == {"find", "listCollections", "listIndexes"}
    hidden = {"vault", "deadletters"} | {name for name in BESIDE["notify"] if name.startswith("desk_")}
    assert not hidden & {collection for _, collection in granted}
    assert ("bangfu_registry", "person") in granted


def test_who_provisions_reads_no_data() -> None:
    assert {database for database, _ in rights("admin")} == {"admin"}


@pytest.mark.parametrize("folder", ["shared", "services"])
def test_every_collection_that_an_adapter_names_is_declared(folder: str) -> None:
    declared = {name for service in OWN for name in sorts(service)}
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        constants = dict(_CONSTANT.findall(text))
        used = {constants.get(name, "") for name in _BY_CONSTANT.findall(text)} | set(_BY_NAME.findall(text))
        named = used | {name for name in constants.values() if name.startswith(("desk_", "sms_"))}
        assert named - {""} <= declared, f"{path}: declare it in shared/access/mongo_roles.py"


class TestPasswords:
    def test_are_made_once_and_readable_by_their_owner_only(self, tmp_path: Path) -> None:
        first = laptop_passwords(tmp_path, "bangfu", ["registry"])
        second = laptop_passwords(tmp_path, "bangfu", ["registry", "ops"])
        assert (tmp_path / "mongo.json").stat().st_mode & 0o777 == 0o600
        assert second.logins["registry"] == first.logins["registry"]
        assert read(tmp_path) == second

    def test_are_in_no_representation(self) -> None:
        kept = Passwords("the-key", {"ops": Login("bangfu_ops", "hush")})
        running = Running("nats://here", with_login("mongodb://h:1/?directConnection=true", kept.logins["ops"]))
        settings = Settings(mongo_url="mongodb://u:hush@h:1/")
        assert "hush" not in f"{kept!r} {kept} {kept.logins['ops']!r} {running!r} {settings!r}"
        assert "the-key" not in repr(kept)

    def test_of_the_next_generation_belong_to_another_user(self) -> None:
        kept = Passwords("k", {"ops": fresh("bangfu", "ops"), "registry": fresh("bangfu", "registry")})
        second = rotated(kept, "bangfu", ["ops"])
        third = rotated(second, "bangfu", ["ops"])
        assert [one.logins["ops"].user for one in (kept, second, third)] == [
            "bangfu_ops",
            "bangfu_ops.2",
            "bangfu_ops.3",
        ]
        assert third.logins["registry"] == kept.logins["registry"]

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("mongodb://u:p@h:1/?a=b", "mongodb://h:1/?a=b"),
            ("mongodb://h:1,i:2/db?a=b", "mongodb://h:1,i:2/db?a=b"),
            ("mongodb://u:p@h:1/?authSource=x&a=b", "mongodb://h:1/?a=b"),
            ("mongodb://u:p@h:1/?authSource=x", "mongodb://h:1/"),
            ("mongodb+srv://u:p%40q@h", "mongodb+srv://h"),
            ("mongodb://u:p@x@h:1/", "mongodb://h:1/"),
        ],
    )
    def test_are_taken_out_of_a_url_before_it_is_shown(self, url: str, shown: str) -> None:
        assert without_login(url) == shown
        assert without_login(with_login(url, Login("v", "w"))).rstrip("/") == shown.rstrip("/")

    def test_are_not_left_where_other_commands_look(self, tmp_path: Path) -> None:
        kept = laptop_passwords(tmp_path, "bangfu", ["ops"])
        url = kept.url("ops", "mongodb://h:1/?directConnection=true")
        Running("nats://here", url, {}, "bangfu_ops").write(tmp_path)
        left = tmp_path / "running.json"
        assert kept.logins["ops"].password not in left.read_text()
        assert left.stat().st_mode & 0o777 == 0o600
        assert find_running(Settings(data_dir=tmp_path, mongo_url=None)).mongo_url == url

    def test_that_a_user_gave_are_asked_for_again(self, tmp_path: Path) -> None:
        given = "mongodb://u:p@h:1/"
        Running("nats://here", given).write(tmp_path)
        assert find_running(Settings(data_dir=tmp_path, mongo_url=given)).mongo_url == given
        assert find_running(Settings(data_dir=tmp_path, mongo_url=None)).mongo_url == "mongodb://h:1/"

    def test_are_kept_whole_or_not_at_all(self, tmp_path: Path) -> None:
        write(tmp_path, Passwords("k", {}))
        assert [path.name for path in tmp_path.iterdir()] == ["mongo.json"]
