"""Use: when to use a contextual bandit, and when not.

A card to read before deployment: suitable and unsuitable cases, the choice of the reward, and good
practice.
"""

import streamlit as st

from pages.parts.glossary.term_list import show_use
from pages.parts.lessons.lessons import LESSONS
from pages.parts.settings.page_settings_base import no_link
from pages.parts.text.format import question
from pages.parts.text.glossary import texts
from pages.parts.text.pages_folder import PAGES

no_link()
card, page = texts("use"), texts("page")
question(card["question"], card["told"])
show_use()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    st.page_link(PAGES / "words.py", label=page["all"], icon=":material/menu_book:")
    st.page_link(
        PAGES / "learn.py",
        label=LESSONS["careful"].words.say("question"),
        icon=":material/school:",
        query_params={"lesson": "careful"},
    )
