"""Menu of pages."""

from pages.parts.shell.page_list import GROUPS, MENU, WHY


def test_each_page_of_a_group_says_what_it_is_for() -> None:
    for group, pages in MENU.items():
        purposes = [page.purpose for page in pages]
        assert all(purposes) == bool(group)
        assert len(set(purposes)) == len(purposes)
        # They are written by a style sheet, between double quotes.
        assert not any(set(purpose) & set('"\\<\n') for purpose in purposes)


def test_something_in_the_menu_is_highlighted_on_each_page_that_is_not_in_it() -> None:
    titles = {page.title or page.name.capitalize() for page in MENU[""]}
    hidden = {page.name for group, pages in MENU.items() if group for page in pages} | {WHY.name}
    assert GROUPS.keys() == hidden
    assert set(GROUPS.values()) == titles | MENU.keys() - {""}
