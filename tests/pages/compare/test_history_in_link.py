"""The history of Compare in the link."""

import pytest

from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import END


def test_every_story_survives_its_own_link() -> None:
    for story in (History(), History(0), History(0, (0,)), History(END, (100, 100, END))):
        assert History.from_text(story.text or "100") == story


@pytest.mark.parametrize(
    "text", ["", "x", "100001", "1e3", "٣", "100-101", "200-150-120", "0" + 21 * "-0", "0-" * 999]
)
def test_a_story_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|many"):
        History.from_text(text)
