"""The texts: each names a way to refuse and nobody's status; what may not be said is refused before it is sent."""

import json
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from services.matching.commands import register
from services.matching.previewing import preview_of
from shared.errors import ConfigurationError
from shared.sms.templates import TEMPLATES_FILE, Templates, checked, read_templates, shipped_templates
from shared.sms.text import OfferWords, filled, segments, units
from shared.sms.words import read_words, sensitive_word, shipped_words, without_status

WORDS = OfferWords("缝纫工", "云霄县云陵镇", date(2018, 3, 8), 260_000, 310_000)
NAMES = sorted(Templates.model_fields)
APP = typer.Typer()
register(APP)
SHIPPED = TEMPLATES_FILE.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
class TestEveryTemplate:
    def test_stands_behind_the_signature_and_names_a_way_to_refuse_or_to_come_back(self, name: str) -> None:
        text = filled(name, WORDS, "帮扶就业")

        assert text.startswith("【帮扶就业】")
        assert ("T退订" in text) or (name == "stopped" and "恢复" in text)
        assert text.count("【") == 1
        assert "{" not in text

    def test_is_one_part_or_two(self, name: str) -> None:
        assert segments(filled(name, WORDS, "帮扶就业")) <= 2


class TestATemplate:
    @pytest.mark.parametrize(
        ("template", "says"),
        [
            ("建档立卡人员岗位：{post}。回复T退订", "does not say 建档立卡"),
            ("贫困户岗位：{post}。回复T退订", "does not say 贫困"),
            ("低保家庭优先：{post}。回复T退订", "does not say 低保"),
            ("低息贷款：{post}。回复T退订", "does not say 贷款"),
            ("岗位：{post}，电话13812345678。回复T退订", "number of anybody"),
            ("【就业】岗位：{post}。回复T退订", "the only"),
            ("岗位：{post}。", "way to refuse"),
            ("{name}您好，岗位：{post}。回复T退订", "{name} is not one of post, title, until"),
            ("岗位：{post!r}。回复T退订", "written plainly"),
        ],
    )
    def test_that_may_not_be_sent_is_refused(self, template: str, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            checked(template)

    def test_of_a_file_is_refused_with_its_line(self) -> None:
        with pytest.raises(ConfigurationError, match=r"templates\.yaml, line 4: .*贫困"):
            read_templates(SHIPPED.replace("岗位推荐", "贫困户岗位推荐"))

    def test_that_is_missing_is_named(self) -> None:
        with pytest.raises(ConfigurationError, match="took"):
            read_templates(SHIPPED.replace("taken:", "took:"))

    def test_that_nobody_has_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            shipped_templates().named("advertisement")


class TestTheWordsOfAPost:
    @pytest.mark.parametrize(
        ("title", "told"),
        [("扶贫车间缝纫工", "车间缝纫工"), ("建档立卡贫困户", ""), ("缝纫工", "缝纫工"), ("脱扶贫贫工", "工")],
    )
    def test_tell_no_status(self, title: str, told: str) -> None:
        assert without_status(title) == told

    def test_that_are_nothing_but_a_status_become_a_post(self) -> None:
        text = filled("taken", OfferWords("建档立卡贫困户", "", date(2018, 3, 8)), "帮扶就业")

        assert "“岗位”" in text

    def test_that_are_sensitive_are_found_in_the_shipped_list_and_in_ones_own(self) -> None:
        own = read_words("# 本县\n代打卡\n\n 夜场 # 见通知\n")

        assert sensitive_word("招聘博彩客服") == "博彩"
        assert sensitive_word("夜场服务员", own) == "夜场"
        assert sensitive_word("缝纫工", own) is None
        assert "博彩" in shipped_words()


class TestLength:
    @pytest.mark.parametrize(
        ("text", "length", "parts"), [("招聘😀", 4, 1), ("字" * 70, 70, 1), ("字" * 69 + "😀", 71, 2)]
    )
    def test_is_counted_in_utf_16_units(self, text: str, length: int, parts: int) -> None:
        assert (units(text), segments(text), preview_of(text).cost_segments) == (length, parts, parts)


class TestThePreview:
    def test_of_a_template_shows_text_units_parts_and_cost(self) -> None:
        result = CliRunner().invoke(APP, ["sms", "preview", "--template", "offer", "--json"])

        (row,) = json.loads(result.stdout)
        assert row["text"] == filled("offer", WORDS, "帮扶就业")
        assert (row["units"], row["segments"], row["cost_segments"]) == (len(row["text"]), 1, 1)

    def test_of_nothing_or_of_an_unknown_template_says_what_would_be_right(self) -> None:
        nothing = CliRunner().invoke(APP, ["sms", "preview"])
        unknown = CliRunner().invoke(APP, ["sms", "preview", "--template", "advert"])

        assert (nothing.exit_code, unknown.exit_code) == (1, 1)
        assert "--template offer" in str(nothing.exception)
        assert "taken" in str(unknown.exception)
