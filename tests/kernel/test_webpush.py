"""The cryptography of web push against the example of RFC 8291, and as a browser and a push service would check it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from braid.kernel.delivery import CHANNELS, Message, Result
from braid.kernel.delivery.push import Push, topic_of
from braid.kernel.delivery.webpush import MOST_BYTES, Subscription, authorization, decoded, encoded, encrypt, public_key
from braid.kernel.errors import BadInput
from braid.kernel.outside import NotReached, is_allowed, post

RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
TEXT = "When I grow up, I want to be a watermelon"
WHOLE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
"""RFC 8291, 5 and appendix A."""
BROWSER = Subscription(
    "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", decoded(RECEIVER), decoded(SECRET)
)


def test_the_example_of_the_rfc() -> None:
    private = ec.derive_private_key(int.from_bytes(decoded(SENDER), "big"), ec.SECP256R1())
    assert encoded(encrypt(TEXT.encode(), BROWSER, salt=decoded(SALT), private=private)) == WHOLE


def test_every_message_has_its_own_salt_and_key() -> None:
    assert encrypt(b"x", BROWSER)[:86] != encrypt(b"x", BROWSER)[:86]
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * (MOST_BYTES + 1), BROWSER)


def test_a_push_service_can_check_who_sends(settings: Any) -> None:
    settings.SITE_URL = "https://braid.example.org"
    scheme, token, key = authorization(BROWSER.endpoint).replace(",", "").split()
    assert (scheme, key) == ("vapid", f"k={public_key()}")
    head, claims, signature = token.removeprefix("t=").split(".")
    said = json.loads(urlsafe_b64decode(claims + "=="))
    assert (said["aud"], said["sub"]) == ("https://push.example.net", "https://braid.example.org/")
    raw = decoded(signature)
    numbers = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public_key()))
    point.verify(encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def test_topics_are_what_the_rfc_allows() -> None:
    assert len(topic_of("notice.1.2.push")) == 32
    assert topic_of("a") != topic_of("b")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x",
        "https:///x",
        "ftp://push.example.net/x",
        "https://a@push.example.net/x",
        "https://x:0/",
        "",
    ],
)
def test_only_public_addresses_with_tls_are_taken(endpoint: str) -> None:
    assert not is_allowed(endpoint)
    with pytest.raises(BadInput):
        Push().clean_address(BROWSER._replace(endpoint=endpoint).text)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"endpoint": "https://x", "p256dh": "AA", "auth": "AA"}'])
def test_what_is_no_subscription_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Push().clean_address(text)
    assert Push().clean_address(BROWSER.text) == BROWSER.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254"])
def test_nothing_is_posted_inside(host: str) -> None:
    with pytest.raises(NotReached, match="not a public one"):
        post(f"https://{host}/x", b"", {})
    with CHANNELS["push"].opened() as send:
        outcome = send(BROWSER._replace(endpoint=f"https://{host}/x").text, Message("x"), "key")
    assert outcome.result is Result.LATER
