"""Words: what do these words mean?

One sentence each, the same that stand behind the words on the other pages.
"""

import streamlit as st

from pages.parts.glossary.board import WordsSetup, lead_to_use, show_all
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.text.format import question
from pages.parts.text.glossary import texts
from pages.parts.text.page_files import PAGES

open_link(WordsSetup)
setup = current_setup(WordsSetup)
write_link(setup)

page = texts("page", setup.language)
question(page["question"], page["told"])
show_all(setup.language)
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    setup.draw("language")
    lead_to_use(page["use"], setup.language)
    st.page_link(PAGES / "learn.py", label="Learn", icon=":material/school:")
