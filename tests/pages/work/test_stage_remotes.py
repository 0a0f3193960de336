"""The remote control: its data and permissions, and attempts of strangers."""

import secrets
from collections.abc import Iterator
from itertools import pairwise

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts.components.remote_page.routes import LOOK_PATH, REMOTE_PATH, TOKEN, report_of
from pages.parts.shell.http_routes import ROUTES
from pages.parts.shell.operations.environment_settings import Operations
from pages.parts.shell.operations.middleware import all_middleware
from pages.parts.work.stage_remotes import (
    ABSENT_AFTER,
    MAX_PRESSES,
    PRESS_INTERVAL,
    Notes,
    Remote,
    StageReport,
    remote_of_code,
    remote_of_token,
)

NOTES = Notes("A visitor walks in", "Ask the room.", "What did it learn?", 1, 4)
LINK = "https://example.org/base/?loop=abc&at=12"


class Seconds:
    """A clock that advances on request."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def remote(clock: Seconds) -> Iterator[Remote]:
    remote = Remote(clock)
    remote.set_notes(NOTES, LINK)
    yield remote
    remote.leave()


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=ROUTES, middleware=all_middleware(Operations()))
    return TestClient(app, "http://app.example.com", follow_redirects=False)


def by(remote: Remote) -> dict[str, str]:
    return {TOKEN: remote.token}


# -- messages between a stage and its remote ----------------------------------------------


def test_what_is_asked_for_waits_until_the_stage_takes_it_one_by_one(remote: Remote) -> None:
    for verb in ("next", "next", "back"):
        assert remote.press(verb)
    assert remote.poll(StageReport()) == {"steps": 3, "blanks": 0}
    assert [remote.next_step() for _ in range(4)] == ["next", "next", "back", None]
    assert remote.poll(StageReport()) == {"steps": 0, "blanks": 0}


def test_a_dark_screen_is_the_browsers_business_and_no_step(remote: Remote) -> None:
    remote.press("blank")
    assert remote.poll(StageReport()) == {"steps": 0, "blanks": 1}
    assert remote.next_step() is None


def test_too_many_presses_are_refused_until_some_time_has_passed(
    remote: Remote, clock: Seconds
) -> None:
    assert all(remote.press("next") for _ in range(MAX_PRESSES))
    assert not remote.press("next")
    clock.now += PRESS_INTERVAL
    assert remote.press("next")
    assert (
        remote.poll(StageReport())["steps"] == MAX_PRESSES
    )  # Messages that are not fetched do not pile up.


def test_it_says_when_the_stages_page_asks_for_nothing_any_more(
    remote: Remote, clock: Seconds
) -> None:
    assert remote.state["away"] is False
    clock.now += ABSENT_AFTER + 1
    assert remote.state["away"] is True
    remote.poll(StageReport())
    assert remote.state["away"] is False


def test_what_was_pressed_while_the_stage_was_away_is_not_done_once_it_is_back(
    remote: Remote, clock: Seconds
) -> None:
    remote.press("next")
    clock.now += ABSENT_AFTER + 1
    assert remote.poll(StageReport())["steps"] == 0


def test_stages_have_tokens_and_codes_of_their_own() -> None:
    remotes = [Remote() for _ in range(20)]
    names = sorted(name for one in remotes for name in (one.token, one.code))
    assert all(a != b for a, b in pairwise(names))
    for one in remotes:
        one.leave()
        assert remote_of_token(one.token) is None


def test_after_a_reload_of_its_tab_a_stage_is_found_as_before() -> None:
    before, after = Remote(), Remote()
    after.register([before.token, "what is no token"])
    before.leave()  # Its session ends some time after the reload.
    assert remote_of_token(before.token) is remote_of_code(before.code) is after
    assert remote_of_token(after.token) is remote_of_code(after.code) is after
    assert remote_of_token("what is no token") is None
    after.leave()
    assert (
        remote_of_token(before.token)
        is remote_of_code(before.code)
        is remote_of_token(after.token)
        is None
    )


def test_a_server_that_began_anew_finds_a_stage_by_what_its_tab_was_called() -> None:
    """The speaker's phone and the room's address are as good as before."""
    token, code = (before := Remote()).token, before.code
    before.leave()
    (again := Remote()).register([token])
    assert remote_of_token(token) is remote_of_code(code) is again
    again.register(f"{number:022}" for number in range(100))
    assert remote_of_token(f"{99:022}") is None  # A tab has had few names.
    again.leave()


def test_a_second_token_for_a_code_does_not_take_over_the_audience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everybody in the room can read the code."""
    monkeypatch.setattr("pages.parts.work.stage_remotes._code_of", lambda token: "abcdef")
    stage, other = Remote(), Remote()
    other.register([secrets.token_urlsafe(16)])
    assert remote_of_code("abcdef") is stage
    other.leave()
    assert remote_of_code("abcdef") is stage
    (again := Remote()).register([stage.token])
    stage.leave()
    assert remote_of_code("abcdef") is again
    again.leave()
    assert remote_of_code("abcdef") is None


# -- over HTTP ----------------------------------------------------------------------------


def test_a_second_device_is_told_what_is_on(client: TestClient, remote: Remote) -> None:
    client.post(
        f"{REMOTE_PATH}/hear", headers=by(remote), json={"blank": True, "hands": [["Latte", 3]]}
    )
    assert client.get(f"{REMOTE_PATH}/state", headers=by(remote)).json() == {
        "title": "A visitor walks in",
        "say": "Ask the room.",
        "following": "What did it learn?",
        "at": 1,
        "of": 4,
        "blank": True,
        "hands": [["Latte", 3]],
        "away": False,
    }


def test_what_it_presses_reaches_its_stage_and_no_other(client: TestClient, remote: Remote) -> None:
    other = Remote()
    answer = client.post(f"{REMOTE_PATH}/press", headers=by(remote), content="next")
    assert answer.status_code == 204
    heard = client.post(f"{REMOTE_PATH}/hear", headers=by(remote), json={})
    assert heard.json() == {"steps": 1, "blanks": 0}
    assert other.next_step() is None
    other.leave()


@pytest.mark.parametrize("asked", [b"", b"+1000", b"undo", b"NEXT", b"next next", b"\xff" * 5_000])
def test_nothing_else_can_be_asked_for(client: TestClient, remote: Remote, asked: bytes) -> None:
    answer = client.post(f"{REMOTE_PATH}/press", headers=by(remote), content=asked)
    assert (answer.status_code, remote.next_step()) == (400, None)


def test_too_often_is_said(client: TestClient, remote: Remote) -> None:
    codes = [
        client.post(f"{REMOTE_PATH}/press", headers=by(remote), content="blank").status_code
        for _ in range(MAX_PRESSES + 1)
    ]
    assert codes == [204] * MAX_PRESSES + [429]


@pytest.mark.parametrize("path", ["state", "press", "hear"])
def test_without_the_token_there_is_nothing(client: TestClient, remote: Remote, path: str) -> None:
    for token in ("", remote.code, remote.token[:-1], remote.token.swapcase()):
        method = client.get if path == "state" else client.post
        answer = method(f"{REMOTE_PATH}/{path}", headers={TOKEN: token})
        assert answer.status_code == 404
        assert "has ended" in answer.json()["error"]
    assert remote.next_step() is None


def test_once_the_session_has_ended_the_stage_is_over(client: TestClient, remote: Remote) -> None:
    remote.leave()
    assert client.get(f"{REMOTE_PATH}/state", headers=by(remote)).status_code == 404
    assert client.get(f"{LOOK_PATH}/{remote.code}").status_code == 404


def test_other_servers_pages_press_nothing(client: TestClient, remote: Remote) -> None:
    headers = {**by(remote), "Origin": "https://evil.example.com"}
    answer = client.post(f"{REMOTE_PATH}/press", headers=headers, content="next")
    assert (answer.status_code, remote.next_step()) == (403, None)


def test_the_short_address_leads_to_what_the_stage_shows_on_this_server(
    client: TestClient, remote: Remote
) -> None:
    answer = client.get(f"{LOOK_PATH}/{remote.code}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/base/?loop=abc&at=12")
    assert client.get(f"{LOOK_PATH}/{remote.token}").status_code == 404


def test_the_short_address_leads_to_no_other_server(remote: Remote) -> None:
    remote.set_notes(Notes(), "http://here//elsewhere.example/x?loop=abc")
    assert remote.relative_link == "/elsewhere.example/x?loop=abc"


def test_its_page_has_no_script_and_no_text_but_its_own_files(client: TestClient) -> None:
    page = client.get(REMOTE_PATH)
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for name, kind in {"index.js": "text/javascript", "style.css": "text/css"}.items():
        assert f'"remote/{name}"' in page.text
        answer = client.get(f"{REMOTE_PATH}/{name}")
        assert answer.headers["content-type"].startswith(kind)
    assert client.get(f"{REMOTE_PATH}/index.html").status_code == 404
    assert "innerHTML" not in client.get(f"{REMOTE_PATH}/index.js").text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"hands": 3}',
        b'{"hands": [["a"]]}',
        b'{"hands": [["a", "b"]]}',
        b'{"hands": [["a", 1e999]]}',
        b"[" * 2_000,
        b"\xff",
    ],
)
def test_whatever_a_browser_tells_of_its_screen_is_checked(body: bytes) -> None:
    assert report_of(body) == StageReport()


def test_messages_of_a_remote_are_bounded() -> None:
    told = report_of(
        b'{"blank": 1, "hands": [' + b",".join([b'["%s", -5]' % (b"x" * 99)] * 12) + b"]}"
    )
    assert (told.blank, len(told.hands)) == (False, 9)
    assert told.hands[0] == ("x" * 80, 0)
