"""Short codes that people read aloud and type: how they look, and what is kept of them."""

from __future__ import annotations

import re
import secrets

from django.utils.crypto import salted_hmac

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are mistaken for each other: 0 and O, 1, I and L."""
LENGTH = 10
"""49 bits: at thirty wrong tries a minute from each of a thousand addresses, a guess in some fifty thousand years."""
_SALT = "braid.people.codes"


def new_code() -> str:
    """A code that nobody has."""
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def shown(code: str) -> str:
    """In two halves, as it is printed."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def typed(text: str) -> str:
    """A code as somebody typed it, with spaces, dashes or small letters; empty when it cannot be one."""
    code = re.sub(r"[\s\-–]", "", text).upper()
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else ""


def hash_of_code(code: str) -> str:
    """What is kept. A code is short, so the hash is keyed: without the secret key nothing can be tried against it."""
    return salted_hmac(_SALT, code, algorithm="sha256").hexdigest()
