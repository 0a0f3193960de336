"""A film library with years, directors and films of several genres."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_GENRES = {
    "Student": {"Afternoon": "comedy", "Evening": "sci-fi", "Night": "horror"},
    "Parent": {"Afternoon": "family", "Evening": "romance", "Night": "drama"},
    "Film buff": {"Afternoon": "drama", "Evening": "comedy", "Night": "sci-fi"},
    "Grandparent": {"Afternoon": "romance", "Evening": "family", "Night": "drama"},
}
_LOVES_OLD = ("Film buff", "Grandparent")


def _taste(context: Context, item: Item) -> Taste:
    """Viewer and hour choose the genre; old films are finished by few, new ones by others."""
    wished = _GENRES[context["viewer"]][context["hour"]] in item.features["genres"]
    is_old = item.features["year"] < 1980
    starts = 0.8 if wished else 0.2
    if context["last"] == "Okoro" and item.features["director"] == "Okoro":
        starts += 0.15
    return Taste.in_two_steps(starts, 0.9 if is_old == (context["viewer"] in _LOVES_OLD) else 0.4)


def _film(label: str, year: int, director: str, *genres: str) -> Item:
    emoji, name = label.split(" ", 1)
    features = {"year": year, "director": director, "genres": dict.fromkeys(genres, True)}
    return Item(name, emoji, features)


FILMS = World(
    title="Films",
    emoji="📽\ufe0f",
    story=(
        "A library of films old and new suggests one to whoever opens it. "
        "Most films are of more than one genre, and a director who was liked is liked again."
    ),
    fields=(
        Field.of(
            "viewer",
            "Viewer",
            {"🎓 Student": 0.3, "🧸 Parent": 0.3, "🎩 Film buff": 0.2, "👓 Grandparent": 0.2},
        ),
        Field.of("hour", "Hour", {"🌤️ Afternoon": 0.25, "🌆 Evening": 0.5, "🌙 Night": 0.25}),
        Field.of("last", "Last liked", {"🦊 Okoro": 0.3, "🦉 Lindqvist": 0.3, "🐻 Marais": 0.4}),
    ),
    items=(
        _film("🧪 Second Moon", 1968, "Lindqvist", "sci-fi", "drama"),
        _film("🛰️ Quiet Signal", 2021, "Okoro", "sci-fi", "horror"),
        _film("👻 Attic Hours", 2014, "Marais", "horror", "comedy"),
        _film("🎪 Three Clowns", 1957, "Marais", "comedy", "family"),
        _film("🥁 Loud Summer", 2019, "Okoro", "comedy", "romance"),
        _film("🌹 Winter Letters", 1949, "Lindqvist", "romance", "drama"),
        _film("🚲 Two Bicycles", 2008, "Marais", "romance", "family"),
        _film("🦢 Paper Swans", 1972, "Okoro", "family", "drama"),
        _film("⚖️ Seven Jurors", 2016, "Lindqvist", "drama"),
        _film("🕯️ Long Corridor", 1963, "Lindqvist", "horror"),
    ),
    taste=_taste,
)
