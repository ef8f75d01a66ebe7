"""Letters as the search compares them: one script, one case, no marks; and the pinyin initials of names."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import opencc

INITIALS = Path(__file__).parent / "data" / "initials.txt"

Codes = npt.NDArray[np.uint16]
"""Text as UTF-16 units: every character one place, so that the same place in another text is the same character."""

_SURROGATES = slice(0xD800, 0xE000)
_NEWLINE = 10
_LIGATURES = (("œ", "oe"), ("Œ", "oe"), ("æ", "ae"), ("Æ", "ae"), ("ß", "ss"))


def fold(text: str) -> str:
    """The text as the search compares it: Traditional as Simplified, lower case, no accents, full width as half width.

    Done character by character, so that a part of a text folds to the same part of the folded text.
    """
    return str(fold_codes(text).tobytes().decode("utf-16-le"))


def fold_codes(text: str) -> Codes:
    """`fold` as an array. A rare character beyond 16 bits becomes two private ones."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for ligature, letters in _LIGATURES:
            text = text.replace(ligature, letters)
    codes: Codes = _folds()[np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)]
    return codes


def initials(folded: Codes) -> bytes:
    """Per character of a folded text the initial of its pinyin; newlines stay, everything else becomes a point.

    Some pairs of characters read otherwise together than apart: 重庆 is cq, though 重 alone is z.
    """
    single, pairs, letters = _initials()
    found = single[folded]
    if len(folded) > 1:
        both = (folded[:-1].astype(np.uint32) << 16) | folded[1:]
        place = np.minimum(np.searchsorted(pairs, both), len(pairs) - 1)
        hits = np.flatnonzero(pairs[place] == both)
        found[hits] = letters[place[hits], 0]
        found[hits + 1] = letters[place[hits], 1]
    return found.tobytes()


@cache
def _folds() -> Codes:
    table = np.arange(1 << 16, dtype=np.uint16)
    for code in (*range(0x80, 0x3400), *range(0xF900, 0x10000), *range(0x41, 0x5B)):
        table[code] = ord(_plain(chr(code)))
    table[_SURROGATES] = np.arange(0xE000, 0xE800, dtype=np.uint16)
    chinese = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    simplified = opencc.OpenCC("t2s").convert("\n".join(chinese)).split("\n")
    for character, simple in zip(chinese, simplified, strict=True):
        if len(simple) == 1 and ord(simple) < 1 << 16:
            table[ord(character)] = ord(simple)
    return table


def _plain(character: str) -> str:
    """The letter without case, marks and width, if that is one letter."""
    letters = [part for part in unicodedata.normalize("NFKD", character.lower()) if not unicodedata.combining(part)]
    return letters[0] if len(letters) == 1 and ord(letters[0]) < 1 << 16 and not letters[0].isspace() else character


@cache
def _initials() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """The initial of each character; the pairs that read otherwise, sorted, and their two initials."""
    single = np.full(1 << 16, ord("."), dtype=np.uint8)
    single[_NEWLINE] = _NEWLINE
    pairs: dict[int, str] = {}
    characters, combined = INITIALS.read_text(encoding="utf-8").split("\n\n")
    for line in characters.splitlines():
        if not line.startswith("#"):
            single[[ord(character) for character in line[1:] if ord(character) < 1 << 16]] = ord(line[0])
    for line in combined.splitlines():
        for first, second in zip(line[2::2], line[3::2], strict=True):
            pairs[ord(first) << 16 | ord(second)] = line[:2]
    keys = np.array(sorted(pairs), dtype=np.uint32)
    letters = np.array([[ord(letter) for letter in pairs[key]] for key in sorted(pairs)], dtype=np.uint8)
    return single, keys, letters
