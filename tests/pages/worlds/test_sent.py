"""Upload on Worlds: a new file clears the refusal of the last."""

from typing import cast

from streamlit.testing.v1 import AppTest


def page() -> None:
    """Draw the upload; ``sent`` in the session's state is the next file of the browser."""
    from unittest.mock import patch  # noqa: PLC0415

    import streamlit as st  # noqa: PLC0415

    from pages.parts.work.uploads import this_upload  # noqa: PLC0415
    from pages.parts.worlds import new_world_menu  # noqa: PLC0415
    from pages.parts.worlds.session import WorldsSession  # noqa: PLC0415

    if "session" not in st.session_state:  # Test sessions share their upload.
        this_upload().free()
        st.session_state["session"] = WorldsSession("coffee")
    session = st.session_state["session"]

    def field(token: str, most: int, ended: object, kinds: object) -> None:
        if data := st.session_state.pop("sent", b""):
            upload = this_upload()
            incoming = upload.begin()
            incoming.write(data)
            incoming.end()
            ended("table.csv")  # type: ignore[operator]

    with patch.object(new_world_menu, "upload_field", field):
        new_world_menu._send(session)


def test_a_new_file_does_not_show_what_was_wrong_with_the_last() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()

    def said() -> str:
        assert not app.exception
        return cast(str, app.session_state["session"].refused)

    def send(data: bytes) -> None:
        app.session_state["sent"] = data
        app.run().run()

    send(b"a,b\n1")
    app.button(key="read-file").click().run()
    wrong = said()
    assert wrong
    assert any(wrong[:20] in markdown.value for markdown in app.markdown)
    app.button(key="another-world").click().run()
    assert not said()
    send(b"a,b\n1")
    app.button(key="read-file").click().run()
    assert said() == wrong
    app.session_state["sent"] = b"place,x,y\nhere,.5,.6\nthere,.4,.7"
    app.button(key="another-world").click().run().run()
    assert not said()
