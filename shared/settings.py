"""Settings from the environment (`BANGFU_*`), with defaults that suit a laptop.

Secrets are random bytes in hex. A laptop's are made once and kept beside its data, readable by the owner only;
a deployment sets them, and a deployment without them does not start.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import ConfigurationError
from shared.privacy import KEY_BYTES
from shared.runner.core import Keys

_FILES = ("nats_seed", "nats_provisioner_seed", "nats_ca", "nats_cert", "nats_key", "credentials")
SECRETS = ("person_key", "content_key", "vault_key", "card_key")


class Settings(BaseSettings):
    """What a process of Bangfu can be told.

    Args:
        nats_url, mongo_url: Servers to use; without them the embedded ones are started under `data_dir`.
        nats_seed: File of the key under which this process comes to NATS; unset: NATS asks for none.
            nats_provisioner_seed: the one that makes streams and consumers, for registry only.
        nats_ca, nats_cert, nats_key: PEM files: who vouches for NATS (with it, only TLS is spoken); our certificate.
        credentials: Directory of `bangfu ops credentials`; unset: `keys` beside the data.
        person_key: Pseudonyms of people and phones. Changing it makes every person a stranger: keep it for ever.
        content_key: Hashes of contents. vault_key: seals the key of each person. card_key: seals contact cards.
        replicas: `one` promises that no other process of the same service runs, so a restart need not wait to see
            whether a former owner lives.
        beat_s: How often the processes of a service show each other that they live; eight beats missed mean dead.
        page: How many aggregates one transaction of a closing day holds.
        stream_max_bytes: Most that each stream of the broker may hold; unset: as much as its disk. A full stream makes
            publishers wait.
        watch_s, stall_s: How often a process looks at itself, and after how long without progress it takes a consumer
            for stuck.
        sms_quiet_hours: `21:00-08:00` of Asia/Shanghai, or `off`; unset: as manners.yaml of matching has it, where the
            gateway reaches real phones (the outbox wakes nobody).
        sms_caps: Whether the caps of manners.yaml for each number hold; `auto`: where the gateway reaches real phones.
        sms_words: A file of sensitive words, one a line; a message that holds one goes to an officer, not to a phone.
        sms_gateways: Who carries short messages, in order, apart by blanks: `outbox`, `smpp://`, `http://` addresses
            (docs/runbooks/sms-gateway.md). sms_callback: the secret address at which HTTP gateways call us; sms_listen:
            where we wait for that, unset: at that address; sms_callers: networks they call from;
            sms_window: how many messages may be under way to them at once, and so unconfirmed after a crash.
        smtp_url: Where alerts are handed in as e-mail, `smtp://user:password@host:587` (STARTTLS) or `smtps://...`;
            unset: there is no e-mail. mail_from: the address that they come from.
        alert_sms_gateways: Who carries alerts to officers as short messages, like `sms_gateways`: an account of their
            own. alert_sms_per_day: most of them that one officer gets on a day; what is more waits for the digest.
            alert_gather_s: how long what an officer hears of at once waits for company.
        console_url: Where officers reach the console, `https://desk.example.cn`; unset: plain HTTP on loopback.
            console_idle_min, console_session_h: when a session ends, unused and in any case. console_rate: requests
            a second that one session may make, six times as many at once (docs/console.md).
        oidc_issuer, oidc_client_id, oidc_client_secret: Log in through an OpenID provider; unset: local accounts only.
            oidc_claim: the claim of its ID token that names our account; oidc_name: what the button calls it;
            oidc_only: `on` leaves no local login.
        payer, payer_account, payer_bank: Whose account payment files made at the desk debit.
        clock: `auto` closes each civil day of Asia/Shanghai; `off` waits for `calendar.day_closed` from elsewhere.
    """

    model_config = SettingsConfigDict(env_prefix="BANGFU_", env_file=None, extra="ignore", hide_input_in_errors=True)

    nats_url: str | None = Field(None, validation_alias=AliasChoices("BANGFU_NATS_URL", "NATS_URL", "nats_url"))
    nats_seed: Path | None = None
    nats_provisioner_seed: Path | None = None
    nats_ca: Path | None = None
    nats_cert: Path | None = None
    nats_key: Path | None = None
    credentials: Path | None = None
    mongo_url: str | None = Field(
        None, validation_alias=AliasChoices("BANGFU_MONGO_URL", "MONGO_URL", "mongo_url"), repr=False
    )
    data_dir: Path = Path(".bangfu")
    database_prefix: str = "bangfu"
    host: str = "127.0.0.1"
    clock: Literal["auto", "off"] = "auto"
    replicas: Literal["one", "many"] = "many"
    beat_s: float = Field(1.0, gt=0)
    page: int = Field(500, ge=1, le=1_000)
    stream_max_bytes: int | None = Field(None, ge=1)
    watch_s: float = Field(5.0, gt=0, le=10)
    stall_s: float = Field(15.0, gt=0)
    log_format: Literal["auto", "json", "pretty"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    lang: Literal["zh", "en"] = "zh"
    sms_signature: str = "帮扶就业"
    sms_quiet_hours: str | None = None
    sms_caps: Literal["auto", "on", "off"] = "auto"
    sms_words: Path | None = None
    sms_gateways: SecretStr = SecretStr("outbox")
    sms_callback: SecretStr | None = None
    sms_listen: str | None = None
    sms_callers: str = "127.0.0.1,::1"
    sms_window: int = Field(64, ge=1, le=500)
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    alert_sms_gateways: SecretStr = SecretStr("outbox")
    alert_sms_per_day: int = Field(5, ge=0, le=100)
    alert_gather_s: float = Field(30.0, ge=0, le=600)
    console_url: str | None = None
    console_idle_min: int = Field(30, ge=1, le=720)
    console_session_h: int = Field(12, ge=1, le=72)
    console_rate: int = Field(20, ge=1, le=1_000)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_claim: str = "sub"
    oidc_name: str = "OpenID"
    oidc_only: Literal["on", "off"] = "off"
    payer: str = ""
    payer_account: str = ""
    payer_bank: str = ""
    person_key: SecretStr | None = None
    content_key: SecretStr | None = None
    vault_key: SecretStr | None = None
    card_key: SecretStr | None = None

    @field_validator(*_FILES, mode="before")
    @classmethod
    def _unset(cls, value: object) -> object:
        """Take an empty name of a file for none, as docker-compose.yml passes on what is not set."""
        return value or None

    def key(self, name: str) -> bytes:
        """Return a secret.

        Raises:
            ConfigurationError: It is not set.
        """
        value: SecretStr | None = getattr(self, name)
        if value is None:
            raise ConfigurationError(
                f"BANGFU_{name.upper()} is not set: {KEY_BYTES} random bytes in hex "
                "(`bangfu ops keys` makes a set; `bangfu up` makes one of its own)"
            )
        try:
            found = bytes.fromhex(value.get_secret_value())
        except ValueError:
            found = b""
        if len(found) != KEY_BYTES:
            raise ConfigurationError(f"BANGFU_{name.upper()} is {KEY_BYTES} bytes in hex, {2 * KEY_BYTES} characters")
        return found

    @property
    def keys(self) -> Keys:
        """Return the secrets that pure code needs."""
        return Keys(person=self.key("person_key"), content=self.key("content_key"))

    def database(self, service: str) -> str:
        """Return the name of a service's own database."""
        return f"{self.database_prefix}_{service}"


def new_secrets() -> dict[str, str]:
    """Return a fresh set of secrets, as the environment wants them."""
    return {f"BANGFU_{name.upper()}": secrets.token_hex(KEY_BYTES) for name in SECRETS}


def secret_at_hand(settings: Settings, name: str) -> bytes:
    """Return a secret of the settings or, where they have none, the one kept beside the embedded data."""
    if getattr(settings, name) is not None:
        return settings.key(name)
    return bytes.fromhex(laptop_secrets(settings.data_dir)[f"BANGFU_{name.upper()}"])


def laptop_secrets(data_dir: Path) -> dict[str, str]:
    """Return the secrets kept beside the embedded data; they are made at the first call."""
    path = data_dir / "secrets.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(new_secrets(), file, indent=2)
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
