"""The roles of a table's columns are guessed and can be corrected."""

from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest

from engine.evaluation.files.column_roles import Columns, guess, nested, quarter_of, unit_in
from tests.engine.evaluation.files.sample_files import COLUMNS, table


def test_a_log_that_names_things_as_they_are_named_is_read_as_it_is_meant() -> None:
    assert guess(table()) == replace(COLUMNS, event="event_id")


def test_the_open_bandit_log_is_read_as_it_is_meant() -> None:
    columns: dict[str, list[object]] = {
        "": [0, 1], "timestamp": ["2019-11-24"] * 2, "item_id": [14, 3], "position": [3, 1],
        "click": [0, 1], "propensity_score": [0.0125] * 2, "user_feature_0": ["x", "y"],
        "user-item_affinity_0": [0.0, 0.5],
    }  # fmt: skip
    assert guess(pa.table(columns)) == Columns(
        "item_id",
        "click",
        "propensity_score",
        ("position", "user_feature_0"),
        time="timestamp",
        quarters=(("user-item_affinity_0", (0.5,)),),
    )


@pytest.mark.parametrize("name", ["RewardActionId", "chosen-action", "Arm", "shown action"])
def test_names_are_read_however_they_are_written(name: str) -> None:
    assert guess(pa.table({name: ["a"], "Reward": [1.0]})).shown == name


def test_a_whole_name_goes_before_one_in_an_object_and_a_letter_in_it_says_nothing() -> None:
    names = ["user.clicks", "page.action", "visit.date", "pos.y", "arm", "converted", "ts"]
    guessed = guess(pa.table({name: ["x"] for name in names}))
    assert (guessed.shown, guessed.reward, guessed.time) == ("arm", "converted", "ts")
    assert guess(pa.table({"pos.y": ["x"], "user.clicks": ["x"]})).reward == "user.clicks"
    assert guess(pa.table({"pos.y": ["x"]})).reward == ""


def test_longer_names_are_read_if_all_their_words_say_so() -> None:
    names = ["action type", "Action shown", "probability of churn", "Probability of the action"]
    guessed = guess(pa.table({name: ["x"] for name in [*names, "reward points", "Reward value"]}))
    assert (guessed.shown, guessed.propensity, guessed.reward) == (
        names[1],
        names[3],
        "Reward value",
    )
    german = guess(pa.table({"Gezeigtes Angebot": ["x"], "Wahrscheinlichkeit": [0.5]}))
    assert (german.shown, german.propensity) == ("Gezeigtes Angebot", "Wahrscheinlichkeit")


def test_a_currency_in_a_name_is_its_unit() -> None:
    assert [*map(unit_in, ("revenue_eur", "Umsatz (€)", "sales in USD", "RevenueChf"))] == [
        "€", "€", "$", "CHF",
    ]  # fmt: skip
    assert not any(map(unit_in, ("", "revenue", "neural_reward", "europe")))


@pytest.mark.parametrize(
    "name", ["revenue", "Sales", "amount", "Income", "margin", "conversions", "purchase", "value",
             "cost", "Net revenue EUR"],
)  # fmt: skip
def test_what_was_paid_is_the_reward_and_no_context(name: str) -> None:
    columns: dict[str, list[object]] = {"action": ["a", "b"], name: [0, 90], "age": [30, 40]}
    guessed = guess(pa.table(columns))
    assert (guessed.reward, guessed.context) == (name, ("age",))


def test_other_outcomes_are_no_context_but_costs_and_incomes_may_be() -> None:
    names = ["action", "clicked", "cost", "income", "revenue"]
    guessed = guess(pa.table({name: [0, 1] for name in names}))
    assert guessed.reward == "revenue"
    assert guessed.context == ("cost", "income")


def test_columns_unique_per_event_are_no_context() -> None:
    rows = range(200)
    words = {"session": [f"s{n}" for n in rows], "few": [n % 7 for n in rows]}
    result = guess(pa.table(words | {"user_id": [0] * 200, "size": [0.5] * 200}))
    assert result.context == ("few",)


def test_probabilities_of_all_are_such_only_if_each_action_shown_has_one() -> None:
    names = {"action": ["a", "b"], "p_a": [0.5, 0.5], "p_b": [0.5, 0.5]}
    assert guess(pa.table(names)).probabilities == (("a", "p_a"), ("b", "p_b"))
    assert guess(pa.table(names | {"action": ["a", "c"]})).probabilities == ()


def test_the_probability_of_an_action_that_is_called_offer_is_not_that_of_what_was_shown() -> None:
    names = {"shown": ["offer", "no_offer"], "prob_offer": [0.4, 0.7], "prob_no_offer": [0.6, 0.3]}
    guessed = guess(pa.table(names))
    assert guessed.propensity == ""
    assert guessed.probabilities == (("offer", "prob_offer"), ("no_offer", "prob_no_offer"))
    assert guess(pa.table(names | {"pscore": [0.4, 0.3]})).propensity == "pscore"


def test_a_column_may_say_when_by_its_type() -> None:
    assert guess(pa.table({"since": pa.array([0], pa.timestamp("s"))})).time == "since"


def test_lists_and_maps_are_told_of_unless_they_say_what_was_offered() -> None:
    lists = pa.array([["a", "b"]])
    head = pa.table({"action": ["a"], "offered": lists, "likes": lists, "country": ["NL"]})
    table = head.append_column("more", pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())))
    assert nested(table, guess(table)) == ("likes", "more")


def test_numbers_with_many_values_have_quarters() -> None:
    head = pa.table(
        {
            "action": ["a", "b"] * 50,
            "reward": [0, 1] * 50,
            "prob": [0.5] * 100,
            "balance": [float(n) for n in range(100)],
            "age": list(range(100)),
            "zero": [0.0] * 100,
            "rare": [0.0] * 99 + [5.0],
            "customer_id": list(range(100)),
        }
    )
    result = guess(head)
    assert result.context == ()
    quarters = dict(result.quarters)
    assert set(quarters) == {"balance", "age"}
    names = [quarter_of(number, quarters["balance"]) for number in (0, 30, 60, 99)]
    assert len(set(names)) == 4
    sizes = Counter(quarter_of(n, quarters["age"]) for n in range(100)).values()
    assert max(sizes) <= 26
    assert quarter_of(-5, (10.0, 20.0)) == "below 10"
    assert quarter_of(10, (10.0, 20.0)) == "10 to 20"
    assert quarter_of(1_500_000, (1_000_000.0,)) == "1000000 or more"
