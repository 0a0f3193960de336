"""A fashion house whose customers change style in mid-season."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_STYLE = {
    "Teen": {"City": "street", "Coast": "sport", "Country": "retro"},
    "Young adult": {"City": "retro", "Coast": "street", "Country": "sport"},
    "Adult": {"City": "classic", "Coast": "retro", "Country": "classic"},
}


def _taste(context: Context, item: Item) -> Taste:
    """Age and place choose the style, heat the sleeves."""
    fits = item.features["style"] == _STYLE[context["age"]][context["place"]]
    warm = item.features["warm"] == (context["weather"] == "Cold")
    return Taste.in_two_steps(0.85 if fits else 0.25, 0.8 if warm else 0.4)


FASHION = World(
    title="Fashion",
    emoji="👗",
    story=(
        "A fashion house opens its page with one piece, tried on by some and bought by fewer. "
        "Raced here, everybody likes something else from the middle of the season on."
    ),
    fields=(
        Field.of("age", "Age", {"🧢 Teen": 0.3, "🎧 Young adult": 0.4, "👜 Adult": 0.3}),
        Field.of("place", "Place", {"🏙️ City": 0.5, "🏖️ Coast": 0.2, "🌾 Country": 0.3}),
        Field.of("weather", "Weather", {"☀️ Hot": 0.5, "❄️ Cold": 0.5}),
    ),
    items=Item.rows(
        ("style", "warm", "price"),
        ("👕 Big tee", "street", False, 29),
        ("🧥 Puffer coat", "street", True, 149),
        ("🎽 Running top", "sport", False, 39),
        ("⛷️ Fleece", "sport", True, 79),
        ("🌺 Printed shirt", "retro", False, 49),
        ("🧶 Wool sweater", "retro", True, 89),
        ("👔 White shirt", "classic", False, 69),
        ("🧣 Camel coat", "classic", True, 249),
    ),
    taste=_taste,
)
