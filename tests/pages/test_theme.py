"""One table of colours, in charts and in Streamlit's theme."""

import re
import tomllib
from pathlib import Path

import pytest
from streamlit import config

from engine.worlds import WORLDS
from pages.parts.theme import LOGO, theme

ROOT = Path(__file__).parents[2]


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


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1.4.11 asks for 3 in graphics)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


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


def test_the_logo_is_made_of_code() -> None:
    assert LOGO.startswith("<svg")
    assert "script" not in LOGO


@pytest.mark.parametrize(
    "key",
    [
        "runner.postScriptGC",
        "browser.gatherUsageStats",
        "server.fileWatcherType",
        "theme.light.primaryColor",
    ],
)
def test_streamlit_still_knows_the_options_that_the_app_ships(key: str) -> None:
    assert key in config.get_config_options(force_reparse=True)


def test_nobody_who_opens_a_page_has_all_modules_looked_at() -> None:
    option = config.get_config_options(force_reparse=True)["server.fileWatcherType"]
    assert option.value == "none"
