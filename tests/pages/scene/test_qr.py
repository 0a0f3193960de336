"""QR codes of links, readable by a camera."""

import re

import pytest
import segno

from pages.parts.scene.qr import is_only_here, qr

LINK = "https://example.org/?loop=AbCdEfGhIjKlMnOpQrStUv&at=120&who=1-2-0"


def dark_modules(svg: str) -> set[tuple[int, int]]:
    """Column and row of the dark modules in a picture, from its strokes."""
    path = re.search(r'stroke="#000"[^>]* d="([^"]+)"', svg)
    assert path is not None
    x, y, found = 0.0, 0.0, set()
    for kind, numbers in re.findall(r"([Mmh])([^Mmh]+)", path[1]):
        told = [float(one) for one in re.findall(r"-?\d*\.?\d+", numbers)]
        if kind == "M":
            x, y = told
        elif kind == "m":
            x, y = x + told[0], y + told[1]
        else:
            found |= {(int(x) + step, int(y)) for step in range(int(told[0]))}
            x += told[0]
    return found


def test_it_is_dark_on_white_with_four_modules_of_quiet_around_it() -> None:
    svg, made = qr(LINK), segno.make(LINK, error="l", micro=False)
    rows = [list(row) for row in made.matrix]
    size = len(rows) + 8
    assert f'viewBox="0 0 {size} {size}"' in svg
    assert 'fill="#fff"' in svg
    wanted = {(x + 4, y + 4) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    assert dark_modules(svg) == wanted


def test_a_link_that_is_longer_than_any_code_has_none() -> None:
    assert qr(LINK.ljust(2_953, "a")).startswith("<svg ")
    assert qr(LINK.ljust(2_954, "a")) == ""


def test_a_moment_is_short_enough_for_the_last_row() -> None:
    """A module has 3 pixels or more of the 124 available on a stage of 1280 x 720."""
    size = re.search(r'viewBox="0 0 (\d+)', qr(LINK))
    assert size is not None
    assert 124 / int(size[1]) >= 3


@pytest.mark.parametrize(
    ("link", "only"),
    [
        ("http://localhost:8501/", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]:8501/", True),
        ("", True),
        ("http://192.168.1.7:8501/", False),
        ("https://example.org/?loop=localhost", False),
    ],
)
def test_addresses_that_no_phone_gets_to_are_known(link: str, only: bool) -> None:
    assert is_only_here(link) is only
