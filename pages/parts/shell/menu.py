"""The pages as the menu has them; whoever reads it loads none of them."""

MENU = {
    "": [("learn", "school"), ("play", "touch_app")],
    "Prove": [("compare", "compare_arrows"), ("race", "sports_score"), ("evaluate", "fact_check")],
    "Build": [("worlds", "public"), ("data", "database")],
}
"""Groups of pages, each with its icon."""
HOME = "play"
"""The page that opens by itself, at an address without a name."""
REACHED = {"why": "help", "words": "menu_book", "use": "balance", "show": "timer"}
"""Pages that stand in no menu: they are reached from what they are about."""
GROUPS = {page: group for group, pages in MENU.items() if group for page, _ in pages}
"""Menu group of each page that is in one."""
