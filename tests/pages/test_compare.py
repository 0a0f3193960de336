"""The Compare page: user actions and their effects."""

import re
from collections.abc import Callable

import pytest

from engine.evaluation.apprentice_agreement import LATEST
from engine.simulation.baselines import RuleTable, best_rule
from engine.worlds import WORLDS
from pages.parts.compare import switch_forecast
from pages.parts.compare.comparison_cache import comparison_cache
from pages.parts.compare.controls import STORIES
from pages.parts.compare.history_in_link import FIRST
from pages.parts.compare.page_settings import END, CompareSetup
from pages.parts.compare.wording import over_today
from pages.parts.settings.baseline_rules import rules_of
from pages.parts.text.reward_scale import RewardScale
from tests.pages.conftest import CompareApp, Here, many_frames

Open = Callable[..., CompareApp]


HANDLE_LATER = "The switch can be moved once no simulation is running."
EVERY_WORLD = pytest.mark.parametrize("world", list(WORLDS))


def charts_of(app: CompareApp) -> list[str]:
    return [chart.proto.alt for chart in app.at.get("vega_lite_chart")]


def why(app: CompareApp) -> CompareApp:
    """Open the details behind the numbers."""
    app.at.session_state["why"] = True
    return app.run()


def test_it_opens_with_a_question_an_answer_and_something_to_see(open_compare: Open) -> None:
    app = open_compare()
    assert "Can it learn from today's rules first" in app.text
    assert app.came == str(FIRST)
    assert [metric.label for metric in app.at.metric] == [
        "Today's rules earn", "Apprentice earns", "Always online earns"
    ]  # fmt: skip
    assert len(charts_of(app)) == 2
    assert len(charts_of(why(app))) == 6
    (headline,) = (header.value for header in app.at.header if "of the latest" in header.value)
    assert headline == "Like today's rules for 92\u00a0% of the latest 100 visitors"
    assert "limit the long-run average to about 98\u00a0%" in app.text


def test_the_first_table_says_that_it_is_an_example_and_how_to_enter_another(
    open_compare: Open,
) -> None:
    assert "**Example:**" in open_compare(story="0").text
    typed = open_compare(story="0", rule="weather", table="0,1,1").text
    assert "**Example:**" not in typed
    assert "Choose the actions under *Shows*" in typed


@pytest.mark.nightly
@pytest.mark.slow
@EVERY_WORLD
def test_every_world_and_every_rule_can_be_watched(open_compare: Open, world: str) -> None:
    app = open_compare(world=world, story="0")
    for rule in rules_of(WORLDS[world]):
        if app.session.setup.rule != rule:
            app.set("compare-rule", rule)
        assert app.session.setup.rule == rule
        assert app.click("step").came == "1"


def test_until_the_switch_users_get_what_they_get_today(open_compare: Open) -> None:
    app = open_compare().click("let-in-100").finish_the_crowd()
    rewards = app.session.comparison.rewards()
    assert len(app.session.comparison) == FIRST + 100
    assert (rewards["apprentice"] == rewards["baseline"]).all()
    assert (rewards["online"] != rewards["baseline"]).any()


@pytest.mark.slow
def test_going_online_is_one_click_and_stays_in_every_chart(open_compare: Open) -> None:
    app = open_compare().click("switch")
    assert app.session.switches == [FIRST]
    assert "Online from the next visitor on" in app.text
    app.click("let-in-100").finish_the_crowd()
    assert "per visitor than today's rules" in app.text
    assert "Since visitor 100 it earns" in app.text
    assert "For the board" in app.text, "beside the result, with the details closed"
    assert "Agreement, last" not in str([metric.label for metric in app.at.metric])
    assert "Forecast and result" in why(app).text
    app.click("switch")
    assert app.session.comparison.is_apprentice
    assert app.session.switches == [FIRST, FIRST + 100]


def test_the_uplift_over_today_is_told_with_its_interval(open_compare: Open) -> None:
    app = open_compare().click("switch").click("let-in-100").finish_the_crowd()
    now = app.session.latest()
    uplift = now.uplift("apprentice")
    assert uplift is not None
    assert (now.start, now.end) == (FIRST, FIRST + 100)
    scale = RewardScale.of(app.session.world)
    assert f"95\u00a0% interval {scale.range(uplift.low, uplift.high, sign=True)}" in app.text
    more = scale.more(uplift.mean, (uplift.high - uplift.low) / 2)
    assert f"{more} per visitor than today's rules" in app.text
    told = next(metric.delta for metric in app.at.metric if metric.label == "Apprentice earns")
    assert told == over_today(scale, uplift)


@pytest.mark.slow
def test_the_switch_is_moved_by_a_handle_before_the_same_visitors(open_compare: Open) -> None:
    app = open_compare().click("let-in-100").finish_the_crowd()
    other = open_compare(story="200-60").start()
    app.set("online-after-200-200", 60).click("replay").finish_the_crowd()
    assert app.session.switches == [60]
    assert address(app)["story"] == "200-60"
    assert app.session.comparison.rewards()["apprentice"].tolist() == (
        other.session.comparison.rewards()["apprentice"].tolist()
    )
    app.set("online-after-200-60", 200).click("replay").finish_the_crowd()
    assert app.session.switches == []


@pytest.mark.slow
def test_a_rule_can_press_the_button(open_compare: Open) -> None:
    app = open_compare(auto="90")
    while app.session.comparison.is_apprentice and len(app.session.comparison) < 500:
        app.click("let-in-100").finish_the_crowd()
    (switch,) = app.session.switches
    assert FIRST <= switch < 500
    assert not app.session.comparison.is_apprentice


@pytest.mark.slow
def test_the_summary_says_what_the_loops_did(open_compare: Open) -> None:
    app = open_compare().click("let-in-100").finish_the_crowd().click("switch")
    app.click("let-in-100").finish_the_crowd()
    comparison = app.session.comparison
    watched, online = comparison.stretches()
    text = why(app).text
    assert "300 visitors came (Coffee, random seed 7)" in text
    assert re.search(rf"earned {comparison.rewards()['baseline'].mean():.2f} \(.*\) per", text)
    assert "The apprentice watched 200 of them and changed nothing that they saw" in text
    assert re.search(rf"it earned {online.mean('apprentice'):.2f} \([^)]*\), today's", text)
    assert watched.mean("apprentice") == watched.mean("baseline")


@pytest.mark.parametrize(
    ("story", "rule", "crosses"),
    [("always", "always", 4), ("one", "weather", 4), ("two", "name,weather", 1),
     ("mood", "mood", 4)],
)  # fmt: skip
def test_each_story_sets_its_rule(open_compare: Open, story: str, rule: str, crosses: int) -> None:
    app = open_compare(rule="bestseller", story="0").set("compare-story", story)
    assert (app.session.setup.rule, app.session.setup.crosses) == (rule, crosses)
    assert len(app.session.comparison) == 0
    assert set(STORIES) == {"always", "one", "two", "mood"}
    assert bool(app.session.setup.table) == (story == "two"), "a rule with an exception"


@pytest.mark.nightly
def test_the_four_stories_end_as_they_are_told(open_compare: Open) -> None:
    """Match rates over 400 visitors, of a ceiling of .98."""
    ends = {"always": (0.95, 1.0), "weather": (0.9, 1.0), "mood": (0.15, 0.35)}
    for rule, (low, high) in ends.items():
        app = open_compare(rule=rule, story="400").start()
        assert low < app.session.comparison.record.performance(LATEST).match_rate < high
        assert ("average to about 98\u00a0%" in app.text) == (rule != "mood")
    told = app.text
    assert "No better than chance" in told
    assert "limit the long-run average" not in told, "there is nothing to copy"
    assert "25\u00a0%: today's rules do not depend on anything" in told
    coffee = WORLDS["coffee"]
    best = best_rule(coffee, ["name", "weather"]).table.values()
    table = ",".join(str(coffee.position(item)) for item in best)
    app = open_compare(rule="name,weather", table=table, crosses="1", story="400").start()
    assert 0.4 < app.session.comparison.record.performance(LATEST).match_rate < 0.7
    assert "combine more fields" in app.text


def test_the_services_own_apprentice_can_be_chosen(open_compare: Open) -> None:
    app = open_compare().set("compare-kind", "service")
    settings = app.session.comparison.apprentice.settings
    assert (settings.learner, settings.crosses) == ("classic", 1)
    assert app.widget("compare-kind").options == ["This engine", "Azure Personalizer"]
    app.click("let-in-100").finish_the_crowd()
    assert "limit the long-run average to about 85\u00a0%" in app.text
    assert app.set("compare-kind", "ours").session.setup.crosses == 4


def test_a_table_in_the_link_is_what_is_shown(open_compare: Open) -> None:
    app = open_compare(rule="weather", table="0,1,2")
    baseline = app.session.comparison.baseline
    assert isinstance(baseline, RuleTable)
    assert list(baseline.table.values()) == ["Cappucino", "Cold brew", "Iced mocha"]
    shown = {row["baseline_shown"] for row in app.session.comparison.table()}
    assert shown == set(baseline.table.values())


def test_another_world_gives_up_a_rule_that_it_does_not_have(open_compare: Open) -> None:
    app = open_compare(rule="weather", table="0,1,2", story="0").set("compare-world", "shop")
    setup = app.session.setup
    assert setup.rule in rules_of(WORLDS["shop"])
    assert setup.table == ""
    assert app.session.world is WORLDS["shop"]


def test_returning_to_a_world_restores_its_comparison(open_compare: Open) -> None:
    app = open_compare(rule="name").click("switch").click("step")
    before, chose = app.session.comparison, app.session.setup
    app.set("compare-world", "shop")
    assert app.session.comparison is not before
    app.set("compare-world", "coffee")
    assert app.session.comparison is before
    assert app.session.setup == chose
    assert app.at.session_state["compare-rule"] == "name"
    assert app.session.switches == [FIRST]
    assert app.at.query_params["story"] == f"{FIRST + 1}-{FIRST}"


def test_a_step_back_to_a_world_finds_it_as_it_was_left_too(open_compare: Open) -> None:
    """The address contains the history up to the point of leaving."""
    app = open_compare(seed="1").click("step")
    session, story = app.session, app.session.story
    before, chose = session.comparison, session.setup
    app.set("compare-world", "shop")
    session.adopt(chose, story)
    assert session.comparison is before


def test_of_worlds_and_seeds_that_were_left_the_last_are_kept(open_compare: Open) -> None:
    app = open_compare()
    for seed in range(8, 14):
        app.session.adopt(app.session.setup.having({"seed": seed}))
    assert len(app.session._stored) == 3


@pytest.mark.slow
def test_a_step_says_what_the_visitor_gave_to_each_of_the_three(open_compare: Open) -> None:
    app = open_compare()
    assert "Step:" not in app.text
    row = app.click("step").session.comparison.table()[-1]
    names = {"baseline": "Today's rules", "apprentice": "Apprentice", "online": "online"}
    for arm, name in names.items():
        item = WORLDS["coffee"].items[WORLDS["coffee"].position(str(row[f"{arm}_shown"]))]
        assert f"{name} {item.label} **{row[f'{arm}_reward']:g}**" in app.text
    assert "Step:" not in app.click("let-in-100").finish_the_crowd().text


def test_only_settings_of_the_loops_start_over(open_compare: Open) -> None:
    app = open_compare()
    app.set("compare-truth", True).set("compare-auto", 99).set("compare-speed", 4)
    assert len(app.session.comparison) == FIRST
    assert len(app.set("compare-explore", 10).session.comparison) == 0
    assert "No visitors yet" in app.text


@pytest.mark.slow
def test_exploration_turns_the_band_into_an_estimate(open_compare: Open) -> None:
    app = open_compare(explore="20", crosses="1").click("let-in-100").finish_the_crowd()
    outlook = app.session.outlook()
    assert outlook is not None
    assert outlook.estimate is not None
    assert open_compare().session.outlook().estimate is None  # type: ignore[union-attr]


def test_step_play_pause_and_to_the_end(
    open_compare: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = 300  # Sooner here than on the page.
    assert end < END
    for module in ("page_settings", "session"):
        monkeypatch.setattr(f"pages.parts.compare.{module}.END", end)
    app = open_compare(rule="always", kind="service", crosses="0").click("step")
    assert len(app.session.comparison) == FIRST + 1
    app.click("start").run()
    assert app.session.live.playing
    app.click("stop")
    assert not app.session.live.playing
    app.click("let-in-all").finish_the_crowd()
    assert len(app.session.comparison) == end
    assert app.session.is_full
    assert app.click("reset").came == "0"


@pytest.mark.parametrize(
    ("name", "value"),
    [("rule", "by heart"), ("table", "9,9,9")],
)
def test_a_broken_link_falls_back_with_a_notice(open_compare: Open, name: str, value: str) -> None:
    app = open_compare(**{"rule": "weather", "story": "0"} | {name: value})
    assert app.session.setup == CompareSetup()
    (toast,) = app.at.toast
    assert "must be" in toast.value


def test_both_pages_keep_what_was_set_while_the_other_is_looked_at(open_compare: Open) -> None:
    app = open_compare(rule="mood", seed="11").click("step")
    app.at.switch_page("../../play.py")
    app.at.query_params.clear()
    app.run()
    assert app.at.query_params["world"] == "coffee"
    app.at.switch_page("../../compare.py")
    app.at.query_params.clear()
    app.run()
    assert (app.session.setup.rule, app.session.setup.seed) == ("mood", 11)
    assert len(app.session.comparison) == FIRST + 1
    assert app.at.query_params["rule"] == "mood"


def address(app: CompareApp) -> dict[str, str]:
    found = {name: app.at.query_params[name] for name in app.at.query_params}
    return {name: v[0] if isinstance(v, list) else v for name, v in found.items()}


_STEP = re.compile(r" \*\*Step:\*\* [^\n]*(?=\]\])")


def figures(app: CompareApp) -> list[object]:
    """All figures of the page that do not depend on the *Step* button."""
    session = app.session
    metrics = [(metric.label, metric.value) for metric in app.at.metric]
    rows = repr(session.rows())  # NaN is not equal to itself
    return [metrics, rows, session.switches, session.outlook(), _STEP.sub("", app.text)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", [{"auto": "90"}, {"explore": "20", "rule": "mood", "kind": "service", "crosses": "1"}]
)
def test_a_reload_brings_the_same_figures_back(
    open_compare: Open, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # No outlook is read while a crowd comes in: with exploration each learns the log four times,
    # which the service's learner does sooner.
    monkeypatch.setattr(switch_forecast, "_STALE", 1.0)
    app = open_compare(**query).click("let-in-100").finish_the_crowd().click("switch")
    app.click("step").click("switch").click("step")
    comparison_cache.cache_clear()
    again = CompareApp(**address(app))
    assert again.session is not app.session
    assert len(again.session.comparison) == FIRST
    assert f"This link holds 202 visitors and {len(app.session.switches)} switches" in again.text
    assert address(again) == address(app)
    with many_frames():
        again.click("start-story")
        assert again.session.live.waiting > 0
        assert len(again.at.get("progress")) == 1
        assert HANDLE_LATER in again.text, "its place is kept, or all below would jump"
        assert address(again) == address(app)
        again.finish_the_crowd()
    assert HANDLE_LATER not in again.text
    assert len(again.session.comparison) == FIRST + 102
    assert figures(again) == figures(app)
    assert figures(again.click("step")) == figures(app.click("step"))


def test_the_link_tells_what_happened_and_nothing_of_what_happens_anyway(
    open_compare: Open,
) -> None:
    app = open_compare()
    assert "story" not in address(app)
    assert address(app.click("step"))["story"] == "101"
    assert address(app.click("switch"))["story"] == "101-101"
    assert address(app.click("switch"))["story"] == "101-101-101"
    assert address(app.click("reset"))["story"] == "0"
    assert len(CompareApp(**address(app)).session.comparison) == 0


@pytest.mark.slow
def test_the_link_keeps_pace_with_a_crowd(open_compare: Open) -> None:
    app = open_compare(speed="100", kind="service", crosses="0").click("start")
    while len(app.session.comparison) < 400:
        app.run()
    assert 400 - 250 - 25 <= int(address(app)["story"]) <= len(app.session.comparison)


def test_what_a_link_tells_can_be_stopped(open_compare: Open) -> None:
    app = open_compare(story="5000-4000", kind="service", crosses="0")
    with many_frames():
        app.click("start-story").click("stop")
    came = len(app.session.comparison)
    assert FIRST < came < 4_000
    assert address(app)["story"] == str(came)
    assert address(app.click("switch"))["story"] == f"{came}-{came}"


@pytest.mark.parametrize("text", ["", "200-150-120"])
def test_a_story_that_cannot_be_gives_way_with_a_notice(open_compare: Open, text: str) -> None:
    app = open_compare(story=text)
    assert len(app.session.comparison) == FIRST
    assert "story in the link is" in app.at.toast[0].value
    assert "story" not in address(app)


@pytest.mark.slow
def test_cached_comparisons_are_displayed_at_once(open_compare: Open) -> None:
    query = {"seed": "12", "explore": "20", "kind": "service", "crosses": "1"}
    app = open_compare(**query).click("let-in-100").click("switch")
    with many_frames():  # No change could go unnoticed there.
        other = CompareApp(**address(app))
    assert figures(other) == figures(app)
    app.click("step")
    assert len(other.session.comparison) == FIRST + 100


def test_a_number_that_was_forged_changes_nothing(open_compare: Open) -> None:
    app = open_compare()
    app.at.session_state["compare-explore"] = 1e9
    assert app.run().session.setup.explore == 0


def test_the_mode_may_change_as_often_as_a_link_can_say(open_compare: Open) -> None:
    app = open_compare(story="10" + 19 * "-10")
    assert not app.widget("switch").disabled
    assert app.click("switch").widget("switch").disabled
    assert CompareApp(**address(app)).session.switches == 20 * [10]


def test_todays_rules_are_those_of_race(
    open_compare: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.work.race_pool.open_processes", Here)
    app = open_compare(world="shop")
    app.at.switch_page("../../race.py")
    app.at.query_params.clear()
    race = app.run().at.session_state["RaceSession"]
    assert race.setup.rule == "", "the usual rule is that of Compare"
    app.at.switch_page("../../compare.py")
    app.at.query_params.clear()
    app.run().set("compare-rule", "always").set("compare-item", 2)
    app.at.switch_page("../../race.py")
    app.at.query_params.clear()
    app.run()
    assert (race.setup.rule, race.setup.item) == ("always", 2)
    assert app.at.query_params["rule"] == "always"
    app.at.session_state["more"] = True
    app.run().set("race-rule", "mood")
    app.at.switch_page("../../compare.py")
    app.at.query_params.clear()
    assert app.run().session.setup.rule == "mood"


def test_the_apprentice_of_play_follows_the_rules_typed_here(open_compare: Open) -> None:
    app = open_compare().set("compare-rule", "always").set("compare-item", 2)
    app.at.switch_page("../../play.py")
    app.at.query_params.clear()
    app.run()
    play = app.at.session_state["PlaySession"]
    play.adopt(play.setup.having({"mode": "apprentice"}))
    last = play.open.ranked
    assert last.action_id == play.open.world.items[2].id
    assert last.baseline == 2


def test_a_link_of_a_page_has_rules_of_its_own(open_compare: Open) -> None:
    app = open_compare(rule="mood")
    app.at.switch_page("../../race.py")
    app.at.query_params.clear()
    for name, value in {"world": "coffee", "seed": "7", "who": "ab,uniform"}.items():
        app.at.query_params[name] = value
    assert app.run().at.session_state["RaceSession"].setup.rule == ""
