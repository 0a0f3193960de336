"""Who a browser is."""

from collections.abc import Callable

from pages.parts.components.browser_id import owner
from tests.pages.conftest import App

Open = Callable[..., App]


def test_the_owner_is_a_digest(open_app: Open) -> None:
    app = open_app()
    secret = app.at.session_state["secret"]
    assert len(app.session.owner) == 64
    assert secret not in app.session.owner
    assert callable(owner)
