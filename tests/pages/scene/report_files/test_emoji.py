"""Emoji in texts drawn by a server without an emoji font."""

from pages.parts.scene.report_files.emoji import is_emoji, labels_in_words, named


def test_emoji_are_replaced_by_their_names() -> None:
    assert named("🥐 and ☀️") == "(croissant) and (black sun with rays)"
    assert named("🇩🇪") == "(d e)"
    assert named("👩🏽‍🍳") == "(woman cooking)"
    assert named("\U0001faff") == "(emoji)"
    assert named("20 °C, 𠮷野 ©") == "20 °C, 𠮷野 ©"


def test_labels_keep_their_words_and_stay_distinct() -> None:
    labels = ["Fan", "Fan ⚽", "☀️ Sunny", "❄️", "Tea", "Bread 🌻 (today's)", "🥖 (today's)"]
    words = labels_in_words(labels)
    assert [words[label] for label in labels] == [
        "Fan", "Fan (soccer ball)", "Sunny", "(snowflake)", "Tea", "Bread (today's)",
        "(baguette bread) (today's)",
    ]  # fmt: skip


def test_joined_emoji_are_emoji_and_words_are_not() -> None:
    assert all(map(is_emoji, ["🥐", "👩‍🍳", "🇩🇪", "☀️"]))
    assert not any(map(is_emoji, ["", "Tea", "☕ Tea"]))
