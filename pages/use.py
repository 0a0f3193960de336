"""Use: when is this the right tool, and when not?

One card, to read before such a system meets people: when to use it, when to leave it, how to
choose the reward, and what to keep to.
"""

import streamlit as st

from pages.parts.glossary.board import show_use
from pages.parts.lessons.lessons import LESSONS
from pages.parts.settings.link import no_link
from pages.parts.text.format import question
from pages.parts.text.glossary import texts
from pages.parts.text.page_files import PAGES

no_link()
said, page = texts("use"), texts("page")
question(said["question"], said["told"])
show_use()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    st.page_link(PAGES / "words.py", label=page["all"], icon=":material/menu_book:")
    st.page_link(
        PAGES / "learn.py",
        label=LESSONS["careful"].words.say("question"),
        icon=":material/school:",
        query_params={"lesson": "careful"},
    )
