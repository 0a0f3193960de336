"""Settings of Compare in the link."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.experiments.apprentice_comparison import ARMS
from engine.simulation.baselines import example_rule
from engine.worlds import WORLDS, key_of
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.settings.baseline_rules import is_example, rules_of
from tests.pages.setups import setups


@st.composite
def compare_setups(draw: st.DrawFn) -> CompareSetup:
    world = WORLDS[draw(st.sampled_from(list(WORLDS)))]
    rule = draw(st.sampled_from(list(rules_of(world))))
    setup = replace(
        draw(setups(CompareSetup)),
        world=key_of(world),
        rule=rule,
        item=draw(st.integers(0, len(world.items) - 1)),
    )
    if not setup.fields or draw(st.booleans()):
        return setup
    groups = len(example_rule(world, setup.fields).table)
    positions = draw(
        st.lists(st.integers(0, len(world.items) - 1), min_size=groups, max_size=groups)
    )
    return replace(setup, table=",".join(map(str, positions)))


@given(compare_setups())
def test_every_comparison_survives_its_own_link(setup: CompareSetup) -> None:
    link = setup.link("https://example.org/compare")
    assert CompareSetup.from_query(dict(parse_qsl(urlsplit(link).query))) == (setup, [])
    assert setup.fitted() == setup


@given(compare_setups())
def test_every_comparison_has_a_baseline_and_settings(setup: CompareSetup) -> None:
    world = WORLDS[setup.world]
    ids = {item.id for item in world.items}
    baseline = setup.baseline()
    assert all(set(baseline.possible(context)) <= ids for context in world.contexts)
    assert setup.settings().crosses == setup.crosses
    assert (setup.settings().learner == "classic") == (setup.kind == "service")


@given(st.dictionaries(st.sampled_from(list(CompareSetup.declared())), st.text(max_size=60)))
def test_whatever_a_link_says_a_valid_comparison_comes_out(query: dict[str, str]) -> None:
    setup, refused = CompareSetup.from_query(query)
    setup.baseline()
    setup.settings()
    assert len(refused) <= 2 * len(query)
    for sentence in refused:
        assert "must be" in sentence
        assert len(sentence) < 320


@pytest.mark.parametrize(
    ("name", "value"),
    [("rule", "by heart"), ("table", "1,2"), ("table", "a"), ("table", "9,9,9"), ("item", "30"),
     ("kind", "theirs"), ("rate", "1"), ("explore", "51"), ("auto", "101"), ("crosses", "5")],
)  # fmt: skip
def test_what_a_link_says_wrongly_gives_way_with_a_sentence(name: str, value: str) -> None:
    setup, (sentence,) = CompareSetup.from_query({"rule": "weather", name: value})
    assert setup == CompareSetup()
    assert "must be" in sentence


def test_the_default_table_is_an_example_until_a_person_types_one() -> None:
    coffee = WORLDS["coffee"]
    assert CompareSetup().baseline() == example_rule(coffee, ["weather"])
    assert is_example("coffee", "weather", "")
    assert is_example("coffee", "", "")
    assert not is_example("coffee", "weather", "0,1,2")
    assert not is_example("coffee", "bestseller", "")
    assert list(ARMS) == ["baseline", "apprentice", "online"]


def test_a_link_to_another_page_carries_world_seed_and_rules_alone() -> None:
    typed = CompareSetup(rule="weather", table="0,1,1", explore=10, seed=3)
    shared = {"world": "coffee", "seed": "3", "rule": "weather"}
    assert typed.todays_rules == {**shared, "table": "0,1,1"}
    assert CompareSetup(seed=3).todays_rules == shared
