"""The story of the console in a real browser, in the order in which it happens."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Desk
from tests.web.screens import assert_looks_as_kept

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

LANDLINE = {
    "id": "web-landline",
    "source": "yunxiao-job-centre",
    "type": "cn.bangfu.jobseeker.updated.v1",
    "data": {"id_number": "35069919600120207X", "phone": "0596-8521234"},
}
RUN = "R-350622-social-insurance-2018-03-L0"


@pytest.fixture(scope="module")
def officer(desk: Desk) -> Page:
    """Return the coordinator's phone."""
    return desk.enter("zhu", phone=True)


def rows(page: Page) -> int:
    return page.locator("tr[data-row]").count()


def test_an_alert_comes_up_while_the_officer_looks_on(desk: Desk, officer: Page) -> None:
    officer.goto(desk.url)
    before = int(officer.locator("#unread").inner_text() or 0)

    desk.tell(LANDLINE)

    expect(officer.locator("#unread")).to_have_text(str(before + 1), timeout=10_000)


def test_the_officer_sees_it_on_the_phone_and_takes_it_on(desk: Desk, officer: Page) -> None:
    officer.goto(f"{desk.url}?kind=no_mobile")
    assert_looks_as_kept("inbox-phone", officer.screenshot(), desk.seen_in)
    officer.click("tr[data-row] a")
    assert_looks_as_kept("alert-phone", officer.screenshot(), desk.seen_in)

    officer.click("button[value=acknowledge]")

    expect(officer.locator(".said.good")).to_be_visible()
    assert rows(officer) == 0 or officer.goto(f"{desk.url}?kind=no_mobile&state=acknowledged")


def test_what_nobody_takes_on_goes_to_the_county(desk: Desk) -> None:
    county = desk.enter("xian")
    desk.close("2018-04-01", "2018-04-02", "2018-04-03", "2018-04-04", "2018-04-05", "2018-04-06", "2018-04-07")
    desk.close("2018-04-08", "2018-04-09", "2018-04-10", "2018-04-11", "2018-04-12", "2018-04-13")

    county.goto(f"{desk.url}?state=escalated")

    assert rows(county) > 0
    assert_looks_as_kept("inbox-county", county.screenshot(), desk.seen_in)


def test_the_case_of_a_person_opens_masked_and_a_reason_opens_the_phone(desk: Desk, officer: Page) -> None:
    officer.goto(f"{desk.url}?kind=no_mobile")
    officer.goto(f"{desk.url}cases?mine=1")
    officer.locator("tr[data-row] a").first.click()
    assert not re.search(r"(?<!\w)(\+?86)?1[3-9]\d{9}(?!\w)", officer.content())  # digits within a token are none
    assert_looks_as_kept("case-phone", officer.screenshot(), desk.seen_in)

    officer.click("text=查看")
    officer.fill("#reason", "电话回访")
    officer.locator("form[action$=reveal] button").click()

    expect(officer.locator("main")).to_contain_text(re.compile(r"1[3-9]\d{9}|\+86"))


def test_a_visit_is_a_fact_under_the_officers_name(desk: Desk, officer: Page) -> None:
    officer.goto(f"{desk.url}cases?mine=1")
    officer.locator("tr[data-row] a").first.click()
    form = officer.locator("form[action*='visit']")
    officer.locator("details:has(form[action*='visit'])").first.locator("summary").click()

    form.locator("button").last.click()

    expect(officer.locator(".said.good")).to_be_visible()


def test_two_people_approve_a_payment_and_one_alone_cannot(desk: Desk) -> None:
    preparer, approver = desk.enter("jingban"), desk.enter("fuhe")
    for page in (preparer, approver):
        page.goto(f"{desk.url}money/runs/{RUN}")
    assert_looks_as_kept("run", preparer.screenshot(), desk.seen_in)
    preparer.locator("form[action$=approve] button").click()
    expect(preparer.locator(".said.good")).to_be_visible()
    assert preparer.locator("form[action$=approve] button").count() == 0

    approver.reload()
    approver.locator("form[action$=approve] button").click()

    expect(approver.locator("main")).to_contain_text("已审批")


def test_a_county_cannot_open_another_countys_case(desk: Desk, officer: Page) -> None:
    officer.goto(f"{desk.url}cases?mine=1")
    person = officer.locator("tr[data-row] a").first.get_attribute("href")
    other = desk.enter("pinghe")

    answer = other.goto(f"{desk.url}{person.lstrip('/')}")

    assert answer is not None
    assert answer.status == 404
    nowhere = other.goto(f"{desk.url}cases/p{'a' * 25}")
    assert nowhere is not None
    assert nowhere.status == 404


def test_the_county_page_shows_its_figures_on_paper_and_phone(desk: Desk) -> None:
    county = desk.enter("xian")
    county.goto(f"{desk.url}county")
    assert_looks_as_kept("county", county.screenshot(), desk.seen_in)
    county.set_viewport_size({"width": 390, "height": 844})
    assert_looks_as_kept("county-phone", county.screenshot(), desk.seen_in)
