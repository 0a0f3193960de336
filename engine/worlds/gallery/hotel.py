"""A hotel's desk: one extra to offer at check-in, each with its price."""

from dataclasses import replace

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_WANTED = {
    "Business": {"1 night": "express", "2-3 nights": "work", "A week": "upgrade"},
    "Couple": {"1 night": "late", "2-3 nights": "spa", "A week": "tour"},
    "Family": {"1 night": "breakfast", "2-3 nights": "tour", "A week": "breakfast"},
}


def _taste(context: Context, item: Item) -> Taste:
    """Guest and stay choose the extra; guests who booked cheaply hesitate over expensive extras."""
    wanted = item.features["extra"] == _WANTED[context["guest"]][context["stay"]]
    asks, buys = (0.9, 0.75) if wanted else (0.35, 0.3)
    if context["booked"] == "Discount" and item.features["price"] > 40:
        buys *= 0.3
    return Taste.in_two_steps(asks, buys)


_EXTRAS = Item.rows(
    ("extra", "price", "food"),
    ("🥐 Breakfast", "breakfast", 18, True),
    ("🛏️ Bigger room", "upgrade", 60, False),
    ("⏰ Late check-out", "late", 25, False),
    ("💆 Spa afternoon", "spa", 55, False),
    ("🚌 City tour", "tour", 35, False),
    ("💻 Desk and lamp", "work", 15, False),
    ("🥪 Express lunch", "express", 12, True),
)

HOTEL = World(
    title="Hotel",
    emoji="🏨",
    story=(
        "At check-in a hotel has the time to offer one extra. "
        "A guest takes it, asks about it and thinks it over, or wants the key."
    ),
    fields=(
        Field.of("guest", "Guest", {"👔 Business": 0.4, "💑 Couple": 0.3, "👪 Family": 0.3}),
        Field.of("stay", "Stay", {"🌙 1 night": 0.4, "🌗 2-3 nights": 0.4, "🌕 A week": 0.2}),
        Field.of("booked", "Booked", {"💶 Full price": 0.5, "✂️ Discount": 0.5}),
    ),
    items=tuple(replace(item, value=item.features["price"]) for item in _EXTRAS),
    taste=_taste,
    unit="€",
)
