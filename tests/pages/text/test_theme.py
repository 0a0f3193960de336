"""Table of colours, in charts and in Streamlit's theme."""

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from streamlit import config

from engine.arrays import Array
from engine.worlds import WORLDS
from pages.parts.text.theme import logo, on_paper, theme

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("dark", [False, True])
def test_every_action_of_every_world_has_a_colour_of_its_own(dark: bool) -> None:
    colours = theme(dark).actions
    assert len(set(colours)) == len(colours) >= max(len(w.items) for w in WORLDS.values())


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out_from_the_ground(dark: bool) -> None:
    colours = theme(dark)
    assert all(contrast(colour, colours.ground) >= 3 for colour in colours.actions)
    for text in (colours.ink, colours.faint, colours.accent):
        assert contrast(text, colours.ground) >= 4.5


def test_on_paper_each_colour_of_the_dark_theme_is_that_of_the_light_one() -> None:
    dark, light = theme(True), theme(False)
    assert on_paper()[dark.ink] == light.ink
    for place, colour in enumerate(dark.actions):
        assert on_paper()[colour] == light.actions[place]


def _brettel_tritan(rgb: Array) -> Array:
    """Linear RGB as seen without short-wave cones: one of two half-planes of colours."""
    above = rgb @ [0.03901, -0.02788, -0.01113] >= 0
    return np.array(_TRITAN_PLANES[0 if above else 1]) @ rgb


_TRITAN_PLANES = (
    [[1.01277, 0.13548, -0.14826], [-0.01243, 0.86812, 0.14431], [0.07589, 0.80500, 0.11911]],
    [[0.93678, 0.18979, -0.12657], [0.06154, 0.81526, 0.12320], [-0.37562, 1.12767, 0.24796]],
)
_MACHADO = {
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
EYES: dict[str, tuple[Callable[[Array], Array], float]] = {
    "normal": (np.array, 15.0),
    "deuteranopia": (partial(np.dot, _MACHADO["deuteranopia"]), 10.0),
    "protanopia": (partial(np.dot, _MACHADO["protanopia"]), 10.0),
    "tritanopia": (partial(np.dot, _MACHADO["tritanopia"]), 9.0),
    "tritanopia by Brettel": (_brettel_tritan, 9.0),
}
"""Simulation of colour vision deficiencies in linear RGB (Machado, Oliveira & Fernandes 2009,
severity 1; Brettel, Viénot & Mollon 1997 too for tritanopia, where the former is an approximation),
and the required distance of the two most similar colours in delta E 2000; about 2.3 is just
noticeable side by side."""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("eye", EYES)
def test_any_two_actions_can_be_told_apart(dark: bool, eye: str) -> None:
    sees, least = EYES[eye]
    seen = {colour: lab(sees(linear(colour))) for colour in theme(dark).actions}
    pairs = {pair: distance(seen[pair[0]], seen[pair[1]]) for pair in combinations(seen, 2)}
    assert min(pairs.values()) >= least, min(pairs, key=lambda pair: pairs[pair])


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_four_actions_can_be_told_apart_in_grey(dark: bool) -> None:
    lightness = [lab(np.full(3, luminance(colour)))[0] for colour in theme(dark).actions[:4]]
    assert min(abs(first - second) for first, second in combinations(lightness, 2)) >= 4


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (56, -27, -3), 31.9030),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_of_colours_is_that_of_published_examples(
    first: Sequence[float], second: Sequence[float], published: float
) -> None:
    for pair in ((first, second), (second, first)):
        assert distance(*map(np.array, pair)) == pytest.approx(published, abs=1e-4)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1.4.11 asks for 3 in graphics)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Of ``#rrggbb``, 0 to 1."""
    return float(_XYZ[1] @ linear(colour))


def linear(colour: str) -> Array:
    """Linear RGB of ``#rrggbb``, (3,)."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                 [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip


def lab(rgb: Array) -> Array:
    """CIE L*a*b* under daylight (D65) of linear RGB, which is held to what a screen shows."""
    share = _XYZ @ np.clip(rgb, 0, 1) / _XYZ.sum(axis=1)
    x, y, z = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(first: Array, second: Array) -> float:
    """Delta E 2000 of two colours in L*a*b* (Sharma, Wu & Dalal, *Color Res. Appl.*, 2005)."""
    pair = np.array([first, second])
    mean = np.hypot(pair[:, 1], pair[:, 2]).mean()
    a = pair[:, 1] * (1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7))))
    chroma, hue = np.hypot(a, pair[:, 2]), np.degrees(np.arctan2(pair[:, 2], a)) % 360
    turn = (hue[1] - hue[0] + 180) % 360 - 180
    c, h, light = chroma.mean(), (hue[0] + turn / 2) % 360, pair[:, 0].mean()

    def wave(times: int, shift: float) -> float:
        return float(np.cos(np.radians(times * h + shift)))

    t = 1 - 0.17 * wave(1, -30) + 0.24 * wave(2, 0) + 0.32 * wave(3, 6) - 0.2 * wave(4, -63)
    lightness = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    steps = np.array(
        [
            (pair[1, 0] - pair[0, 0]) / lightness,
            (chroma[1] - chroma[0]) / (1 + 0.045 * c),
            2 * np.sqrt(chroma.prod()) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * c * t),
        ]
    )
    bend = 60 * np.exp(-(((h - 275) / 25) ** 2))
    mix = -2 * np.sin(np.radians(bend)) * np.sqrt(c**7 / (c**7 + 25.0**7))
    return float(np.sqrt(steps @ steps + mix * steps[1] * steps[2]))


@pytest.mark.parametrize("dark", [False, True])
def test_streamlits_theme_has_the_colours_of_the_charts(dark: bool) -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    its, ours = config["theme"]["dark" if dark else "light"], theme(dark)
    assert its["backgroundColor"] == ours.ground
    assert its["textColor"] == ours.ink
    assert its["grayTextColor"] == ours.faint
    assert its["chartCategoricalColors"] == list(ours.actions)
    assert dark or its["primaryColor"] == its["linkColor"] == ours.accent


def test_no_other_file_of_the_app_names_a_colour() -> None:
    for path in (ROOT / "pages").rglob("*.py"):
        if path.name != "theme.py":
            assert not re.search(r"#[0-9a-fA-F]{6}\b", path.read_text()), path


@pytest.mark.parametrize("dark", [False, True])
def test_the_logo_is_drawn_in_the_ink_of_the_theme_with_no_letters(dark: bool) -> None:
    assert logo(dark).startswith("<svg")
    assert theme(dark).ink in logo(dark)
    assert not re.search("<text|script|font", logo(dark))


@pytest.mark.parametrize(
    "key",
    [
        "runner.postScriptGC",
        "browser.gatherUsageStats",
        "server.fileWatcherType",
        "global.minCachedMessageSize",
        "theme.light.primaryColor",
    ],
)
def test_streamlit_still_knows_the_options_that_the_app_ships(key: str) -> None:
    assert key in config.get_config_options(force_reparse=True)


def test_nobody_who_opens_a_page_has_all_modules_looked_at() -> None:
    option = config.get_config_options(force_reparse=True)["server.fileWatcherType"]
    assert option.value == "none"
