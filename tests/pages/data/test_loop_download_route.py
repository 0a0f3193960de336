"""Downloads of files."""

import asyncio
import gzip
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest

from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import crowd
from engine.store import LoopInfo, LoopLibrary, Store, StoredLoop, StoreError
from engine.store.exchange.loop_export import FORMATS, Format
from engine.worlds import WORLDS
from pages.parts.data import loop_download_route
from pages.parts.data.loop_download_route import (
    DOWNLOAD_PATH,
    PART,
    Download,
    file_name,
    link_to,
)
from pages.parts.settings.loop_library_access import library
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.download_permission import DownloadPermission, _permissions
from pages.parts.work.job_queue import GRACE, Jobs, jobs
from tests.pages.conftest import App
from tests.pages.fetched import fetch

Open = Callable[..., App]


@pytest.fixture
def permission() -> Iterator[DownloadPermission]:
    """Download tokens of one session."""
    given = DownloadPermission(BrowserSession("a", "1.2.3.4"))
    yield given
    given.leave()


@pytest.fixture
def about(data_folder: object) -> LoopInfo:
    """A stored loop."""
    kept = StoredLoop.create(library().store, owner="me", world=WORLDS["coffee"], name="Tea, no. 1")
    kept.loop.together(lambda: list(crowd(kept.loop, WORLDS["coffee"], 400)))
    return library().store.loop_info(kept.id)


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.key)
def test_a_loop_is_taken_along_as_it_would_be_written(
    about: LoopInfo, permission: DownloadPermission, kind: Format
) -> None:
    expected = io.BytesIO()
    kind.write(library(), about, expected)
    answer = fetch(link_to(about, kind, permission.token))
    assert (answer.status, answer.headers["content-type"]) == (200, kind.mime)
    named = f'attachment; filename="tea-no-1{kind.suffix}"'
    assert answer.headers["content-disposition"] == named
    assert answer.body == expected.getvalue()


def test_a_file_leaves_as_it_is_written_in_turns_with_others(
    about: LoopInfo, permission: DownloadPermission, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def write(library: LoopLibrary, about: LoopInfo, file: BinaryIO) -> Iterator[None]:
        for _ in range(40):
            held.append(file.tell())
            file.write(b"x" * (PART // 4))
            yield

    endless = FORMATS[0]._replace(writing=write)
    monkeypatch.setattr(loop_download_route, "FORMATS", (endless,))
    answer = fetch(link_to(about, endless, permission.token))
    assert answer.body == b"x" * 10 * PART
    assert len([part for part in answer.parts if part]) == 10
    assert max(held) < PART


def test_only_who_was_given_the_token_makes_the_server_write(
    about: LoopInfo, permission: DownloadPermission
) -> None:
    path = link_to(about, FORMATS[0], permission.token)
    assert about.id not in path
    assert fetch(link_to(about, FORMATS[0], "nobody")).status == 403
    assert fetch(f"{DOWNLOAD_PATH}/{permission.token}/{about.view}/pickle").status == 403
    assert fetch(path).status == 200
    permission.leave()
    refused = fetch(path)
    assert refused.status == 403
    assert b"another session" in refused.body


def test_a_loop_that_is_gone_or_cannot_be_read_is_said(
    about: LoopInfo, permission: DownloadPermission, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = link_to(about, FORMATS[0], permission.token)

    def fail(*_: object) -> None:
        raise StoreError("The database does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "texts", fail)
        refused = fetch(path)
    assert (refused.status, refused.body) == (503, b"The database does not answer.")
    library().store.delete(about.id, "me")
    gone = fetch(path)
    assert gone.status == 503
    assert b"loop" in gone.body


@pytest.mark.parametrize("turns", [0, 6])
def test_a_file_breaks_off_when_its_session_has_ended(
    about: LoopInfo, permission: DownloadPermission, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """A line in the log states the reason; formerly an exception was raised."""
    now, left = [0.0], [turns]

    def is_there(session: str) -> bool:
        if not left[0]:
            now[0] += 2 * GRACE
        left[0] -= 1
        return left[0] >= 0

    def write(library: LoopLibrary, about: LoopInfo, file: BinaryIO) -> Iterator[None]:
        while True:
            file.write(b"x" * PART)
            yield

    line = Jobs(now=lambda: now[0], is_connected=is_there)
    monkeypatch.setattr(loop_download_route, "jobs", lambda: line)
    endless = FORMATS[0]._replace(writing=write)
    monkeypatch.setattr(loop_download_route, "FORMATS", (endless,))
    answer = fetch(link_to(about, endless, permission.token))
    if turns:
        assert answer.parts
        assert all(answer.parts)  # The last, empty part is missing: the file is incomplete.
    else:
        assert answer.status == 503
        assert b"has ended" in answer.body


def test_it_is_work_of_the_session_whose_link_it_is(
    about: LoopInfo,
    permission: DownloadPermission,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[BrowserSession] = []
    real = jobs().submit

    def listen(job: Steps[bytes], client: BrowserSession, level: int) -> object:
        asked.append(client)
        return real(job, client, level)

    monkeypatch.setattr(jobs(), "submit", listen)
    with caplog.at_level(logging.INFO, "pages"):
        size = len(fetch(link_to(about, FORMATS[0], permission.token)).body)
    assert set(asked) == {BrowserSession("a", "1.2.3.4")}
    told = [(record.msg, vars(record).get("bytes")) for record in caplog.records]
    assert told == [("download ended", size)]


def test_a_file_that_waits_for_others_says_so_on_the_page(
    about: LoopInfo, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Jobs(lambda work: None, is_connected=lambda session: True)
    monkeypatch.setattr(loop_download_route, "jobs", lambda: line)
    app = open_app()
    app.answer(1.0)
    app.at.session_state[f"export-{app.session.open.stored.id}"] = True
    app.at.switch_page("../../data.py")
    assert "Your file waits" not in app.run().text

    def others() -> Steps[None]:
        yield None

    for other in "ab":
        line.submit(others(), BrowserSession(other, ""))
    (mine,) = _permissions.values()

    async def ask() -> None:
        part = asyncio.create_task(Download(FORMATS[0], library(), about, mine).part())
        await asyncio.sleep(0)
        assert "Your file waits: 2 jobs of others first" in app.run().text
        while line.turn():
            pass
        assert await part
        assert "Your file waits" not in app.run().text

    asyncio.run(ask())


def test_a_name_that_has_no_letters_gives_a_file_all_the_same(about: LoopInfo) -> None:
    assert file_name(about, FORMATS[2]) == "tea-no-1.npz"
    nameless = StoredLoop.create(library().store, owner="me", name="→", world=WORLDS["coffee"])
    nameless.loop.together(lambda: list(crowd(nameless.loop, WORLDS["coffee"], 1)))
    assert file_name(library().store.loop_info(nameless.id), FORMATS[0]) == "loop.jsonl.gz"


def test_the_data_page_links_to_files_that_can_be_brought_in(open_app: Open) -> None:
    app = open_app()
    app.answer(1.0)
    app.at.session_state[f"export-{app.session.open.stored.id}"] = True
    app.at.switch_page("../../data.py")
    app.run()
    links = [json.loads(part.proto.json) for part in app.at.get("bidi_component")]
    paths = {told["label"]: told["path"] for told in links if "label" in told}
    assert list(paths) == [kind.title for kind in FORMATS]
    lines = gzip.decompress(fetch(paths[FORMATS[0].title]).body).decode().splitlines()
    assert len(lines) == 5
