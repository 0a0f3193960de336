"""Questions on the rates of new actions in a running world, and the effects of changed prices."""

from collections.abc import Mapping, Sequence

import streamlit as st

from engine.worlds import World
from engine.worlds.action_changes import NewRates, usual_rates
from engine.worlds.draft_rows import ActionRow
from pages.parts.text.format import note, plain

_RANGE, _SAME = "range", "same"
_PERCENT = 100.0


def ask_rates(world: World, rows: Sequence[ActionRow], key: str, can: bool) -> dict[int, NewRates]:
    """Draw a question on the rates of each new action; return the answers by the rows' numbers.

    Args:
        key: prefix of the widgets' keys.
        can: False to disable the widgets.
    """
    new = [row for row in rows if row.id >= len(world.items) and not row.is_blank]
    return {row.id: _ask(world, row, f"{key}-{row.id}", can) for row in new}


def _ask(world: World, row: ActionRow, key: str, can: bool) -> NewRates:
    """Draw the question on one new action."""
    usual, name = usual_rates(world), plain(row.shown or "the new action")
    names = {f"like-{i}": f"Like {item.name}" for i, item in enumerate(world.items)}
    options = {_RANGE: "Between two rates, by one field", _SAME: "The same for everybody", **names}
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}-rates"):
        kind = st.selectbox(
            f"Success rate of {name}",
            list(options),
            format_func=options.__getitem__,
            key=f"{key}-kind",
            disabled=not can,
            width=360,
            help="How often visitors like the new action. The engine is not informed. With a "
            "range, the random seed draws the field, and a rate for each of its values.",
        )
        if kind == _RANGE:
            low = _rate("From, %", usual.low, f"{key}-low", can)
            return NewRates(low=low, high=max(low, _rate("To, %", usual.high, f"{key}-high", can)))
        if kind == _SAME:
            rate = _rate("Rate, %", (usual.low + usual.high) / 2, f"{key}-rate", can)
            return NewRates(low=rate, high=rate)
    return NewRates(world.items[int(kind.removeprefix("like-"))].id)


def _rate(label: str, usual: float, key: str, can: bool) -> float:
    """Draw an input of a rate in percent; return the rate."""
    value = round(_PERCENT * usual, 2)
    percent = st.number_input(
        label, 0.0, _PERCENT, value, 0.1, "%.2f", key=key, width=130, disabled=not can
    )
    return percent / _PERCENT


def say_prices(world: World, rows: Sequence[ActionRow]) -> None:
    """Draw sentences on changed prices."""
    if sentences := price_effects(world, rows):
        note(" ".join(sentences))


def price_effects(world: World, rows: Sequence[ActionRow]) -> list[str]:
    """Return sentences on prices, as Markdown: changed ones, those of new actions in a unit, and
    that of the most valuable action, which is a reward of 1."""
    prices: Mapping[int, float] = {
        row.id: 1.0 if row.worth is None else row.worth for row in rows if not row.is_blank
    }
    changed = [
        f"A success with {plain(world.items[i].name)} pays {_price(world, price)} instead of "
        f"{_price(world, world.items[i].value)}. Its success rate stays the same."
        for i, price in prices.items()
        if i < len(world.items) and price != world.items[i].value
    ]
    new = [row for row in rows if row.id >= len(world.items) and not row.is_blank and world.unit]
    changed += [
        f"A success with {plain(row.shown)} pays {_price(world, prices[row.id])}." for row in new
    ]
    most = max(prices.values(), default=0.0)
    if not most or most == world.most:
        return changed
    return [
        *changed,
        f"Rewards are shares of the highest price, which is {_price(world, most)} instead of "
        f"{_price(world, world.most)}. So the rewards of all other actions change by a factor of "
        f"{world.most / most:.3g}. What the engine has learned about them is wrong until it has "
        "learned them again. What was earned before keeps the price of its time.",
    ]


def _price(world: World, price: float) -> str:
    """Format a price as Markdown."""
    return plain(f"{price:,.6g}\N{NO-BREAK SPACE}{world.unit}".strip())
