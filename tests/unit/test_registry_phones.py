"""Phones that no SMS reaches: their people are registered, matched with nothing, and an officer is told."""

import orjson
import pytest

from services.registry.domain.door import IntakeDoor
from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.identity import is_mobile, unreachable_phone
from tests.support.facts import KEYS, RECORDED_AT, offer
from tests.support.market import Market, offers, opened, person, phone, registered

DOOR = IntakeDoor(KEYS)
Form = JobseekerRegistered | JobseekerUpdated


def admitted(
    fact: str = "jobseeker.registered", **changed: object
) -> tuple[JobseekerRegistered | JobseekerUpdated, str]:
    """Return the recorded form of a registration, and the number that goes to the vault."""
    found = DOOR.admit(f"intake.yunxiao-hr.{fact}", None, offer(fact, "f-1", **changed).body)
    assert isinstance(found.event, Form), found.refusal
    return found.event, next((one.fields["phone"] for one in found.personal if "phone" in one.fields), "")


class TestTheKindOfANumber:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("0596-8512345", ("landline", "+865968512345")),
            ("(010) 6234 5678", ("landline", "+861062345678")),
            ("+86 596 8512345", ("landline", "+865968512345")),
            ("０５９６８５１２３４５", ("landline", "+865968512345")),
            ("13491234567", ("satellite", "+8613491234567")),
            ("16191234567", ("satellite", "+8616191234567")),
            ("17412345678", ("satellite", "+8617412345678")),
            ("13812345678", None),
            ("17012345678", None),
            ("14412345678", None),
            ("12333", None),
            ("4001234567", None),
            ("10691234567", None),
            ("+85291234567", None),
            ("打总机", None),
        ],
    )
    def test_is_told_by_its_form(self, text: str, found: tuple[str, str] | None) -> None:
        assert unreachable_phone(text) == found

    def test_that_is_mobile_is_known_by_its_normal_form(self) -> None:
        numbers = ["+8613812345678", "+865968512345", "+8617412345678", "13812345678", ""]

        assert [is_mobile(number) for number in numbers] == [True, False, False, False, False]


class TestTheDoor:
    @pytest.mark.parametrize(
        ("text", "kind", "kept"),
        [("0596-8512345", "landline", "+865968512345"), ("17412345678", "satellite", "+8617412345678")],
    )
    def test_registers_a_job_seeker_with_such_a_phone(self, text: str, kind: str, kept: str) -> None:
        event, number = admitted(phone=text)

        assert (event.phone_kind, number) == (kind, kept)
        assert event.phone_id
        assert kept[3:].encode() not in orjson.dumps(event.payload())

    def test_says_nothing_of_a_mobile_as_before(self) -> None:
        event, _ = admitted()

        assert "phone_kind" not in event.payload()

    def test_gives_one_landline_one_pseudonym(self) -> None:
        assert admitted(phone="0596-8512345")[0].phone_id == admitted(phone="+86 596 851 2345")[0].phone_id

    def test_keeps_when_a_form_spoke_of_consent(self) -> None:
        event, _ = admitted()
        silent, _ = admitted("jobseeker.updated", sms_consent=None)

        assert event.consent_at is not None
        assert event.consent_at.isoformat() == RECORDED_AT
        assert silent.consent_at is None


class TestMatching:
    def test_offers_nothing_to_who_has_no_mobile(self) -> None:
        market = Market()
        market.tell(registered("anna", phone_kind="landline"))

        assert market.tell(opened("V1")) == []

    def test_offers_again_once_there_is_one_and_not_before(self) -> None:
        market = Market()
        market.tell(registered("anna", phone_kind="satellite"), opened("V1"))
        other = market.tell(JobseekerUpdated(person_id=person("anna"), wanted_wage_fen=1))

        mobile = market.tell(JobseekerUpdated(person_id=person("anna"), phone_id=phone("anna")))

        assert (other, len(offers(mobile))) == ([], 1)
