"""The Race page: user actions and their effects."""

import html
import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import pytest

from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.worlds import WORLDS
from pages.parts.components.toolbar import WORLD_MENU
from pages.parts.race import wording
from pages.parts.race.controls import presets
from pages.parts.race.finished_races import finished_races
from pages.parts.race.page_settings import MAX_STEPS, RaceSetup
from pages.parts.settings.known_worlds import keep_at_hand
from tests.engine.experiments.race.test_runs import Faulty
from tests.pages.conftest import App, Here, RaceApp
from tests.pages.own_bank import OWN_BANK

Open = Callable[..., RaceApp]


QUICK = {"visitors": "200", "crowds": "2", "who": "epsilon,ab,uniform"}


def charts_of(app: RaceApp) -> list[str]:
    return [chart.proto.alt for chart in app.at.get("vega_lite_chart")]


# -- on the page ----------------------------------------------------------------------


def test_coming_by_the_menu_tastes_change_as_the_world_says(
    open_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.work.race_pool.open_processes", Here)
    app = open_app()
    app.at.session_state[WORLD_MENU] = True
    app.run().set("play-another-world", "fashion")
    app.at.switch_page("../../race.py")
    assert app.run().at.session_state["RaceSession"].setup.drift == "halfway"
    assert app.set("race-world", "coffee").at.session_state["RaceSession"].setup.drift == "none"
    app.at.session_state[WORLD_MENU] = True
    app.run().set("race-another-world", "fashion").set("race-drift", "slow").run()
    assert app.at.session_state["RaceSession"].setup.drift == "slow", "and another can be set"


def test_it_opens_with_a_question_a_line_up_and_a_bet(open_race: Open) -> None:
    app = open_race()
    assert "Which method earns most from the same visitors?" in app.text
    assert "Methods" in app.text
    announced = {"Who earns most", "Reward over time", "Missed rewards"}
    assert all(f"**{title}**" in app.text for title in announced)
    assert app.widget("race-bet").options == list(RaceSetup().names.values())
    assert "10 repetitions × 1,000 visitors × 4 methods = 40,000 choices." in app.text
    assert not app.widget("start").disabled
    assert app.session.state == "ready"
    assert charts_of(app) == []


def test_a_race_ends_with_the_figures_of_the_engine(open_race: Open) -> None:
    app = open_race(**QUICK)
    app.click("start").finish_the_race()
    assert app.session.state == "done"
    plan = app.session.setup.plan()
    standings = Standings(plan)
    for outcome in race(plan):
        standings.add(outcome)
    assert app.session.known.finals() == standings.finals()
    best = standings.finals()[0]
    assert f"earned most: {best.reward.mean:.3f} (" in app.text
    assert len(charts_of(app)) == 4
    app.at.session_state["figures"] = True
    (table,) = app.run().at.dataframe
    assert list(table.value["Method"]) == [
        app.session.setup.names[final.contender] for final in standings.finals()
    ]
    assert "You bet" not in app.text


@pytest.mark.parametrize("key", ["epsilon", "uniform"])
def test_a_bet_is_placed_first_and_settled_at_the_end(open_race: Open, key: str) -> None:
    app = open_race(**QUICK)
    app.set("race-bet", key).click("start")
    assert app.session.bet == key
    app.finish_the_race()
    order = [final.contender for final in app.session.known.finals()]
    assert order[0] == "epsilon"
    name = app.session.setup.names[key]
    place = order.index(key)
    told = f"You bet on {name}, and were right." if place == 0 else f"You bet on {name}: it came"
    assert told in app.text
    assert app.widget("race-bet").value is None


@pytest.mark.parametrize("bet", ["uniform", None])
def test_a_reload_races_the_same_again(open_race: Open, bet: str | None) -> None:
    app = open_race(**QUICK)
    assert "raced" not in app.at.query_params
    app.set("race-bet", bet).click("start").finish_the_race()
    told = {name: app.at.query_params[name] for name in app.at.query_params}
    link = {name: v[0] if isinstance(v, list) else v for name, v in told.items()}
    again = RaceApp(**link)
    assert again.session.state == "done"
    assert again.session.bet == bet
    assert again.session.known.finals() == app.session.known.finals()
    assert again.text == app.text
    assert "raced" not in again.set("race-drift", "slow").at.query_params


def test_a_link_prepares_a_race_and_a_person_starts_it(open_race: Open) -> None:
    finished_races.cache_clear()
    app = open_race(**QUICK, raced="ab")
    assert app.session.state == "ready"
    assert "This link holds a race: start it for the same result." in app.text
    assert app.widget("race-bet").value == "ab"
    assert app.at.query_params["raced"] == "ab"
    app.click("start").finish_the_race()
    assert (app.session.state, app.session.bet) == ("done", "ab")
    assert "This link holds" not in app.text


def test_a_link_races_nothing_that_could_not_be_started(open_race: Open) -> None:
    app = open_race(who="ours", raced="nobody")
    assert app.session.state == "ready"
    assert "raced" not in app.at.query_params


def test_it_runs_frame_by_frame_and_stop_keeps_what_there_is(
    open_race: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.race.session._AHEAD", 1)
    app = open_race(visitors="200", crowds="20", who="ab,uniform").click("start").run()
    found = len(app.session.known)
    assert 0 < found < 40
    assert app.session.is_live
    assert app.at.get("progress")
    assert f"{200 * found:,} of 8,000 choices made" in wording.progress_of(app.session)
    app.run()
    assert len(app.session.known) > found
    app.click("stop")
    assert app.session.state == "stopped"
    kept = len(app.session.known)
    app.run()
    assert len(app.session.known) == kept
    assert f"Stopped after {kept // 2} of 20 repetitions." in app.text
    assert len(charts_of(app)) == 4


def test_racing_again_meets_other_crowds(open_race: Open) -> None:
    app = open_race(**QUICK).click("start").finish_the_race()
    first = app.session.known.finals()
    app.click("start").finish_the_race()
    assert app.session.setup.seed == RaceSetup().seed + 1
    assert app.session.known.finals() != first
    assert app.at.query_params["seed"] == "8"


@pytest.mark.slow
def test_results_stay_when_something_else_is_set_and_it_is_said(open_race: Open) -> None:
    app = open_race(**QUICK).click("start").finish_the_race()
    finals = app.session.known.finals()
    app.set("race-crowds", 5)
    assert app.session.known.finals() == finals
    assert "These results are of the previous race in Coffee: Epsilon-greedy" in app.text
    assert "2 repetitions of 200 visitors" in app.text
    app.click("start").finish_the_race()
    assert app.session.known.plan.repetitions == 5
    assert app.session.known.plan.seed == 7
    assert "the previous race" not in app.text


def test_the_line_up_says_what_is_unusual_about_the_visitors(open_race: Open) -> None:
    app = open_race().set("race-preset", "Tastes change halfway")
    assert "Tastes change after visitor 1,000" in app.text
    app.set("race-preset", "Rewards come late")
    assert "Rewards arrive 200 visitors late." in app.text
    assert "Tastes change after" not in app.text


def test_the_verdict_is_a_heading(open_race: Open) -> None:
    app = open_race(**QUICK).click("start").finish_the_race()
    headline, rest = wording.result(app.session)
    assert headline in [header.value for header in app.at.header]
    assert wording.verdict(app.session) == f"**{headline}** {rest}"


@pytest.mark.parametrize("preset", list(presets(RaceSetup())))
def test_ready_made_races_keep_world_and_seed(open_race: Open, preset: str) -> None:
    app = open_race(world="news", seed="11", delay="50").set("race-preset", preset)
    setup = app.session.setup
    assert (setup.world, setup.seed) == ("news", 11)
    assert setup == presets(RaceSetup(world="news", seed=11))[preset].setup
    assert app.widget("race-preset").value == preset
    assert presets(setup)[preset].point in app.text
    assert app.set("race-crowds", 50).widget("race-preset").value is None


def test_the_race_against_todays_rules_is_as_long_as_a_test_of_the_world_needs() -> None:
    own = keep_at_hand(OWN_BANK)
    lengths = {
        world: presets(RaceSetup(world=world))["Against today's rules"].setup.size
        for world in ("coffee", "news", own)
    }
    assert lengths == {"coffee": (1_000, 10), "news": (2_000, 10), own: (20_000, 5)}


def test_a_world_without_the_field_gets_one_of_its_own(open_race: Open) -> None:
    app = open_race(field="weather").set("race-world", "shop")
    assert app.session.setup.field == WORLDS["shop"].fields[0].name


def test_contenders_can_be_chosen_and_at_least_two_must_be(open_race: Open) -> None:
    app = open_race().set("race-chosen", ["uniform", "ours", "ucb"])
    assert app.session.setup.who == "ours,ucb,uniform"
    app.set("race-chosen", ["ucb"])
    assert app.widget("start").disabled
    assert "Choose at least two methods." in app.text
    app.set("race-chosen", [])
    assert app.session.setup.who == "ucb"


def test_a_race_that_is_too_long_is_refused_with_the_reason(open_race: Open) -> None:
    app = open_race(visitors="20000", crowds="500")
    assert app.widget("start").disabled
    assert f"This page races at most {MAX_STEPS:,}" in app.text
    app.session.start(app.session.setup, None)
    assert app.session.state == "ready"


def let_ab_fail(monkeypatch: pytest.MonkeyPatch, crowds: Sequence[int]) -> None:
    """The A/B test raises before some of the crowds, counted from 0."""
    plan_of = RaceSetup.plan

    def plan(setup: RaceSetup) -> Plan:
        sound = plan_of(setup)
        faulty = Faulty("ab", tuple(map(sound.seed_of, crowds)), RuntimeError, ("no *milk*",))
        others = (c for c in sound.contenders if c.key != "ab")
        return replace(sound, contenders=(faulty, *others))

    monkeypatch.setattr(RaceSetup, "plan", plan)


@pytest.mark.slow
def test_a_race_of_which_a_run_fails_says_so_and_shows_what_it_has(
    open_race: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_ab_fail(monkeypatch, [2])
    app = open_race(**QUICK | {"crowds": "5"}).set("race-bet", "ab").click("start")
    app.finish_the_race()
    assert app.session.state == "failed"
    assert app.session.known.shared == [0, 1, 3, 4]
    told = html.unescape(app.text)
    assert "1 of 15 runs failed; the first, A/B test in repetition 3: RuntimeError" in told
    assert "no *milk*." in told
    assert "over 4 repetitions" in told
    assert "You bet on A/B test" in told
    assert len(charts_of(app)) == 4
    assert len(list(app.session.known.run_rows())) == 14
    assert app.widget("race-csv-curves")
    assert not app.widget("start").disabled


@pytest.mark.parametrize("who", ["epsilon,ab,uniform", "ab,uniform"])
def test_who_fails_in_every_crowd_is_left_out_and_the_bet_is_told(
    open_race: Open, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    let_ab_fail(monkeypatch, range(2))
    race = QUICK | {"who": who, "visitors": "800"}  # Enough to determine the leader.
    app = open_race(**race).set("race-bet", "ab").click("start").finish_the_race()
    assert app.session.state == "failed"
    assert f"2 of {2 * len(who.split(','))} runs failed" in app.text
    if who == "ab,uniform":
        assert "There is nothing to compare." in app.text
    else:
        assert "Epsilon-greedy 10 % earned most" in app.text
        assert "You bet on A/B test: it failed in every repetition." in app.text


def test_the_leader_and_the_bet_stand_first_in_words_too(open_race: Open) -> None:
    app = open_race(**QUICK).set("race-bet", "ab").click("start").finish_the_race()
    told = html.unescape(app.text).replace("\u2060", "")
    finals, names = app.session.known.finals(), app.session.setup.names
    first = finals[0]
    assert f"{names[first.contender]} {first.reward.mean:.3f}" in told
    assert "than This engine" not in told, "within a sentence a name begins in lower case"
    assert f"{names['ab']} {app.session.known.recent('ab').mean[-1]:.2f}" in told
    assert f"{names[first.contender]} and A/B test: the dotted lines enclose" in app.text


@pytest.mark.slow
def test_ours_says_what_it_believes_and_what_its_floor_cost(open_race: Open) -> None:
    who = {"visitors": "500", "crowds": "2", "who": "ours,nofloor,uniform"}
    app = open_race(**who).click("start").finish_the_race()
    found, lost = app.session.known.believed("ours"), app.session.known.cost_of_chance("ours")
    assert found is not None
    assert f"This engine runs {len(HYPOTHESES)} models" in app.text
    assert ("so its log stays usable.** Those offers cost" in app.text) is (lost is not None)


def test_drift_is_drawn_and_recovery_told(open_race: Open) -> None:
    app = open_race(**QUICK | {"drift": "halfway"}).click("start").finish_the_race()
    app.at.session_state["figures"] = True
    (table,) = app.run().at.dataframe
    assert "Recovered after" in table.value.columns


def test_what_is_shown_can_be_taken_away(open_race: Open) -> None:
    app = open_race(**QUICK).click("start").finish_the_race()
    known = app.session.known
    curves = pd.DataFrame(list(known.curve_rows()))
    runs = pd.read_csv(io.StringIO(pd.DataFrame(list(known.run_rows())).to_csv(index=False)))
    assert set(curves["measure"]) == {"recent_reward", "cumulative_regret", "weight"}
    assert len(runs) == 6
    assert app.widget("race-csv-curves")
    assert app.widget("race-csv-runs")


def test_contenders_can_be_looked_up_after_the_race(open_race: Open) -> None:
    app = open_race(**QUICK)
    story = app.session.setup.stories["epsilon"]
    assert story in app.text
    app.click("start").finish_the_race()
    assert story not in app.text
    app.at.session_state["who"] = True
    app.run()
    assert story in app.text


# -- links ----------------------------------------------------------------------------


def test_a_link_carries_the_set_up(open_race: Open) -> None:
    query = {
        "world": "news", "seed": "3", "who": "ours,segments", "visitors": "500", "crowds": "5",
        "drift": "slow", "delay": "10", "refresh": "20", "epsilon": "30", "crosses": "1",
        "temperature": "20", "width": "150", "trial": "100", "field": "place",
    }  # fmt: skip
    app = open_race(**query)
    setup = app.session.setup
    assert setup.query() == query
    assert RaceSetup.from_query(query) == (setup, [])
    known = line_up(WORLDS["news"], EpsilonGreedy(0.3), crosses=1, trial=100, field="place")
    assert setup.plan().contenders == (known["ours"], known["segments"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("who", "ours,theirs"), ("field", "season")],
)
def test_a_broken_link_falls_back_with_a_notice(open_race: Open, name: str, value: str) -> None:
    app = open_race(**{name: value})
    assert app.session.setup == RaceSetup()
    (toast,) = app.at.toast
    assert "must be" in toast.value
