"""The corner of the stage: links for the audience and the speaker, and the speaker's notes."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy

from pages.parts.components import stage_corner as corner
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.text.format import plain
from pages.parts.work.stage_remotes import Notes, Remote

ADDRESS = "https://example.org/race?stage=1&screen=verdict&world=coffee&who=ours%2Cucb"


@pytest.fixture
def remote() -> Iterator[Remote]:
    remote = Remote()
    yield remote
    remote.leave()


def screen(name: str, said: str) -> Screen:
    return Screen(name, lambda: said, lambda: None, f"Say {name}.")


def test_a_pages_own_link_says_all_but_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ContextProxy, "url", property(lambda self: ADDRESS))
    told = {"stage": "1", "screen": "verdict", "world": "coffee", "who": "ours,ucb"}
    monkeypatch.setattr(st, "query_params", SimpleNamespace(to_dict=lambda: told))
    assert corner.own_link() == "https://example.org/race?world=coffee&who=ours%2Cucb"
    assert corner.own_link({"who"}) == "https://example.org/race?world=coffee"


def test_the_speaker_is_told_what_is_on_and_what_comes_next() -> None:
    shown = [screen("first", f"**{plain('a*b')}** is :gray[offered]."), screen("last", "The end.")]
    assert corner.notes_of(Show(shown, 0)) == Notes(
        "a*b is offered.", "Say first.", "Say last.", 1, 2
    )
    assert corner.notes_of(Show(shown, 1)) == Notes("The end.", "Say last.", "", 2, 2)


def test_the_speakers_link_has_its_token_where_no_browser_sends_it(remote: Remote) -> None:
    link = corner.remote_link(remote, ADDRESS)
    assert link == f"https://example.org/playground/remote#{remote.token}"


def test_the_short_address_is_short_and_steers_nothing(remote: Remote) -> None:
    address = corner.short_address(remote, ADDRESS)
    assert address == f"example.org/go/{remote.code}"
    assert remote.token not in address


@pytest.mark.parametrize(("host", "reaches"), [("example.org", True), ("127.0.0.1:8501", False)])
def test_the_audience_gets_no_address_that_its_phones_cannot_reach(
    host: str, reaches: bool, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for place, name in ((corner, "show_qr"), (st, "markdown")):
        monkeypatch.setattr(place, name, lambda text, *_: drawn.append(text))
    monkeypatch.setattr(corner, "watch_remote", lambda *_: None)
    monkeypatch.setattr(corner, "this_remote", lambda: remote)
    corner.draw_corner(Show([screen("first", "Alice")], 0), f"http://{host}/race", "the race")
    assert len(drawn) == (2 if reaches else 0)
