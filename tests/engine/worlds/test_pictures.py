"""Picture files of actions: stored contents and refusals."""

import base64
import io
import struct
import zlib
from contextlib import suppress
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from engine import PersonalizerError
from engine.worlds import World, world_from_json, world_from_text
from engine.worlds.limits import MAX_ITEMS, MAX_SIZE
from engine.worlds.pictures import MAX_BYTES, MAX_KEPT, SIDE, START, as_png, picture_of
from tests.engine.worlds.random_worlds import bakery


def file_of(kind: str, size: tuple[int, int] = (200, 100), **options: Any) -> bytes:
    made = io.BytesIO()
    image = Image.effect_noise(size, 90).convert("RGB")
    image.save(made, kind, **options)
    return made.getvalue()


def opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix(START))))


def world_with(picture: object) -> World:
    data = bakery(version=4)
    data["items"][0]["picture"] = picture
    return world_from_json(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_one_that_a_world_holds_and_gives_back(kind: str) -> None:
    picture = picture_of(file_of(kind))
    assert opened(picture).format == "WEBP"
    assert opened(picture).size == (SIDE, SIDE // 2)
    world = world_with(picture)
    assert world.items[0].picture == picture
    again = world_from_text(world.text)
    assert (again.text, again.digest, world.to_json()["version"]) == (world.text, world.digest, 4)
    assert "picture" not in world_with("").text
    assert world.actions[0] == world_with("").actions[0]


def test_nothing_that_a_file_says_beside_its_pixels_is_kept() -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("secret", "SECRET" * 9)
    encoded = file_of("PNG", pnginfo=about) + b"SECRET"
    assert b"SECRET" not in base64.b64decode(picture_of(encoded).removeprefix(START))
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "SECRET", 6
    turned = opened(picture_of(file_of("JPEG", exif=exif)))
    assert turned.size == (SIDE // 2, SIDE)
    assert not turned.getexif()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_stands_upright_however_the_camera_was_held(kind: str) -> None:
    image = Image.new("RGB", (90, 60), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 30, 20))
    for orientation in range(1, 9):
        exif, made = Image.Exif(), io.BytesIO()
        exif[0x0112] = orientation
        image.save(made, kind, exif=exif)
        result = opened(picture_of(made.getvalue())).convert("L")
        with Image.open(made) as original:
            known = ImageOps.exif_transpose(original).convert("L")
        assert result.size == known.size
        for corner in product((5, result.width - 6), (5, result.height - 6)):
            assert abs(result.getpixel(corner) - known.getpixel(corner)) < 60  # type: ignore[operator]


@pytest.mark.parametrize("tag", [b"\x01\x0a", b"\x01\x3e"])
def test_a_text_in_exif_where_a_number_belongs_breaks_no_picture(tag: bytes) -> None:
    exif = turned().tobytes().replace(b"\x01\x0e\x00\x02", tag + b"\x00\x02")
    assert exif != turned().tobytes()
    assert opened(picture_of(file_of("JPEG", exif=exif))).size == (SIDE // 2, SIDE)


def test_noise_that_shines_through_is_kept_in_what_room_there_is() -> None:
    made = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 4), dtype=np.uint8)
    Image.fromarray(noise).save(made, "PNG")
    picture = picture_of(made.getvalue())
    assert world_with(picture).items[0].picture == picture


def test_grey_of_16_bits_stays_as_grey_as_it_is() -> None:
    made = io.BytesIO()
    Image.new("I;16", (30, 30), 100 * 256).save(made, "PNG")
    grey = opened(picture_of(made.getvalue())).convert("L").getpixel((15, 15))
    assert grey == pytest.approx(100, abs=3)


def test_a_picture_with_glass_stays_one() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(made, "PNG")
    kept = opened(picture_of(made.getvalue()))
    assert kept.size == (50, 50)
    assert kept.convert("RGBA").getpixel((20, 20))[3] == 0  # type: ignore[index]


def bomb() -> bytes:
    """A PNG of a few bytes that claims to have 400 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(99))), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "must be a whole PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "must be a whole PNG"),
        (b"<html>", "must be a whole PNG"),
        (b"GIF89a" + bytes(99), "must be a whole PNG"),
        (file_of("GIF"), "must be a whole PNG"),
        (file_of("BMP"), "must be a whole PNG"),
        (file_of("PNG")[:-900], "must be a whole PNG"),
        (file_of("JPEG")[:300], "must be a whole PNG"),
        (b"x" * (MAX_BYTES + 1), "size in bytes is 2097153, but must be at most 2,097,152"),
        (bomb(), "has more than 16,000,000 pixels, the most that is allowed"),
    ],
    ids=["empty", "svg", "html", "no gif", "gif", "bmp", "cut", "cut jpeg", "large", "bomb"],
)  # fmt: skip
def test_files_that_are_no_pictures_are_refused_in_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(PersonalizerError, match=says):
        picture_of(data)


@given(st.data())
def test_a_damaged_file_is_a_picture_or_refused(data: st.DataObject) -> None:
    whole = bytearray(SMALL[data.draw(st.sampled_from(sorted(SMALL)))])
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)):
        whole[at] ^= data.draw(st.integers(1, 255))
    with suppress(PersonalizerError):
        assert world_with(picture_of(bytes(whole))).items[0].picture


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "told", 6
    return exif


SMALL = {kind: file_of(kind, (24, 24), exif=turned()) for kind in ("PNG", "JPEG", "WEBP")}
KEPT = picture_of(file_of("PNG"))
RAW = base64.b64decode(KEPT.removeprefix(START))


def uri(data: bytes) -> str:
    return START + base64.b64encode(data).decode()


def behind(chunk: bytes) -> bytes:
    """The picture with one more chunk."""
    return RAW[:4] + struct.pack("<I", len(RAW) - 8 + len(chunk)) + RAW[8:] + chunk


@pytest.mark.parametrize(
    "picture",
    [
        None, 1, "https://example.com/a.webp", "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64," + base64.b64encode(file_of("PNG", (9, 9))).decode(),
        START, f"{KEPT} ", f"{KEPT}\"><script>", KEPT[:-40], uri(RAW + b"SECRET"),
        uri(behind(b"EXIF\x04\x00\x00\x00abcd")), uri(file_of("PNG", (9, 9))),
        uri(file_of("WEBP", (SIDE + 1, 9))), uri(RAW + bytes(MAX_KEPT)),
        uri(file_of("WEBP", (9, 9), exif=b"Exif\x00\x00SECRET")),
    ],
)  # fmt: skip
def test_invalid_pictures_of_a_world_are_refused_with_their_place(picture: object) -> None:
    with pytest.raises(PersonalizerError, match=r"items\[0\].picture is .*, but must be empty, or"):
        world_with(picture)


def vast() -> bytes:
    """A WebP of 40 bytes that claims to have 268 million pixels."""
    encoded = "UklGRiAAAABXRUJQVlA4TBQAAAAv////DwdQgVQIIAAKmv7HiIj+Bw=="
    return base64.b64decode(encoded)


LARGER = {
    "vast": vast(),
    "colours": file_of("WEBP", (SIDE + 1, 9)),
    "lossless": file_of("WEBP", (9, SIDE + 1), lossless=True),
    "glass": RAW[:12] + b"VP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x60\x00\x00\x08\x00\x00" + RAW[12:],
}


@pytest.mark.parametrize("data", LARGER.values(), ids=list(LARGER))
def test_a_picture_that_is_larger_is_refused_before_it_is_opened(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    monkeypatch.setattr("engine.worlds.pictures.Image.open", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(PersonalizerError, match="but must be empty, or a WebP of at most 96 x 96"):
        world_with(uri(data))


def test_a_world_has_room_for_as_many_pictures_as_actions() -> None:
    longest = len(START) + MAX_KEPT * 4 // 3 + 4
    assert MAX_ITEMS * longest + 50_000 < MAX_SIZE


def test_a_picture_is_the_same_as_a_png() -> None:
    png = as_png(KEPT).removeprefix("data:image/png;base64,")
    shown, kept = (
        Image.open(io.BytesIO(base64.b64decode(one))).convert("RGBA")
        for one in (png, KEPT.removeprefix(START))
    )
    assert shown.tobytes() == kept.tobytes()
