"""A real OpenID Connect provider for tests, on this machine: discovery, authorization code with PKCE, ID tokens, JWKS.

It signs everybody in at once as `Provider.claims` say. It insists on what a strict provider insists on: a known client and its
secret, the redirect address of the start at the end, PKCE with S256, codes that work once. `spoil` breaks one thing on purpose.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "braid", "only-for-tests"
KEY_ID = "key-1"


class Provider:
    """The provider: start it with `with Provider() as provider:`; its issuer is `provider.url`."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "elsewhere-1", "email": "ada@example.org", "email_verified": True}
        self.spoil = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.asked: list[str] = []
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Provider:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def settings(self, **more: Any) -> dict[str, Any]:
        """What `SOCIALACCOUNT_PROVIDERS` says to use it."""
        app = {
            "provider_id": "federation",
            "name": "Province",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": self.url, **more},
        }
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}

    # what it answers

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def jwks(self) -> dict[str, Any]:
        numbers = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**numbers, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        if self.spoil == "cancelled":
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        begun = self.codes.pop(sent.get("code", ""), None)
        if begun is None or (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return 400, {"error": "invalid_grant"}
        if (
            sent["redirect_uri"] != begun["redirect_uri"]
            or _challenge(sent["code_verifier"]) != begun["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": self._id_token()}
        return 200, {name: value for name, value in answer.items() if value}

    def userinfo(self, token: str) -> tuple[int, dict[str, Any]]:
        if token not in self.tokens:
            return 401, {"error": "invalid_token"}
        return 200, {**self.claims, "sub": "somebody-else"} if self.spoil == "userinfo" else self.claims

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {**self.claims, "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60}
        if self.spoil == "none":
            return ""
        if self.spoil == "audience":
            claims["aud"] = "another"
        if self.spoil == "issuer":
            claims["iss"] = "https://another.example.org"
        if self.spoil == "expired":
            claims["exp"] = now - 3600
        key = self.other_key if self.spoil == "signature" else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            provider.asked.append(address.path)
            if address.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            elif address.path == "/userinfo":
                self.answer(*provider.userinfo(self.headers.get("Authorization", "").removeprefix("Bearer ")))
            elif address.path == "/jwks":
                self.answer(200, provider.jwks())
            elif address.path == "/.well-known/openid-configuration":
                self.answer(200, provider.discovery())
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def answer(self, status: int, content: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
