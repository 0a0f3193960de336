"""A banner with click rates of one to three percent."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_PULL = {
    "Phone": {"Search": "short", "Social": "picture", "Mail": "offer"},
    "Laptop": {"Search": "offer", "Social": "short", "Mail": "picture"},
}


def _taste(context: Context, item: Item) -> Taste:
    """Origin and device decide which kind of banner is noticed."""
    sees = item.features["kind"] == _PULL[context["device"]][context["from"]]
    rate = 0.028 if sees else 0.011
    return Taste(half=0.0, full=rate + (0.002 if context["day"] == "Weekend" else 0.0))


BANNER = World(
    title="Banner",
    emoji="🚩",
    story=(
        "A page carries one banner, and of a hundred visitors one to three click it. "
        "The best banner earns twice what the others do, which takes thousands to see."
    ),
    fields=(
        Field.of("device", "Device", {"📱 Phone": 0.6, "💻 Laptop": 0.4}),
        Field.of("from", "Comes from", {"🔎 Search": 0.5, "💬 Social": 0.3, "✉️ Mail": 0.2}),
        Field.of("day", "Day", {"💼 Workday": 5, "🌴 Weekend": 2}),
    ),
    items=Item.rows(
        ("kind", "colour"),
        ("🟦 Three words", "short", "blue"),
        ("🟥 One question", "short", "red"),
        ("🐶 The puppy", "picture", "blue"),
        ("🌄 The sunrise", "picture", "red"),
        ("🏷️ Ten percent off", "offer", "blue"),
        ("⏳ Ends tonight", "offer", "red"),
    ),
    taste=_taste,
)
