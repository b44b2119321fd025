"""Logging in through an OpenID Connect provider: authorization code, PKCE (S256), state, nonce.

OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207. The ID token says who somebody is and nothing more: role and
areas are those of our own account that it names.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.notify.adapters.web.security import is_loopback
from shared.errors import ConfigurationError, Unavailable
from shared.settings import Settings

_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]  # never `none`, never a shared secret
_LEEWAY_S, _PATIENCE_S, _KEPT_S = 60, 5.0, 3600.0
_MOST_TEXT: Final = 512


class StrangeTokenError(Exception):
    """The provider's answer does not hold; nobody is logged in."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What is remembered while somebody is at the provider's page."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def new() -> "Errand":
        """Return a fresh one."""
        return Errand(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """Return the verifier's digest, for the first leg."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Provider:
    """An OpenID provider as the settings name it."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    _found: dict[str, Any] = field(default_factory=dict)
    _at: float = 0.0

    async def address(self, errand: Errand, redirect: str) -> str:
        """Return where somebody is sent to log in; raises Unavailable."""
        found = await self._metadata()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect,
            "scope": "openid profile",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": errand.challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in found["authorization_endpoint"] else "?"
        return f"{found['authorization_endpoint']}{joint}{urlencode(asked)}"

    async def named(self, errand: Errand, query: Mapping[str, str], redirect: str) -> str:
        """Return whom the provider's answer names.

        Raises:
            StrangeTokenError: It is no answer to this errand, or not from this provider.
            Unavailable: The provider does not answer.
        """
        if query.get("iss", self.issuer) != self.issuer or not query.get("code"):
            raise StrangeTokenError
        claims = await self._claims(await self._id_token(errand, query["code"], redirect))
        if claims.get("nonce") != errand.nonce or claims.get("azp", self.client_id) != self.client_id:
            raise StrangeTokenError
        value = claims.get(self.claim)
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_TEXT:
            raise StrangeTokenError
        return value

    async def _id_token(self, errand: Errand, code: str, redirect: str) -> str:
        found = await self._metadata()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        form |= {"code_verifier": errand.verifier, "client_id": self.client_id, "client_secret": self.client_secret}
        said = await self._ask("POST", found["token_endpoint"], form)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise StrangeTokenError
        return token

    async def _claims(self, token: str) -> Mapping[str, Any]:
        wanted = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = jwt.decode(token, await self._key_set(), algorithms=_ALGORITHMS).claims
            wanted.validate(claims)
        except (JoseError, ValueError):
            raise StrangeTokenError from None
        return claims

    async def _metadata(self) -> dict[str, Any]:
        if not self._found or time.monotonic() - self._at > _KEPT_S:
            found = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise Unavailable("the OpenID provider calls itself by another name")
            self._found, self._at = found, time.monotonic()
        return self._found

    async def _key_set(self) -> KeySet:
        """Return the provider's keys, fetched anew for each login: logins are few, and keys are rolled."""
        found = await self._metadata()
        return KeySet.import_key_set(await self._ask("GET", found["jwks_uri"]))  # type: ignore[arg-type]

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=_PATIENCE_S, follow_redirects=False) as client:
                answer = await client.request(method, url, data=form, headers={"Accept": "application/json"})
            found = answer.json() if answer.is_success else None
        except (httpx2.HTTPError, ValueError):
            found = None
        if not isinstance(found, dict):
            raise Unavailable("the OpenID provider does not answer")
        return found


def provider_of(settings: Settings) -> Provider | None:
    """Return the provider that the settings name.

    Raises:
        ConfigurationError: One setting of it is missing, or it is reached without TLS from another machine.
    """
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if not any(given):
        return None
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        raise ConfigurationError("BANGFU_OIDC_ISSUER, BANGFU_OIDC_CLIENT_ID and BANGFU_OIDC_CLIENT_SECRET go together")
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ConfigurationError("BANGFU_OIDC_ISSUER is an https:// address")
    secret = settings.oidc_client_secret.get_secret_value()
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_claim)
