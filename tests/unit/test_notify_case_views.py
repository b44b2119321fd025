"""What the page of a case shows: the timeline by year, offers with why, what is due and unclaimed."""

from datetime import date
from functools import partial

from services.notify.adapters.web.words import load_words
from services.notify.case_views import counted, gaps, offers, years
from services.notify.domain.timeline import Entry
from services.notify.domain.unclaimed import Unclaimed
from services.notify.phrasebook import load_phrasebook
from services.notify.rulebook import load_rulebook
from services.notify.shipped import titled
from services.notify.subscribers import TIMELINE_ENTRY
from shared.events.contract import Event
from shared.events.offers import OfferClosed, OfferProposed
from shared.events.people import VisitRecorded
from shared.events.subsidy import Claim, LinePosted
from shared.events.takeup import Missing
from shared.runner.core import Message

PERSON, USCC = "p" + "a" * 25, "91350622MA2Y1A2B7G"
PHRASES, RULES = load_phrasebook(), load_rulebook()
zh, en = (partial(load_words().say, language) for language in ("zh", "en"))
OFFERED = OfferProposed(
    offer_id="o-1", message_id="m-1", person_id=PERSON, vacancy_id="V1", uscc=USCC, title="缝纫工", county="350622",
    score_bp=7_200, terms={"skills": 4_000, "need": 3_200}, market_sequence=7, expires_on=date(2018, 3, 12),
    measures={"skills_asked": 2, "skills_had": 2},
)  # fmt: skip
DECLINED = OfferClosed(offer_id="o-1", person_id=PERSON, vacancy_id="V1", reason="declined")


def entry(event: Event, day: date, sequence: int = 7) -> Entry:
    return TIMELINE_ENTRY.evolve(Entry(), Message("m", "", event, sequence, day, "c"))


def visit(day: date) -> Entry:
    return entry(VisitRecorded(person_id=PERSON, coordinator_id="C1", date=day, kind="survey"), day)


def test_the_latest_year_and_in_it_the_latest_day_come_first() -> None:
    told = years([visit(date(2017, 5, 1)), visit(date(2018, 1, 2)), visit(date(2018, 3, 4))], PHRASES, "zh")
    assert [(year.year, [line.on.month for line in year.lines]) for year in told] == [(2018, [3, 1]), (2017, [5])]


def test_what_happened_is_counted_by_what_it_is_about() -> None:
    found = [visit(date(2018, 3, 1)), entry(OFFERED, date(2018, 3, 1)), entry(DECLINED, date(2018, 3, 2))]
    assert list(counted(found).items()) == [("help", 1), ("offers", 2)]


def test_a_line_of_the_ledger_says_how_it_was_worked_out() -> None:
    line = LinePosted(
        line_id="L-1", line_no=1, place="x", claim=Claim(programme="social-insurance", payee=USCC, period="2018-03"),
        county="350622", fiscal_year=2018, posted="2018-04", posted_on=date(2018, 4, 1), amount_fen=74_200,
        kind="accrual", postings=[], programme_version=date(2017, 1, 1), clause="第11条",
        computation=["2018-03单位实缴……", "按100%补贴……"],
    )  # fmt: skip
    (year,) = years([entry(line, date(2018, 4, 1))], PHRASES, "zh")
    assert year.lines[0].notes == ("2018-03单位实缴……", "按100%补贴……")
    assert "社会保险补贴 2018-03 计提 742.00 元" in year.lines[0].sentence
    assert "第11条" in year.lines[0].sentence


def test_an_offer_says_why_it_was_made_and_what_became_of_it() -> None:
    (offer,) = offers([entry(DECLINED, date(2018, 3, 6), 9), entry(OFFERED, date(2018, 3, 5))], PHRASES, "zh", zh)
    assert (offer.offer_id, offer.score_bp, offer.expires_on) == ("o-1", 7_200, "2018-03-12")
    assert [(term.name, term.score_bp, term.because) for term in offer.terms] == [
        ("skills", 4_000, "所需技能按稀缺度计 2，具备 2"),
        ("need", 3_200, "按名册中的帮扶身份"),
    ]
    assert [line.sentence for line in offer.became] == ["推荐 o-1 结束：本人谢绝"]


def test_what_is_due_and_unclaimed_names_the_programme_the_reason_and_what_is_missing() -> None:
    missing = Missing(
        programme="social-insurance", payee=USCC, reason="not_paid", awaits="premium.paid", since="2018-01",
        until="2018-02", periods=2,
    )  # fmt: skip
    state = Unclaimed("350622", date(2018, 3, 31), (missing,))
    (gap,) = gaps(state, titled, RULES, "zh", zh)
    assert (gap.title, gap.reason, gap.awaited) == ("社会保险补贴", "当期没有实际缴费记录", "社保缴费记录")
    (gap,) = gaps(state, titled, RULES, "en", en)
    assert (gap.title, gap.awaited) == ("Social-insurance subsidy", "a premium that was paid")
    assert gaps(None, titled, RULES, "zh", zh) == []
