"""A person's choices in a link, and the race with them."""

import pytest

from pages.parts.race.controls import presets
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.person_choices import ChoiceRecord
from pages.parts.race.wording import size_of, where_you_raced
from tests.engine.refusals import refusal

TEXT = "coffee.7.012301230123"
WHO = "ours,uniform,you"


def test_a_record_is_read_as_it_was_written() -> None:
    record = ChoiceRecord.read(TEXT)
    assert (record.world, record.seed, record.choices) == ("coffee", 7, (0, 1, 2, 3) * 3)
    assert record.text == TEXT


@pytest.mark.parametrize(
    ("text", "told"),
    [("coffee.7", "record is 'coffee.7', but must be a world, a seed and choices"),
     ("tea.7.0123012301", "its world is 'tea', but must be one of coffee"),
     ("coffee.-1.0123012301", "its seed is '-1', but must be a whole number from 0"),
     ("coffee.7.012301230", "choices is '012301230', but must be 10 to 100 characters"),
     ("coffee.7.0123012305", "visitor 10 of choices is '5', but must be a character from 0 to 3"),
     (f"coffee.7.{'0' * 101}", "but must be at most 100 characters")],
)  # fmt: skip
def test_what_is_no_record_is_refused_by_its_place(text: str, told: str) -> None:
    assert told in refusal(lambda: ChoiceRecord.read(text)).message
    setup, refused = RaceSetup.from_query({"world": "coffee", "record": text, "who": WHO})
    assert setup.keys == ["ours", "uniform"]
    assert len(refused) == 1
    assert refused[0].startswith("record in the link is left out: ")
    assert told in refused[0]


def test_you_race_before_your_own_visitors_once() -> None:
    setup, refused = RaceSetup.from_query(
        {"world": "coffee", "seed": "7", "record": TEXT, "who": WHO, "drift": "slow", "delay": "50"}
    )
    assert refused == []
    assert RaceSetup.from_query(setup.query()) == (setup, [])
    plan = setup.plan()
    assert (plan.visitors, plan.repetitions, plan.seed_of(0)) == (12, 1, 7)
    assert (plan.drift, plan.delay, plan.refresh) == ("none", 0, 1)
    assert setup.names["you"] == "You, 12 visitors"
    assert "1 repetition × 12 visitors × 3 methods = 36 choices." in size_of(setup)
    without = setup.having({"who": "ours,uniform"}).plan()
    assert (without.visitors, without.drift, without.delay) == (1_000, "slow", 50)
    assert without.seed_of(0) != 7


@pytest.mark.parametrize("other", [{"seed": 8}, {"world": "news"}])
def test_you_cannot_race_before_visitors_whom_you_never_met(other: dict[str, object]) -> None:
    setup = RaceSetup(seed=7, who=WHO, record=TEXT)
    assert where_you_raced(setup) == ""
    assert "Against you" in presets(setup)
    elsewhere = setup.having(other).fitted()
    assert elsewhere.keys == ["ours", "uniform"]
    assert "with random seed 7: you can race only there." in where_you_raced(elsewhere)
    assert "Against you" not in presets(elsewhere)
