"""A machine at which nothing matters: every item earns the same for every visitor."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World


def _taste(context: Context, item: Item) -> Taste:
    """Three in ten, for every visitor and item."""
    return Taste(half=0.0, full=0.3)


VENDING = World(
    title="Vending",
    emoji="🎰",
    story=(
        "A vending machine lights one button, and three passers-by in ten press whatever it is. "
        "There is nothing to learn here, and whoever shows a pattern has invented it."
    ),
    fields=(
        Field.of("who", "Who", {"🧑 Student": 0.4, "👷 Worker": 0.4, "🧳 Traveller": 0.2}),
        Field.of("weather", "Weather", {"☀️ Sunny": 0.5, "🌧️ Rainy": 0.5}),
        Field.of("hour", "Hour", {"🌅 Morning": 0.4, "🌞 Noon": 0.3, "🌙 Night": 0.3}),
    ),
    items=Item.rows(
        ("cold", "sweet"),
        ("🥤 Cola", True, True),
        ("💧 Water", True, False),
        ("☕ Coffee", False, False),
        ("🍫 Chocolate", False, True),
        ("🥨 Pretzels", False, False),
    ),
    taste=_taste,
)
