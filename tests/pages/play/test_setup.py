"""Play's settings in its link."""

from dataclasses import fields
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, Thompson, Uniform
from engine.worlds import WORLDS
from pages.parts.choices import CROSSES, MAX_SEED, MODES, POLICIES, SPEEDS
from pages.parts.play.setup import PlaySetup

PERCENT = st.integers(0, 100)


SETUPS = st.builds(
    PlaySetup,
    world=st.sampled_from(list(WORLDS)),
    seed=st.integers(0, MAX_SEED),
    policy=st.sampled_from(list(POLICIES)),
    floor=PERCENT,
    epsilon=PERCENT,
    crosses=st.sampled_from(list(CROSSES)),
    mode=st.sampled_from(list(MODES)),
    speed=st.sampled_from(SPEEDS),
    next=st.booleans(),
    truth=st.booleans(),
)


NAMES = [field.name for field in fields(PlaySetup)]


@given(SETUPS)
def test_every_set_up_survives_its_own_link(setup: PlaySetup) -> None:
    link = setup.link("https://example.org/?world=old&x=1")
    assert link.startswith("https://example.org/?")
    assert PlaySetup.from_query(dict(parse_qsl(urlsplit(link).query))) == (setup, [])


@given(SETUPS)
def test_every_set_up_makes_valid_settings(setup: PlaySetup) -> None:
    settings = setup.settings()
    assert settings.crosses == setup.crosses
    assert isinstance(settings.policy, Thompson | EpsilonGreedy | Greedy | Uniform)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60)))
def test_whatever_a_link_says_a_valid_set_up_comes_out(query: dict[str, str]) -> None:
    setup, refused = PlaySetup.from_query(query)
    setup.settings()
    assert len(refused) <= len(query)
    for sentence in refused:
        assert "must be" in sentence
        assert len(sentence) < 250


@pytest.mark.parametrize("text", ["٣", "²", "1_0", " 1", "+1", "0x1", "1.0", "9" * 400])
def test_only_plain_digits_are_numbers(text: str) -> None:
    setup, refused = PlaySetup.from_query({"seed": text})
    assert setup == PlaySetup()
    assert len(refused) == 1


def test_a_notice_names_the_field_the_value_and_what_is_allowed() -> None:
    _, (sentence,) = PlaySetup.from_query({"crosses": "9"})
    assert sentence == (
        "crosses in the link is '9', but must be a whole number from 0 to 3; 3 is used instead."
    )


def test_unknown_names_are_left_alone() -> None:
    assert PlaySetup.from_query({"utm_source": "mail"}) == (PlaySetup(), [])
