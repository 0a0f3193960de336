"""List of pages, with the menu; importing it loads no page. `pages.stage` lists them, too."""

from typing import NamedTuple


class PageEntry(NamedTuple):
    """Page in the menu.

    Attributes:
        name: in its address.
        title: in the menu; the name by default.
        purpose: line under the title, in a group.
    """

    name: str
    icon: str
    title: str = ""
    purpose: str = ""


MENU = {
    "": [PageEntry("play", "touch_app")],
    "Learn": [
        PageEntry("learn", "school", "Lessons", "Guess, try, see the truth"),
        PageEntry("show", "timer", "Demo for an audience", "5 or 15 minutes, on a projector"),
        PageEntry("words", "menu_book", "Glossary", "Each term in a sentence"),
        PageEntry("use", "balance", "When to use it", "And when not, and which reward"),
    ],
    "Compare & evaluate": [
        PageEntry("compare", "compare_arrows", purpose="Go live safely: watch first"),
        PageEntry("race", "sports_score", purpose="Which method earns most?"),
        PageEntry("evaluate", "fact_check", purpose="What if? Answers from a log"),
    ],
    "Worlds & data": [
        PageEntry("worlds", "public", purpose="Describe your own business"),
        PageEntry("connect", "cable", purpose="Use it from your program"),
        PageEntry("data", "database", purpose="Your saved sessions"),
    ],
}
"""Groups of pages; those without a group stand in the menu themselves."""
HOME = "play"
"""Start page, at the address without a name."""
WHY = PageEntry("why", "help")
"""Page outside the menu, reached by links from Play."""
GROUPS = {
    WHY.name: "Play",
    **{page.name: group for group, pages in MENU.items() if group for page in pages},
}
"""Menu entry to be highlighted on a page that is not in the menu itself: its group, or the page
from which it is reached."""
