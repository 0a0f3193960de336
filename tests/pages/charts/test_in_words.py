"""A chart's own words in another language."""

import pyarrow as pa

from pages.parts.charts.in_words import said, translated

KNOWN = {"mean reward, last #": "Mittel, letzte #", "today": "heute", "log": "Protokoll"}


def test_titles_and_names_are_said_and_nothing_else_is_touched() -> None:
    rows = pa.table({"kind": ["log", "log"], "line": ["today", None], "value": [1.0, 2.0]})
    spec = {
        "y": {"title": "mean reward, last 50", "field": "today"},
        "scale": {"domain": ["today", "ours"]},
        "filter": "datum.kind == 'log'",
        "calculate": "narrow ? 'today' : 'today and more'",
    }
    found, own = translated(rows, spec, KNOWN)
    assert found.to_pydict() == {"kind": ["log", "log"], "line": ["heute", None], "value": [1, 2]}
    assert own == {
        "y": {"title": "Mittel, letzte 50", "field": "today"},
        "scale": {"domain": ["heute", "ours"]},
        "filter": "datum.kind == 'log'",
        "calculate": "narrow ? 'heute' : 'today and more'",
    }
    assert translated(rows, spec, {}) == (rows, spec)


def test_a_text_keeps_its_numbers() -> None:
    assert said("mean reward, last 1,000", KNOWN) == "Mittel, letzte 1,000"
    assert said("no such text 7", KNOWN) == "no such text 7"
