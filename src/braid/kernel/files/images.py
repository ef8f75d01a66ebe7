"""Pictures made anew: what is kept are their dots alone, so nothing hidden in the file that came survives."""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from braid.kernel.errors import BadInput

READ = ("JPEG", "PNG", "WEBP", "GIF")
"""What may come in; of moving pictures the first one is kept."""
LARGE = 1600
"""The longer side of the picture that is kept, in dots."""
SMALL = 640
"""The longer side of the one on pages: sharp on a screen 360 px wide."""
SMALL_BYTES = 40_000
"""So much at most, so that a page with a picture stays below 100 KB on the wire."""
MOST_DOTS = 50_000_000
"""Beyond that it is no photo of a phone, and unpacking it would take all memory."""
QUALITY = 85

_one_at_a_time = threading.Semaphore()
"""A large picture takes 200 MB while it is unpacked: each process does one after the other."""


@dataclass(frozen=True)
class Picture:
    """A picture made anew as JPEG: the large one, the small one, and the large one's size in dots."""

    large: bytes
    small: bytes
    width: int
    height: int


def picture_of(source: IO[bytes]) -> Picture:
    """The picture in `source` as two JPEGs, upright, on white where one could see through it, without anything else.

    Where it was taken, with which device, comments, colour profiles, previews and whatever follows its end are left behind.
    `BadInput` for what is no JPEG, PNG, WebP or GIF, is damaged or cut off, or has more than `MOST_DOTS`.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd files; what cannot be read raises
        try:
            large = _upright(source)
        except BadInput:
            raise
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except Exception as error:  # fed with bytes that were made to hurt, a decoder raises whatever it likes
            raise BadInput(
                _("This picture is damaged or cut off. Open it, save it again, and try once more.")
            ) from error
        return Picture(_jpeg(large, QUALITY), _small(large), *large.size)


def _upright(source: IO[bytes]) -> Image.Image:
    """The first picture in `source`, bounded, turned as the camera was held."""
    with Image.open(source, formats=READ) as image:
        if image.width * image.height > MOST_DOTS:
            raise _too_large()
        image.draft("RGB", (LARGE, LARGE))
        image.load()
        turned = ImageOps.exif_transpose(image)
        turned.thumbnail((LARGE, LARGE))
        return _flat(turned)


def _flat(image: Image.Image) -> Image.Image:
    """In plain colours and with nothing attached: a new picture of the same dots."""
    seen = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return flat


def _small(large: Image.Image) -> bytes:
    """The small one: as good as fits into `SMALL_BYTES`."""
    image = large.copy()
    image.thumbnail((SMALL, SMALL))
    found = _jpeg(image, QUALITY)
    for quality in (75, 65, 50, 35, 20):
        if len(found) <= SMALL_BYTES:
            break
        found = _jpeg(image, quality)
    return found


def _jpeg(image: Image.Image, quality: int) -> bytes:
    made = io.BytesIO()
    image.save(made, "JPEG", quality=quality, optimize=True, progressive=True)
    return made.getvalue()


def _too_large() -> BadInput:
    return BadInput(_("This picture has too many dots: at most 50 million."))
