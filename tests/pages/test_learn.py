"""The Learn page: each lesson is walked from the guess to the end."""

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest

from pages.parts.lessons.continuation_links import address_of
from pages.parts.lessons.homework_codes import code_of, seed_of
from pages.parts.lessons.labs import person_against_engine
from pages.parts.lessons.lesson import Cells, Slider
from pages.parts.lessons.lessons import LESSON_GROUPS, LESSONS
from pages.parts.text.format import bare
from tests.pages.conftest import LearnApp

Open = Callable[..., LearnApp]


def do(app: LearnApp, key: str) -> None:
    """Perform the user's action in a lesson."""
    buttons = {
        "one_draw": "lesson-rest",
        "never_tried": "lesson-let-in",
        "table_that_lies": "lesson-serve-1",
        "careful": "lesson-pay-clicks",
        **dict.fromkeys(("one_winner", "exam_week", "watch_first"), "lesson-look"),
    }
    if key == "barista":
        for visit in range(LESSONS["barista"].numbers["visits"]):
            app.click(f"lesson-drink-{visit % 4 + 1}")
    elif key == "ask_the_log":
        app.click("lesson-ask").click("lesson-forget")
    else:
        button = buttons.get(key, "lesson-more")
        for _ in range(4):
            if not app.run_of(key).lab.is_done:
                app.click(button)


def hidden_controls(app: LearnApp) -> set[str]:
    """Keys of the buttons on the page that the style sheet hides while a lesson is shown."""
    rules = re.findall(r"([^{}]*)\{\s*display: none;", STYLE.read_text(encoding="utf-8"))
    selectors = [part for rule in rules for part in rule.split(",")]
    hidden = {
        match[1]
        for selector in selectors
        if ":has(.st-key-lesson-screen)" in selector
        and (match := re.search(r"\.st-key-([\w-]+)$", selector.strip()))
    }
    assert hidden, "no rule hides what the list of lessons alone has"
    return hidden & {str(button.key) for button in app.at.button}


STYLE = Path(__file__).parents[2] / "pages" / "parts" / "shell" / "style.css"
FEWER: dict[str, dict[str, Any]] = {
    "ask_the_log": {"visitors": 120},
    "careful": {"visitors": 60},
    "exam_week": {"visitors": 100},
    "never_a_hundred": {"looks": [20, 30, 40], "visitors": 60},
    "never_tried": {"visitors": 80, "step": 20},
    "one_winner": {"visitors": 100},
    "table_that_lies": {"visitors": 150, "logs": 4},
    "watch_first": {"watched": 60, "served": 30},
    "what_95_promises": {"visitors": 60, "shops": 5},
}
"""A tenth of the lessons' visitors: the claims are tested in ``tests/engine/experiments``; these
tests check that the lessons can be completed."""


def _opened(app: LearnApp) -> dict[str, str]:
    """Query parameters of the link to the sandbox."""
    (link,) = app.at.get("page_link")
    return dict(parse_qsl(link.proto.query_string))


@pytest.fixture
def fewer(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has fewer visitors come in a lesson."""
    for name, number in FEWER.get(key, {}).items():
        monkeypatch.setitem(LESSONS[key].numbers, name, number)


@pytest.mark.usefixtures("fewer")
@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_from_the_guess_to_the_end(open_learn: Open, key: str) -> None:
    """A number or an answer is guessed by the person, and not by default."""
    lesson, own = LESSONS[key], LESSONS[key].words
    app = open_learn(lesson=key, seed=str(lesson.seed), world="")
    assert own.say("question") in app.text
    asked = lesson.guess
    assert app.can_press("lesson-guessed") == isinstance(asked, Cells)
    if not isinstance(asked, Cells):
        assert app.widget(f"lesson-guess-{key}").value is None
        guessed = asked.values[0] if isinstance(asked, Slider) else asked.options[0]
    app.guess(key)
    assert isinstance(asked, Cells) or app.run_of(key).guess == guessed
    assert not hidden_controls(app)
    do(app, key)
    run = app.run_of(key)
    assert run.lab.is_done
    app.click("lesson-next")
    truth, told = run.lab.truth, run.lab.numbers
    assert truth is not None
    assert own.say("reveal", **told) in app.text
    app.click("lesson-next")
    assert own.say("exit", **told) in app.text
    assert "lesson-next" not in {button.key for button in app.at.button}
    answer = run.lab.answer
    app.click(f"lesson-option-{next(o for o in lesson.options if o != answer)}")
    assert own.say("answered", **told) in app.text
    assert own.options("options")[answer] in app.text
    app.click("lesson-next")
    assert app.session.done == {key}
    assert own.say("title") in app.text
    sandbox, opened = lesson.sandbox, _opened(app)
    assert sandbox is not None
    assert opened == address_of(sandbox, run.lab)
    assert {"world", "seed"} <= opened.keys()
    for name in opened.keys() & sandbox.query.keys():
        assert opened[name] == sandbox.query[name]


def test_the_list_says_how_far_each_lesson_is_and_leads_back_to_where_it_was_left(
    open_learn: Open,
) -> None:
    app = open_learn()
    assert list(chain(*LESSON_GROUPS.values())) == list(LESSONS)
    assert app.bare.count("0 of 4 done") == 2
    begin = [each.label for each in app.at.button if str(each.key).startswith("begin-")]
    assert len(set(begin)) == len(LESSONS), "a button is known by its lesson"
    app.click("begin-one_draw")
    app.guess("one_draw").click("lesson-skip").click("lesson-back").click("lesson-back")
    app.click("lesson-back")
    assert "at: Guess" in app.text
    app.click("begin-one_draw").click("lesson-guessed").click("lesson-next")
    app.click("lesson-next").click("lesson-option-more").click("lesson-next").click("lesson-all")
    assert "1 of 4 done" in app.text
    (again,) = [each for each in app.at.button if each.key == "begin-one_draw"]
    assert again.label.startswith("Once more ")


def test_the_check_of_a_lesson_shows_what_it_asks_about(open_learn: Open) -> None:
    app = open_learn(lesson="one_draw", step="exit")
    assert "bell half as wide" in app.text
    (chart,) = app.at.get("vega_lite_chart")
    assert chart.proto.alt.startswith("A bell and a bar for each action")


def test_the_question_follows_what_explains_it(open_learn: Open) -> None:
    app, own = open_learn(lesson="barista"), LESSONS["barista"].words
    assert app.text.index(own.say("opening")) < app.text.index(own.say("guess"))


def test_the_score_so_far_is_as_large_as_a_heading(open_learn: Open) -> None:
    app = open_learn(lesson="barista").guess("barista").click("lesson-drink-1")
    own, other = app.run_of("barista").lab.duel.scores()[0]  # type: ignore[attr-defined]
    headings = [bare(each.value) for each in app.at.header]
    assert f"You {own:g} · the engine {other:g}" in headings


@pytest.mark.parametrize("key", LESSONS)
def test_a_text_that_stands_alone_on_the_stage_speaks_of_no_picture_beside_it(key: str) -> None:
    own = LESSONS[key].words
    text = own.table[own.first("opening_stage", "opening")]
    assert not re.search(r"This is|Above:|(^|\. )(Each|The) (bar|bell)\b", text)


def test_a_guess_is_held_against_what_came_of_it(open_learn: Open) -> None:
    app = open_learn(lesson="one_draw")
    app.set("lesson-guess-one_draw", 7.0)
    app.click("lesson-guessed").click("lesson-skip")
    truth: Any = app.run_of("one_draw").lab.truth
    assert f"You guessed 7. It is {truth:g}." in app.bare


def test_cells_of_a_map_are_marked_and_the_truth_is_drawn_over_them(
    open_learn: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LESSONS["one_winner"].numbers, "visitors", 100)
    app = open_learn(lesson="one_winner", student="Ada", seed="7")
    for row, columns in enumerate(([2], [0, 1], [])):
        app.set(f"lesson-guess-one_winner-{row}", columns)
    app.click("lesson-guessed").click("lesson-skip")
    run = app.run_of("one_winner")
    assert run.guess == frozenset({2, 3, 4})
    truth = run.lab.truth
    assert isinstance(truth, frozenset)
    right = len(run.guess & truth)
    said = f"You marked 3 of 9 cells, {right} of them correctly. The answer is {len(truth)} of 9."
    assert said in app.bare
    chart, *_ = app.at.get("vega_lite_chart")
    assert "marked, true" in chart.proto.spec
    app.click("lesson-next").click("lesson-option-Bob").click("lesson-next")
    assert said in app.bare
    told = 9 - len(run.guess ^ truth)
    assert code_of("Ada", "one_winner", "Bob", told) in [shown.value for shown in app.at.code]


def test_the_answer_about_one_winner_is_seen_and_not_the_race_once_more(
    open_learn: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LESSONS["one_winner"].numbers, "visitors", 100)
    app = open_learn(lesson="one_winner", seed="7")
    app.click("lesson-guessed").click("lesson-skip").click("lesson-next")
    before = [chart.proto.spec for chart in app.at.get("vega_lite_chart")]
    app.click("lesson-option-Bob")
    (lost,) = app.at.get("vega_lite_chart")
    assert lost.proto.spec not in before
    assert LESSONS["one_winner"].words.say("lost") in lost.proto.spec
    told = app.run_of("one_winner").lab.numbers
    assert f"{told['worst']} {told['loss']}" in app.bare


def test_whoever_skips_is_shown_the_answer_and_not_told_a_score_that_was_none(
    open_learn: Open,
) -> None:
    app = open_learn(lesson="barista")
    app.guess("barista").click("lesson-drink-1").click("lesson-skip")
    assert "You stopped before the end." in app.text
    assert "After 1 of 20 visits" in app.text


def test_without_a_visit_no_offer_is_drawn_as_the_engines_favourite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab, frames = LESSONS["barista"].begin(7), list[pa.Table]()
    assert isinstance(lab, person_against_engine.PersonAgainstEngineLab)
    monkeypatch.setattr(
        person_against_engine, "drawn", lambda frame, *_, **__: frames.append(frame)
    )
    lab.proving()
    lab.duel.choose(lab.world.items[0].id)
    lab.proving()
    before, after = frames
    assert {*before["text"].to_pylist()} == {"–"}
    assert {*before["told"].to_pylist()} == {"nothing learned yet"}
    assert not any(before["strength"].to_pylist())
    assert all(after["strength"].to_pylist())
    assert "–" not in after["text"].to_pylist()


def test_a_link_to_a_later_step_opens_where_there_is_something_to_see(open_learn: Open) -> None:
    app = open_learn(lesson="one_draw", step="reveal", seed="12")
    assert "Random seed 12" in app.text
    assert "You did not guess." in app.text


def test_a_lesson_has_its_own_seed_whatever_is_chosen_elsewhere(open_learn: Open) -> None:
    app = open_learn(lesson="barista", seed="4711")
    assert "Random seed 4711" in app.text
    app.click("lesson-back").click("begin-one_draw")
    assert "Random seed 7" in app.text


def test_a_link_from_when_there_were_languages_opens_in_english(open_learn: Open) -> None:
    app = open_learn(lesson="one_draw", language="de")
    assert LESSONS["one_draw"].words.say("question") in app.text
    assert not app.at.toast


def test_homework_has_visitors_of_its_own_and_a_code_that_is_checked(open_learn: Open) -> None:
    app = open_learn(lesson="one_draw", student="Ada <b>", seed="", step="end")
    seed = seed_of("Ada <b>", "one_draw")
    assert f"Random seed {seed}" in app.text
    assert "Ada <b>, answer the question to get your code" in app.bare
    assert not app.at.code
    app.click("lesson-back").click("lesson-option-more").click("lesson-next")
    assert "Ada <b>, hand in this code" in app.bare
    code = code_of("Ada <b>", "one_draw", "more")
    assert code in [shown.value for shown in app.at.code]
    assert "<b>" not in app.text
    app.click("lesson-all")
    app.set("homework-lesson", "one_draw").set("homework-student", "ada <B>")
    app.set("homework-code", code)
    assert "finished, and answered: more often." in app.bare
    app.set("homework-code", "ABCDEFGH")
    assert "This is not the code of" in app.bare


def test_a_teachers_sheet_has_the_goal_and_the_answers(open_learn: Open) -> None:
    app = open_learn()
    app.click("sheet-one_draw")
    own = LESSONS["one_draw"].words
    assert own.say("misconception") in app.text
    lab = app.run_of("one_draw").lab
    assert own.say("answered", **lab.numbers) in app.text


def test_a_reload_brings_back_the_guess_and_what_was_chosen(open_learn: Open) -> None:
    app = open_learn(lesson="barista", student="Ada", seed="", world="")
    app.set("lesson-guess-barista", 15.0).click("lesson-guessed")
    for visit in range(LESSONS["barista"].numbers["visits"]):
        app.click(f"lesson-drink-{visit % 4 + 1}")
        if visit == 1:
            assert dict(app.at.query_params)["picks"] == "01", "a reload there loses none"
    app.click("lesson-next")
    (said,) = [line for line in app.bare.splitlines() if line.startswith("You guessed 15.")]
    address = dict(app.at.query_params)
    assert address["guess"] == "15"
    again = open_learn(**{**address, "world": ""})
    assert said in again.bare
    again.click("lesson-back").click("lesson-back")
    assert again.at.select_slider(key="lesson-guess-barista").value == 15


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"own": "zzz"}, "The lesson in the link cannot be opened"),
        ({"lesson": "own"}, "The lesson is not in this link"),
        ({"lesson": "own", "own": "eyJ"}, "The lesson in the link cannot be opened"),
        ({"lesson": "barista", "picks": "zz"}, "picks in the link are ignored"),
        ({"lesson": "barista", "guess": "99"}, "guess in the link is '99'"),
    ],
)
def test_a_cut_or_wrong_link_opens_the_page_with_one_sentence(
    open_learn: Open, query: dict[str, str], sentence: str
) -> None:
    app = open_learn(**query)
    (toast,) = app.at.toast
    assert sentence in bare(toast.value)
    app.run()
    assert not app.at.toast
