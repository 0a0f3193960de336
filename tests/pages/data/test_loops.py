"""The list of loops."""

import pytest

from pages.parts.text.format import ago


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (61, "1 minute ago"), (7_300, "2 hours ago"), (200_000, "2 days ago")],
)
def test_how_long_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words
