"""The scale on which mean rewards are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worlds.coffee import COFFEE
from pages.parts.text.format import plain
from pages.parts.text.reward_scale import RewardScale
from tests.pages.own_bank import OWN_BANK, RULE

BANK, PLAIN, PERCENT = RewardScale.of(OWN_BANK), RewardScale.of(COFFEE), RewardScale.of_size(0.023)
scales = st.sampled_from([BANK, PLAIN, PERCENT])


def test_the_bank_is_worth_what_was_computed_by_hand() -> None:
    values = {"random": OWN_BANK.uniform_value, "single": OWN_BANK.single_value}
    for name, reward in (values | {"best": OWN_BANK.best_value}).items():
        assert BANK.mean(reward) == f"{RULE[name]:,}\u00a0€ per 1,000 visitors"


def test_rewards_near_one_half_are_written_as_they_are() -> None:
    assert PLAIN.mean(0.4249) == "0.42 per visitor"
    assert PLAIN.estimate(0.42, 0.38, 0.46) == "0.42 (0.38 to 0.46)"
    assert PLAIN.signed(-0.001) == "0.00"
    assert PLAIN.title == "mean reward"
    assert RewardScale.of(None) == PLAIN


def test_rare_rewards_are_written_in_percent() -> None:
    assert PERCENT.mean(0.02304) == "2.30\u00a0% per visitor"
    assert PERCENT.signed(0.0004) == "+0.04\u00a0%"
    assert PERCENT.range(-0.0004, 0.0002, sign=True) == "\N{MINUS SIGN}0.040 to +0.020\u00a0%"


def test_differences_of_percentages_are_percentage_points() -> None:
    assert PERCENT.of_differences.signed(0.0104) == "+1.04\u00a0%\u00a0points"
    assert (BANK.of_differences, PLAIN.of_differences) == (BANK, PLAIN)


def test_a_difference_is_more_or_less_and_never_a_negative_gain() -> None:
    assert RewardScale.of_size(0.01, "€", 300).more(-0.00039) == "117\u00a0€ less"
    assert RewardScale.of_size(0.5).more(0.126) == "0.13 more"
    assert RewardScale.of_size(0.05).more(-0.004) == "0.40\u00a0%\u00a0points less"


def test_sums_are_amounts_or_numbers_of_rewards() -> None:
    assert BANK.of_sums.estimate(2, 1, 3) == "600\u00a0€ (300 to 900)"
    assert PERCENT.of_sums.estimate(5, 4.4, 5.6) == "5.0 (4.4 to 5.6)"


def test_typed_units_are_plain_in_markdown() -> None:
    assert RewardScale(unit="*€*").in_markdown.value(1) == f"1.00\u00a0{plain('*€*')}"


def test_money_has_as_many_digits_as_its_interval_warrants() -> None:
    euro = 1 / BANK.factor
    assert (
        BANK.estimate(3_255 * euro, 3_012 * euro, 3_499 * euro) == "3,260\u00a0€ (3,010 to 3,500)"
    )
    assert BANK.value(3_255 * euro, 7_000 * euro) == "3,300\u00a0€"
    assert BANK.more(355 * euro, 2_900 * euro) == "355\u00a0€ more"  # As the means beside it.
    assert BANK.range(-1.2 * euro, 0.4 * euro, sign=True) == "\N{MINUS SIGN}1.20 to +0.40\u00a0€"
    assert BANK.total(12.3) == "3,690\u00a0€"
    assert [BANK.total(0.2), BANK.total(0.1004)] == ["60\u00a0€", "30.12\u00a0€"]
    assert PLAIN.total(12.34) == "12.3 rewards"


@given(scales, st.floats(-0.5, 0.5), st.floats(1e-5, 0.5))
def test_no_interval_is_written_with_equal_ends(
    scale: RewardScale, low: float, width: float
) -> None:
    ends = scale.range(low, low + width).removesuffix(f"\u00a0{scale.unit}").split(" to ")
    assert ends[0] != ends[1]


def test_an_end_beside_0_does_not_read_as_0() -> None:
    euro = 1 / BANK.factor
    assert BANK.estimate(2_190 * euro, 31 * euro, 4_120 * euro) == "2,200\u00a0€ (30 to 4,100)"
    ends = BANK.range(-4_120 * euro, -2.4 * euro, sign=True)
    assert ends == "\N{MINUS SIGN}4,100 to \N{MINUS SIGN}2\u00a0€"
    assert BANK.range(0, 4_120 * euro) == "0 to 4,100\u00a0€"
    assert BANK.range(1e-9, 4_120 * euro) == "0 to 4,100\u00a0€"
    assert PLAIN.range(0.004, 0.9) == "0.004 to 0.90"


@given(scales, st.floats(-1, 1), st.floats(0, 0.1))
def test_what_is_written_is_the_number(scale: RewardScale, reward: float, doubt: float) -> None:
    text = scale.value(reward, doubt).removesuffix(f"\u00a0{scale.unit}").replace(",", "")
    written = float(text.replace("\N{MINUS SIGN}", "-"))
    allowed = max(0.5001 * 10**-scale.digits, 0.0501 * scale.number(doubt))
    assert written == pytest.approx(scale.number(reward), abs=allowed)
    assert scale.value(reward, doubt).count("\N{MINUS SIGN}") == (written < 0)
