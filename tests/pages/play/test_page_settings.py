"""Settings of Play in its link."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, Hypothesis, LoopSettings, Softmax, Thompson
from engine.errors import StoreError
from engine.simulation.baselines import always, example_rule, rule_of_loop, usual_fields
from engine.store import StoredLoop
from engine.worlds import WORLDS
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from tests.pages.setups import setups

SETUPS = setups(PlaySetup).map(PlaySetup.fitted)


@given(SETUPS)
def test_every_set_up_survives_its_own_link(setup: PlaySetup) -> None:
    link = setup.link("https://example.org/?world=old&x=1")
    assert link.startswith("https://example.org/?")
    assert PlaySetup.from_query(dict(parse_qsl(urlsplit(link).query))) == (setup, [])


def test_a_link_of_when_there_were_three_crosses_means_three() -> None:
    setup, refused = PlaySetup.from_query({"crosses": "3"})
    assert not refused
    assert [h.crosses for h in setup.settings().compared] == [3, 3, 3, 1, 1, 3, 3, 2]
    assert setup.query()["crosses"] == "3"


@given(SETUPS)
def test_every_set_up_makes_valid_settings(setup: PlaySetup) -> None:
    settings = setup.settings()
    assert settings.crosses == setup.crosses
    assert settings.policy.key == setup.policy
    for name, knob in setup.knobs_of(setup.policy).items():
        assert knob.number(settings.policy) == setup.values()[name]


@given(st.dictionaries(st.sampled_from(list(PlaySetup.declared())), st.text(max_size=60)))
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


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "-1"), ("seed", "1e3"), ("world", "tea"), ("policy", ""), ("crosses", "5"),
     ("floor", "101"), ("truth", "yes"), ("speed", "5")],
)  # fmt: skip
def test_what_a_link_says_wrongly_gives_way_with_a_sentence(name: str, value: str) -> None:
    setup, (sentence,) = PlaySetup.from_query({name: value})
    assert setup == PlaySetup()
    assert sentence.startswith(name)


def test_a_notice_names_the_field_the_value_and_what_is_allowed() -> None:
    _, (sentence,) = PlaySetup.from_query({"crosses": "9"})
    assert sentence == (
        "crosses in the link is '9', but must be one of 0, 1, 2, 3, 4; 4 is used instead."
    )


def test_unknown_names_are_left_alone() -> None:
    assert PlaySetup.from_query({"utm_source": "mail"}) == (PlaySetup(), [])


# -- loops with settings from elsewhere -----------------------------------------------

ELSEWHERE = LoopSettings(
    policy=Thompson(draws=1024, floor=0.0234, width=0.5, agreement=2),
    hypotheses=(Hypothesis(crosses=1), Hypothesis(crosses=2)),
    default_reward=0.25,
    reward_wait_time=timedelta(hours=1),
    may_change=False,
    max_events=500,
)


def session_of(settings: LoopSettings) -> PlaySession:
    """The page on a loop with settings that it cannot display."""
    kept = StoredLoop.create(None, world=WORLDS["coffee"], seed=3, settings=settings)
    return PlaySession(PlaySetup(), stored=kept)


def test_a_moved_slider_changes_its_own_field_and_nothing_else() -> None:
    session = session_of(ELSEWHERE)
    assert session.setup.values()["floor"] == 2
    session.adopt(session.setup.having({"floor": 6}))
    policy = Thompson(draws=1024, floor=0.06, width=0.5, agreement=2)
    assert session.open.loop.settings == replace(ELSEWHERE, policy=policy)


def test_another_policy_changes_the_policy_and_nothing_else() -> None:
    session = session_of(ELSEWHERE)
    session.adopt(session.setup.having({"policy": "softmax", "temperature": 20, "crosses": 1}))
    assert session.open.loop.settings == replace(ELSEWHERE, policy=Softmax(0.2), crosses=1)


def test_what_is_shown_rounded_stays_as_it_is() -> None:
    """The page shows 2 %, and is told so; the loop has 2.34 %."""
    session = session_of(ELSEWHERE)
    session.adopt(replace(session.setup, crosses=2))
    assert session.open.loop.settings == replace(ELSEWHERE, crosses=2)
    session.adopt(replace(session.setup, speed=20, truth=True))
    assert len(session.open.loop.log) == 2


def test_what_others_set_meanwhile_is_not_set_back() -> None:
    session = session_of(ELSEWHERE)
    session.open.loop.configure(policy=Greedy(), learning_mode="apprentice")
    session.adopt(replace(session.setup, crosses=2))
    assert session.open.loop.settings == replace(
        ELSEWHERE, policy=Greedy(), learning_mode="apprentice", crosses=2
    )


def test_what_could_not_be_set_is_shown_as_it_is_and_costs_nothing() -> None:
    session = session_of(ELSEWHERE)
    shown = session.setup
    with patch.object(StoredLoop, "configure", side_effect=StoreError("The disk is full.")):
        session.adopt(shown.having({"policy": "greedy"}))
    assert session.refusals.sentences == ["The disk is full."]
    assert session.set_by_others(session.setup) == shown
    session.adopt(shown)
    assert session.open.loop.settings == ELSEWHERE


def test_a_move_that_the_policy_refuses_is_said_and_changes_nothing() -> None:
    still = replace(ELSEWHERE, policy=Thompson(width=0.0, floor=0.05))
    session = session_of(still)
    session.adopt(session.setup.having({"floor": 0}))
    assert "free of contradiction" in str(session.refusals.sentences)
    assert session.open.loop.settings == still


def test_a_new_loop_draws_as_the_textbooks_do_until_more_draws_must_agree() -> None:
    assert PlaySetup().settings().policy == Thompson(agreement=1)
    setup, _ = PlaySetup.from_query({"agreement": "4"})
    assert setup.settings().policy == Thompson()
    assert setup.query()["agreement"] == "4"


# -- old links ------------------------------------------------------------------------


def test_a_link_of_old_opens_what_it_always_did() -> None:
    query = {
        "world": "news", "seed": "11", "policy": "classic", "epsilon": "20", "floor": "6",
        "truth": "1", "next": "1",
    }  # fmt: skip
    setup, refused = PlaySetup.from_query(query)
    assert refused == []
    assert (setup.world, setup.seed, setup.truth, setup.next) == ("news", 11, True, True)
    assert setup.settings().policy == EpsilonGreedy(0.2)
    assert setup.having({"policy": "thompson"}).settings().policy == Thompson(
        floor=0.06, agreement=1
    )
    again = {"world": "news", "seed": "11", "policy": "epsilon", "floor": "6"}
    assert setup.query() == again | {"truth": "1", "next": "1"}


def test_a_policy_that_cannot_be_logged_is_not_offered() -> None:
    setup, (sentence,) = PlaySetup.from_query({"policy": "ucb"})
    assert setup == PlaySetup()
    assert sentence == (
        "policy in the link is 'ucb', but must be one of thompson, epsilon, greedy, softmax, "
        "uniform; thompson is used instead."
    )


# -- today's rules --------------------------------------------------------------------


def test_an_apprentice_follows_todays_rules_and_keeps_them_online() -> None:
    session = PlaySession(PlaySetup(world="shop"))
    assert session.open.loop.settings.baseline is None
    session.adopt(session.setup.having({"mode": "apprentice"}))
    world = session.open.world
    usual = rule_of_loop(world, example_rule(world, usual_fields(world)))
    assert session.open.loop.settings.baseline == usual
    session.adopt(session.setup.having({"rule": "always", "item": 2}))
    chosen = rule_of_loop(world, always(world, world.items[2].id))
    assert session.open.loop.settings.baseline == chosen
    session.adopt(session.setup.having({"mode": "online"}))
    assert session.open.loop.settings.baseline == chosen


def test_a_loop_begun_as_an_apprentice_has_the_rules_of_its_link() -> None:
    setup, _ = PlaySetup.from_query({"mode": "apprentice", "rule": "always", "item": "3"})
    session = PlaySession(setup)
    world = session.open.world
    session.live.step()
    assert session.open.loop.last is not None
    assert session.open.loop.last.action_id == world.items[3].id


def test_the_usual_rule_in_a_link_is_the_default_rule() -> None:
    setup, refused = PlaySetup.from_query({"rule": "weather"})
    assert (setup.rule, refused) == ("", [])
