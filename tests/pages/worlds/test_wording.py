"""Sentences about a world being written."""

from dataclasses import replace

from engine.worlds import GALLERY, World
from engine.worlds.ceilings import Ceiling, Ceilings
from engine.worlds.coffee import COFFEE
from engine.worlds.draft_rows import CellFault
from engine.worlds.taste import Context, Item, Taste
from pages.parts.charts.map_axes import axes_of
from pages.parts.charts.truth_map import truth_rows
from pages.parts.scene.part_types import FigureStyle, Numbers, Text
from pages.parts.text.format import bare
from pages.parts.text.reward_scale import RewardScale
from pages.parts.worlds.page_content import scene_of
from pages.parts.worlds.wording import earned, fault_in_words, in_its_unit, measured, point_of
from tests.pages.own_bank import OWN_BANK, RULE

_EURO = "\u00a0€"
_GAIN = "That is what learning can gain here."


def text_in(world: World, part: str) -> str:
    text = scene_of(world, FigureStyle())[part]
    assert isinstance(text, Text)
    return bare(text.body)


def tiles_of(world: World, part: str = "ceilings") -> dict[str, str]:
    numbers = scene_of(world, FigureStyle())[part]
    assert isinstance(numbers, Numbers)
    return {number.label: bare(number.value) for number in numbers.numbers}


def point(world: World) -> str:
    return bare(point_of(world, world.ceilings))


def test_ceilings_say_what_they_are_numbers_of() -> None:
    unnamed = replace(OWN_BANK, unit="")
    said = [
        bare(in_its_unit(world, RewardScale.of(world))) for world in (OWN_BANK, unnamed, COFFEE)
    ]
    percent = (
        "In percent of the highest price, 300. Enter a reward unit, such as €, above to see "
        "amounts per 1,000 visitors."
    )
    assert said == ["In € per 1,000 visitors", percent, ""]


def test_a_fault_names_the_table_by_its_title() -> None:
    fault = CellFault("truth", 2, "Latte", "is 3, but must be at most 1")
    assert "True conversion rates, row 2, Latte" in fault_in_words(fault)


def rarely(factor: float) -> World:
    """The coffee world at a fraction of its rates."""

    def taste(context: Context, item: Item) -> Taste:
        common = COFFEE.taste(context, item)
        return Taste(common.half * factor, common.full * factor)

    return replace(COFFEE, taste=taste)


def divided(gain: float) -> World:
    """The vending machine with two items: students like the last more by this difference, the
    others like the first more."""

    def taste(context: Context, item: Item) -> Taste:
        is_liked = (context["who"] == "Student") == (item.id == "Pretzels")
        return Taste(0.0, 0.3 + gain * is_liked)

    world = GALLERY["vending"].world
    return replace(world, taste=taste, items=(world.items[0], world.items[-1]))


def test_sums_that_differ_by_rounding_only_are_said_alike() -> None:
    plain = RewardScale()
    assert {earned(plain, value) for value in (0.425, 0.42500000000000004)} == {"0.42"}
    assert f"{0.42500000000000004:.2f}" == "0.43"


def test_a_bank_reads_what_it_can_earn_in_its_own_money() -> None:
    assert point(OWN_BANK) == (
        f"The best single action earns 3,000{_EURO} per 1,000 visitors; knowing every taste "
        f"earns 3,995{_EURO}, 33\u00a0% more. {_GAIN}"
    )
    assert text_in(OWN_BANK, "point") == f"{point(OWN_BANK)} 5 actions, 3 fields, 36 contexts."
    by_hand = {"Random": "random", "Best single offer": "single", "Best for each": "best"}
    for part in ("ceilings", "worth"):
        tiles = tiles_of(OWN_BANK, part)
        assert {name: tiles[name] for name in by_hand} == {
            name: f"{RULE[key]:,}{_EURO}" for name, key in by_hand.items()
        }


def test_the_map_says_what_the_best_offer_earns_in_the_worlds_scale() -> None:
    axes = next(iter(axes_of(OWN_BANK)))
    rows = truth_rows(OWN_BANK, axes, OWN_BANK.contexts[0]).to_pylist()
    said = {row["who"]: row["said"] for row in rows}
    assert any(text.endswith(f"Premium card, 5,040{_EURO}") for text in said.values())
    assert max(row["expected"] for row in rows) > 5_000


def test_rare_rewards_are_compared_in_percent() -> None:
    assert point(COFFEE) == point(rarely(1.0))
    assert "knowing every taste earns 1.00, " in point(COFFEE)
    assert "knowing every taste earns 1.00\u00a0%, " in point(rarely(0.01))
    assert len(set(tiles_of(rarely(0.01)).values())) > 2


def test_only_a_world_without_a_difference_has_nothing_to_learn() -> None:
    nothing = "One action is best for everybody: the context does not matter."
    assert point(GALLERY["vending"].world) == point(divided(0.0)) == nothing
    assert point(divided(0.1)).endswith(_GAIN)


def test_a_gain_below_a_percent_is_little_and_has_digits_that_tell_it() -> None:
    world = divided(0.002)
    assert point(world) == (
        "The best single action earns 0.3012; knowing every taste earns 0.3020, <1\u00a0% more. "
        "There is little to learn here."
    )
    priced = tuple(replace(item, value=100.0) for item in world.items)
    said = point(replace(world, unit="€", items=priced))
    assert f"earns 30,120{_EURO} per 1,000 visitors; knowing" in said
    assert "30,200" in said


def test_a_sampled_gain_within_its_error_is_none() -> None:
    best = Ceiling(0.0203, error=0.0002)
    ceilings = Ceilings(Ceiling(0.01), Ceiling(0.02), Ceiling(0.02), None, best)
    assert "as far as a sample of visitors tells" in point_of(rarely(0.01), ceilings)
    assert bare(measured(RewardScale.of(rarely(0.01)), best)) == "2.030\u00a0% ± 0.040\u00a0%"
