"""What the sender is handed: a text that says what the post is and nothing about the person."""

import re

from services.matching.domain.message import Sms
from services.matching.views import outgoing
from tests.support.market import Market, listed, opened, person, registered


def sms_of(market: Market) -> tuple[str, Sms]:
    ((id_, sms),) = market.memory.states("message").items()
    return id_, sms


def test_a_message_tells_post_place_wage_and_the_ways_to_answer() -> None:
    market = Market()
    market.tell(opened("V1"), registered("anna"))
    id_, sms = sms_of(market)

    sent = outgoing(id_, sms, market.vacancy("V1"), "帮扶就业")

    expected = "【帮扶就业】岗位推荐：云霄县云陵镇，缝纫工，月工资2600-3100元。请于3月8日前回复：Y接受，N不接受，T退订"
    assert (sent.message_id, sent.person_id, sent.text) == (id_, person("anna"), expected)


def test_a_message_holds_neither_name_nor_id_nor_status() -> None:
    market = Market()
    market.tell(listed("anna"), opened("V1", reserved_for=["listed"]), registered("anna"))

    text = outgoing(*sms_of(market), market.vacancy("V1"), "帮扶就业").text

    assert not re.search(r"anna|V1|H-|\d{5,}|listed|贫", text)
