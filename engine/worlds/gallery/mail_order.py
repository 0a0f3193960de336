"""A catalogue of products with price, weight and delivery, for customers with money and haste."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_BUDGET = {"Student": (0, 60), "Family": (30, 250), "Collector": (100, 900)}
_ROOM = {
    "Kitchen": {"Own use": "cooking", "Gift": "music"},
    "Garden": {"Own use": "tools", "Gift": "cooking"},
    "Study": {"Own use": "music", "Gift": "tools"},
}


def _taste(context: Context, item: Item) -> Taste:
    """Room and purpose choose the kind, the budget the price; gifts should arrive soon and be
    light."""
    features = item.features
    wanted = features["kind"] == _ROOM[context["room"]][context["for"]]
    low, high = _BUDGET[context["customer"]]
    likes = 0.85 if wanted else 0.3
    buys = 0.7 if low <= features["price"] <= high else 0.1
    if context["for"] == "Gift":
        buys *= 1.2 if features["delivery_days"] <= 2 else 0.6
        buys *= 1.0 if features["weight_kg"] < 5 else 0.7
    return Taste.in_two_steps(likes, buys)


CATALOGUE = World(
    title="Catalogue",
    emoji="📦",
    story=(
        "A mail-order house prints one product on the cover of each catalogue that it sends. "
        "Customers look at price, weight and days of delivery, and each at another of them."
    ),
    fields=(
        Field.of(
            "customer", "Customer", {"🎓 Student": 0.35, "👪 Family": 0.4, "🧐 Collector": 0.25}
        ),
        Field.of("room", "Room", {"🍳 Kitchen": 0.4, "🌻 Garden": 0.3, "📚 Study": 0.3}),
        Field.of("for", "Bought as", {"🏠 Own use": 0.6, "🎁 Gift": 0.4}),
    ),
    items=Item.rows(
        ("kind", "price", "weight_kg", "delivery_days"),
        ("🥄 Wooden spoons", "cooking", 12, 0.3, 1),
        ("🔪 Chef's knife", "cooking", 140, 0.4, 2),
        ("🍲 Copper pot", "cooking", 320, 6.5, 6),
        ("🎺 Toy trumpet", "music", 18, 0.1, 2),
        ("🎸 Travel guitar", "music", 190, 2.4, 3),
        ("🎹 Stage piano", "music", 780, 22, 9),
        ("🔨 Claw hammer", "tools", 24, 0.8, 1),
        ("✂️ Pruning set", "tools", 95, 2.1, 4),
        ("🛠️ Workbench", "tools", 410, 38, 12),
    ),
    taste=_taste,
)
