"""Links to files."""

from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from pages.parts.components.download_link import download_link

for loop in ("a_b", "a__b", "a___b", "a_.b", "__a__"):
    download_link(f"get-log-{loop}", "Log", f"/{loop}")
st.write("drawn")
"""


def test_a_loop_is_taken_along_whatever_its_id() -> None:
    """Streamlit refuses a name with two underscores in a row: the whole page was an exception."""
    app = AppTest.from_string(SCRIPT).run()
    assert not app.exception
    assert app.markdown[-1].value == "drawn"
