"""The county pages: what is outside one's area is in no answer, and every figure is the sum of the rows behind it."""

import json
import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from typer import Typer
from typer.testing import CliRunner

from services.notify import county_command
from services.notify.adapters.web.county import SECTIONS
from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.scope import Scope
from services.notify.domain.registers import REGISTER_ROW, REGISTERS
from services.notify.register_views import Registers, Where
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, console
from tests.support.registered import YEAR, documents, happened, person_id, rows_of, village_of

pytestmark = pytest.mark.real
PEOPLE = 120
TOWNSHIP = "350622100"
ROWS = rows_of(happened(7, PEOPLE))


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "county") as opened:
        await opened.store.db[REGISTER_ROW.kind].insert_many(documents(ROWS))
        await opened.store.db["alert_clock"].insert_one({"_id": "0", "state": {"day": f"{YEAR}-10-31"}})
        yield opened


def cells_of(data: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return every cell of a section that links to rows, with the register that it links to."""
    tables = data["section"]["tables"]
    cells = [cell for table in tables for line in [*table["rows"], table["total"]] for cell in line if cell["href"]]
    cells += [card["cell"] for card in data["section"]["cards"] if card["cell"]["href"].startswith("/county/rows")]
    return [(cell, urlsplit(cell["href"]).path.rpartition("/")[2]) for cell in cells]


@pytest.mark.parametrize("areas", [("3506",), ("350622",), (TOWNSHIP,)], ids=["city", "county", "township"])
@pytest.mark.parametrize("name", sorted(SECTIONS))
async def test_every_number_that_links_to_rows_is_their_sum(desk: Console, name: str, areas: tuple[str, ...]) -> None:
    officer = await desk.enter(Role.AUDITOR, areas)
    linked = cells_of(await officer.json(f"/county/{name}?year={YEAR}"))
    assert linked
    for cell, register in linked:
        found = (await officer.json(cell["href"]))["total"]
        if cell["kind"] == "percent":
            assert found["count"]
        elif register == "targets" and "year=standing" in cell["href"]:
            assert cell["value"] == found["whole"]
        elif register == "budgets":  # what was charged is shown without the sign of what it does to the budget
            assert abs(cell["value"]) == abs(found["amount_fen"]), cell
        else:
            assert cell["value"] == found["amount_fen" if cell["kind"] == "money" else "count"], cell


async def test_what_townships_and_the_rest_of_a_county_hold_is_what_the_county_holds(desk: Console) -> None:
    db = desk.store.db
    living = {id_ for id_, row in ROWS.items() if row.register == "people" and len(row.area) > 6}
    for register in REGISTERS:
        whole = [row.id for row in await Registers(db, Scope(("350622",))).rows(register, Where())]
        parts = [
            row.id
            for township in ("350622100", "350622101", "350622102")
            for row in await Registers(db, Scope((township,))).rows(register, Where())
        ]
        rest = [row.id for row in await Registers(db, Scope(("350622",))).rows(register, Where(lives="350622"))]
        assert sorted(parts + rest) == sorted(whole), register
        assert not [id_ for id_ in rest if (ROWS[id_].person_id and f"people/{ROWS[id_].person_id}" in living)]


@pytest.mark.parametrize("register", REGISTERS)
async def test_rows_of_another_county_are_in_no_answer_whatever_is_asked(desk: Console, register: str) -> None:
    officer = await desk.enter(Role.COUNTY, ("350622",))
    foreign = {row.cause for row in ROWS.values() if not row.area.startswith("350622")}
    for asked in ("", "?area=350624", "?lives=350624", f"?lives={village_of(1)}", "?lives=none", "?area=3506"):
        answer = await officer.json(f"/county/rows/{register}{asked}")
        listed = {line[-2]["value"] for line in answer["table"]["rows"]}
        assert not listed & foreign, asked
        if asked not in ("", "?area=3506"):
            assert answer["total"]["rows"] == 0, asked


async def test_a_township_sees_what_is_about_its_own_people_and_nothing_else_about_people(desk: Console) -> None:
    registers = Registers(desk.store.db, Scope((TOWNSHIP,)))
    own = {person_id(n) for n in range(PEOPLE) if village_of(n).startswith(TOWNSHIP) and n % 10}
    for register in ("people", "placements", "offers", "subsidies", "duties", "tasks"):
        seen = {row.person_id for row in await registers.rows(register, Where())}
        assert seen == own, register


async def test_what_no_event_places_is_the_citys(desk: Console) -> None:
    for areas, rows in ((("3506",), 6), (("350622",), 3), (("350624",), 0)):
        assert (await Registers(desk.store.db, Scope(areas)).total("refusals")).rows == rows


async def test_nobody_without_areas_sees_anything(desk: Console) -> None:
    for register in REGISTERS:
        assert (await Registers(desk.store.db, Scope(())).total(register)).rows == 0


async def test_the_rows_come_page_by_page_each_once(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY, ("350622",))
    address, seen = "/county/rows/offers?series=sent", []
    while address:
        answer = await officer.json(address)
        seen += [line[0]["value"] for line in answer["table"]["rows"]]
        address = answer["after"]
    assert len(seen) == len(set(seen)) == answer["total"]["rows"] > 50


async def test_a_row_names_the_event_behind_it_and_leads_to_the_case(desk: Console) -> None:
    county, finance = await desk.enter(Role.COUNTY, ("350622",)), await desk.enter(Role.PREPARER, ("350622",))
    page = (await county.get("/county/rows/placements")).text
    row = max(
        (r for r in ROWS.values() if r.id.startswith("placements/") and r.county == "350622"), key=lambda r: r.sequence
    )
    assert f"<code>{row.cause}</code>" in page
    assert f'href="/cases/{row.person_id}"' in page
    assert "/cases/" not in (await finance.get("/county/rows/placements")).text


@pytest.mark.parametrize("name", ["", *(f"/{each}" for each in SECTIONS)])
async def test_pages_open_in_both_languages_without_inline_style_or_script(desk: Console, name: str) -> None:
    for lang in ("zh", "en"):
        officer = await desk.enter(Role.TOWNSHIP, (TOWNSHIP,), lang=lang)
        answer = await officer.get(f"/county{name}?year={YEAR}")
        assert answer.status_code == 200, answer.text
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|<script(?! src=\"/static/)", answer.text)
        assert len(re.findall(r'id="([^"]+)"', answer.text)) == len(set(re.findall(r'id="([^"]+)"', answer.text)))


async def test_links_on_the_page_are_those_of_the_data(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY, ("350622",))
    page = (await officer.get(f"/county/placements?year={YEAR}")).text
    linked = cells_of(await officer.json(f"/county/placements?year={YEAR}"))
    assert {cell["href"] for cell, _ in linked} <= set(map(unescape, re.findall(r'href="([^"]+)"', page)))


async def test_excel_opens_and_adds_up_and_holds_ids_as_text_and_no_formula(desk: Console) -> None:
    officer = await desk.enter(Role.PREPARER, ("350622",))
    told = await officer.get(f"/county/excel/money?year={YEAR}")
    book = load_workbook(BytesIO(told.content))
    sheet = book.worksheets[0]
    *lines, total = cast("list[list[Any]]", [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)])
    assert sum(line[-1] for line in lines) == pytest.approx(total[-1])
    wanted = sum(r.amount_fen for r in ROWS.values() if r.register == "subsidies" and r.county == "350622")
    assert round(total[-1] * 100) == wanted
    offers = load_workbook(BytesIO((await officer.get("/county/rows/offers/excel")).content)).worksheets[0]
    cells = [cell for line in offers.iter_rows(min_row=2) for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert offers.max_row - 1 == len([r for r in ROWS.values() if r.register == "offers" and r.county == "350622"])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/county/nothing", 404), ("/county/rows/nothing", 404), ("/county/excel/nothing", 404),
        ("/county?area=%24ne", 422), ("/county?year=18", 422), ("/county/rows/offers?series=%5E", 422),
        ("/county/rows/offers?page=0", 422), ("/county/rows/offers?what=1", 422),
        ("/county/rows/offers?page=99999", 200),
    ],
)  # fmt: skip
async def test_what_is_asked_amiss_is_refused(desk: Console, address: str, status: int) -> None:
    officer = await desk.enter(Role.COUNTY, ("350622",))
    assert (await officer.get(address)).status_code == status


async def test_the_county_pages_are_not_for_everybody(desk: Console) -> None:
    for role in (Role.COORDINATOR, Role.OPS):
        assert (await (await desk.enter(role)).get("/county")).status_code == 403


def test_the_command_line_says_the_same(desk: Console, mongo: EmbeddedMongo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MONGO_URL": mongo.url, "NATS_URL": "nats://127.0.0.1:1", "BANGFU_LANG": "en"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BANGFU_DATABASE_PREFIX", desk.desk.settings.database_prefix)
    app = Typer()
    county_command.register(app)
    said = json.loads(CliRunner().invoke(app, [TOWNSHIP, "--json"]).stdout)
    own = {f"people/{person_id(n)}" for n in range(PEOPLE) if village_of(n).startswith(TOWNSHIP) and n % 10}
    assert sum(row["count"] for row in said if row["register"] == "people") == len(own)
    assert CliRunner().invoke(app, ["12345"]).exit_code == 1


async def test_pages_open_before_any_day_was_closed(mongo: EmbeddedMongo) -> None:
    async with console(mongo.url, "unopened") as opened:
        officer = await opened.enter(Role.COUNTY)
        for name in ("", *(f"/{each}" for each in SECTIONS)):
            assert (await officer.get(f"/county{name}")).status_code == 200, name


async def test_a_year_and_an_area_that_were_chosen_stay_chosen(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY, ("350622",))
    links = (await officer.json(f"/county?year={YEAR}&area={TOWNSHIP}"))["links"]
    assert {parse_qs(urlsplit(link).query)["area"][0] for link in links.values()} == {TOWNSHIP}
    assert (await officer.json("/county"))["day"] == date(YEAR, 11, 1).isoformat()
