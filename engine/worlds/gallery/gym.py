"""A gym's app that sends numbers and lists: an age, an hour, and interests."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World


def _taste(context: Context, item: Item) -> Taste:
    """Interests decide on coming; the young prefer intense courses, and the hour decides the
    length."""
    likes = item.features["kind"] in context["likes"].split(" + ")
    is_young = context["age"] in {"age 16-30", "age 30-45"}
    books = 0.75 if likes else 0.25
    books *= 1.0 if (item.features["intensity"] > 5) == is_young else 0.5
    is_early = context["hour"] == "6-12 h"
    return Taste.in_two_steps(books, 0.85 if (item.features["minutes"] < 40) == is_early else 0.5)


GYM = World(
    title="Gym",
    emoji="💪",
    story=(
        "A gym suggests one class to whoever opens its app, and knows an age, an hour and likes. "
        "A class is booked and attended, booked and missed, or not looked at."
    ),
    fields=(
        Field.number("age", "Age", (16, 30, 45, 60, 75), mean=38, spread=14, named="age {}-{}"),
        Field.number("hour", "Hour", (6, 12, 22), named="{}-{} h"),
        Field.tags("likes", "Likes", {"🥊 lift": 0.5, "🧘 calm": 0.4}),
    ),
    items=Item.rows(
        ("kind", "intensity", "minutes"),
        ("🏋️ Heavy bar", "lift", 9, 60),
        ("🥊 Box and run", "lift", 8, 30),
        ("🚣 Easy rowing", "lift", 4, 45),
        ("🎽 Light weights", "lift", 3, 30),
        ("🔥 Hot flow", "calm", 7, 60),
        ("🤸 Power stretch", "calm", 6, 30),
        ("🧘 Slow yoga", "calm", 2, 60),
        ("🌬️ Ten breaths", "calm", 1, 15),
    ),
    taste=_taste,
)
