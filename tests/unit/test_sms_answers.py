"""What a reply means: whole words only."""

import pytest

from shared.sms.answers import meaning


@pytest.mark.parametrize(
    "text", ["Y", "y", "Ｙ", " yes ", "YES!", "是", "是的。", "同意", "“接受”", "好~", "1", "１", "不 ", "Y\n"]
)
def test_blanks_case_width_and_marks_around_a_word_do_not_matter(text: str) -> None:
    assert meaning(text) == ("decline" if "不" in text else "accept")


@pytest.mark.parametrize("text", ["N", "no", "否", "不", "不同意", "不接受", "不要！", "不 去", "2"])
def test_a_no_is_a_no_even_where_it_holds_a_yes(text: str) -> None:
    assert meaning(text) == "decline"


@pytest.mark.parametrize("text", ["T", "TD", "td", "R", "退订", "拒收", "回T退订", "STOP", "别再发了。"])
def test_both_usual_ways_to_opt_out_are_understood(text: str) -> None:
    assert meaning(text) == "stop"


@pytest.mark.parametrize("text", ["START", "恢复", "恢复订阅"])
def test_messages_can_be_wanted_again(text: str) -> None:
    assert meaning(text) == "start"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "？？",
        "可以?",
        "是？",
        "不，要",
        "T恤厂",
        "同意的话几点上班",
        "YN",
        "-1",
        "Y/N",
        "12",
        "👍",
        "谢谢",
        "Nicht",
    ],
)
def test_everything_else_is_unclear(text: str) -> None:
    assert meaning(text) == "unclear"
