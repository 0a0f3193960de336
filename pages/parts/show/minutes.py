"""Start of a show: bookmarks, and computation in advance."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from pages.parts.components.stage_presentation import Talk
from pages.parts.scene.show_acts import ACTS, BOOKMARKS
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.settings.page_settings_base import (
    current_setup,
    has_gone_back,
    open_link,
    write_link,
)
from pages.parts.show.show_link import Ahead, ShowSetup, begin
from pages.parts.text.format import bare, note, percent
from pages.parts.text.lesson_words import Words, words
from pages.parts.text.pages_folder import PAGES


def show_minutes(setup: ShowSetup, texts: Words) -> None:
    """Draw a bookmark for each minute: time, summary, and link to the stage."""
    with st.container(key="show-minutes"):
        for minute in BOOKMARKS[setup.length]:
            with st.container(
                horizontal=True, vertical_alignment="center", border=True, key=f"show-{minute.key}"
            ):
                st.markdown(f"**{minute.at}**", width=48)
                st.markdown(texts.say(minute.key))
                st.page_link(
                    PAGES / f"{ACTS[minute.act].page}.py",
                    label=texts.say("go"),
                    icon=":material/co_present:",
                    width="content",
                    query_params=dict(setup.link_to(minute.act, minute.screen)),
                )


def open_talk() -> Talk:
    """Return the talk for the setup in the address, which begins at once on the first page.

    Back in the browser's history, the list of bookmarks appears instead.
    """
    open_link(ShowSetup)
    setup = current_setup(ShowSetup)
    write_link(setup)
    if not has_gone_back():
        begin(setup)
    return Talk(partial(bookmarks_show, setup, words("show")))


def bookmarks_show(setup: ShowSetup, texts: Words) -> Show:
    """Return the talk of bookmarks; a step forward leads to the first act."""
    titles = {one.at: texts.say(one.key).split("**")[1] for one in BOOKMARKS[setup.length]}

    def leave() -> bool:
        begin(setup)
        return False

    say = partial(texts.say, "question")
    return Show.of(
        [
            Screen("minutes", say, partial(_show_titles, titles), bare(texts.say("told"))),
            Screen("first", say, lambda: None, "", do=leave),
        ]
    )


def _show_titles(titles: Mapping[str, str]) -> None:
    with st.container(key="stage-names"):
        for at, title in titles.items():
            st.markdown(f"{at} &nbsp; **{title}**")


def show_ahead(ahead: Ahead, texts: Words) -> None:
    """Draw the button that starts the slow computations, or their progress."""
    with st.container(horizontal=True, vertical_alignment="center", key="show-prepare"):
        if not ahead.is_begun:
            st.button(
                texts.say("prepare"),
                key="prepare-show",
                type="primary",
                icon=":material/hourglass_top:",
                on_click=ahead.start,
            )
            note(texts.say("prepare_told"))
            return
        log, race = ahead.progress()
        if min(log, race) < 1:
            progress = texts.say("prepares", log=percent(log), race=percent(race))
            st.progress((log + race) / 2, progress)
        else:
            st.badge(texts.say("prepared"), icon=":material/check:", color="green")
    note(texts.say("keys"))
