"""An online shop's front page: season and customer choose the shelf, the screen the price."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_SHELF = {
    "New": {"Spring": "garden", "Summer": "outdoor", "Autumn": "office", "Winter": "home"},
    "Regular": {"Spring": "outdoor", "Summer": "garden", "Autumn": "home", "Winter": "office"},
    "Gift buyer": {"Spring": "garden", "Summer": "home", "Autumn": "office", "Winter": "home"},
}


def _spends(context: Context) -> bool:
    """Return True for visitors who buy expensive products: regulars on a phone, all but new
    customers on a laptop."""
    spenders = {"Phone": ("Regular",), "Laptop": ("Regular", "Gift buyer"), "Work PC": ()}
    return context["customer"] in spenders[context["device"]]


def _taste(context: Context, item: Item) -> Taste:
    shelves, category = _SHELF[context["customer"]], item.features["category"]
    wanted = category == shelves[context["season"]]
    basket = 0.9 if wanted else 0.3 if category in shelves.values() else 0.15
    buys = 0.45
    if (item.features["price"] > 50) != _spends(context):
        basket *= 0.75
        buys = 0.05
    if item.features["delivery"] == "next-day":
        buys += 0.1
    return Taste.in_two_steps(basket, buys)


SHOP = World(
    title="Shop",
    emoji="🛒",
    story=(
        "An online shop puts one product on its front page. "
        "A customer buys it, leaves it in the basket or passes by."
    ),
    fields=(
        Field.of("customer", "Customer", {"👋 New": 0.4, "⭐ Regular": 0.4, "🎁 Gift buyer": 0.2}),
        Field.of(
            "season",
            "Season",
            {"🌷 Spring": 0.2, "☀️ Summer": 0.25, "🍂 Autumn": 0.25, "❄️ Winter": 0.3},
        ),
        Field.of("device", "Device", {"📱 Phone": 0.5, "💻 Laptop": 0.3, "🏢 Work PC": 0.2}),
    ),
    items=Item.rows(
        ("category", "price", "weight", "delivery"),
        ("💡 Reading lamp", "home", 29, 1.2, "next-day"),
        ("🛋️ Armchair", "home", 320, 24, "three-weeks"),
        ("🌱 Herb seeds", "garden", 6, 0.1, "next-day"),
        ("🌹 Rose tree", "garden", 65, 9, "one-week"),
        ("🏐 Beach ball", "outdoor", 14, 0.3, "next-day"),
        ("🚲 City bike", "outdoor", 450, 15, "one-week"),
        ("📓 Notebook set", "office", 12, 0.6, "next-day"),
        ("🎧 Headphones", "office", 140, 0.3, "next-day"),
    ),
    taste=_taste,
)
