"""Shares of the actions of a log without probabilities, as a person types them."""

import pytest

from pages.parts.evaluate.stated_split import shares_in


def test_shares_are_read_in_percent_or_in_parts() -> None:
    assert shares_in("card 50 %; loan: 30%; no offer = 20") == (
        ("card", 0.5), ("loan", 0.3), ("no offer", 0.2)
    )  # fmt: skip
    assert shares_in("a .25, b .75") == (("a", 0.25), ("b", 0.75))
    assert shares_in("a 50,b 50") == (("a", 0.5), ("b", 0.5))
    comma = shares_in("card 33,3 %; loan 33,3 %, none 33,4 %")
    assert dict(comma) == pytest.approx({"card": 0.333, "loan": 0.333, "none": 0.334})
    thirds = shares_in("a 33,3 %; b 33.3 %; c 33,3 %")
    assert [share for _, share in thirds] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("card", "“card” is not an action with its share"),
        ("a 50; a 50", "two shares"),
        ("a 50; b 40", "add up to 90"),
        ("a 33; b 33; c 33", "add up to 99"),
        ("a 33,3; b 33,3; c 33,1", "add up to 99.7"),
    ],
)
def test_other_shares_are_refused_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        shares_in(text)
