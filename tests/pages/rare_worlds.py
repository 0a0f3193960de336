"""Random worlds with rare rewards: rates of .1 to 8 %, with prices or without a unit."""

from functools import cache

import numpy as np

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_FIELDS = (
    Field.of("age", "Age", {"🧑 young": 1, "👵 old": 1}),
    Field.of("channel", "Channel", {"📱 app": 1, "💻 web": 1, "🏛️ branch": 1}),
)


@cache
def rare_world(seed: int) -> World:
    """Return a world of four offers; those of even seeds have prices in euros."""
    rng = np.random.default_rng(seed)
    rates = np.exp(rng.uniform(np.log(0.001), np.log(0.08), (2, 3, 4)))
    prices = rng.integers(5, 300, 4).tolist() if seed % 2 == 0 else [1] * 4
    items = tuple(
        Item(f"Offer {place + 1}", "🎁", {"kind": str(place)}, value=float(price))
        for place, price in enumerate(prices)
    )
    ages, channels = ([value.name for value in field.values] for field in _FIELDS)

    def taste(context: Context, item: Item) -> Taste:
        cell = ages.index(context["age"]), channels.index(context["channel"])
        return Taste(half=0.0, full=float(rates[cell][int(item.id[-1]) - 1]))

    return World(
        title=f"Rare {seed}",
        emoji="🎯",
        story="Offers with rare rewards.",
        fields=_FIELDS,
        items=items,
        taste=taste,
        unit="€" if seed % 2 == 0 else "",
    )
