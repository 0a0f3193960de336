"""Start of the five-minute show: bookmarks, and computation in advance."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from pages.parts.components.stage_presentation import Talk
from pages.parts.scene.show_acts import MINUTES
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.show.show_link import Ahead, ShowSetup, begin
from pages.parts.text.format import bare, note, percent
from pages.parts.text.lesson_words import Words, words
from pages.parts.text.pages_folder import PAGES


def show_minutes(setup: ShowSetup, texts: Words) -> None:
    """Draw a bookmark for each minute: time, summary, and link to the stage."""
    with st.container(key="show-minutes"):
        for minute in MINUTES:
            with st.container(
                horizontal=True, vertical_alignment="center", border=True, key=f"show-{minute.key}"
            ):
                st.markdown(f"**{minute.at}**", width=48)
                st.markdown(texts.say(minute.key))
                st.page_link(
                    PAGES / f"{minute.page}.py",
                    label=texts.say("go"),
                    icon=":material/co_present:",
                    width="content",
                    query_params=dict(setup.link_to(minute.page, minute.screen)),
                )


def open_talk() -> Talk:
    """Return the talk for the world and seed in the address."""
    open_link(ShowSetup)
    setup = current_setup(ShowSetup)
    write_link(setup)
    return Talk(partial(minutes_show, words("show")))


def minutes_show(texts: Words) -> Show:
    """Return the talk of bookmarks; a step forward leads to the first act."""
    titles = {minute.at: texts.say(minute.key).split("**")[1] for minute in MINUTES}

    def leave() -> bool:
        begin()
        return False

    return Show.of(
        [
            Screen(
                "minutes",
                partial(texts.say, "question"),
                partial(_show_titles, titles),
                bare(texts.say("told")),
            ),
            Screen("first", partial(texts.say, "question"), lambda: None, "", do=leave),
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
