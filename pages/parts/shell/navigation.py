"""Frame around every page: title, logo, navigation."""

import logging

import streamlit as st

from pages.parts.components.browser_id import ask_browser
from pages.parts.components.page_download import offer_page_download
from pages.parts.components.page_frame import mind_the_frame
from pages.parts.components.stage_keys import hear
from pages.parts.components.theme_watch import follow_scheme
from pages.parts.components.toolbar import TITLES, shortcut
from pages.parts.play.first_minute import NAME
from pages.parts.scene.stage_show import Stage, enter_or_leave
from pages.parts.shell.first_paint import stage_style
from pages.parts.shell.page_list import GROUPS, HOME, MENU, WHY, PageEntry
from pages.parts.shell.session_owner import first_minute, hand_over, may_only_look, settle
from pages.parts.text.pages_folder import PAGES
from pages.parts.text.theme import is_dark, logo, style
from pages.parts.work.browser_session import this_session
from pages.parts.work.figure_registry import begin_page
from pages.parts.work.frame_scheduler import drawing_all
from pages.parts.work.server_logging import timed
from pages.parts.work.session_limit import count_in_memory, session_limit
from pages.stage import script_of

_log = logging.getLogger(__name__)

TITLE = "Personalizer Playground"


def draw() -> None:
    """Draw the frame and the requested page."""
    with drawing_all():
        _draw()


def _draw() -> None:
    # Set the icon before the menu, or Streamlit loads an icon from another host.
    st.set_page_config(page_icon="🔔", layout="wide")
    on_stage = Stage.in_link().on
    groups = {group: [_page(entry, on_stage) for entry in pages] for group, pages in MENU.items()}
    groups[""].append(_page(WHY, on_stage, hidden=True))
    page = st.navigation(groups, position="hidden" if on_stage else "top")
    st.set_page_config(page_title=f"{page.title} · {TITLE}")
    if not on_stage:
        st.logo(logo(is_dark()), size="large")
    st.html(style() + (stage_style() if on_stage else _purposes() + _lit_entry(page.url_path)))
    count_in_memory()
    if refused := session_limit().admit(this_session().id):
        _log.warning("session refused")
        st.error(refused, icon=":material/groups:")
        st.stop()
    begin_page()
    with timed(_log, "page drawn"):
        page.run()
    if not on_stage:
        offer_page_download(page.title.lower())
    first = first_minute()
    once = NAME if first.is_wanted else ""
    settle()
    ask_browser(hand_over, must_tell=may_only_look(), once=once, shows=first.begin)
    follow_scheme()
    mind_the_frame(GROUPS, TITLES)
    _hear_the_stage_key(on_stage)


def _page(entry: PageEntry, on_stage: bool, hidden: bool = False) -> st.Page:
    """Return the navigation entry of a page, or of its stage at the same address."""
    return st.Page(
        script_of(entry.name) if on_stage else PAGES / f"{entry.name}.py",
        title=entry.title or entry.name.capitalize(),
        url_path=entry.name,
        icon=f":material/{entry.icon}:",
        default=entry.name == HOME,
        visibility="hidden" if hidden else "visible",
    )


def _purposes() -> str:
    """Return style rules that write the purpose of each page under its title in the menu."""
    entries = (entry for pages in MENU.values() for entry in pages if entry.purpose)
    rules = (
        f':is([data-testid=stTopNavDropdownLink],[data-testid=stSidebarNavLink])[href$="/{name}"]'
        f'::after{{content:"{purpose}"}}'
        for name, _, _, purpose in entries
    )
    return f"<style>{''.join(rules)}</style>"


def _lit_entry(name: str) -> str:
    """Return a style rule that highlights the menu entry of a page until the frame, which is drawn
    last, marks it; empty for a page that Streamlit highlights."""
    if name not in GROUPS:
        return ""
    entries = [page.name.capitalize() for page in MENU[""]] + [group for group in MENU if group]
    place = entries.index(GROUPS[name]) + 1
    return (
        "<style>body:not(:has(.announced)) [data-testid=stTopNav] > "
        f":nth-child({place}) :is(a, button) "
        "{background: var(--lit-entry); p {font-weight: 600}}</style>"
    )


def _hear_the_stage_key(on_stage: bool) -> None:
    """Bind F to the stage, and F or Escape to the way back, if shortcuts are switched on."""
    keys = dict.fromkeys(("f", "F", "Escape") if on_stage else ("f", "F"), "stage")
    allowed = keys if shortcut("F") else {}
    hear("stage-key", allowed, str(on_stage), lambda means: enter_or_leave())
