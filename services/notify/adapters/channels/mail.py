"""E-mail: one message a letter; its Message-ID follows from the letter, so that a repeat is told from a new one."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.notify.adapters.channels.hooks import is_loopback
from services.notify.adapters.channels.port import ChannelUnavailable, Delivered, Delivery, Refused
from services.notify.adapters.channels.preferences import address
from services.notify.adapters.channels.texts import Texts
from shared.errors import ConfigurationError
from shared.sms.gateway import UnknownAnswerError

_PORTS: Final = {"smtp": 587, "smtps": 465}
_TIMEOUT_S: Final = 20.0
_PERMANENT: Final = 500


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where e-mail is handed in.

    Args:
        tls: From the first byte (`smtps`); otherwise STARTTLS is demanded.
        plain: Nothing is demanded: only of this machine itself.
        context: Whom TLS trusts; None: whom the machine trusts.
    """

    host: str
    port: int
    tls: bool
    plain: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)


def server_of(setting: str) -> SmtpServer:
    """Return the server of `smtp://user:password@host:587` (STARTTLS) or `smtps://...`.

    Raises:
        ConfigurationError: It is neither; the message does not quote it.
    """
    try:
        url = urlsplit(setting)
        host, port = url.hostname, url.port or _PORTS.get(url.scheme, 0)
    except ValueError:
        host, port = None, 0
    if not host or url.scheme not in _PORTS or url.path not in ("", "/") or url.query:
        raise ConfigurationError("BANGFU_SMTP_URL is smtp://user:password@host:587 (STARTTLS) or smtps://... (TLS)")
    user, password = (unquote(each) if each else None for each in (url.username, url.password))
    tls = url.scheme == "smtps"
    return SmtpServer(host, port, tls, not tls and is_loopback(host), user, password)


def sender_of(setting: str | None) -> str:
    """Return the address that e-mail comes from.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        return address(setting or "")
    except ValueError:
        raise ConfigurationError("BANGFU_MAIL_FROM is the address that e-mail comes from: name@example.cn") from None


class MailChannel:
    """A `Channel`."""

    repeats = True

    def __init__(self, server: SmtpServer, sender: str, texts: Texts, clock: Callable[[], datetime]) -> None:
        self._server, self._sender, self._texts, self._clock = server, sender, texts, clock

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        """Hand in one message."""
        message, client = self._message(delivery), self._client()
        try:
            await client.connect()
            if self._server.username is not None:
                await client.login(self._server.username, self._server.password or "")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise ChannelUnavailable(_code(error)) from None
        try:
            await client.sendmail(self._sender, [delivery.to], message.as_bytes())
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            return _said_no(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UnknownAnswerError(_code(error)) from None
        finally:
            client.close()
        return Delivered("250")

    def _client(self) -> aiosmtplib.SMTP:
        at = self._server
        return aiosmtplib.SMTP(
            hostname=at.host,
            port=at.port,
            timeout=_TIMEOUT_S,
            use_tls=at.tls,
            start_tls=not (at.tls or at.plain),
            tls_context=at.context,
        )

    def _message(self, delivery: Delivery) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, delivery.to
        message["Subject"] = self._texts.subject(delivery)
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{delivery.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._texts.full(delivery), charset="utf-8", cte="base64")
        return message


def _said_no(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> Refused:
    """Return a refusal for good; what is meant for now, or for us and not for the recipient, is tried again."""
    said = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
    if said.code < _PERMANENT or isinstance(error, aiosmtplib.SMTPSenderRefused):
        raise ChannelUnavailable(f"smtp_{said.code}") from None
    return Refused(f"smtp_{said.code}")


def _code(error: Exception) -> str:
    code = getattr(error, "code", None)
    return f"smtp_{code}" if isinstance(code, int) else type(error).__name__
