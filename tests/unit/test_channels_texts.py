"""What letters say: counts and a link, and nothing of anybody."""

from datetime import date

import pytest

from services.notify.adapters.channels.port import Delivery, Matter
from services.notify.adapters.channels.texts import Texts, by_kind, label
from services.notify.domain.rules import KINDS, Urgency
from shared.sms.text import segments, signed
from shared.sms.words import sensitive_word, status_word

TEXTS = Texts("https://desk.example.cn/")


def matters(*kinds: str, urgency: Urgency = "act") -> tuple[Matter, ...]:
    return tuple(
        Matter(f"n-{number}", f"a-{number}", kind, urgency, date(2018, 3, 5)) for number, kind in enumerate(kinds)
    )


def letter(*kinds: str, **changed: object) -> Delivery:
    return Delivery("d-1", "sms", "c1", matters(*kinds), **changed)  # type: ignore[arg-type]


class TestLabels:
    def test_none_tells_a_status_or_is_refused_by_carriers(self) -> None:
        said = [label("zh", kind) for kind in KINDS]

        assert [text for text in said if status_word(text) or sensitive_word(text)] == []

    def test_a_kind_that_has_none_is_something_else(self) -> None:
        assert label("zh", "made_up_tomorrow") == "其他事项"


class TestAShortMessage:
    def test_names_the_first_kinds_and_the_inbox(self) -> None:
        said = TEXTS.short(letter("offer_unanswered", "offer_unanswered", "budget_overdrawn", "plan_missing"))

        assert said == "您有新的待办提醒4项：短信未答复2项、预算透支1项等。请登录查看 https://desk.example.cn/"

    def test_says_that_it_is_a_digest(self) -> None:
        assert TEXTS.short(letter("plan_missing", digest=True)).startswith("今日提醒汇总1项：待订计划1项。")

    def test_fits_into_two_parts_however_much_there_is(self) -> None:
        kinds = [kind for kind in KINDS for _ in range(100)]

        assert segments(signed(TEXTS.short(letter(*kinds)), "帮扶就业")) <= 2

    def test_is_english_for_who_reads_english(self) -> None:
        said = TEXTS.short(letter("plan_missing", lang="en"))

        assert said == "New alerts: 1 (no plan: 1). Log in to see them: https://desk.example.cn/"

    def test_has_no_link_where_nobody_said_where_the_console_is(self) -> None:
        assert Texts(None).short(letter("plan_missing")).endswith("。请登录查看")


class TestAnEmail:
    def test_counts_kinds_and_names_alerts_by_id(self) -> None:
        body = TEXTS.full(letter("plan_missing", "offer_unanswered", "plan_missing"))

        assert body.splitlines()[:6] == [
            "帮扶提醒：3项，其中3项需要办理", "", "待订计划2项", "  a-0", "  a-2", "短信未答复1项",
        ]  # fmt: skip

    def test_does_not_become_a_book(self) -> None:
        assert len(TEXTS.full(letter(*["plan_missing"] * 2_000)).splitlines()) < 100


class TestAGroup:
    @pytest.mark.parametrize("most", [120, 400, 2_048])
    def test_hears_whole_lines_within_the_platforms_limit(self, most: int) -> None:
        said = TEXTS.group(letter(*KINDS), most)

        assert len(said.encode()) <= most
        assert said.startswith(f"【帮扶】新提醒{len(KINDS)}项，其中{len(KINDS)}项需要办理\n")
        assert said.endswith("\n请登录查看 https://desk.example.cn/")

    @pytest.mark.parametrize("lang", ["zh", "en"])
    @pytest.mark.parametrize("kinds", [(), ("plan_missing",)], ids=["trial", "alert"])
    def test_hears_the_word_by_which_a_robot_may_be_told_to_know_us(self, kinds: tuple[str, ...], lang: str) -> None:
        assert "帮扶" in TEXTS.group(letter(*kinds, lang=lang), 2_048)

    def test_hears_no_id(self) -> None:
        assert "a-0" not in TEXTS.group(letter("plan_missing"), 2_048)


def test_what_needs_action_is_named_first_then_what_there_is_most_of() -> None:
    found = by_kind(matters("hire_confirmed", "hire_confirmed", urgency="know") + matters("plan_missing"))

    assert list(found.items()) == [("plan_missing", 1), ("hire_confirmed", 2)]
