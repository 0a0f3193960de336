"""An online shop's front page: season and customer choose the shelf, the screen the price."""

from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import Field, Value, World

_SHELF = {
    # Spring, Summer, Autumn, Winter
    "New": ("garden", "outdoor", "office", "home"),
    "Regular": ("outdoor", "garden", "home", "office"),
    "Gift buyer": ("garden", "home", "office", "home"),
}
_SEASONS = ("Spring", "Summer", "Autumn", "Winter")


def _spends(context: Context) -> bool:
    """Who pays for something dear: regulars on a phone, all but new customers on a laptop."""
    spenders = {"Phone": ("Regular",), "Laptop": ("Regular", "Gift buyer"), "Work PC": ()}
    return context["customer"] in spenders[context["device"]]


def _taste(context: Context, item: Item) -> Taste:
    shelves = _SHELF[context["customer"]]
    category = item.features["category"]
    if category == shelves[_SEASONS.index(context["season"])]:
        basket = 0.9
    else:
        basket = 0.3 if category in shelves else 0.15  # wanted in another season, or never
    buys = 0.45
    if (item.features["price"] > 50) != _spends(context):
        basket *= 0.75
        buys = 0.05
    if item.features["delivery"] == "next-day":
        buys += 0.1
    return Taste.in_two_steps(basket, buys)


def _product(
    name: str, emoji: str, category: str, price: float, weight: float, delivery: str
) -> Item:
    features = {"category": category, "price": price, "weight": weight, "delivery": delivery}
    return Item(name, emoji, features)


SHOP = World(
    title="Shop",
    emoji="🛒",
    story=(
        "An online shop puts one product on its front page. "
        "A customer may buy it, leave it in the basket or pass by."
    ),
    fields=(
        Field(
            "customer",
            "Customer",
            (Value("New", "👋", 0.4), Value("Regular", "⭐", 0.4), Value("Gift buyer", "🎁", 0.2)),
        ),
        Field(
            "season",
            "Season",
            (
                Value("Spring", "🌷", 0.2),
                Value("Summer", "☀️", 0.25),
                Value("Autumn", "🍂", 0.25),
                Value("Winter", "❄️", 0.3),
            ),
        ),
        Field(
            "device",
            "Device",
            (Value("Phone", "📱", 0.5), Value("Laptop", "💻", 0.3), Value("Work PC", "🏢", 0.2)),
        ),
    ),
    items=(
        _product("Reading lamp", "💡", "home", 29, 1.2, "next-day"),
        _product("Armchair", "🛋️", "home", 320, 24, "three-weeks"),
        _product("Herb seeds", "🌱", "garden", 6, 0.1, "next-day"),
        _product("Rose tree", "🌹", "garden", 65, 9, "one-week"),
        _product("Beach ball", "🏐", "outdoor", 14, 0.3, "next-day"),
        _product("City bike", "🚲", "outdoor", 450, 15, "one-week"),
        _product("Notebook set", "📓", "office", 12, 0.6, "next-day"),
        _product("Headphones", "🎧", "office", 140, 0.3, "next-day"),
    ),
    taste=_taste,
)
