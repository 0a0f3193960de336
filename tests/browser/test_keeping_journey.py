"""Persistence across reload, restart, a second tab and a file."""

import os
import re
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from engine.simulation.simulated_visitors import crowd
from engine.store import Store, StoredLoop
from engine.store.exchange.jsonl import export_lines
from engine.worlds.coffee import COFFEE
from tests.browser.app import Server, free_port, running
from tests.browser.compare import ComparePage
from tests.browser.conftest import NewTab, OpenPage
from tests.browser.data import DataPage
from tests.browser.legibility import offenders
from tests.browser.page import AppPage
from tests.browser.play import STEP_KEY, PlayPage
from tests.browser.test_accessibility import violations, wrong
from tests.faults.processes import wait_until_ended
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.browser

DEEP = "?world=news&seed=11&policy=classic&epsilon=30&crosses=2&speed=20"


def loop_of(page: AppPage) -> str:
    """The loop id in the address, once present."""
    page.page.wait_for_url(re.compile("loop="))
    return parse_qs(urlsplit(page.page.url).query)["loop"][0]


def teach(page: PlayPage, visitors: int = 10) -> None:
    """Let a small crowd in and answer one visitor by hand."""
    page.simulate(visitors)
    page.expect_visitors(visitors)
    page.press("reward-1")
    page.expect_visitors(visitors + 1)
    page.settle()


def test_a_second_tab_sees_each_click_within_a_second(open_page: OpenPage) -> None:
    one = open_page()
    teach(one)
    assert loop_of(one)
    other = PlayPage(one.page.context.new_page(), one.address).visit(one.page.url)
    other.expect_visitors(11)
    one.press("reward-1")
    one.expect_visitors(12)
    expect(other.visitors).to_have_text("12")
    other.press("reward-2")
    expect(one.visitors).to_have_text("13")


def _keeps_what_a_deep_link_says(play: PlayPage) -> None:
    """Check that the page has its frame, and that the settings keep their values when opened."""
    expect(play.page).to_have_title("Play · Personalizer Playground")
    expect(play.page.get_by_test_id("stHeaderLogo")).to_be_visible()
    expect(play.page.get_by_test_id("stSidebarNav")).to_have_count(0)
    play.expect_world("News")
    expect(play.page).to_have_url(re.compile("policy=epsilon"))
    query = parse_qs(urlsplit(play.page.url).query)
    assert query == {
        "world": ["news"], "seed": ["11"], "policy": ["epsilon"], "epsilon": ["30"],
        "crosses": ["2"], "speed": ["20"],
    }  # fmt: skip
    for visitors in (10, 20):
        settings = play.open_settings()
        expect(settings.get_by_role("spinbutton", name="Seed")).to_have_value("11")
        policy = settings.get_by_role("combobox", name="Learning policy")
        expect(policy).to_have_value("Epsilon-greedy")
        epsilon = settings.get_by_role("slider", name="Epsilon")
        expect(epsilon).to_have_value("30")
        expect(epsilon).to_be_enabled()
        expect(settings.get_by_role("radio", name="pairs")).to_be_checked()
        expect(settings.get_by_role("radio", name="20")).to_be_checked()
        play.close_popover()
        play.simulate(10)
        play.expect_visitors(visitors)


def test_after_a_kill_a_link_brings_the_loop_back_and_a_tab_that_stayed_open_goes_on(
    open_page: OpenPage, new_tab: NewTab, tmp_path: Path
) -> None:
    """The first request to a new server is a deep link."""
    port = free_port()
    with running(data=tmp_path, port=port) as server:
        first = PlayPage(new_tab(), server.address)
        _keeps_what_a_deep_link_says(first.open(DEEP))
        assert not first.complaints
        first.page.goto("about:blank")
        proxy = Proxy(str(urlsplit(server.address).hostname), port)
        page = open_page(address=f"http://127.0.0.1:{proxy.port}")
        page.settle()
        page.open()  # A returning browser identifies itself to each new server.
        # The first answer draws the whole page, for which Streamlit asks no more by itself.
        page.press("reward-1")
        page.expect_visitors(1)
        loop = loop_of(page)
        page.settle()
        bar = page.keyed("panel-visit").locator(".panel")
        before = bar.get_attribute("data-session") or ""
        assert before
        proxy.hold()  # The other tab returns only after this one.
        _kill(server)
    with running(data=tmp_path, port=port) as server:
        guest = PlayPage(first.page, server.address).open(f"?loop={loop}")
        guest.expect_visitors(1)
        found = guest.events()
        assert [float(event["reward"]) for event in found] == [1.0]
        assert not guest.complaints
        assert bar.get_attribute("data-session") == before
        proxy.let_go()
        expect(bar).not_to_have_attribute("data-session", before, timeout=60_000)
        page.settle()
        page.expect_visitors(1)
        page.press("reward-3")
        page.expect_visitors(2)
        assert loop_of(page) == loop
        told = page.events()
        assert told[:1] == found
        assert [float(event["reward"]) for event in told] == [1.0, 0.0]
        page.open(f"?loop={loop}")
        page.expect_visitors(2)
        assert page.events() == told
        page.press("reward-1")
        page.expect_visitors(3)
        proxy.cut()
    page.complaints.clear()


def data_page(page: PlayPage) -> DataPage:
    """Go to the Data page in the same tab by its link."""
    page.come_to_rest()  # Pending messages of a new tab would override the requested page.
    page.go_to("Data")
    data = DataPage(page.page, page.address)
    data.settle()
    return data


def test_what_is_pressed_while_the_connection_is_gone_counts_once_or_the_page_says_it_was_lost(
    new_tab: NewTab, server: Server
) -> None:
    there = urlsplit(server.address)
    proxy = Proxy(str(there.hostname), there.port or 80)
    address = f"http://127.0.0.1:{proxy.port}"
    tab = PlayPage(new_tab(), address).open()
    tab.press("reward-1")
    tab.expect_visitors(1)
    tab.settle()
    assert loop_of(tab)  # A new session opens the loop of its link.
    proxy.cut()
    tab.press("reward-2")
    proxy.connect()
    tab.expect_visitors(2)
    tab.come_to_rest()
    _lose(proxy, tab, "let-in-100")
    told = tab.page.get_by_text("Simulate 100 did not arrive")
    expect(told).to_be_visible()
    tab.expect_visitors(2)
    tab.page.keyboard.press(STEP_KEY)
    tab.expect_visitors(3)
    expect(told).to_have_count(0)

    tab.choose_yourself()
    tab.press("choice-0")
    expect(tab.page.get_by_text("Visitor 2. What do you offer?")).to_be_visible()
    tab.come_to_rest()
    _lose(proxy, tab, "choice-1")
    told = tab.page.get_by_text("did not arrive")
    expect(told).to_be_visible()
    expect(tab.page.get_by_text("Visitor 2. What do you offer?")).to_be_visible()
    tab.press("choice-1")
    expect(tab.page.get_by_text("Visitor 3. What do you offer?")).to_be_visible()
    expect(told).to_have_count(0)

    other = ComparePage(tab.page.context.new_page(), address).open()
    other.come_to_rest()
    came = other.visitors.inner_text()
    _lose(proxy, other, "step")
    expect(other.page.get_by_text("Step did not arrive")).to_be_visible()
    expect(other.visitors).to_have_text(came)
    proxy.cut()


def _lose(proxy: Proxy, tab: AppPage, button: str) -> None:
    """Press a button while the proxy blocks, then break and restore the connection."""
    proxy.hold()
    tab.press(button)
    proxy.cut()
    proxy.connect()


def test_by_keys_alone_a_loop_is_named_and_deleted(open_page: OpenPage) -> None:
    play = open_page()
    play.page.keyboard.press(STEP_KEY)
    play.expect_visitors(1)
    data = data_page(play)
    data.expect_loops(1)
    loop, keys = data.first, data.page.keyboard
    data.tab_to(f"menu-{loop}")
    keys.press("Enter")
    name = data.keyed(f"name-{loop}").get_by_role("textbox")
    expect(name).to_be_focused()  # The opened element takes the focus.
    keys.press("ControlOrMeta+a")
    keys.type("Monday")
    keys.press("Enter")
    expect(data.page.get_by_text("Monday").first).to_be_visible()
    data.settle()
    data.tab_to(f"delete-{loop}")
    keys.press("Enter")
    data.tab_to(f"erase-{loop}")
    keys.press("Enter")
    expect(data.page.get_by_text("is deleted")).to_be_visible()
    data.expect_loops(0)


def test_a_reload_and_export_delete_import_keep_the_loop_and_its_next_answer(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("?seed=11&next=1&floor=10")
    teach(page)
    loop, who, chances, offered = loop_of(page), page.who.inner_text(), page.chances, page.offered

    def expect_as_before() -> None:
        page.expect_visitors(11)
        expect(page.who).to_have_text(who)
        page.settle()
        expect(page.page).to_have_url(re.compile("floor=10"))
        assert (page.chances, page.offered) == (chances, offered)

    page.page.reload()
    expect_as_before()
    assert loop_of(page) == loop
    data = data_page(page)
    data.expect_loops(1)
    file = data.export(data.first, tmp_path)
    assert file.name == "coffee-random-seed-11.jsonl.gz"
    assert data.export(data.first, tmp_path, "model").stat().st_size > 1_000
    data.erase(data.first)
    data.expect_loops(0)
    data.bring_in(file)
    expect(data.page.get_by_text("is imported")).to_be_visible()
    data.expect_loops(1)
    data.page.locator("[class*=st-key-open-] button").click()
    expect_as_before()
    assert loop_of(page) != loop
    page.press("reward-1")
    page.expect_visitors(12)


def test_a_faulty_file_is_told_line_by_line_and_one_of_more_than_a_mebibyte_comes_in(
    new_tab: NewTab, server: Server, tmp_path: Path
) -> None:
    data = DataPage(new_tab(), server.address).open()
    data.expect_loops(0)  # The browser is identified by then.
    faulty, large = tmp_path / "mine.jsonl", tmp_path / "large.jsonl"
    faulty.write_text('{"format": "something else"}\n')
    data.bring_in(faulty)
    expect(data.page.get_by_text("the first line does not say")).to_be_visible()
    expect(data.page.get_by_test_id("stException")).to_have_count(0)

    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    kept = StoredLoop.create(store, owner="me", world=COFFEE, seed=5)
    kept.together(lambda: list(crowd(kept.loop, COFFEE, 1_000)))
    large.write_text("\n".join(export_lines(store, kept.id)))
    store.close()
    assert large.stat().st_size > 1 << 20
    data.press("another-file")
    data.bring_in(large)
    expect(data.page.get_by_text("is imported")).to_be_visible()
    expect(data.page.get_by_text("1,000 visitors")).to_be_visible()
    data.expect_loops(1)
    assert not data.complaints


@pytest.mark.nightly
def test_a_browser_knows_its_loops_again_on_a_page_that_is_legible_and_fits(
    new_tab: NewTab, server: Server
) -> None:
    tab = new_tab()
    tab.goto(f"{server.address}/_stcore/health")  # Same origin, without a script.
    tab.evaluate("localStorage.setItem('personalizer-playground', 'what is no secret')")
    page = PlayPage(tab, server.address).open()
    teach(page)
    data = DataPage(page.page, page.address).open()
    data.expect_loops(1)
    stranger = DataPage(new_tab(), page.address).open()
    stranger.expect_loops(0)
    faults = {*wrong(stranger, "nobody's"), *violations(data, "somebody's")}
    data.keyed("bring").locator("summary").click()
    expect(data.page.locator(".upload-field")).to_be_visible()
    data.open_menu(data.first, "export")
    expect(data.keyed(f"get-model-{data.first}").get_by_role("link")).to_be_visible()
    faults |= offenders(data)
    assert not faults, "\n".join(sorted(faults))
    assert not [*page.complaints, *data.complaints, *stranger.complaints]


# -- read-only access, and who may answer ---------------------------------------------


@pytest.mark.nightly
def test_a_student_looks_copies_and_answers_only_where_the_lecturer_says_so(
    open_page: OpenPage,
) -> None:
    lecturer, asked = open_page(), list[str]()
    lecturer.page.context.on("request", lambda request: asked.append(request.url))
    teach(lecturer)
    student = open_page(f"?loop={loop_of(lecturer)}")
    student.page.context.on("request", lambda request: asked.append(request.url))
    student.expect_visitors(11)
    somebody = student.page.get_by_text("This session belongs to somebody else")
    expect(somebody).to_be_visible()
    expect(student.button("reward-1")).to_be_disabled()
    lecturer.press("reward-1")
    expect(student.visitors).to_have_text("12")
    student.press("make-own")
    expect(somebody).to_have_count(0)
    student.press("reward-1")
    student.expect_visitors(13)
    lecturer.expect_visitors(12)

    *_, shows, answers = lecturer.links
    secret = answers.partition("#answer=")[2]
    assert secret
    student.visit(shows)
    expect(somebody).to_be_visible()
    student.page.goto("about:blank")
    # An incomplete link is completed as soon as the page is there.
    student.visit(f"{student.address}/?loop={loop_of(lecturer)}#answer={secret}")
    expect(student.button("reward-3")).to_be_enabled()
    student.press("reward-3")
    expect(lecturer.visitors).to_have_text("13")
    assert secret not in student.page.url
    student.page.reload()
    student.expect_visitors(13)
    expect(student.button("reward-1")).to_be_enabled()
    expect(somebody).to_have_count(0)
    assert len(asked) > 10
    assert not [url for url in asked if secret in url]


def _kill(server: Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    assert not wait_until_ended([server.pid], 60)
