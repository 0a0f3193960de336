"""Menu of rarely used functions at the toolbar's right end: settings, links, stage, reset."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.components.report_links import ReportOf, report_links
from pages.parts.components.toolbar import MORE, shortcut, switch_shortcuts
from pages.parts.scene.qr import qr, show_qr
from pages.parts.settings.page_settings_base import Linked
from pages.parts.text.format import note

_OPEN, _TURN = "more-is-open", "more-turn"
_CODE = 150
"""Size of the QR code in pixels."""
_NAMES: Mapping[str, str] = {
    "settings": ":material/tune: Settings",
    "link": ":material/link: Link",
    "stage": ":material/co_present: Stage",
}
"""Tabs of the menu; the first is open at first."""


def more(
    settings: Callable[[], None] | None,
    link: Callable[[], None],
    stage: Callable[[], None],
    reset: Callable[[], None] | None = None,
) -> None:
    """Draw the menu; links and stage are drawn only while open.

    Settings are drawn while closed as well: then they appear at once, and a change made while
    closing still counts.

    Args:
        settings: draws the page's settings, if any.
        reset: starts over; None if there is nothing to reset.
    """
    box = st.popover("More", icon=":material/more_horiz:", key=MORE, on_change="rerun")
    turn = _turn(bool(box.open))
    parts = {"settings": settings, "link": link, "stage": stage}
    with box:
        with st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", key="more-parts"
        ):
            chosen = st.segmented_control(
                "More",
                list(parts),
                default="settings",
                required=True,
                format_func=_NAMES.__getitem__,
                key=f"more-part-{turn}",
                label_visibility="collapsed",
            )
            if reset is not None:
                st.button(
                    "Reset",
                    key="reset",
                    icon=":material/restart_alt:",
                    type="tertiary",
                    on_click=_closing(reset),
                    help="Start over without any knowledge.",
                )
        if chosen == "settings":
            _switch_keys()
        if (draw := parts.get(chosen)) is not None:
            draw()


def _turn(is_open: bool) -> int:
    """Return a number, 0 or 1, that changes each time the menu is closed.

    As part of a widget key it resets the choice of a tab. Setting the value instead would come too
    late.
    """
    was_open = st.session_state.get(_OPEN, False)
    st.session_state[_OPEN] = is_open
    turn: int = st.session_state.get(_TURN, 0)
    if was_open and not is_open:
        turn = st.session_state[_TURN] = 1 - turn
    return turn


def close() -> None:
    """Close the menu, because a choice in it shows another page."""
    st.session_state[MORE] = False


def _closing(does: Callable[[], None]) -> Callable[[], None]:
    def press() -> None:
        does()
        close()

    return press


def _switch_keys() -> None:
    st.toggle(
        "Keyboard shortcuts",
        shortcut("any") is not None,
        key="shortcuts",
        on_change=switch_shortcuts,
        help="Single-key shortcuts, such as P to play and F for the stage. Switch them off "
        "if they get in your way.",
    )


def share(
    setup: Linked,
    others: Mapping[str, str] | None = None,
    scan: str | None = None,
    report_of: ReportOf | None = None,
    more: Mapping[str, str] | None = None,
) -> None:
    """Draw the links: to the settings with ``more`` parameters, and ``others`` by description.

    For phones, a QR code of ``scan``; also the files of a report that links to the page.
    """
    anew = "**Link with settings.** Opens this page with its current settings."
    own = {anew: setup.link(st.context.url or "", **(more or {}))}
    if report_of is not None:
        # The first of the others is read-only.
        about = scan or next(iter((others or own).values()))
        report_links(report_of, about, setup.PREFIX.rstrip("-"))
    has_code = scan is not None and bool(qr(scan))
    links, code = st.columns([4, 1]) if has_code else (st.container(), None)
    with links:
        for does, link in (own | dict(others or {})).items():
            st.markdown(does)
            st.code(link, language=None, wrap_lines=True)
    if scan and code:
        with code:
            show_qr(scan, "this moment, to view and copy", _CODE)
            note("This moment, for a phone.")
