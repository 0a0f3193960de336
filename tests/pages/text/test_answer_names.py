"""Names and worth of rewards in a world."""

from dataclasses import replace

from engine.worlds import GALLERY, WORLDS
from engine.worlds.success_levels import Level
from pages.parts.text.answer_names import amount, answers_to, said
from tests.pages.own_bank import OWN_BANK

COFFEE, HOTEL = WORLDS["coffee"], GALLERY["hotel"].world


def test_the_three_answers_of_a_world_that_says_nothing_of_them() -> None:
    details = [(answer.label, answer.reward) for answer in answers_to(COFFEE, 0)]
    assert details == [("Loved it", 1.0), ("So-so", 0.5), ("Ignored", 0.0)]


def test_answers_in_a_world_with_prices_have_neutral_names() -> None:
    names = [answer.label for answer in answers_to(OWN_BANK, 0)]
    assert names == ["Converted", "Partly", "Ignored"]
    priced = replace(OWN_BANK, unit="")
    assert said(priced, 2, 1.0) == "Converted"


def test_levels_have_their_names_and_rewards() -> None:
    levels = Level(1.0, "Booked"), Level(0.25, "Asked"), Level(0.1)
    world = replace(HOTEL, levels=levels)
    item = int(world.worth.argmin())
    least = float(world.worth[item])
    answers = answers_to(world, item)
    assert [answer.label for answer in answers] == ["Booked", "Asked", "Worth 0.1", "Ignored"]
    assert [answer.reward for answer in answers] == [least, 0.25 * least, 0.1 * least, 0]
    assert said(world, item, 0.25 * least) == "Asked"
    assert said(world, item, 0.123) == "Reward 0.123"
    assert said(replace(COFFEE, levels=(Level(0.5, "<b>"),)), 0, 0.5) != "<b>"


def test_small_amounts_keep_their_digits() -> None:
    amounts = 1_234.5, 40, 0.2, 0.125, 0.002, 0.0
    assert [amount(worth) for worth in amounts] == [
        "1,234.50",
        "40.00",
        "0.20",
        "0.125",
        "0.002",
        "0.00",
    ]


def test_answers_to_a_worthless_action_are_read_as_ignored() -> None:
    nothing = len(OWN_BANK.items) - 1
    assert {answer.reward for answer in answers_to(OWN_BANK, nothing)} == {0.0}
    assert said(OWN_BANK, nothing, 0.0) == "Ignored"
