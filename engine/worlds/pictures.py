"""Picture files of actions: small ones, written anew so that nothing but what is seen is kept.

A picture stands in a world's JSON as a data URI of a WebP of at most `SIDE` x `SIDE` pixels. What a
person sends, a PNG, JPEG or WebP, is decoded by Pillow and drawn anew (`picture_of`). What stands
in JSON is looked at again (`picture_in`): it has to be such a WebP and nothing else, with no chunk
of any other kind and no byte behind it.
"""

import base64
import binascii
import io
import re
import warnings
from functools import lru_cache

from PIL import Image, ImageOps

from engine.errors import PersonalizerError, refuse
from engine.worlds.checks import CODE

SIDE = 96
"""Pixels: twice what is shown, for screens with small ones."""
MAX_BYTES = 2 << 20
MAX_PIXELS = 16_000_000
"""Of a file that is sent."""
MAX_KEPT = 9_000
"""Bytes of what is kept, so that 50 of them have room in a world."""
START = "data:image/webp;base64,"
_KINDS = ("PNG", "JPEG", "WEBP")
_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
"""Of a WebP that holds one picture and nothing about it."""


def picture_of(data: bytes) -> str:
    """The data URI of a picture file; ``BadRequest`` for what is none, or too large."""
    if len(data) > MAX_BYTES:
        refuse(CODE, "picture", len(data), f"at most {MAX_BYTES:,}", "the picture's size in bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _small(data)
    except Image.DecompressionBombError:
        sentence = f"The picture has more than {MAX_PIXELS:,} pixels, the most that is allowed."
        raise PersonalizerError(CODE, sentence, "picture") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        sentence = "The picture cannot be read: it must be a whole PNG, JPEG or WebP file."
        raise PersonalizerError(CODE, sentence, "picture") from None
    for quality in (85, 60, 30):
        kept = io.BytesIO()
        image.save(kept, "WEBP", quality=quality, method=4)
        if kept.tell() <= MAX_KEPT:
            break
    return START + base64.b64encode(kept.getvalue()).decode()


def _small(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=_KINDS) as found:
        pixels = found.width * found.height
        if pixels > MAX_PIXELS:
            allowed = f"at most {MAX_PIXELS:,}"
            refuse(CODE, "picture", pixels, allowed, "the picture's number of pixels")
        found.draft("RGB", (2 * SIDE, 2 * SIDE))
        image = ImageOps.exif_transpose(found).convert("RGBA")
    image.thumbnail((SIDE, SIDE))
    # Pixels alone: whatever the file said beside them stays behind.
    drawn = Image.new("RGBA", image.size)
    drawn.paste(image)
    return drawn


def picture_in(value: object, place: str) -> str:
    """A picture as JSON has it: empty, or what `picture_of` makes."""
    if value == "":
        return ""
    if not isinstance(value, str) or not _is_kept(value):
        allowed = f"empty, or a WebP of at most {SIDE} x {SIDE} pixels as {START!r}..."
        refuse(CODE, place, str(value)[:40], allowed)
    return value


@lru_cache(maxsize=512)
def _is_kept(text: str) -> bool:
    if not text.startswith(START) or len(text) > len(START) + MAX_KEPT * 4 // 3 + 4:
        return False
    try:
        data = base64.b64decode(text.removeprefix(START), validate=True)
        if base64.b64encode(data).decode() != text.removeprefix(START) or not _is_bare(data):
            return False
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            image.load()
            return max(image.size) <= SIDE and getattr(image, "n_frames", 1) == 1
    except (binascii.Error, OSError, ValueError, SyntaxError, EOFError):
        return False


def _is_bare(data: bytes) -> bool:
    """Whether a WebP holds a picture, and nothing beside it or behind it."""
    if not re.match(rb"RIFF....WEBP", data, re.DOTALL):
        return False
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    at, found = 12, list[bytes]()
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append(data[at : at + 4])
        at += 8 + size + size % 2
    once = len(found) == len(set(found))
    return at == len(data) and once and set(found) <= _CHUNKS
