"""Picture files of actions: small ones, written anew so that nothing but what is seen is kept.

A picture stands in a world's JSON as a data URI of a WebP of at most `SIDE` x `SIDE` pixels. What a
person sends, a PNG, JPEG or WebP, is decoded by Pillow and drawn anew (`picture_of`). What stands
in JSON is looked at again (`picture_in`): it has to be such a WebP and nothing else, with no chunk
of any other kind and no byte behind it.
"""

import base64
import io
import re
import struct
import warnings
from functools import lru_cache

from PIL import Image

from engine.errors import PersonalizerError, refuse
from engine.worlds.checks import CODE

SIDE = 96
"""Pixels: twice what is shown, for screens with small ones."""
MAX_BYTES = 2 << 20
MAX_PIXELS = 16_000_000
"""Of a file that is sent."""
MAX_KEPT = 8_000
"""Bytes of what is kept, so that 50 of them have room in a world, with all the rest of it."""
START = "data:image/webp;base64,"
_KINDS = ("PNG", "JPEG", "WEBP")
_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
"""Of a WebP that holds one picture and nothing about it."""
_QUALITIES = (85, 100), (60, 60), (30, 20)
"""Of the colours and of how much shines through, best first."""
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What EXIF says of how a camera was held -> how its picture is put upright."""
_UNREADABLE = (
    OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, SyntaxError,
    EOFError, MemoryError, struct.error,
)  # fmt: skip
"""What Pillow raises for damaged files."""


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
    except _UNREADABLE:
        sentence = "The picture cannot be read: it must be a whole PNG, JPEG or WebP file."
        raise PersonalizerError(CODE, sentence, "picture") from None
    return START + base64.b64encode(_fitting(image)).decode()


def _small(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=_KINDS) as found:
        pixels = found.width * found.height
        if pixels > MAX_PIXELS:
            allowed = f"at most {MAX_PIXELS:,}"
            refuse(CODE, "picture", pixels, allowed, "the picture's number of pixels")
        found.draft("RGB", (2 * SIDE, 2 * SIDE))
        turn = _TURNS.get(found.getexif().get(_ORIENTATION, 1))
        image = _in_8_bits(found).convert("RGBA")
    image.thumbnail((SIDE, SIDE))
    # Pixels alone: whatever the file said beside them stays behind.
    drawn = Image.new("RGBA", image.size)
    drawn.paste(image)
    return drawn if turn is None else drawn.transpose(turn)


def _in_8_bits(image: Image.Image) -> Image.Image:
    """The same; of 16 bits of grey, which Pillow would cut off at 255, the upper eight."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")


def _fitting(image: Image.Image) -> bytes:
    """The WebP of a picture in the best quality of which there is room; if need be a smaller one,
    as noise that shines through is."""
    while True:
        for quality, glass in _QUALITIES:
            kept = io.BytesIO()
            image.save(kept, "WEBP", quality=quality, alpha_quality=glass, method=4)
            if kept.tell() <= MAX_KEPT:
                return kept.getvalue()
        image = image.reduce(2)


@lru_cache(maxsize=256)
def as_png(picture: str) -> str:
    """The data URI of the same picture as a PNG, for what reads no WebP."""
    data, drawn = base64.b64decode(picture.removeprefix(START)), io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
        image.save(drawn, "PNG")
    return "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()


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
    except (*_UNREADABLE, Image.DecompressionBombError):
        return False


def _is_bare(data: bytes) -> bool:
    """Whether a WebP holds a small picture, and nothing beside it or behind it; nothing is decoded,
    as a few bytes may say that they are a picture of gigabytes."""
    if not re.match(rb"RIFF....WEBP", data, re.DOTALL):
        return False
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    at, found, sides = 12, list[bytes](), list[int]()
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind, body = data[at : at + 4], data[at + 8 : at + 18]
        found.append(kind)
        sides += _sides(kind, body)
        at += 8 + size + size % 2
    once = len(found) == len(set(found))
    is_whole = at == len(data) and once and set(found) <= _CHUNKS
    return is_whole and max(sides, default=0) <= SIDE


def _sides(kind: bytes, body: bytes) -> tuple[int, ...]:
    """Width and height, as the first ten bytes of a chunk say them."""
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + bits % 2**14, 1 + (bits >> 14) % 2**14
    if kind == b"VP8 ":
        return tuple(int.from_bytes(body[at : at + 2], "little") % 2**14 for at in (6, 8))
    return ()
