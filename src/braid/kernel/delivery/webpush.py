"""The cryptography of web push: encrypting for a subscription (RFC 8291) and saying who we are (RFC 8292)."""

from __future__ import annotations

import binascii
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from braid.kernel.addresses import address_of

RECORD = 4096
"""The size of a record; a message is one, so at most `RECORD - 103` bytes of it are ours (RFC 8291, 4)."""
MOST_BYTES = RECORD - 103
LONGEST_ENDPOINT = 1000
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_CURVE = ec.SECP256R1()


class Subscription(NamedTuple):
    """What a browser gives: where to post, and how to encrypt for it."""

    endpoint: str
    p256dh: bytes
    auth: bytes

    @property
    def text(self) -> str:
        """As it is kept."""
        return json.dumps({"endpoint": self.endpoint, "p256dh": encoded(self.p256dh), "auth": encoded(self.auth)})


def read_subscription(text: str) -> Subscription:
    """The subscription in `text`, JSON with `endpoint`, `p256dh` and `auth`. Raises `ValueError` for what is none."""
    try:
        kept = json.loads(text)
        found = Subscription(str(kept["endpoint"]), decoded(kept["p256dh"]), decoded(kept["auth"]))
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise ValueError("no subscription") from error
    if len(found.auth) != 16 or len(found.endpoint) > LONGEST_ENDPOINT:
        raise ValueError("no subscription")
    ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, found.p256dh)  # raises ValueError for what is no point
    return found


def encrypt(
    payload: bytes, to: Subscription, *, salt: bytes = b"", private: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """`payload`, at most `MOST_BYTES`, so that only the browser behind `to` can read it. Salt and key are fresh each time;
    they are given only by the test against the example of RFC 8291."""
    if len(payload) > MOST_BYTES:
        raise ValueError("too long for a push message")
    salt, private = salt or secrets.token_bytes(16), private or ec.generate_private_key(_CURVE)
    ours = _point(private.public_key())
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, to.p256dh))
    keying = _derived(shared, salt=to.auth, info=b"WebPush: info\0" + to.p256dh + ours, length=32)
    key = _derived(keying, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(keying, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def public_key() -> str:
    """The key a browser subscribes with: it takes messages only from who holds the other half."""
    return encoded(_point(_private(settings.SECRET_KEY).public_key()))


def authorization(endpoint: str) -> str:
    """The header that says who sends, for the push service of `endpoint`; it holds for a day at most."""
    parts = urlsplit(endpoint)
    half_days = int(time.time()) // HALF_DAY
    return f"vapid t={_token(f'{parts.scheme}://{parts.netloc}', half_days, settings.SECRET_KEY)}, k={public_key()}"


HALF_DAY = 12 * 60 * 60


@cache
def _private(secret: str) -> ec.EllipticCurvePrivateKey:
    """Made from the installation's secret: every machine that has this has that, and there is nothing more to keep."""
    number = int.from_bytes(_derived(secret.encode(), salt=b"", info=b"braid.kernel.webpush", length=48), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE)


@cache
def _token(audience: str, half_days: int, secret: str) -> str:
    """A JSON Web Token by ES256 (RFC 7515, 7518): header, claims, and the two numbers of the signature side by side."""
    claims = {"aud": audience, "exp": (half_days + 2) * HALF_DAY - 60, "sub": _contact()}
    signed = f"{_packed({'typ': 'JWT', 'alg': 'ES256'})}.{_packed(claims)}"
    first, second = decode_dss_signature(_private(secret).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{encoded(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"


def _contact() -> str:
    """Whom a push service can ask when something is wrong: the address of the site, which must be one with TLS."""
    site = address_of("/")
    return site if site.startswith("https://") else "mailto:" + settings.DEFAULT_FROM_EMAIL


def _packed(values: dict[str, object]) -> str:
    return encoded(json.dumps(values, separators=(",", ":")).encode())


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of base64url, padded or not."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
