"""Formatting of typed text and numbers."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.text.format import (
    bare,
    distinct_names,
    in_a_sentence,
    percent,
    pieces,
    plain,
    printed,
    signed,
    unbroken_brackets,
)

JOINER = "\u2060"


@given(st.text())
def test_plain_text_has_no_character_that_markdown_or_html_reads(text: str) -> None:
    escaped = plain(text)
    assert html.unescape(escaped) == html.unescape(html.unescape(escaped)) or "&" in text
    without_entities = re.sub(r"&#\d+;", "", escaped)
    assert not set(without_entities) & set("\\`*_{}[]()<>#+-.!|~$:&^=@'\"/\n")


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "**x**", "[a](http://b)", "$x^2$", ":red[x]", "&lt;", "# x", "`x`"]
)
def test_plain_text_reads_as_it_was_typed(text: str) -> None:
    escaped = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), plain(text))
    assert escaped.replace(JOINER, "") == text


@pytest.mark.parametrize("text", ["www.x.org", "https://x.org/a", "a@b.org", ":streamlit:", ":+1:"])
def test_plain_text_holds_nothing_to_link_or_to_picture(text: str) -> None:
    escaped = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), plain(text))
    assert not re.search(r"www\.\w|://|\w@\w|:[\w+]+:", escaped)


def test_equal_names_are_distinguished_by_the_end_of_their_keys() -> None:
    names = {"-aBcDeFgHiJkLm-": "Coffee", "b-12345678": "Coffee", "catalogue": "Shop"}
    labels_apart = ["Coffee (FgHiJkLm-)", "Coffee (12345678)", "Shop"]
    assert list(distinct_names(names).values()) == labels_apart
    alike = {"spring-breakfast": "Breakfast", "autumn-breakfast": "Breakfast"}
    assert list(distinct_names(alike).values()) == [f"Breakfast ({key})" for key in alike]


@given(st.text())
def test_escaped_text_is_restored(text: str) -> None:
    """But for invisible joiners, which `plain` adds."""
    text = text.replace("\u2060", "")
    assert bare(plain(text)) == text
    assert bare(f"**{plain(text)}** is :gray[{plain(text)}].") == f"{text} is {text}."


ARROWS = r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)"
"""Character sequences that Streamlit replaces by a single sign."""


@given(st.text())
def test_what_a_component_writes_is_what_was_typed_and_what_is_bold(text: str) -> None:
    as_typed = printed(plain(text))
    assert pieces(f"**Step:** {plain(text)} answered **{plain(text)}.**") == [
        ("Step:", True),
        (f" {as_typed} answered ", False),
        (f"{as_typed}.", True),
    ]


@pytest.mark.parametrize("text", ["->", "a -> b", "a <- b", "<->", "a -- b", "a >= b", "<=", "~="])
def test_plain_text_holds_no_arrows_to_draw(text: str) -> None:
    assert re.search(ARROWS, text)
    assert not re.search(ARROWS, html.unescape(plain(text)))


@pytest.mark.parametrize("text", ["www.evil.example", "WwW.evil.example"])
def test_plain_text_names_no_host(text: str) -> None:
    assert "www." not in html.unescape(plain(text)).lower()


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.004, "<1 %"), (0.01, "1 %"), (0.254, "25 %"), (0.999, ">99 %"), (1, "100 %")],
)
def test_probabilities_are_written_in_percent(share: float, text: str) -> None:
    assert percent(share) == text.replace(" ", "\u00a0")  # never broken into two lines


@pytest.mark.parametrize(
    ("reward", "text"),
    [(0.125, "+0.12"), (-0.3, "\N{MINUS SIGN}0.30"), (-0.004, "0.00"), (0.0, "0.00")],
)
def test_a_change_is_written_with_its_sign(reward: float, text: str) -> None:
    assert signed(reward) == text


def test_labels_within_a_sentence_stay_as_somebody_wrote_them_but_for_their_first_letter() -> None:
    labels = "Time of day", "By Wetter am Markttag", "VIP level", "x", ""
    sentences = [in_a_sentence(label) for label in labels]
    assert sentences == ["time of day", "by Wetter am Markttag", "VIP level", "x", ""]


def test_text_from_right_to_left_stands_by_itself() -> None:
    said = f"{plain('ראשון')} {plain('-1')} {plain('Tea')}"
    assert said.startswith("&#8296;ראשון&#8297; ")
    assert "&#8297;" not in plain("Tea")
    assert bare(said) == "ראשון -1 Tea"
    assert printed(said) == "\u2068ראשון\u2069 -1 Tea"


def test_an_interval_in_brackets_stays_on_one_line() -> None:
    text = "earned about 0.23 (0.09 to 0.50) per visitor"
    assert unbroken_brackets(text) == "earned about 0.23 (0.09\u00a0to\u00a00.50) per visitor"
