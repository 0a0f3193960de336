"""Words: the glossary, with a sentence per term.

Popovers on the other pages show the same sentences.
"""

import streamlit as st

from pages.parts.components.glossary_popover import lead_to_use
from pages.parts.glossary.term_list import show_all
from pages.parts.settings.page_settings_base import no_link
from pages.parts.text.format import question
from pages.parts.text.glossary import texts
from pages.parts.text.pages_folder import PAGES

no_link()
page = texts("page")
question(page["question"], page["told"])
show_all()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    lead_to_use(page["use"])
    st.page_link(PAGES / "learn.py", label="Learn", icon=":material/school:")
