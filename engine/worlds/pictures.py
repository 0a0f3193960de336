"""Pictures of actions: small files, re-encoded so that they hold nothing but pixels.

A picture in a world's JSON is a data URI of a WebP of at most `SIDE` x `SIDE` pixels. An uploaded
PNG, JPEG or WebP is decoded by Pillow and drawn anew (`picture_of`). Pictures in JSON are
validated (`picture_in`): a WebP without other kinds of chunks and without trailing bytes.
"""

import base64
import io
import re
import struct
import warnings
from functools import lru_cache

from PIL import Image

from engine.errors import PersonalizerError, refuse
from engine.worlds.json_checks import CODE

SIDE = 96
"""Pixels: twice the displayed size, for screens of high density."""
MAX_BYTES = 2 << 20
MAX_PIXELS = 16_000_000
"""Largest number of pixels of an uploaded file."""
MAX_KEPT = 8_000
"""Largest size of a stored picture in bytes: a world has room for 50."""
START = "data:image/webp;base64,"
_KINDS = ("PNG", "JPEG", "WEBP")
_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
"""Chunks of a WebP with a single picture and no metadata."""
_QUALITIES = (85, 100), (60, 60), (30, 20)
"""Qualities of colour and of transparency, best first."""
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
"""EXIF orientation -> operation that turns the picture upright."""
_UNREADABLE = (
    OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, SyntaxError,
    EOFError, MemoryError, struct.error,
)  # fmt: skip
"""Exceptions of Pillow for damaged files."""


def picture_of(data: bytes) -> str:
    """Data URI of a picture file; ``BadRequest`` for another file, or one that is too large."""
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
    with Image.open(io.BytesIO(data), formats=_KINDS) as source:
        pixels = source.width * source.height
        if pixels > MAX_PIXELS:
            allowed = f"at most {MAX_PIXELS:,}"
            refuse(CODE, "picture", pixels, allowed, "the picture's number of pixels")
        source.draft("RGB", (2 * SIDE, 2 * SIDE))
        turn = _TURNS.get(source.getexif().get(_ORIENTATION, 1))
        image = _in_8_bits(source).convert("RGBA")
    image.thumbnail((SIDE, SIDE))
    # Copy the pixels only, without metadata.
    drawn = Image.new("RGBA", image.size)
    drawn.paste(image)
    return drawn if turn is None else drawn.transpose(turn)


def _in_8_bits(image: Image.Image) -> Image.Image:
    """Picture in 8 bits; of 16-bit grey, which Pillow would clip at 255, the upper eight."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")


def _fitting(image: Image.Image) -> bytes:
    """WebP in the best quality within `MAX_KEPT`; a picture that never fits, such as transparent
    noise, is reduced."""
    while True:
        for quality, alpha in _QUALITIES:
            buffer = io.BytesIO()
            image.save(buffer, "WEBP", quality=quality, alpha_quality=alpha, method=4)
            if buffer.tell() <= MAX_KEPT:
                return buffer.getvalue()
        image = image.reduce(2)


@lru_cache(maxsize=256)
def as_png(picture: str) -> str:
    """Data URI of the picture as a PNG, for software without WebP."""
    data, drawn = base64.b64decode(picture.removeprefix(START)), io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
        image.save(drawn, "PNG")
    return "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()


def picture_in(value: object, place: str) -> str:
    """Validate a picture in JSON: empty, or a result of `picture_of`."""
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
    """Return True for a small WebP without metadata or trailing bytes. Only headers are read,
    since a few bytes may declare a picture of gigabytes."""
    if not re.match(rb"RIFF....WEBP", data, re.DOTALL):
        return False
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    at, chunks, sides = 12, list[bytes](), list[int]()
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind, body = data[at : at + 4], data[at + 8 : at + 18]
        chunks.append(kind)
        sides += _sides(kind, body)
        at += 8 + size + size % 2
    once = len(chunks) == len(set(chunks))
    is_whole = at == len(data) and once and set(chunks) <= _CHUNKS
    return is_whole and max(sides, default=0) <= SIDE


def _sides(kind: bytes, body: bytes) -> tuple[int, ...]:
    """Width and height in the first ten bytes of a chunk."""
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + bits % 2**14, 1 + (bits >> 14) % 2**14
    if kind == b"VP8 ":
        return tuple(int.from_bytes(body[at : at + 2], "little") % 2**14 for at in (6, 8))
    return ()
