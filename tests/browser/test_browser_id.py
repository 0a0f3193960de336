"""The script that tells a server which browser it is."""

import pytest

from pages.parts.components import browser_id, folder_text
from tests.browser.app import Server
from tests.browser.conftest import NewTab

pytestmark = pytest.mark.browser

OWN, FIRST, SECOND, THIRD = "0" * 32, "1" * 32, "2" * 32, "3" * 32

_TELL = """async ([script, data]) => {
    const module = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const told = {}, setStateValue = (name, value) => { told[name] = value; };
    (await import(module)).default({ data, setStateValue });
    return told;
}"""


def test_secrets_of_sessions_are_kept_until_one_knows_whose_it_is(
    new_tab: NewTab, server: Server
) -> None:
    tab = new_tab()
    tab.goto(f"{server.address}/_stcore/health")  # Of the same origin, without a script.
    script = folder_text(browser_id.__file__, "index.js")

    def told(secret: str) -> object:
        """Return what the script tells a session that has a secret."""
        data = {"secret": secret, "keys": [], "most": 9, "mostGiven": 2, "mustTell": False}
        return tab.evaluate(_TELL, [script, data])

    assert told(OWN) == {}
    assert told(FIRST) == {"secrets": [OWN, FIRST]}
    assert told(SECOND) == {"secrets": [OWN, FIRST, SECOND]}
    assert told(THIRD) == {"secrets": [OWN, SECOND, THIRD]}
    assert told(OWN) == {}
    assert told(FIRST) == {"secrets": [OWN, FIRST]}
