"""Limits on vague words in docstrings, per wing.

Well-known libraries (scikit-learn, httpx, streamlit, pandas, sqlalchemy) use 1 to 5.5 % of
pronoun-like words, and begin at most 2 % of their docstrings with a question word.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_PRONOUN_LIKE = """
what who whom whose whoever whatever that those these this one ones it its they them their there all
such else other others same somebody nobody anybody anything something nothing where
"""
_QUESTION_WORDS = "what who how whether where whatever whoever which"
PRONOUN_LIKE = frozenset(_PRONOUN_LIKE.split())
QUESTION_WORDS = frozenset(_QUESTION_WORDS.split())
MOST_PRONOUN_LIKE = 0.06
"""Upper limit of the share of pronoun-like words, exclusive."""
MOST_QUESTIONS = 0.02
"""Upper limit of the share of docstrings that begin with a question word."""

HOUSES = ("engine", "pages", "pages/parts", "tests")
"""Folders whose subfolders are wings; their own modules are a wing as well."""


@dataclass(frozen=True)
class Meter:
    """Shares of vague words in a number of docstrings."""

    pronoun_like: float
    questions: float


def first_paragraphs(source: str) -> Iterator[str]:
    """Yield the first paragraph of each docstring of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield docstring.split("\n\n")[0]


def words_of(text: str) -> list[str]:
    """Return the lower-case words of a text, without `code` spans."""
    return re.findall(r"[a-z']+", re.sub(r"`[^`]*`", " ", text.lower()))


def measure(sources: Iterable[str]) -> Meter:
    """Measure the docstrings of some modules."""
    texts = [words_of(text) for source in sources for text in first_paragraphs(source)]
    words = [word for text in texts for word in text]
    questions = sum(text[0] in QUESTION_WORDS for text in texts if text)
    pronouns = sum(word in PRONOUN_LIKE for word in words)
    return Meter(pronouns / max(len(words), 1), questions / max(len(texts), 1))


def wings() -> dict[str, list[Path]]:
    """Return the modules of each wing by its folder."""
    modules_of: dict[str, list[Path]] = {}
    for house in HOUSES:
        folder = ROOT / house
        modules_of[f"{house}/*.py"] = sorted(folder.glob("*.py"))
        for wing in sorted(folder.iterdir()):
            if wing.is_dir() and str(wing.relative_to(ROOT)) not in HOUSES:
                modules_of[str(wing.relative_to(ROOT))] = sorted(wing.rglob("*.py"))
    return {name: modules for name, modules in modules_of.items() if modules}


WINGS = wings()


def test_the_wings_are_there() -> None:
    assert {"engine/*.py", "engine/loop", "pages/parts/play", "tests/browser"} <= WINGS.keys()


@pytest.mark.parametrize("wing", WINGS)
def test_docstrings_name_things(wing: str) -> None:
    meter = measure(path.read_text(encoding="utf-8") for path in WINGS[wing])
    assert meter.pronoun_like < MOST_PRONOUN_LIKE
    assert meter.questions <= MOST_QUESTIONS


# -- the meter can fail ---------------------------------------------------------------


def test_only_first_paragraphs_without_code_count() -> None:
    source = '"""What all `that` is.\n\nIt is this."""\n\ndef f():\n    """Two words."""'
    assert list(first_paragraphs(source)) == ["What all `that` is.", "Two words."]
    assert measure([source]) == Meter(2 / 5, 1 / 2)


def test_plain_words_pass() -> None:
    assert measure(['"""Queue of jobs."""', "x = 1"]) == Meter(0, 0)
