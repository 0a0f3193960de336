"""A lesson of one's own: made on Play, opened on Learn, walked through."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st

from engine import LoopSettings
from engine.experiments.loop_questions import KINDS, NEEDS, QuestionKind
from engine.experiments.recorded_acts import playthrough_of
from engine.pausable_steps import finish
from engine.worlds import GALLERY
from engine.worlds.success_levels import Level
from pages.parts.charts.lesson_bars import Said, said_rows
from pages.parts.charts.lesson_maps import Cell
from pages.parts.lessons.homework_codes import code_of
from pages.parts.lessons.own import lesson_dialog as making
from pages.parts.lessons.own import lesson_upload as opening
from pages.parts.lessons.own import own_lesson_lab
from pages.parts.lessons.own.codec import from_text, key_in_links, pack, to_text, unpack
from pages.parts.lessons.own.own_lesson import OwnLesson
from pages.parts.lessons.own.own_lesson_lab import lesson_of
from pages.parts.lessons.own.wording import words_of
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.shared_settings import max_visitors
from pages.parts.text.format import bare, percent
from pages.parts.work.uploads import Upload, Uploads
from tests.engine.worlds.random_worlds import bakery
from tests.pages.conftest import App, LearnApp
from tests.pages.lessons.own_lessons import DAVE, TOLD, told

Open = Callable[..., LearnApp]
CATHY = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}
PARTS = {"visitors": 8, "context": CATHY, "action": "Latte", "seen": DAVE, "reward": 1}
PARTS |= {"rows": "weather", "columns": "name"}
OWN = from_text(json.dumps(TOLD))
BAKERY = {"weather": "Rainy", "hurry": "no"}


def asks(kind: QuestionKind, **changes: object) -> dict[str, object]:
    return {"kind": kind, **{name: PARTS[name] for name in NEEDS[kind]}, **changes}


def lesson(**changes: Any) -> OwnLesson:
    return from_text(json.dumps(told() | changes))


EACH: dict[str, OwnLesson] = {
    **{kind: lesson(guess=asks(kind), check=asks(kind)) for kind in KINDS},
    "offered now": lesson(guess=asks("offered", visitors=0)),
    "favourite now": lesson(guess=asks("favourite", visitors=0)),
    "where now": lesson(guess=asks("where", visitors=0), check=asks("where", visitors=0)),
    "own world": lesson(
        loop={"world": bakery(), "seed": 1, "settings": {"crosses": 1}},
        guess={"kind": "favourite", "visitors": 6, "context": BAKERY},
        check={"kind": "single"},
    ),
}


@pytest.mark.parametrize("own", EACH.values(), ids=EACH)
def test_each_answer_has_words_and_each_number_its_place(own: OwnLesson) -> None:
    made, words = lesson_of(own), words_of(own)
    lab = made.begin(own.seed)
    finish(lab.work())
    truth = lab.truth
    assert isinstance(truth, float | frozenset) or truth in words.options("guesses")
    assert lab.answer in set(made.options) == set(words.options("options"))
    for name in ("guess", "reveal", "exit", "answered"):
        said = words.say(name, **lab.numbers)
        assert "{" not in said
        assert said


@pytest.mark.parametrize("own", EACH.values(), ids=EACH)
def test_the_truth_is_shown_over_the_guess(open_learn: Open, own: OwnLesson) -> None:
    app = open_learn(lesson="own", own=pack(own), step="reveal")
    run = app.run_of(key_in_links(own))
    assert run.lab.truth is not None
    assert words_of(own).say("reveal", **run.lab.numbers) in app.text
    assert len(app.at.get("vega_lite_chart")) >= 1


def test_a_lesson_is_walked_from_the_guess_to_play(open_learn: Open) -> None:
    app = open_learn(lesson="own", own=pack(OWN), seed="12")
    assert "Random seed 12" in app.text
    assert OWN.question in app.bare
    app.guess(key_in_links(OWN))
    for _ in range(4):
        app.click("lesson-more")
    run = app.run_of(key_in_links(OWN))
    assert run.lab.is_done
    app.click("lesson-next").click("lesson-next")
    answer = run.lab.answer
    app.click(f"lesson-option-{answer}").click("lesson-next")
    assert app.session.done == {run.lesson.key}
    assert OWN.reveal in app.bare
    app.click("lesson-all")
    assert OWN.title in app.bare
    assert app.at.query_params["own"] in (pack(OWN), [pack(OWN)])


def test_it_goes_on_on_play_in_a_world_of_its_own(open_learn: Open) -> None:
    own = EACH["own world"]
    app = open_learn(lesson="own", own=pack(own), step="end", seed="9")
    app.click("lesson-sandbox")
    play: PlaySession = app.at.session_state["PlaySession"]
    assert play.open.world == own.played.world
    # The maximum number of visitors is a setting of the server.
    settings = replace(own.played.settings, max_events=max_visitors())
    assert (play.open.loop.seed, play.open.loop.settings) == (9, settings)
    assert "What should we offer?" in app.text


def test_texts_of_a_lecturer_are_plain_text(open_learn: Open) -> None:
    mean = "<img src=x> **{0}** {chosen} [a](javascript:x)"
    own = lesson(title=mean, question=mean, reveal=mean, note=mean)
    app = open_learn(lesson="own", own=pack(own), step="reveal")
    assert mean in app.bare
    assert "<img" not in app.text
    assert "**{0}**" not in app.text
    app = open_learn(lesson="own", own=pack(own), sheet="1")
    assert app.bare.count(mean) >= 3


def test_names_of_actions_are_said_as_they_are_in_homework(open_learn: Open) -> None:
    names = ("Chef's knife", "Late check-out", "Tea")
    world = bakery(items=[{"id": name, "features": {name: True}} for name in names])
    asked = {"kind": "favourite", "visitors": 6, "context": BAKERY}
    own = lesson(loop={"world": world, "seed": 1}, guess=asked, check=asked)
    app = open_learn(own=pack(own))
    app.set("homework-lesson", "own").set("homework-student", "ada")
    app.set("homework-code", code_of("ada", key_in_links(own), "item-1"))
    assert "finished, and answered: Late check-out." in app.bare


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        ("eyJ", "The lesson in the link cannot be opened: "),
        ("", "The lesson is not in this link: "),
        ("a" * 6_001, "own in the link is 'aaa"),
    ],
)
def test_a_link_that_holds_no_lesson_shows_all_and_says_why(packed: str, said: str) -> None:
    setup, refused = LearnSetup.read({"lesson": "own", "own": packed})
    assert (setup.lesson, setup.own) == ("", "")
    assert refused[0][1].startswith(said)


def test_a_file_is_opened_or_it_is_said_what_is_wrong_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[LearnSetup] = []
    monkeypatch.setattr(opening, "set_widgets", shown.append)

    def send(data: bytes) -> str:
        upload = Upload(Uploads(1))
        incoming = upload.begin()
        incoming.write(data)
        incoming.end()
        said = opening._take(LearnSetup(), upload)
        assert not upload.is_whole
        return said

    assert send(to_text(OWN).encode()) == ""
    assert (shown[0].lesson, unpack(shown[0].own)) == ("own", OWN)
    wrong = json.dumps(told("guess.action", "Tea")).encode()
    assert send(wrong).startswith("guess.action is 'Tea', but must be one of")
    assert send(b" " * 70_000).startswith("the file's size in bytes is ")
    assert len(shown) == 1


def test_a_map_goes_on_with_the_first_colour_where_there_are_more_actions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = [{"id": f"Roll {at}", "features": {"size": at}} for at in range(14)]
    truth = {"table": [[0.5] * 14] * 4}
    asked = {"kind": "where", "visitors": 0, "context": BAKERY, "action": "Roll 12"}
    asked |= {"rows": "hurry", "columns": "weather"}
    world = bakery(items=items, truth=truth)
    own = lesson(loop={"world": world, "seed": 1}, guess=asked, check=asked)
    offered = ["Roll 0", "Roll 11", "Roll 12", "Roll 13"]
    lab: Any = lesson_of(own).begin(own.seed)
    lab.asking = SimpleNamespace(favourites=lambda guess, visitors: offered)
    shown = list[Cell]()
    monkeypatch.setattr(own_lesson_lab, "_cells", lambda map_, cells, told: shown.extend(cells))
    lab._favoured(0)
    inks = [cell.colour for cell in shown]
    assert inks[2] == inks[0] != inks[3]


def test_a_reward_is_asked_about_in_the_worlds_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    hotel = replace(GALLERY["hotel"].world, levels=(Level(1.0, "*Booked*"), Level(0.25, "Asked")))
    item = hotel.items[int(hotel.worth.argmax())]
    asked = dict[str, str]()

    def choose(label: str, options: list[float], **more: Any) -> float:
        asked.update((bare(more["format_func"](one)), str(one)) for one in options)
        return float(more["default"])

    monkeypatch.setattr(st, "segmented_control", choose)
    found = {"action": item.id}
    assert making._ask_part("reward", "own", hotel, hotel.contexts[0], "moves", found) == 1.0
    assert asked == {"1, *Booked*": "1.0", "0.25, Asked": "0.25", "0, Ignored": "0.0"}


def test_a_lesson_is_made_of_what_was_played(open_app: Callable[..., App]) -> None:
    app = open_app(world="coffee", seed="5")
    app.answer(1.0)
    app.answer(0.0).open_more("link").click("make-lesson")
    assert "2 visitors so far, 2 of them chosen or answered by hand" in bare(app.text)
    opened = app.session.open
    told = playthrough_of(opened.loop, opened.world)
    assert "Missing: Title, Question, What to notice" in bare(app.text)
    for name in ("title", "question", "reveal"):
        app.widget(f"own-{name}").set_value(f"My  {name}")
    app.run()
    assert "How often will" in bare(app.text)
    (link,) = (one.value for one in app.at.code if "own=" in one.value)
    query = parse_qs(urlsplit(link).query)
    (packed,) = query["own"]
    made = unpack(packed)
    assert (made.title, made.reveal, made.note, made.seed) == ("My title", "My reveal", "", 5)
    # The maximum number of loops is a setting of the server.
    usual = replace(told.settings, max_events=LoopSettings().max_events)
    assert made.played == replace(told, settings=usual)
    assert (made.guess.kind, made.check.kind) == ("offered", "moves")


def test_a_lane_without_a_bar_says_how_many_there_was_no_room_for() -> None:
    rows = said_rows([Said("Tea", "now", 0.4)], [], "", "7 others").to_pylist()
    assert [(row["of"], row["value"], row["told"]) for row in rows] == [
        ("Tea", 0.4, percent(0.4)),
        ("7 others", 0.0, ""),
    ]


def test_numbers_in_a_question_are_formatted() -> None:
    own = lesson(guess=asks("rewarded", visitors=1_000), check=asks("moves", reward=0.5))
    assert "1,000" in bare(words_of(own).table["guess"])
    assert "0.5" in bare(words_of(own).table["exit"])
