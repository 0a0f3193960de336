"""Use: when is this the right tool, and when not?

One card, to read before such a system meets people: when to use it, when to leave it, how to
choose the reward, and what to keep to.
"""

import streamlit as st

from pages.parts.glossary.board import WordsSetup, show_use
from pages.parts.lessons.words import words
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.text.format import question
from pages.parts.text.glossary import texts
from pages.parts.text.page_files import PAGES

open_link(WordsSetup)
setup = current_setup(WordsSetup)
write_link(setup)

said, page = texts("use", setup.language), texts("page", setup.language)
question(said["question"], said["told"])
show_use(setup.language)
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    setup.draw("language")
    query = {"language": setup.language}
    st.page_link(
        PAGES / "words.py", label=page["all"], icon=":material/menu_book:", query_params=query
    )
    st.page_link(
        PAGES / "learn.py",
        label=words(setup.language, "careful").say("question"),
        icon=":material/school:",
        query_params={**query, "lesson": "careful"},
    )
