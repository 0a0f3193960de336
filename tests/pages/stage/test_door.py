"""The way onto the stage."""

from collections.abc import Callable

from pages.parts.components.remote_page.routes import REMOTE_PATH
from tests.pages.conftest import App


def test_the_private_link_of_the_remote_is_shown_by_an_explicit_press_alone(
    open_app: Callable[..., App],
) -> None:
    app = open_app().open_more("stage")
    assert not app.at.code
    app.at.session_state["remote-link"] = True
    (link,) = app.run().at.code
    assert f"{REMOTE_PATH}#" in link.value
