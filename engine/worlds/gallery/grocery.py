"""A grocery's delivery app: dishes by taste, spice and nutrition, as the service had."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_WISH = {
    "Salty": {"Morning": "breakfast", "Noon": "soup", "Evening": "main"},
    "Sweet": {"Morning": "drink", "Noon": "dessert", "Evening": "dessert"},
    "Fresh": {"Morning": "drink", "Noon": "salad", "Evening": "soup"},
}


def _taste(context: Context, item: Item) -> Taste:
    """Taste and time choose the kind of dish; shoppers for children avoid spicy dishes."""
    wanted = item.features["kind"] == _WISH[context["taste"]][context["time"]]
    chance = 0.8 if wanted else 0.2
    if context["basket"] == "Family" and item.features["spice"] == "high":
        chance *= 0.3
    if context["basket"] == "Diet" and item.features["nutrition"] < 5:
        chance *= 0.5
    return Taste(half=0.0, full=chance)


GROCERY = World(
    title="Grocery",
    emoji="🥕",
    story=(
        "A grocery that delivers suggests one dish while the basket is being filled. "
        "It is put in, or it is not, and some households never take what is hot or heavy."
    ),
    fields=(
        Field.of("taste", "Taste", {"🥨 Salty": 0.4, "🍬 Sweet": 0.3, "🌿 Fresh": 0.3}),
        Field.of("time", "Time of day", {"🌅 Morning": 0.25, "🌞 Noon": 0.35, "🌙 Evening": 0.4}),
        Field.of("basket", "Basket", {"👤 Single": 0.4, "👪 Family": 0.4, "🏃 Diet": 0.2}),
    ),
    items=Item.rows(
        ("kind", "cuisine", "spice", "nutrition"),
        ("🍝 Pasta", "main", "italian", "low", 4),
        ("🍛 Red curry", "main", "thai", "high", 6),
        ("🍨 Ice cream", "dessert", "american", "none", 2),
        ("🍓 Berry bowl", "dessert", "nordic", "none", 8),
        ("🧃 Apple juice", "drink", "nordic", "none", 5),
        ("🥤 Ginger shot", "drink", "thai", "high", 7),
        ("🥗 Green salad", "salad", "italian", "none", 9),
        ("🥑 Chili salad", "salad", "mexican", "high", 8),
        ("🍲 Lentil soup", "soup", "turkish", "low", 8),
        ("🥘 Hot pot", "soup", "chinese", "high", 6),
        ("🍳 Omelette", "breakfast", "american", "low", 6),
        ("🌮 Breakfast taco", "breakfast", "mexican", "high", 5),
    ),
    taste=_taste,
)
