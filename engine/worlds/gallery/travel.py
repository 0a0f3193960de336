"""A travel agency's page: designs composed of an image, a layout and a tone, graded rewards."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_LAYOUT = {
    "Phone": {"New": "story", "Loyal": "list"},
    "Tablet": {"New": "wide", "Loyal": "story"},
    "Laptop": {"New": "list", "Loyal": "wide"},
}
_IMAGE = {"Family": "beach", "Couple": "city", "Business": "city"}
_PICTURES = ["🏖️", "🌴", "🐚", "🌊", "☀️", "⛵", "🏙️", "🌆", "🚕", "🎡", "🏛️", "🌉"]


def _taste(context: Context, item: Item) -> Taste:
    """The trip wants an image; device and history a layout; business a calm tone, others a bold.

    Half a reward is a trip that was saved for later, a whole one a booking.
    """
    features = item.features
    looks = 0.75 if features["image"] == _IMAGE[context["trip"]] else 0.4
    looks += 0.15 if features["layout"] == _LAYOUT[context["device"]][context["history"]] else -0.15
    is_calm = features["tone"] == "calm"
    books = 0.6 if is_calm == (context["trip"] == "Business") else 0.25
    return Taste.in_two_steps(looks, books)


def _designs() -> tuple[Item, ...]:
    parts = [
        {"image": image, "layout": layout, "tone": tone, "button": button}
        for image in ("beach", "city")
        for layout in ("wide", "story", "list")
        for tone, button in (("calm", "green"), ("bold", "orange"))
    ]
    named = zip(_PICTURES, parts, strict=True)
    return tuple(Item(f"{p['image']}-{p['layout']}-{p['tone']}", emoji, p) for emoji, p in named)


TRAVEL = World(
    title="Travel",
    emoji="✈\ufe0f",
    story=(
        "A travel agency has one page and twelve designs for it, composed of image, layout and "
        "tone. "
        "A visitor may book, save the trip for later or leave."
    ),
    fields=(
        Field.of("device", "Device", {"📱 Phone": 0.5, "📲 Tablet": 0.15, "💻 Laptop": 0.35}),
        Field.of("trip", "Trip", {"👪 Family": 0.4, "💑 Couple": 0.35, "👔 Business": 0.25}),
        Field.of("history", "History", {"👋 New": 0.6, "⭐ Loyal": 0.4}),
    ),
    items=_designs(),
    taste=_taste,
)
