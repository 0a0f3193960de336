"""List of pages, with the menu; importing it loads no page. `pages.stage` lists them, too."""

MENU = {
    "": [("learn", "school"), ("play", "touch_app")],
    "Compare & evaluate": [
        ("compare", "compare_arrows"),
        ("race", "sports_score"),
        ("evaluate", "fact_check"),
    ],
    "Worlds & data": [("worlds", "public"), ("connect", "cable"), ("data", "database")],
}
"""Groups of pages, each with its icon."""
HOME = "play"
"""Start page, at the address without a name."""
REACHED = {"why": "help", "words": "menu_book", "use": "balance", "show": "timer"}
"""Pages outside the menu, reached by links from other pages, with their icons."""
GROUPS = {page: group for group, pages in MENU.items() if group for page, _ in pages}
"""Menu group of each page that is in one."""
