"""A news desk whose articles come in several formats at once: weekday, weather and device."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_TOPICS = {
    "Workday": {"Sunny": "business", "Rainy": "politics", "Snowy": "travel"},
    "Friday": {"Sunny": "culture", "Rainy": "sport", "Snowy": "politics"},
    "Weekend": {"Sunny": "travel", "Rainy": "culture", "Snowy": "sport"},
}
_FORMAT = {"Phone": "video", "Car": "audio", "Desktop": "text", "Tablet": "gallery"}


def _taste(context: Context, item: Item) -> Taste:
    """Day and weather choose the topic, the device the format: reading on needs both."""
    wanted = item.features["topic"] == _TOPICS[context["day"]][context["weather"]]
    fits = _FORMAT[context["device"]] in item.features["formats"]
    return Taste.in_two_steps(0.85 if wanted else 0.3, 0.85 if fits else 0.3)


def _article(label: str, topic: str, words: int, *formats: str) -> Item:
    emoji, name = label.split(" ", 1)
    features = {"topic": topic, "words": words, "formats": dict.fromkeys(formats, True)}
    return Item(name, emoji, features)


NEWSDESK = World(
    title="News desk",
    emoji="🗞\ufe0f",
    story=(
        "An editor pins one article to the top, and each can be read, heard or watched. "
        "Readers open what suits the day and the sky, and stay if their device can play it."
    ),
    fields=(
        Field.of("day", "Day", {"💼 Workday": 4, "🎉 Friday": 1, "🌴 Weekend": 2}),
        Field.of("weather", "Weather", {"☀️ Sunny": 0.5, "🌧️ Rainy": 0.35, "❄️ Snowy": 0.15}),
        Field.of(
            "device",
            "Device",
            {"📱 Phone": 0.4, "🚗 Car": 0.2, "💻 Desktop": 0.25, "📲 Tablet": 0.15},
        ),
    ),
    items=(
        _article("📈 Markets at noon", "business", 400, "text", "video"),
        _article("🏭 The last mill", "business", 1800, "audio", "gallery"),
        _article("🗳️ Close count", "politics", 500, "text", "video", "audio"),
        _article("🏛️ The long session", "politics", 2100, "text", "gallery"),
        _article("⚽ Derby day", "sport", 350, "video", "gallery"),
        _article("🏊 Cold water", "sport", 900, "text", "audio"),
        _article("🎻 First night", "culture", 700, "audio", "video"),
        _article("🖼️ Lost portrait", "culture", 1200, "text", "gallery"),
        _article("🚞 Slow trains", "travel", 1500, "text", "audio"),
        _article("🏝️ Nine islands", "travel", 600, "video", "gallery"),
    ),
    taste=_taste,
)
