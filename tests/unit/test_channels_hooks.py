"""What can be a hook, whom preferences let through, and whose an inbox is."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.notify.adapters.channels.hooks import Hook, fault_of, is_safe
from services.notify.adapters.channels.mail import sender_of, server_of
from services.notify.adapters.channels.preferences import Preferences, address
from services.notify.adapters.channels.recipients import account_of
from services.notify.adapters.channels.robots import signed_url
from shared.errors import ConfigurationError
from tests.support.sending import NOON

SECRET = "0123456789abcdef"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"


class TestAHook:
    @pytest.mark.parametrize(
        "url",
        [
            "https://erp.example.cn/alerts",
            "http://127.0.0.1:9000/alerts",
            "http://[::1]:9000/alerts",
            "http://localhost/alerts",
        ],
    )
    def test_is_written_to_encrypted_or_on_this_machine(self, url: str) -> None:
        assert is_safe(url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://erp.example.cn/alerts",
            "http://127.0.0.1.example.cn/alerts",
            "https://user:password@erp.example.cn/alerts",
            "ftp://erp.example.cn/",
            "https:///alerts",
            "https://erp.example.cn:port/",
            "erp.example.cn/alerts",
        ],
    )
    def test_is_refused_otherwise(self, url: str) -> None:
        assert not is_safe(url)

    @pytest.mark.parametrize(
        ("changed", "url", "secret", "says"),
        [
            ({"name": "Group 1"}, WECOM, "", "is named"),
            ({"channel": "sms"}, WECOM, "", "is one of wecom"),
            ({"office": "office:35"}, WECOM, "", "6 (county)"),
            ({}, "http://qyapi.weixin.qq.com/?key=1", "", "https://"),
            ({}, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "", "key="),
            ({"channel": "dingtalk"}, "https://oapi.dingtalk.com/robot/send?access_token=1", "", "secret"),
            ({"channel": "webhook"}, "https://erp.example.cn/", SECRET[:15], "16 characters"),
        ],
    )
    def test_that_cannot_be_one_is_told_why_without_its_address(
        self, changed: dict[str, Any], url: str, secret: str, says: str
    ) -> None:
        fault = fault_of(
            Hook(**({"name": "group", "channel": "wecom", "office": "office:350622"} | changed)), url, secret
        )

        assert says in fault
        assert url not in fault

    def test_of_wecom_needs_no_secret_because_its_url_is_one(self) -> None:
        assert fault_of(Hook("group", "wecom", "office:city"), WECOM, "") == ""


def test_a_robot_of_dingtalk_is_signed_as_its_documentation_computes_it() -> None:
    # openssl dgst -sha256 -hmac SECRET -binary over "1519876800000\nSECRET", Base64, percent-encoded.
    url = signed_url("https://oapi.dingtalk.com/robot/send?access_token=t", "SECRET", NOON)

    assert url.startswith("https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1519876800000&sign=")
    assert url.endswith("sign=%2Bm799BbAFw970BEWYOq%2BIuOiHI69pcyGlq%2FztaxxDsI%3D")


class TestPreferences:
    def test_let_urgent_alerts_ring_and_tell_the_rest_once_a_day_unless_somebody_says_otherwise(self) -> None:
        found = Preferences()

        assert found.wants("sms", "act", can_wait=False)
        assert not found.wants("sms", "know", can_wait=True)
        assert found.wants("email", "know", can_wait=True)
        assert not Preferences(digest=False).wants("email", "know", can_wait=True)

    @pytest.mark.parametrize("quiet", ["25:00-08:00", "night", ""])
    def test_hold_hours_that_are_hours(self, quiet: str) -> None:
        with pytest.raises(ValidationError):
            Preferences(quiet=quiet)

    @pytest.mark.parametrize(
        "text", ["no", "a@b", "a b@example.cn", "a@example.cn\r\nBcc: x@example.cn", "名@例子.中国"]
    )
    def test_hold_an_address_that_is_one(self, text: str) -> None:
        with pytest.raises(ValueError, match="name@example"):
            address(text)


class TestAnAccount:
    def test_of_a_coordinator_has_the_inbox_of_their_people(self) -> None:
        found = account_of({"_id": "u1", "role": "coordinator", "areas": ["350622100201"], "coordinator_id": "C7"})

        assert (found.addresses, found.card_id) == ({"to:C7"}, "C7")

    @pytest.mark.parametrize(
        ("role", "area", "inbox"),
        [
            ("township", "350622100", "office:350622100"),
            ("county", "350622", "office:350622"),
            ("county", "3506", "office:city"),
        ],
    )
    def test_of_an_office_has_the_offices_inbox(self, role: str, area: str, inbox: str) -> None:
        assert account_of({"_id": "u1", "role": role, "areas": [area]}).addresses == {inbox}

    @pytest.mark.parametrize("role", ["auditor", "ops", "preparer", "approver"])
    def test_of_who_answers_for_nothing_has_none(self, role: str) -> None:
        assert not account_of({"_id": "u1", "role": role, "areas": ["350622"]}).addresses


class TestTheMailServer:
    def test_wants_starttls_or_tls(self) -> None:
        plain, wrapped = server_of("smtp://u%40x:p@mail.example.cn"), server_of("smtps://mail.example.cn:1465")

        assert (plain.port, plain.tls, plain.username, plain.plain) == (587, False, "u@x", False)
        assert (wrapped.port, wrapped.tls, wrapped.username) == (1465, True, None)

    @pytest.mark.parametrize("setting", ["mail.example.cn", "http://x", "smtp://", "smtp://h:port", "smtp://h/path"])
    def test_that_is_none_is_told_without_a_word_of_it(self, setting: str) -> None:
        with pytest.raises(ConfigurationError, match="BANGFU_SMTP_URL") as caught:
            server_of(setting)

        assert "mail.example.cn" not in str(caught.value)

    def test_wants_to_know_who_sends(self) -> None:
        with pytest.raises(ConfigurationError, match="BANGFU_MAIL_FROM"):
            sender_of(None)
