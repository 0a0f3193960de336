"""The Evaluate page: questions to a log, and the displayed answers."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from unittest.mock import patch
from urllib.parse import parse_qsl

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.estimators import Interval
from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.interval_coverage import Coverage, forgetting
from engine.evaluation.log_fitness import Check
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.offline_evaluation import Row, evaluate
from engine.evaluation.settings_tuning import CandidateResult, Optimisation, candidates_for
from engine.evaluation.target_policies import FixedAction, LoggedPolicy, replaying
from engine.experiments.race.contenders import Present
from engine.pausable_steps import finish
from engine.simulation.baselines import RuleTable, best_rule, rule_table
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS
from pages.parts.evaluate.evaluation_logs import EvaluationLog, logs
from pages.parts.evaluate.log_checks import about_checks
from pages.parts.evaluate.log_evaluation import LogEvaluation, evaluating
from pages.parts.evaluate.page_content import scene_of
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.settings_trials import SettingsTrial
from pages.parts.evaluate.wording import (
    NOT_USABLE,
    about_difference,
    chart_ends,
    doubts,
    ends_around,
    estimate_of,
    headline_row,
    is_proven,
    labels_of,
    served,
)
from pages.parts.play.detail_boxes import BOXES
from pages.parts.race.page_settings import RaceSetup
from pages.parts.scene.part_types import FigureStyle
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.text.format import bare, signed
from pages.parts.text.glossary import meaning
from pages.parts.text.reward_scale import RewardScale
from pages.parts.work import job_queue
from pages.parts.work.download_permission import permission_of
from pages.parts.work.uploads import Upload, Uploads
from tests.pages.conftest import App, CompareApp, EvaluateApp, many_frames
from tests.pages.own_bank import OWN_BANK
from tests.pages.rare_worlds import rare_world

Open = Callable[..., EvaluateApp]
OpenCompare = Callable[..., CompareApp]

PAGES = ("Compare", "Race")
PAIR = ("greedy", "online")
QUICK = {"visitors": "300"}


def found_on(app: EvaluateApp) -> LogEvaluation:
    assert app.session.result is not None
    return app.session.result


def table_of(app: EvaluateApp) -> dict[str, dict[str, object]]:
    table = next(one for one in app.at.dataframe if "Served to everybody" in one.value)
    rows = table.value.to_dict("records")
    return {str(row["Served to everybody"]): {str(n): v for n, v in row.items()} for row in rows}


def test_a_ready_made_log_tells_what_each_would_have_earned(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK)
    assert "What would each option have earned if everyone had got it?" in app.text
    loop = LearningLoop(LoopSettings(), seed=7)
    for _ in crowd(loop, WORLDS["coffee"], 300):
        pass
    log = decisions_from(usable(loop))
    (row,) = evaluate([log], [FixedAction("Latte")]).rows()
    (asked,) = (one for one in found_on(app).rows if one.target == "action Latte")
    assert asked == row
    told = row.intervals[app.session.setup.estimator]
    assert told is not None
    said = f"{told.estimate:.2f} ({told.low:.2f} to {told.high:.2f})"
    assert table_of(app)["🥛 Latte"]["Would earn"] == said
    assert "Truth" not in table_of(app)["🥛 Latte"]


def test_the_sentence_is_about_what_flatters_itself_most(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK)
    row = headline_row(found_on(app), app.session.setup)
    assert row is not None
    naive, told = row.intervals["naive"], estimate_of(found_on(app), row, app.session.setup)
    assert naive is not None
    assert told is not None
    gaps = [
        one.intervals["naive"].estimate - other.estimate
        for one in found_on(app).rows
        if one.target.startswith("action ")
        if one.intervals["naive"] and (other := estimate_of(found_on(app), one, app.session.setup))
    ]
    assert naive.estimate - told.estimate == max(gaps)
    assert f"averaged {naive.estimate:.2f} where it was shown" in app.text
    assert f"it would have earned about {told.estimate:.2f}" in app.text


def test_the_truth_is_behind_a_switch(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK)
    assert "The truth is" not in app.text
    app.set("evaluate-truth", True)
    assert "The truth is" in app.text
    world = WORLDS["coffee"]
    latte = (world.frequencies @ world.expected)[world.position("Latte")]
    assert table_of(app)["🥛 Latte"]["Truth"] == pytest.approx(latte)


def test_a_guess_comes_first_and_its_error_is_displayed(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, guess="1", truth="1", estimator="ips")
    assert "it would have earned about" not in app.text
    assert "The truth is" not in app.text
    assert not any({"Would earn", "Truth"} & row.keys() for row in table_of(app).values())
    assert app.widget("evaluate-guessed").value is None
    assert not app.can_press("reveal"), "nothing is guessed yet"
    app.set("evaluate-guessed", 0.99).click("reveal")
    assert app.session.guess == 0.99
    assert "You guessed 0.99, which is off by +" in app.text
    assert "it would have earned about" in app.text
    app.click("hide")
    assert app.session.hides
    app.set("evaluate-guess", False)
    assert "it would have earned about" in app.text


def test_a_first_visit_guesses_before_any_answer_or_skips(open_app: Callable[..., App]) -> None:
    app = open_app()
    app.click("let-in-100").finish_the_crowd()
    app.at.switch_page("../../evaluate.py")
    app.at.query_params.clear()
    app.run()
    assert "What would it earn if everybody got it?" in app.text
    assert "it would have earned about" not in app.text
    assert app.widget("evaluate-guessed").value is None
    app.set("evaluate-tab", "better")
    assert "Shown after your guess" in app.text
    app.set("evaluate-tab", "if").click("skip")
    assert "it would have earned about" in app.text
    assert app.at.query_params["tab"] in ("if", ["if"])
    assert "guess" not in app.at.query_params


def test_a_link_from_before_the_tabs_opens_on_what_it_shows() -> None:
    for link, tab in (("world=coffee&seed=7", "if"), ("flaw=few&times=20", "reliable")):
        setup, refused = EvaluateSetup.from_query(dict(parse_qsl(link)))
        assert (setup.tab, setup.guess, refused) == (tab, False, [])
    setup, _ = EvaluateSetup.from_query({"flaw": "few", "tab": "if"})
    assert EvaluateSetup.from_query(setup.query())[0] == setup


@pytest.mark.parametrize(
    ("tab", "key"),
    [("better", "evaluate-Policy-coffee-greedy"), ("reliable", "start-watch"),
     ("settings", "start-tuning")],
)  # fmt: skip
def test_only_the_tab_in_view_is_drawn(open_evaluate: Open, tab: str, key: str) -> None:
    def keys() -> set[str]:
        return {str(part.key) for part in [*app.at.button, *app.at.selectbox]}

    app = open_evaluate(**QUICK)
    assert "hide" in keys()
    assert key not in keys()
    app.set("evaluate-tab", tab)
    assert key in keys()
    assert "hide" not in keys()


def test_any_row_can_be_guessed_first(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, guess="1", about="action Latte")
    assert "🥛 Latte averaged" in plain_text(app)
    app.set("evaluate-guessed", 0.5).click("reveal")
    told = estimate_of(found_on(app), row_of(app, "action Latte"), app.session.setup)
    assert told is not None
    assert f"it would have earned about {told.estimate:.2f}" in app.text
    app.set("evaluate-about", "uniform")
    assert app.session.hides, "another row is guessed anew"
    assert "Random averaged" in app.text


def row_of(app: EvaluateApp, target: str) -> Row:
    (row,) = (row for row in found_on(app).rows if row.target == target)
    return row


def test_no_estimate_on_fewer_than_ten_rewards_is_named_with_ten(open_evaluate: Open) -> None:
    """The effective number may be 9.6."""
    _, _, named = open_evaluate(**QUICK).text.partition("rest on fewer than 10 rewards: ")
    numbers = re.findall(r"\((\d+)\)", named.partition("Only their intervals")[0])
    assert numbers
    assert max(map(int, numbers)) < 10


def test_two_policies_are_compared(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, truth="1", tab="better")
    found = found_on(app)
    told = found.beside("greedy", "online")
    assert told is not None
    assert told.low > 0
    assert told.high == pytest.approx(found.possible_differences("greedy", "online")[1])
    assert "The interval ends at the largest difference that is possible" in app.text
    said = f"by {told.estimate:.2f} ({told.low:.2f}\u00a0to\u00a0{told.high:.2f})"
    assert f"**“Always the best guess” would earn more than “Actual offers”: {said}.**" in app.text
    apart = [estimate_of(found, row_of(app, key), app.session.setup) for key in PAIR]
    assert told.width < sum(one.width for one in apart if one)
    first, second = (one.estimate for one in apart if one)
    of_table = f"In *What if* the difference is {signed(first - second)}."
    assert (of_table in app.text) == (signed(first - second) != signed(told.estimate))
    exact = [
        replace(row, intervals=dict.fromkeys(row.intervals, Interval(value, value, value)))
        for row in found.rows
        if (value := told.estimate + 0.25 if row.target == "greedy" else 0.2)
    ]
    said = about_difference(replace(found, rows=exact), app.session.setup, *PAIR)
    assert f"In *What if* the difference is {signed(told.estimate + 0.05)}." in said
    assert f"The truth is {signed(found.truths['greedy'] - found.truths['online'])}." in app.text


def test_what_the_settings_of_a_loop_would_have_done_is_a_row(
    open_app: Callable[..., App], open_evaluate: Open
) -> None:
    play = open_app(policy="epsilon").answer(1.0)
    opened = play.session.open
    assert opened.stored is not None
    app = open_evaluate(**QUICK, settings=opened.stored.view)
    events, settings = found_on(app).log.events, opened.loop.settings
    target = finish(replaying(events, settings, "settings", 7))
    (row,) = evaluate([found_on(app).log.decisions], [target]).rows()
    assert row_of(app, "settings") == row
    assert any(name.startswith("Settings of ") for name in table_of(app))
    play.set("play-policy", "greedy")
    assert opened.loop.settings != settings
    events, settings = found_on(app.run()).log.events, opened.loop.settings
    target = finish(replaying(events, settings, "settings", 7))
    (row,) = evaluate([found_on(app).log.decisions], [target]).rows()
    assert row_of(app, "settings") == row, "it changed on Play meanwhile"
    twice = {"a" * 22: "Coffee, seed 7", "b" * 22: "Coffee, seed 7"}
    with patch("pages.parts.evaluate.controls.loops_of", return_value=twice):
        options = app.run().widget("evaluate-settings").options
    assert len(set(options)) == len(options) > 2
    gone = open_evaluate(**QUICK, settings="nothing-of-the-kind")
    assert "This loop is not here any more" in " ".join(error.value for error in gone.at.error)
    assert "Everything else is shown without them" in gone.text
    assert found_on(gone).rows


def test_the_loop_on_play_travels_along(open_app: Callable[..., App]) -> None:
    app = open_app(world="news")
    app.click("let-in-100").finish_the_crowd()
    app.at.session_state[BOXES] = ["log"]
    links = {link.proto.label: link.proto.page for link in app.run().at.get("page_link")}
    assert next(page for label, page in links.items() if "Evaluate this log" in label) == "evaluate"
    app.at.switch_page("../../evaluate.py")
    app.run()
    assert "100 visitors of the session that is open on Play" in app.text
    session = app.at.session_state["EvaluateSession"]
    assert session.result.log.world == WORLDS["news"]
    assert len(session.result.log.decisions) == 100
    play = app.at.session_state["PlaySession"]
    play.change_tastes()
    play.open.serve(5)
    app.run()
    told = session.result
    assert (told.log.world, len(told.log.decisions)) == (play.open.world, 105)
    assert told.truths.keys() >= {"online", "uniform", "rules"}
    assert "The world changed after visitor 100." in app.text
    assert not app.at.exception


def test_a_log_keeps_its_unit_when_tastes_have_changed(open_app: Callable[..., App]) -> None:
    app = open_app(world=keep_at_hand(OWN_BANK)).click("let-in-100").finish_the_crowd()
    play = app.at.session_state["PlaySession"]
    play.change_tastes()
    app.at.switch_page("../../evaluate.py")
    app.run()
    log = app.at.session_state["EvaluateSession"].result.log
    assert log.scale == RewardScale.of(play.open.world)
    assert "€ per 1,000 visitors" in app.text


def test_a_link_leads_to_the_log_of_a_loop(
    open_app: Callable[..., App], open_evaluate: Open
) -> None:
    play = open_app()
    play.click("let-in-100").finish_the_crowd()
    link = play.session.open.link
    assert link is not None
    app = open_evaluate(loop=link)
    assert len(found_on(app).log.decisions) == 100
    assert "100 visitors of the session in the link" in app.text
    assert app.at.query_params["loop"] in (link, [link])
    again = open_evaluate(**QUICK, loop="x")
    assert "loop" not in again.at.query_params
    (toast,) = again.at.toast
    assert "This link is broken" in plain_text_of(toast.value)


def test_while_a_log_is_made_its_progress_is_shown(open_evaluate: Open) -> None:
    logs().__init__()  # type: ignore[misc]
    with many_frames():
        app = open_evaluate(**QUICK, seed="11")
        assert app.session.result is None
        assert app.at.get("progress")
        while job_queue.jobs().turn():
            pass
        assert not app.run().at.get("progress")
    assert found_on(app).rows


def csv_of(app: EvaluateApp) -> list[dict[str, str]]:
    """Rows of the file *Download as CSV*."""
    told = (part.proto.json for part in app.at.get("bidi_component"))
    (link,) = (one for one in told if '/evaluate-csv"' in one)
    token = link.partition("/file/")[2].split("/")[0]
    found = permission_of(token)
    assert found is not None
    data = found.files["evaluate-csv"].make() or b""
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_everything_is_in_the_link_and_can_be_taken_along(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, estimator="ips", seed="11")
    assert app.at.query_params["estimator"] in ("ips", ["ips"])
    assert app.session.setup.estimator == "ips"
    assert "based on fewer than 30 events" in plain_text(app)
    assert all(0 < float(str(row["Evidence"])) <= 300 for row in table_of(app).values())
    rows = csv_of(app)
    targets, estimators = {row["policy"] for row in rows}, {row["estimator"] for row in rows}
    assert len(rows) == len(targets) * len(estimators)
    assert {"naive", "ips"} <= estimators


def test_of_probabilities_that_cannot_be_right_the_page_says_so(open_evaluate: Open) -> None:
    found, setup = found_on(app := open_evaluate(**QUICK)), app.session.setup
    assert not any("cannot be the ones" in said for said in doubts(found, setup))
    off = [replace(row, is_off=row.target == "uniform", mean=2.0) for row in found.rows]
    first, *_ = doubts(replace(found, rows=off), setup)
    assert "Random would have been served to about 2 times as many visitors as came" in first
    far = [replace(row, mean=10.868) for row in off if row.is_off]
    assert "to about 11 times as many" in doubts(replace(found, rows=far), setup)[0]
    assert "do not agree" in served(replace(found, rows=off), off[0], setup)


def test_what_was_rounded_is_said_and_one_action_is_compared_with_what_ran() -> None:
    """In a log that contains the probability of the shown action only."""
    rng = np.random.default_rng(7)
    shown, pays = rng.integers(3, size=3_000), rng.random(3_000)
    rows = (
        f"{'abc'[a]},{int(u < 0.2 + 0.2 * (a == 1))},.33" for a, u in zip(shown, pays, strict=True)
    )
    data = "\n".join(["action,reward,propensity", *rows]).encode()
    log = EvaluationLog(concatenated(open_log(data, "log.csv").batches()), bounds=(0.0, 1.0))
    found, setup = finish(evaluating(log, (1, 0), None, None)), EvaluateSetup()
    assert "have few digits" in doubts(found, setup)[0]
    assert not any(row.is_off for row in found.rows)
    said = about_difference(found, setup, "action b", "online")
    assert said.startswith("**“b” would earn more than “Actual offers”: by 0.1")
    less = about_difference(found, setup, "online", "action b")
    assert less.startswith("**“Actual offers” would earn less than “b”: by 0.1")
    assert "−" not in less
    assert "largest difference" not in said + less


def test_a_rule_of_ones_own_is_asked_at_once_and_sent_on(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, rule="weather")
    app.at.session_state["rule"] = True
    before = table_of(app.run())["Your rule: by weather"]
    app.at.session_state["evaluate-table"] = "0,0,0"
    rows = table_of(app.run())
    today = next(row for name, row in rows.items() if name.endswith("(default)"))
    after = rows["Your rule: by weather"]["Would earn"]
    assert after == today["Would earn"] != before["Would earn"]
    assert "**The rule “by weather” would earn about" in app.text
    links = {link.proto.label: link.proto.query_string for link in app.at.get("page_link")}
    compare, race = (next(q for n, q in links.items() if n.startswith(page)) for page in PAGES)
    for query in (compare, race):
        told = dict(parse_qsl(query))
        assert {"rule": "weather", "table": "0,0,0"}.items() <= told.items()
    setup, refused = RaceSetup.from_query(dict(parse_qsl(race)))
    assert (setup.who, refused) == ("ours,ab,present,uniform", [])
    (present,) = (one for key, one in setup.contenders.items() if key == "present")
    assert isinstance(present, Present)
    assert present.rule == always_by_weather("Cappucino")


def test_the_default_is_what_todays_rules_give_everybody(open_evaluate: Open) -> None:
    assert not any(name.endswith("(default)") for name in table_of(open_evaluate(**QUICK)))
    app = open_evaluate(**QUICK, rule="always", item="2")
    (name,) = (name for name in table_of(app) if name.endswith("(default)"))
    assert name == f"{WORLDS['coffee'].items[2].label} (default)"
    assert "Default: the action that today's rules give everybody" in app.text


def turned_to(app: EvaluateApp | CompareApp, page: str) -> None:
    """Turn to a page as by the menu, without a link's settings; Evaluate with its rule open."""
    app.at.session_state["rule"] = page == "evaluate"
    app.at.switch_page(f"../../{page}.py")
    app.at.query_params.clear()
    app.run()


def test_a_rule_on_trial_starts_as_todays_rules_and_stays_on_its_page(
    open_evaluate: Open,
) -> None:
    app = open_evaluate(**QUICK)
    app.at.session_state["rule"] = True
    assert (app.run().session.setup.rule, app.session.setup.table) == ("weather", "")
    turned_to(app, "compare")
    app.set("compare-rule", "name").at.session_state["compare-table"] = "0,0,1,1"
    app.run()
    turned_to(app, "evaluate")
    assert (app.session.setup.rule, app.session.setup.table) == ("name", "0,0,1,1")
    assert app.session.setup.baseline() == app.at.session_state["CompareSession"].setup.baseline()
    app.set("evaluate-rule", "always").set("evaluate-item", 2)
    turned_to(app, "compare")
    assert app.at.session_state["CompareSession"].setup.rule == "name", "a trial is no choice"
    turned_to(app, "evaluate")
    assert (app.session.setup.rule, app.session.setup.item) == ("always", 2), "and it stays"
    turned_to(app, "compare")
    app.set("compare-rule", "bestseller")
    turned_to(app, "evaluate")
    assert app.session.setup.rule == "bestseller", "until other rules are chosen"


def test_a_trial_outlasts_the_first_visit_to_compare(open_evaluate: Open) -> None:
    app = open_evaluate(world="shop", log="ready", **QUICK)
    app.at.session_state["rule"] = True
    app.run().set("evaluate-rule", "mood")
    turned_to(app, "compare")
    turned_to(app, "evaluate")
    assert app.session.setup.rule == "mood"


def test_a_link_to_evaluate_has_a_rule_of_its_own(open_compare: OpenCompare) -> None:
    app = open_compare(rule="mood")
    app.at.switch_page("../../evaluate.py")
    app.at.query_params.clear()
    for name, value in {"world": "coffee", "seed": "7", **QUICK}.items():
        app.at.query_params[name] = value
    assert app.run().at.session_state["EvaluateSession"].setup.rule == "weather"


@pytest.mark.parametrize(
    ("rule", "name", "other"),
    [
        ("always", "always Latte", "Latte"),
        ("mood", "random", "Random"),
        ("bestseller", "last month's bestseller", ""),
    ],
)
def test_each_of_todays_rules_is_evaluated(
    open_evaluate: Open, rule: str, name: str, other: str
) -> None:
    world = WORLDS["coffee"]
    latte = next(i for i, item in enumerate(world.items) if item.name == "Latte")
    app = open_evaluate(**QUICK, rule=rule, item=str(latte))
    best = app.session.setup.baseline()
    label = other or (world.items[world.position(best.possible({})[0])].name)
    rows = table_of(app)
    same = next(row for key, row in rows.items() if key.split(" (")[0].endswith(label))
    assert rows[f"Your rule: {name}"]["Would earn"] == same["Would earn"]
    assert EvaluateSetup.from_query(app.session.setup.query()) == (app.session.setup, [])


def always_by_weather(item: str) -> RuleTable:
    table = best_rule(WORLDS["coffee"], ["weather"]).table
    return rule_table(WORLDS["coffee"], ["weather"], dict.fromkeys(table, item))


def test_a_window_asks_a_part_of_the_log(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, window="101-200")
    assert len(found_on(app).decisions) == 100
    assert "Only visitors 101 to 200 are included" in plain_text(app)
    assert app.session.result is not None
    whole = found_on(app).log.decisions
    assert (
        found_on(app).rows[0].intervals["naive"]
        == (evaluate([whole.take(slice(100, 200))], [LoggedPolicy()]).rows()[0].intervals["naive"])
    )
    app.at.session_state["along"] = True
    app.set("evaluate-tab", "reliable")
    charts = [chart.proto.alt for chart in app.at.get("vega_lite_chart")]
    assert len(charts) == 2
    again = open_evaluate(**QUICK, window="301-400")
    (error,) = again.at.error
    assert "301" in error.value
    assert len(found_on(again.click("all-count")).decisions) == 300


def test_nothing_is_called_proven_of_what_the_log_never_shows(open_evaluate: Open) -> None:
    rows = [row for row in found_on(open_evaluate(**QUICK)).rows if is_proven(row)]
    assert rows
    assert not any(is_proven(replace(row, doubt="no_overlap")) for row in rows)


def test_experiments_are_repeated_and_their_intervals_counted(open_evaluate: Open) -> None:
    with many_frames():
        app = open_evaluate(**QUICK, flaw="few", times="20")
        while job_queue.jobs().turn():
            pass
        app.run().click("start-watch")
        watch = app.session.coverage_runs
        while watch.done < 2:
            job_queue.jobs().turn()
        app.run()
        assert app.at.get("progress")
        app.click("stop-watch")
        job_queue.jobs().turn()
        app.run()
        done = watch.done
        assert not watch.is_live
    assert 2 <= done < 20
    coverage = Coverage(WORLDS["coffee"], LoopSettings(), 300, "few", seed=7)
    finish(coverage.repetition_steps(done))
    assert watch.counts("fixed") == {
        key: count for (kind, key), count in coverage.counts.items() if kind == "fixed"
    }
    naive, ours = (watch.counts("fixed")[key] for key in ("naive", "strata"))
    assert f"Average where shown, {naive.covering} of {naive.intervals}" in plain_text(app)
    assert (
        f"Our intervals contained the truth {ours.covering} of {ours.intervals} times"
        in plain_text(app)
    )
    story = "A tenth of the visitors"
    assert story not in plain_text(app), "beside results it is help"
    assert any(story in (header.help or "") for header in app.at.header)
    assert f"{done} experiments of 30 visitors" in plain_text(app)
    assert app.at.query_params["watched"] in (str(done), [str(done)])
    again = open_evaluate(**QUICK, flaw="few", times="20", watched=str(done))
    assert f"{done} experiments of 30 visitors" in plain_text(again)
    unknown = open_evaluate(world="coffee", visitors="300", seed="8", watched="20")
    assert "This server no longer has the experiments" in plain_text(unknown)


def plain_text(app: EvaluateApp) -> str:
    return plain_text_of(app.text)


def plain_text_of(markdown: str) -> str:
    return unescape(markdown).replace("\u2060", "")


def test_settings_are_tried_and_half_of_the_log_judges(
    open_evaluate: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = candidates_for(LoopSettings())[-4:-2]
    assert few[0].key.startswith("floor")
    for where in ("engine.evaluation.settings_tuning", "pages.parts.evaluate.settings_trials"):
        monkeypatch.setattr(f"{where}.candidates_for", lambda settings: few)
    app = open_evaluate(**QUICK, tab="settings").click("start-tuning")
    (run,) = app.session.tuning.trials
    found = run.optimisation
    assert {one.candidate.key for one in found.tried} == {one.key for one in few}
    text = plain_text(app)
    assert f"would earn {found.best.judged.estimate:.2f}" in text
    assert f"the actual offers earned {found.online.estimate:.2f}" in text
    assert any(
        "looked best" in one.value and meaning("floor") in one.help for one in app.at.markdown
    )
    assert not any(button.key == "apply" for button in app.at.button)


def test_what_is_clearly_better_is_applied_to_the_loop_on_play(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    app.click("let-in-100").finish_the_crowd()
    app.at.switch_page("../../evaluate.py")
    app.run()
    session, low, high = (
        app.at.session_state["EvaluateSession"], Interval(0.2, 0.1, 0.3), Interval(0.8, 0.7, 0.9),
    )  # fmt: skip
    loop = session.log.loop
    chosen = next(one for one in candidates_for(loop.settings) if one.key == "crosses 2")
    found = Optimisation(low, (CandidateResult(chosen, high, high),))
    session.tuning.trials.append(SettingsTrial(loop, 100, loop.settings, found))
    app.set("evaluate-tab", "settings")
    assert app.can_press("apply")
    app.set("evaluate-auto", True)
    (run,) = session.tuning.trials
    assert run.is_in_force
    assert loop.settings == chosen.settings
    app.at.switch_page("../../play.py")
    app.run()
    assert loop.settings == chosen.settings
    assert app.session.setup.crosses == 2
    app.click("undo")
    app.at.switch_page("../../evaluate.py")
    assert "It was applied, and later reverted" in plain_text_of(app.run().text)
    assert not run.is_in_force


def test_a_banks_log_is_in_euros_per_1000_visitors(open_evaluate: Open) -> None:
    app = open_evaluate(world=keep_at_hand(OWN_BANK), visitors="1000", truth="1")
    result = found_on(app)
    text = plain_text(app)
    assert "€ per 1,000 visitors" in text
    assert not re.search(r"\b0\.0\d* (to|\()", text), "no number is rounded away"
    (card,) = (row for name, row in table_of(app).items() if "Premium card" in name)
    assert card["Truth, €"] == pytest.approx(3_000, abs=0.5)
    assert re.fullmatch(r"[\d,]+\s€ \([\d,]+ to [\d,]+\)", str(card["Would earn"]))
    (nothing,) = (row for row in result.rows if row.target == "action Nothing new")
    assert not is_proven(nothing), "what pays nothing needs no proof"
    assert str(table_of(app)["🤫 Nothing new"]["Would earn"]) == "0\u00a0€"
    headline = headline_row(result, app.session.setup)
    assert headline is not None
    assert headline.target != nothing.target, "that it earns nothing is no news"
    low, high = chart_ends(result, app.session.setup)
    estimates = [estimate_of(result, row, app.session.setup) for row in result.rows]
    largest = max(interval.high for interval in estimates if interval)
    assert low == 0
    assert high < 2 * largest
    assert high < 0.2, "rewards of up to 1 are far beyond what is earned"


def test_a_banks_csv_has_its_unit_too(open_evaluate: Open) -> None:
    app = open_evaluate(world=keep_at_hand(OWN_BANK), visitors="300")
    known = [row for row in csv_of(app) if row["estimate"]]
    assert known
    for row in known:
        assert row["unit"] == "€ per 1,000 visitors"
        assert float(row["high_in_unit"]) == pytest.approx(300_000 * float(row["high"]))


def test_rare_rewards_of_a_file_are_percentages(open_evaluate: Open) -> None:
    decisions = found_on(open_evaluate(**QUICK)).decisions
    rewards = (np.arange(len(decisions)) % 50 == 0).astype(float)
    assert EvaluationLog(replace(decisions, reward=rewards)).scale.unit == "%"
    assert EvaluationLog(decisions).scale.unit == ""


def test_a_rule_of_ones_own_over_the_columns_of_a_file(
    open_evaluate: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = Upload(Uploads(most=1))
    rows = ["sunny,NL,a,.5,1", "sunny,DE,b,.5,0", "rainy,NL,a,.5,0", "rainy,DE,b,.5,1"] * 10
    rows += ["sunny,NL,a,.5,1", "rainy,DE,b,.5,1", "rainy,NL,b,.5,0"]
    (incoming := upload.begin()).write(
        "\n".join(["weather,country,action,prob,reward", *rows]).encode()
    )
    incoming.end()
    upload.name = "mine.csv"
    monkeypatch.setattr("pages.parts.evaluate.log_file_form.this_upload", lambda: upload)
    app = open_evaluate(log="file", guess="0")
    with many_frames():
        while app.session.result is None:
            app.run()
    assert not any(name.startswith("Your rule") for name in table_of(app))
    app.at.session_state["rule"] = True
    assert "Your rule: by weather" in table_of(app.run())
    assert app.session.file_rule == RuleTable(("weather",), {("rainy",): "b", ("sunny",): "a"})
    assert "**The rule “by weather” would earn about" in app.text
    assert "It begins with the actions shown most often. Choose" in app.text
    (depends,) = (box for box in app.at.multiselect if box.label == "Your rule depends on")
    assert depends.options == ["weather", "country"]
    depends.unselect("weather").run()
    assert "Your rule: always b" in table_of(app)
    app.at.session_state["rule"] = False
    assert "Your rule: always b" in table_of(app.run()), "it stays when its box is closed"


def test_an_arrow_at_a_cut_interval_is_explained(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK)
    result = found_on(app)
    legend = {
        cut: scene_of(replaced(app.session, result, cut), FigureStyle()).figure("forest")
        for cut in (False, True)
    }
    for cut, figure in legend.items():
        assert figure is not None
        assert ("continues\u00a0beyond\u00a0the\u00a0axis" in figure.marks) == cut


def replaced(session: EvaluateSession, result: LogEvaluation, cut: bool) -> EvaluateSession:
    """The session with narrow intervals; one beyond the axis if ``cut``."""
    rows = []
    for number, row in enumerate(result.rows):
        wide = Interval(0.5, -9.0, 9.0) if cut and number == 1 else Interval(0.5, 0.4, 0.6)
        rows.append(replace(row, intervals=dict.fromkeys(row.intervals, wide)))
    session.result = replace(result, rows=rows)
    return session


def test_axes_hold_what_is_drawn_and_little_more() -> None:
    rare = Interval(0.02, 0.01, 0.04)
    assert ends_around((0, 1), [rare, None]) == pytest.approx((0, 0.042))
    assert ends_around((0, 1), [rare, Interval(0.0, 0.0, 0.9)]) == pytest.approx((0, 0.063))
    assert ends_around((0, 1), [rare], [0.8]) == (0, 1)
    assert ends_around((-1, 1), [Interval(-0.02, -0.03, 0.01)]) == pytest.approx((-0.03, 0.012))
    assert ends_around((0, 1), [Interval(0.0, 0.0, 0.3)]) == (0, 1)


def test_a_log_is_checked_before_any_figure(open_evaluate: Open) -> None:
    app = open_evaluate(**QUICK, tab="reliable")
    (line,) = (each for each in app.at.markdown if "Is this log reliable?** **Yes" in each.value)
    assert "all probabilities are possible" in line.help
    log = found_on(app).log
    assert "Not to be used" not in app.text
    unfair = replace(log, decisions=forgetting(log.decisions))
    result = finish(evaluating(unfair, (1, 0), None))
    app.session.result = result
    app.at.session_state["along"] = True
    app.run()
    marks = [each.value for each in app.at.warning if each.value == NOT_USABLE]
    assert len(marks) == 2, "at each of the two charts"
    first, fault = about_checks(result.checks, labels_of(result))
    assert first.endswith("1 check failed.")
    assert "was shown to" in fault
    assert "it should have been 25.0\u00a0%, and chance does not explain" in fault


def test_each_fault_of_a_log_has_a_sentence() -> None:
    faults = [
        Check("probabilities", False, value=2, event=7),
        Check("weights", False, "<b>", 1.5, 1.0),
        Check("repeats", False, value=200, event=301),
        Check("gaps", False, value=3 * 86_400, expected=60, event=50),
    ]
    first, *sentences = map(bare, about_checks(faults, {}))
    assert first.endswith("4 checks failed.")
    beginnings = (
        "2 events with a probability of 0, or above 1, first event 7",
        "The mean weight of <b> is 1.50, but should be 1",
        "200 events occur twice, first event 301",
        "Nothing was logged for 3 days after event 50",
    )
    for sentence, beginning in zip(sentences, beginnings, strict=True):
        assert sentence.startswith(beginning)
    assert "<" not in about_checks(faults, {})[2]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [40, 41, 42, 43])
def test_rare_rewards_are_legible_in_any_world(open_evaluate: Open, seed: int) -> None:
    world = rare_world(seed)
    app = open_evaluate(world=keep_at_hand(world), visitors="1000", truth="1")
    result, setup = found_on(app), app.session.setup
    texts = [plain_text(app), *(str(row["Would earn"]) for row in table_of(app).values())]
    for text in texts:
        for low, high in re.findall(r"([−\d.,]+) to ([+−\d.,]+)", text):
            assert low != high, text
    low, high = chart_ends(result, setup)
    drawn = [result.truths[row.target] for row in result.rows if row.target in result.truths]
    for row in result.rows:
        if interval := estimate_of(result, row, setup):
            drawn += [interval.low, min(interval.high, high), interval.estimate]
    assert max(drawn) - min(drawn) > (high - low) / 2
