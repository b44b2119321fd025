"""An OpenID Connect provider on loopback: discovery, keys, code with PKCE, ID tokens signed by joserfc."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "desk", "desk-secret"


@dataclass
class OpenId:
    """A provider that logs in whoever it is told to; `spoil` changes the claims before they are signed."""

    subject: str = "sub-1"
    spoil: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    signer: RSAKey | None = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    server: ThreadingHTTPServer | None = None

    @property
    def issuer(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self) -> "OpenId":
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/authorize":
                    self.send_response(303)
                    self.send_header(
                        "Location", provider.authorize({k: v[0] for k, v in parse_qs(parts.query).items()})
                    )
                    self.end_headers()
                else:
                    self.say(
                        {"/jwks": provider.keys, "/.well-known/openid-configuration": provider.found}[parts.path]()
                    )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.say(provider.token({k: v[0] for k, v in parse_qs(body).items()}))

            def say(self, said: dict[str, Any]) -> None:
                body = json.dumps(said).encode()
                self.send_response(400 if "error" in said else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    def found(self) -> dict[str, Any]:
        own = self.issuer
        return {"issuer": own, "authorization_endpoint": f"{own}/authorize", "token_endpoint": f"{own}/token"} | {
            "jwks_uri": f"{own}/jwks"
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Log the subject in and return where the browser is sent."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Give the ID token for a code: once, to the client that proves it asked."""
        asked = self.codes.pop(form["code"], None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        proven = asked and digest == asked["code_challenge"] and form["redirect_uri"] == asked["redirect_uri"]
        if asked is None or not proven or (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 60}
        claims |= {"nonce": asked["nonce"], "role": "ops", "areas": ["3506"]} | self.spoil
        signed = jwt.encode({"alg": self.algorithm, "kid": "k1"}, claims, self.signer or self.key)
        return {"id_token": signed, "access_token": "unused", "token_type": "Bearer"}
