"""Journeys through the Play page in a real browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import ViewportSize, expect

from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import WORLDS as WORLDS_BY_KEY
from engine.worlds.coffee import COFFEE
from pages.parts.components.scene_view import ANSWER_PATH
from pages.parts.components.toolbar import CROWD_MENU, WORLD_MENU
from tests.browser.conftest import OpenPage
from tests.browser.page import NARROW
from tests.browser.play import CURVE, MAP, PICTURE, REGRET, STEP_KEY, WORLDS, PlayPage

pytestmark = pytest.mark.browser

FAST, GAP = 20, 50
"""Number of consecutive clicks, and milliseconds between them."""
STOPS = 3
"""Number of crowds to stop, each at another moment of the server's work."""
INVISIBLE = "\u2060"
"""Word joiner without width; the app splits accidental links with it."""
IDS = {item.name: item.id for world in WORLDS_BY_KEY.values() for item in world.items}
LOVED, IGNORED = "reward-1", "reward-3"


def reward_only(play: PlayPage, favourite: str, times: int) -> int:
    """Reward one action so many times, and no other; return the number of visitors."""
    visitors = rewarded = 0
    while rewarded < times:
        assert visitors < 60, f"{favourite} was offered {rewarded} times among {visitors}"
        liked = play.offered == favourite
        play.press(LOVED if liked else IGNORED)
        visitors += 1
        rewarded += liked
        play.expect_visitors(visitors)
    return visitors


def test_the_story_from_the_first_click_to_a_link_for_others(open_page: OpenPage) -> None:
    """The first click can be taken back at once."""
    play = open_page()
    play.expect_visitors(0)
    offered, chances = play.offered, play.chances
    play.press(LOVED)
    play.expect_visitors(1)
    play.press("undo")
    play.expect_visitors(0)
    assert (play.offered, play.chances) == (offered, chances)
    expect(play.keyed("moved")).not_to_contain_text("Your last click")

    play.place("Dave", "Sunny", "Evening")
    favourite, before = play.offered, play.chances
    visitors = reward_only(play, favourite, times=3)
    moved = play.keyed("moved")
    expect(moved).to_contain_text(re.compile(f"Your last click: reward 1 for .* {favourite}"))
    told = re.search(r"Chance .* → ([<\d]+\s%)", moved.inner_text())
    assert told
    expect(play.chart(PICTURE)).to_contain_text(told[1])
    assert play.chances[favourite] > before[favourite]

    play.press("let-in-100")
    play.expect_visitors(visitors + 100)
    play.expect_crowd_over()
    expect(play.chart(CURVE)).to_be_visible()

    expect(play.chart(REGRET)).to_have_count(0)
    play.switch("play-truth")
    expect(play.chart(REGRET).locator("svg")).to_be_visible()

    play.press("undo")
    play.expect_visitors(visitors)
    play.press("redo")
    play.expect_visitors(visitors + 100)
    play.reset()
    play.expect_visitors(0)

    visitor = open_page(play.link)
    expect(visitor.keyed("play-truth").get_by_role("switch")).to_be_checked()
    visitor.expect_visitors(0)
    expect(visitor.who).to_have_text(play.who.inner_text())
    assert (visitor.offered, visitor.chances) == (play.offered, play.chances)


def test_buttons_of_the_toolbar_are_equally_high_with_help_and_without(open_page: OpenPage) -> None:
    play = open_page()
    boxes = [play.button(key).bounding_box() for key in (WORLD_MENU, "let-in-100", CROWD_MENU)]
    heights = {round(box["height"]) for box in boxes if box}
    assert all(boxes)
    assert len(heights) == 1


@pytest.mark.nightly
def test_a_link_carries_the_world_the_seed_and_every_setting(open_page: OpenPage) -> None:
    play = open_page()
    play.choose_world("Shop")
    settings = play.open_settings()
    seed = settings.get_by_role("spinbutton", name="Seed")
    seed.fill("4711")
    seed.press("Enter")
    play.choose("play-crosses", "pairs")
    floor = settings.get_by_role("slider", name="Exploration floor")
    floor.press("ArrowRight")
    play.close_popover()
    expect(play.page).to_have_url(re.compile("floor=6"))
    play.turn_setting("play-next")
    play.expect_visitors(0)
    expect(play.page).to_have_url(re.compile("next=1"))

    link = play.link
    assert parse_qs(urlsplit(link).query) == {
        "world": ["shop"], "seed": ["4711"], "crosses": ["2"], "floor": ["6"], "next": ["1"],
    }  # fmt: skip
    assert parse_qs(urlsplit(play.page.url).query) == parse_qs(urlsplit(link).query)

    visitor = open_page(link)
    visitor.expect_world("Shop")
    settings = visitor.open_settings()
    expect(visitor.keyed("play-next").get_by_role("switch")).to_be_checked()
    expect(settings.get_by_role("spinbutton", name="Seed")).to_have_value("4711")
    expect(settings.get_by_role("radio", name="pairs")).to_be_checked()
    expect(settings.get_by_role("slider", name="Exploration floor")).to_have_value("6")
    assert (visitor.offered, visitor.chances) == (play.offered, play.chances)


def test_the_keyboard_steps_rewards_plays_pauses_undoes_and_calls_the_next(
    open_page: OpenPage,
) -> None:
    play = open_page()
    keys = play.page.keyboard
    keys.press(STEP_KEY)
    play.expect_visitors(1)
    for visitors, (key, reward) in enumerate((("1", "1"), ("2", "0.5"), ("3", "0")), start=2):
        keys.press(key)
        play.expect_visitors(visitors)
        expect(play.keyed("moved")).to_contain_text(f"Your last click: reward {reward} for")

    came = play.who.inner_text()
    for _ in range(2):
        keys.press("n")
        expect(play.who).not_to_have_text(came)
        came = play.who.inner_text()
    play.expect_visitors(4)

    keys.press("p")
    expect(play.button("stop")).to_have_text(re.compile("Pause"))
    expect(play.visitors).to_have_text(re.compile(r"^([6-9]|\d\d+)$"))
    keys.press("p")
    play.expect_crowd_over()
    play.settle()
    played = int(play.visitors.inner_text())
    keys.press("u")
    play.expect_visitors(4)
    keys.press("y")
    play.expect_visitors(played)


def test_an_answer_draws_what_it_changed_and_counts_as_well_where_a_run_of_the_page_has_to(
    open_page: OpenPage,
) -> None:
    """The same for a change of visitor. A browser that comes by a link gets no first-minute
    introduction.
    """
    play = open_page("?seed=4")
    play.expect_visitors(0)
    play.press(LOVED)  # *Undo* appears with the first answer: a run of the page draws the button.
    expect(play.button("undo")).to_be_enabled()
    play.come_to_rest()
    for visitors in (2, 3):
        with play.page.expect_response(f"**{ANSWER_PATH}") as answer:
            play.press(IGNORED)
        assert answer.value.status == 200
        play.expect_visitors(visitors)
    with play.page.expect_response(f"**{ANSWER_PATH}") as answer:
        play.choose("coffee-name", "Dave")
    assert answer.value.status == 200
    expect(play.who).to_contain_text("Dave · ")

    play.page.route(f"**{ANSWER_PATH}", lambda route: route.fulfill(status=204))
    play.press(LOVED)
    play.expect_visitors(4)
    play.choose("coffee-name", "Bob")
    expect(play.who).to_contain_text("Bob · ")


def test_twenty_offers_answered_as_soon_as_they_are_seen_all_count_in_their_order(
    open_page: OpenPage,
) -> None:
    play = open_page("?next=1")
    seen = play.promised(_ANSWER_EACH, [FAST, GAP])
    play.expect_visitors(FAST)
    events = play.events()
    rewards = [1.0, 0.5, 0.0]
    assert [(e["action"], float(e["reward"])) for e in events] == [
        (IDS[action], rewards[place % 3]) for place, action in enumerate(seen)
    ]
    came = [nth_visitor(COFFEE, 7, number).context for number in range(FAST)]
    assert [dict(fact.split("=") for fact in e["context"].split(", ")) for e in events] == came


_ANSWER_EACH = """async ([times, gap]) => {
    const seen = [];
    let before = null;
    while (seen.length < times) {
        const offer = document.querySelector(".reward-bar").dataset.offer;
        if (offer === before) {
            await new Promise(requestAnimationFrame);
            continue;
        }
        before = offer;
        const reward = document.querySelector(`.st-key-reward-${seen.length % 3 + 1} button`);
        seen.push(document.querySelector(".st-key-offer h2").innerText);
        reward.click();
        reward.click();
        await new Promise(done => setTimeout(done, gap));
    }
    return seen;
}"""
"""Double-click on each new offer, no faster than a person; return the texts of the cards."""


def test_bells_move_to_the_state_after_a_click_unless_motion_is_to_be_reduced(
    open_page: OpenPage,
) -> None:
    """A clock at a fiftieth of its speed leaves time for many states, and for news meanwhile."""
    still, moving = open_page(), open_page(reduced_motion="no-preference")
    for play, least in ((still, 2), (moving, 5)):
        play.page.evaluate(_SLOW_CLOCK)
        play.chart(PICTURE).evaluate(_RECORD_BELLS)
        play.press(LOVED)
        play.promised(_WAIT_FOR_BELLS, least)
        play.press(LOVED)
        play.expect_visitors(2)
        play.page.evaluate("hurry()")
    still.promised(_WAIT_FOR_BELLS, 3)
    before, _, after = still.page.evaluate("bells")
    moving.promised(_WAIT_UNTIL_BELLS_ARE, after)
    seen = moving.page.evaluate("bells")
    assert len(seen) > 5
    assert seen[0] == before


_SLOW_CLOCK = """() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() / 50;
    // A movement that begins only now has to end as well: the clock goes on.
    globalThis.hurry = () => void (performance.now = () => 1e9 + now());
}"""
_RECORD_BELLS = """picture => {
    globalThis.bells = [];
    const record = () => {
        const paths = [...picture.querySelectorAll(".mark-area path")];
        const look = paths.map(path => path.getAttribute("d")).join();
        if (look !== bells.at(-1)) bells.push(look);
    };
    record();
    new MutationObserver(record).observe(picture, { attributes: true, subtree: true });
}"""
"""Keep each state of the bells."""
_WAIT_FOR_BELLS = """async least => {
    while (bells.length < least) await new Promise(requestAnimationFrame);
}"""
_WAIT_UNTIL_BELLS_ARE = """async state => {
    while (bells.at(-1) !== state) await new Promise(requestAnimationFrame);
}"""


def test_in_live_play_an_answer_is_to_what_was_on_the_screen_or_to_nobody(
    open_page: OpenPage,
) -> None:
    play = open_page("?seed=4&speed=4")
    play.press_in_menu(CROWD_MENU, "start")
    expect(play.button("stop")).to_be_visible()
    seen = play.promised(_ANSWER_WHILE_IT_PLAYS, 3)
    play.press("stop")
    play.expect_crowd_over()
    # Until the next offer is there, a press is the second at the previous offer.
    play.come_to_rest()
    play.answer_otherwise("reward-other")
    expect(play.keyed("moved")).to_contain_text("reward 0.75")
    left = iter(seen)
    for event in play.events():
        if float(event["reward"]) == 0.5:  # The crowd of this world gives 0 or 1.
            who = " · ".join(fact.split("=")[1] for fact in event["context"].split(", "))
            assert any(event["action"] == IDS[card] and who in asked for card, asked in left)


_ANSWER_WHILE_IT_PLAYS = """async times => {
    // The bar may be drawn anew: who held on to one could wait for ever.
    const offer = () => document.querySelector(".reward-bar")?.dataset.offer;
    const seen = [];
    while (seen.length < times) {
        const before = offer();
        while ([before, undefined].includes(offer())) await new Promise(requestAnimationFrame);
        seen.push([document.querySelector(".st-key-offer h2").innerText,
                   document.querySelector(".st-key-picture .panel-words").innerText]);
        document.querySelector(".st-key-reward-2 button").click();
    }
    return seen;
}"""
"""Answer offers of live play; return the texts of the cards, and the visitors."""


def test_a_tab_that_is_behind_says_that_the_visitor_has_left(open_page: OpenPage) -> None:
    play = open_page()
    play.press(LOVED)
    play.expect_visitors(1)
    play.settle()
    expect(play.page).to_have_url(re.compile("loop="))
    stale = PlayPage(play.page.context.new_page(), play.address)
    stale.page.route("**/playground/**", lambda route: route.abort())
    stale.visit(play.page.url)
    stale.expect_visitors(1)
    stale.come_to_rest()
    play.press(LOVED)
    play.expect_visitors(2)
    play.settle()
    stale.press(IGNORED)
    expect(stale.page.get_by_text("The visitor had left")).to_be_visible()
    stale.expect_visitors(2)
    stale.press(IGNORED)
    stale.expect_visitors(3)
    expect(stale.page.get_by_text("1 of 2 answers were not saved")).to_be_visible()
    stale.press("put-aside")
    expect(stale.page.get_by_text("The visitor had left")).to_have_count(0)


def test_a_click_while_the_world_changes_does_no_harm(open_page: OpenPage) -> None:
    play = open_page()
    for title in WORLDS:
        play.open_tool(WORLD_MENU).get_by_role("radio", name=title).click()
        play.page.keyboard.press("1")
        expect(play.page.locator(f"[class*='st-key-{title.lower()}-']").first).to_be_visible()
        play.settle()
        expect(play.page.get_by_test_id("stException")).to_have_count(0)
        assert play.visitors.all_inner_texts() in ([], ["1"])


def test_stop_ends_a_crowd_of_a_thousand_and_keeps_who_was_served(open_page: OpenPage) -> None:
    play = open_page("?world=news")
    progress = play.page.get_by_test_id("stProgress")
    served = 0
    for _ in range(STOPS):
        play.page.evaluate(_STOP_AT_ONCE)
        play.simulate(1_000)
        play.page.wait_for_function("() => window.stoppedAt")
        assert "of 1,000 visitors served" in play.page.evaluate("window.stoppedAt")
        play.expect_crowd_over()
        expect(progress).to_have_count(0)
        play.come_to_rest()
        now = int(play.visitors.inner_text().replace(",", ""))
        assert served < now < served + 1_000
        play.page.keyboard.press(STEP_KEY)
        served = now + 1
        play.expect_visitors(served)
    play.look_closer("log")
    expect(play.keyed("log-csv")).to_contain_text(f"{served:,} events")


_STOP_AT_ONCE = """() => {
    window.stoppedAt = null;
    new MutationObserver((changes, observer) => {
        const progress = document.querySelector("[data-testid=stProgress]");
        const shown = button => button.checkVisibility();
        const stop = [...document.querySelectorAll(".st-key-stop button")].find(shown);
        if (!progress || !stop) return;
        observer.disconnect();
        window.stoppedAt = progress.innerText;
        stop.click();
    }).observe(document.body, {subtree: true, childList: true});
}"""
"""Presses Stop as soon as progress can be seen: the engine is quicker than a test's mouse."""


def test_what_is_open_below_follows_each_click(open_page: OpenPage) -> None:
    play = open_page()
    for key in ("log", "code"):
        play.look_closer(key)
        expect(play.keyed(key)).to_contain_text("No events yet")
    for visitors in (1, 2):
        offered = play.offered
        play.press(LOVED)
        play.expect_visitors(visitors)
        expect(play.keyed("log-csv")).to_contain_text(f"Download {visitors} events")
        expect(play.keyed("code")).to_contain_text(f'"rewardActionId": "{IDS[offered]}"')


def test_a_menu_that_opens_slowly_stays_open(open_page: OpenPage) -> None:
    play = open_page()
    play.page.evaluate(_SLOW)
    play.press(CROWD_MENU)
    play.stand_still()
    expect(play.page.get_by_test_id("stPopoverBody")).to_be_visible()


_SLOW = """document.body.addEventListener("click", () => {
    for (const start = performance.now(); performance.now() < start + 100;);
})"""
"""Script that makes each click take as long as on a slow machine."""


def test_on_a_phone_an_answer_brings_the_row_that_it_changes_into_sight(
    open_page: OpenPage,
) -> None:
    """The answers lie over the page, and are as high after the first click as before it."""
    play = open_page(viewport=NARROW)
    heights = {play.page.evaluate(_HEIGHT_OF_ANSWERS)}
    for visitors in (1, 2):
        row = play.chart(PICTURE).locator(f"path[aria-label^='{play.offered}, ']").first
        play.page.evaluate("document.querySelector('.st-key-boxes').scrollIntoView()")
        expect(row).not_to_be_in_viewport()
        play.press(LOVED)
        play.expect_visitors(visitors)
        expect(row).to_be_in_viewport(ratio=1)
        heights.add(play.page.evaluate(_HEIGHT_OF_ANSWERS))
    assert len(heights) == 1


_HEIGHT_OF_ANSWERS = "document.querySelector('.st-key-visit').offsetHeight"


@pytest.mark.parametrize("bring", ["scroll", "print"])
def test_a_chart_out_of_sight_is_drawn_once_it_is_scrolled_to_or_printed(
    open_page: OpenPage, bring: str
) -> None:
    play = open_page(viewport=LOW)
    play.press(LOVED)
    play.expect_visitors(1)
    play.page.evaluate("document.querySelector('.st-key-boxes').scrollIntoView()")
    expect(play.chart(MAP)).not_to_be_in_viewport()
    cells = play.chart(MAP).locator("path[aria-label]")
    read = "cells => cells.map(cell => cell.ariaLabel).join()"
    before = cells.evaluate_all(read)
    play.page.keyboard.press("1")
    play.expect_visitors(2)
    play.settle()
    assert cells.evaluate_all(read) == before
    if bring == "scroll":
        play.chart(MAP).scroll_into_view_if_needed()
    else:
        play.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for _ in range(100):
        if cells.evaluate_all(read) != before:
            return
        play.page.wait_for_timeout(50)
    pytest.fail("The map stayed as it was before the click.")


LOW: ViewportSize = {"width": 1280, "height": 480}
"""Size of a screen that is lower than the page's first part."""


@pytest.mark.nightly
def test_two_people_at_once_never_see_each_other(open_page: OpenPage) -> None:
    mine, yours = open_page(), open_page("?seed=11")
    mine.simulate(10)
    yours.press(LOVED)
    mine.expect_visitors(10)
    yours.expect_visitors(1)
    yours.press(IGNORED)
    yours.expect_visitors(2)
    mine.page.keyboard.press(STEP_KEY)
    mine.expect_visitors(11)
    yours.press("undo")
    yours.expect_visitors(1)
    mine.page.keyboard.press(STEP_KEY)
    mine.expect_visitors(12)
    for play, seed in ((mine, 7), (yours, 11)):
        expect(play.chart(f"Mean reward by visitor, random seed {seed}")).to_be_visible()
    yours.reset()
    yours.expect_visitors(0)
    mine.press("undo")
    mine.expect_visitors(11)


def test_a_broken_link_says_what_is_wrong_and_falls_back(open_page: OpenPage) -> None:
    play = open_page("?seed=abc&world=<b>x</b>&crosses=9")
    notices = play.page.get_by_test_id("stToastText")
    expect(notices).to_have_count(1)
    read = "\n".join(notices.all_inner_texts()).replace(INVISIBLE, "")
    for name, value in (("seed", "abc"), ("world", "<b>x</b>"), ("crosses", "9")):
        assert f"{name} in the link is '{value}', but must be " in read
    expect(play.page.locator("b")).to_have_count(0)
    play.expect_world("Coffee")
    settings = play.open_settings()
    expect(settings.get_by_role("spinbutton", name="Seed")).to_have_value("7")
    expect(settings.get_by_role("radio", name="quadruples")).to_be_checked()


@pytest.mark.nightly
def test_a_long_session_makes_no_console_error_and_asks_no_other_host(
    open_page: OpenPage,
) -> None:
    play = open_page(color_scheme="dark")
    for title in ("News", "Coffee"):
        play.choose_world(title)
        play.simulate(10)
        play.expect_visitors(10)
        play.expect_crowd_over()
        play.answer_otherwise("no-answer")
        play.expect_visitors(11)
        play.page.keyboard.press("n")
        play.switch("play-truth")
        expect(play.chart(REGRET).locator("svg")).to_be_visible()
        play.switch("play-truth")
        expect(play.chart(REGRET)).to_have_count(0)
    play.open_settings()
    play.choose("play-crosses", "single fields")
    play.close_popover()
    for key, shown in (("log", "Download 11 events"), ("code", "POST /rank")):
        play.look_closer(key)
        expect(play.keyed(key)).to_contain_text(shown)
    play.expect_visitors(11)
    assert not play.complaints, play.complaints


def test_a_cell_of_the_map_puts_its_visitor_there_again_and_again(open_page: OpenPage) -> None:
    play = open_page()
    for _ in range(2):
        for cell, who in (("Dave · Snowy · Evening", "Dave"), ("Bob · Rainy · Morning", "Bob")):
            play.chart(MAP).locator(f"path[aria-label^='{cell}']").click()
            expect(play.who).to_contain_text(cell)
            names = play.page.locator(".st-key-coffee-name")
            expect(names.get_by_role("radio", name=who)).to_be_checked()
    play.expect_visitors(0)


@pytest.mark.nightly
def test_with_the_keyboard_settings_are_one_step_away_and_no_focus_is_lost(
    open_page: OpenPage,
) -> None:
    """Keys typed into a field have no other effect."""
    play = open_page()
    keys = play.page.keyboard
    keys.press(STEP_KEY)
    play.expect_visitors(1)
    seed = play.open_settings().get_by_role("spinbutton", name="Seed")
    seed.click()
    for key in ("1", "2", "3", "p", "u", "n", STEP_KEY, "Space"):
        keys.press(key)
    seed.fill("7")
    play.close_popover()
    keys.press(STEP_KEY)  # served after all effects of those keys
    play.expect_visitors(2)
    play.expect_crowd_over()

    play.button("more").focus()
    keys.press("Enter")
    switch = play.page.get_by_role("dialog").get_by_role("switch", name="Keyboard shortcuts")
    expect(switch).to_be_focused()
    keys.press("Space")
    expect(switch).not_to_be_checked()
    keys.press("Escape")
    expect(play.button("more")).to_be_focused()
    play.button("let-in-100").focus()
    keys.press("Enter")
    play.expect_visitors(102)
    expect(play.button("let-in-100")).to_be_focused()
    play.button(CROWD_MENU).focus()
    keys.press("Enter")
    expect(play.button("start")).to_be_focused()
    play.button("let-in-10").press("Enter")
    play.expect_visitors(112)
    expect(play.button(CROWD_MENU)).to_be_focused()
    # The explanation of a button also appears for keyboard users, until they dismiss it.
    told = play.page.get_by_role("tooltip", name="The next visitor walks in")
    play.button("next").focus()
    expect(told).to_be_visible()
    keys.press("Escape")
    expect(told).to_be_hidden()
    for key in ("1", STEP_KEY, "p"):
        keys.press(key)
    play.press("reward-1")
    play.expect_visitors(113)


@pytest.mark.nightly
def test_by_keys_alone_one_marks_a_moment_looks_back_and_goes_on_from_there(
    open_page: OpenPage,
) -> None:
    """A mistaken crowd is undone by one key; the earlier state returns, and can become a branch."""
    play = open_page()
    keys = play.page.keyboard
    for visitors in (1, 2, 3):
        keys.press("s")
        play.expect_visitors(visitors)
    keys.press("m")
    bookmark = play.page.get_by_role("radio", name="3 · yours")
    expect(bookmark).to_be_visible()
    play.button("let-in-100").focus()
    keys.press("Enter")
    play.expect_visitors(103)
    play.expect_crowd_over()
    expect(play.page.locator("body")).not_to_be_focused()
    keys.press("u")
    play.expect_visitors(3)
    keys.press("y")
    play.expect_visitors(103)
    play.settle()
    bookmark.press("Space")
    play.expect_visitors(3)
    expect(play.keyed("past")).to_contain_text("visitor 3 of 103")
    expect(play.page).to_have_url(re.compile("at=3"))
    now = play.page.url
    play.button("play-from-here").press("Enter")
    expect(play.keyed("past")).to_be_hidden()
    play.expect_visitors(3)
    keys.press("s")
    play.expect_visitors(4)
    play.page.goto(now.replace("at=3", "at=100"))
    play.expect_visitors(100)


def test_one_step_back_leads_to_the_page_before(open_page: OpenPage) -> None:
    """Completing a page's address does not add a history entry."""
    play = open_page()
    play.go_to("Race")
    expect(play.page).to_have_url(re.compile("/race.*seed=7"))
    play.settle()
    play.page.go_back()
    expect(play.chart(PICTURE).locator("svg")).to_be_visible()
    expect(play.page).to_have_url(re.compile("/.*world=coffee"))


@pytest.mark.nightly
def test_a_page_with_two_slots_is_answered_slot_by_slot(open_page: OpenPage) -> None:
    play = open_page("?world=home")
    play.expect_visitors(0)
    hero, side = (play.slot(name) for name in ("Hero", "Side"))
    expect(hero).to_be_checked()
    top, below = (one.inner_text().splitlines()[1].split(" ", 1)[1] for one in (hero, side))
    assert play.offered == top != below
    side.click()
    expect(side).to_be_checked()
    expect(play.keyed("offer").get_by_role("heading")).to_have_text(below)
    expect(play.who).to_contain_text("Side")
    play.press(LOVED)
    play.expect_visitors(1)
    expect(hero).to_be_checked()
    expect(side).to_contain_text("✓")
    expect(play.keyed("moved")).to_contain_text("Your last click: reward 1")
    play.press(IGNORED)
    play.expect_visitors(2)
    expect(side).not_to_contain_text("✓")
    play.press("undo")
    play.expect_visitors(1)
    expect(side).to_contain_text("✓")
    play.press("undo")
    play.expect_visitors(0)
    expect(hero).to_contain_text(top)
    play.press("let-in-100")
    play.expect_visitors(200)
