"""What happened on Compare, in its link."""

from pages.parts.compare.history import History
from pages.parts.compare.setup import END


def test_every_story_survives_its_own_link() -> None:
    for story in (History(), History(0), History(0, (0,)), History(END, (100, 100, END))):
        assert History.from_text(story.text or "100") == story
