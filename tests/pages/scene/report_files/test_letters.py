"""Type: lines fit the room that they have, and no letter of a text is lost."""

from hypothesis import given
from hypothesis import strategies as st

from pages.parts.scene.report_files.letters import (
    drawable,
    held,
    line,
    lines_of,
    told_apart,
    width_of,
)

TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=60)


@given(TEXTS, st.floats(30, 300), st.sampled_from([8.0, 12.0, 24.0]), st.booleans())
def test_lines_fit_and_hold_all_that_was_said(
    text: str, room: float, height: float, bold: bool
) -> None:
    lines = lines_of(text, room, height, bold)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(one, height, bold) <= room or len(one) == 1 for one in lines)


def test_lines_break_between_words_where_they_can() -> None:
    assert lines_of("one two three", width_of("one two", 10), 10) == ["one two", "three"]
    assert len(lines_of("one two\u00a0three", width_of("two three", 10), 10)) == 2


def test_what_was_typed_is_text_in_an_svg() -> None:
    assert "&lt;b&gt;" in line("<b>", 0, 0, 10, "#000")


def test_pictures_are_left_out_as_a_server_need_not_have_a_font_of_them() -> None:
    assert drawable("☕ Coffee 🥐") == "Coffee"
    assert drawable("⭐️ Gold ⬛") == "Gold"
    assert drawable("Bread 🌻 (today's)") == "Bread (today's)"
    assert drawable("🥐") == "croissant"
    assert drawable("🇩🇪 🇫🇷") == "DEFR"
    assert drawable("\U0001f3f4\U000e0067\U000e0062\U000e007f") == "waving black flag gb"
    assert drawable("\U0001faff") == "picture"
    assert drawable("𠮷野") == "𠮷野"
    assert drawable("") == ""


def test_names_that_pictures_alone_told_apart_are_told_apart_by_what_these_are_called() -> None:
    names = ["Fan", "Fan ⚽", "☀️ Sunny", "❄️", "Fan  ⚽", "⚽", "soccer ball"]
    assert list(told_apart(names).values()) == [
        "Fan", "Fan (soccer ball)", "Sunny", "snowflake", "Fan (soccer ball) 2", "soccer ball",
        "soccer ball 2",
    ]  # fmt: skip


def test_a_line_is_as_wide_as_was_thought_in_whatever_letters_a_browser_has() -> None:
    for text, bold in (("so <so> & so", False), ("Ours", True)):
        told = held(line(text, 1, 2, 10.5, "#000", bold))
        assert f'textLength="{width_of(text, 10.5, bold):.1f}"' in told
        assert told.endswith(line(text, 1, 2, 10.5, "#000", bold).partition(">")[2])
