"""A chart's own words in another language."""

import json

import pyarrow as pa

from engine import LearningLoop
from engine.worlds import WORLDS
from pages.parts.charts.base import STAGE
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.in_words import said, translated
from pages.parts.charts.lessons import guess_spec
from pages.parts.lessons.words import words
from pages.parts.play.beliefs import believed, in_words

KNOWN = {"mean reward, last #": "Mittel, letzte #", "today": "heute", "log": "Protokoll"}


def test_titles_and_names_are_said_and_nothing_else_is_touched() -> None:
    rows = pa.table({"kind": ["log", "log"], "line": ["today", None], "value": [1.0, 2.0]})
    spec = {
        "y": {"title": "mean reward, last 50", "field": "today"},
        "scale": {"domain": ["today", "ours"]},
        "filter": "datum.kind == 'log'",
        "calculate": "narrow ? 'today' : 'today and more'",
        "transform": [{"filter": "(datum.line !== 'today')"}],
    }
    found, own = translated(rows, spec, KNOWN)
    assert found.to_pydict() == {"kind": ["log", "log"], "line": ["heute", None], "value": [1, 2]}
    assert own == {
        "y": {"title": "Mittel, letzte 50", "field": "today"},
        "scale": {"domain": ["heute", "ours"]},
        "filter": "datum.kind == 'log'",
        "calculate": "narrow ? 'heute' : 'today and more'",
        "transform": [{"filter": "(datum.line !== 'heute')"}],
    }
    assert translated(rows, spec, {}) == (rows, spec)


def test_what_asks_for_a_kind_of_row_asks_for_it_in_another_language_too() -> None:
    german = words("de", "barista").charts
    assert {"guess", "truth"} <= set(german)
    spec = guess_spec(False, 0.0, 20.0, "d")
    _, own = translated(pa.table({}), spec, german)
    asked = [layer["transform"] for layer in spec["layer"]]
    assert asked == [layer["transform"] for layer in own["layer"]]
    assert "'truth'" in json.dumps(asked)


def test_a_text_keeps_its_numbers() -> None:
    assert said("mean reward, last 1,000", KNOWN) == "Mittel, letzte 1,000"
    assert said("no such text 7", KNOWN) == "no such text 7"


def test_what_is_heard_of_a_picture_is_in_the_words_of_its_lesson() -> None:
    world, german = WORLDS["coffee"], words("de", "barista").charts
    now = LearningLoop(seed=1).preview(world.actions, world.features(world.contexts[0]))
    for tell in (believed, in_words):
        assert tell(world, now, german).count(", bringt vermutlich ") == len(world.items)
        assert tell(world, now).count(", believed to earn ") == len(world.items)
    rows, spec = pa.table({"kind": ["row"]}), belief_spec(world, False, "so offers", size=STAGE)
    heard = json.dumps(translated(rows, spec, german)[1], ensure_ascii=False)
    for english, told in {
        ", believed to earn ": ", bringt vermutlich ",
        "This visitor\\\\'s draw": "Ziehung für diesen Gast",
        "Truly earns": "Bringt wirklich",
    }.items():
        assert english in json.dumps(spec)
        assert english not in heard
        assert told in heard
