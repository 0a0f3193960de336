"""A shop's home page with two slots, which like different kinds of content."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_WANTS = {
    "New": {"Phone": "ideas", "Laptop": "service"},
    "Regular": {"Phone": "sale", "Laptop": "ideas"},
    "Gift buyer": {"Phone": "service", "Laptop": "sale"},
}
"""Subject that a customer looks for on a device."""


def _taste(context: Context, item: Item) -> Taste:
    """Subject and customer decide, and the slot: pictures belong on top, texts at the side."""
    wanted = item.features["subject"] == _WANTS[context["customer"]][context["device"]]
    suits = (item.features["form"] == "picture") == (context["slot"] == "Hero")
    return Taste.in_two_steps(0.9 if wanted and suits else 0.45 if suits else 0.15, 0.8)


HOME = World(
    title="Home page",
    emoji="🏠",
    story=(
        "A shop's home page has two slots, a large picture on top and a note at the side, and "
        "never shows the same content twice. Each customer may click in both, one or neither."
    ),
    fields=(
        Field.of("customer", "Customer", {"👋 New": 0.4, "⭐ Regular": 0.4, "🎁 Gift buyer": 0.2}),
        Field.of("device", "Device", {"📱 Phone": 0.6, "💻 Laptop": 0.4}),
        Field.of("slot", "Slot", {"🖼️ Hero": 0.5, "📌 Side": 0.5}),
    ),
    items=Item.rows(
        ("subject", "form"),
        ("🌄 Summer looks", "ideas", "picture"),
        ("🛍️ Half-price week", "sale", "picture"),
        ("🚚 Free delivery", "service", "picture"),
        ("📖 Style guide", "ideas", "text"),
        ("🏷️ Today's coupon", "sale", "text"),
        ("💬 Ask an expert", "service", "text"),
    ),
    taste=_taste,
)
