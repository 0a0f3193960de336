"""Glossary: a sentence per term; and the card on use."""

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

from pages.parts.glossary.term_list import USE
from pages.parts.lessons.lessons import LESSONS
from pages.parts.play.page_settings import PlaySetup
from pages.parts.shell.page_list import MENU
from pages.parts.text.glossary import (
    GROUPS,
    ON_PAGE,
    explained,
    grouped,
    meaning,
    meanings,
    named_in,
    terms,
    texts,
)
from tests.pages.conftest import App, CompareApp, EvaluateApp, LearnApp, RaceApp, WorldsApp
from tests.pages.test_why import asked_why

PAGES = Path(__file__).parents[3] / "pages"
NEVER_ALONE = {"crosses", "floor", "seed", "propensity", "ceiling", "regret", "posterior"}
"""Terms with their sentence at every occurrence."""
_NEAR = 2
"""Number of neighbouring elements before and after a term."""


def test_each_term_is_explained_in_one_or_two_sentences() -> None:
    for group in GROUPS:
        for key, one in grouped(group).items():
            assert one.name.strip()
            assert one.sentence.endswith("."), key
            assert len(re.findall(r"[.?!] [A-Z]", one.sentence)) <= 1, key


def test_each_part_of_the_card_is_a_list() -> None:
    for part in USE:
        lines = texts("use")[f"{part}_list"].strip().split("\n")
        assert all(line.startswith("- ") for line in lines)


def test_the_card_tells_which_offer_to_show_from_who_gets_it() -> None:
    card = texts("use")
    assert "which offer to show, not who gets it" in card["yes_list"]
    assert "- It decides who gets" in card["no_list"]
    about_credit = [line for line in card["no_list"].splitlines() if "credit" in line]
    assert all("decides who gets" in line for line in about_credit)


def test_each_word_stands_on_a_page_or_in_the_list_alone() -> None:
    named = {key for keys in ON_PAGE.values() for key in keys}
    named |= {key for lesson in LESSONS.values() for key in lesson.terms}
    assert named <= terms().keys()
    assert all(lesson.terms for lesson in LESSONS.values())


def test_what_stands_behind_a_setting_is_the_same_sentence() -> None:
    declared = PlaySetup.declared()
    for name in ("floor", "agreement", "epsilon", "temperature", "crosses", "seed", "policy"):
        assert (declared[name].help or "").startswith(meaning(name)), name


def test_from_the_lessons_to_all_words_and_the_card(
    open_learn: Callable[..., LearnApp],
) -> None:
    assert {"words", "use"} <= {page.name for page in MENU["Learn"]}
    app = open_learn()
    app.at.switch_page("../../words.py")
    app.run()
    assert terms()["floor"].sentence in app.text
    app.at.switch_page("../../use.py")
    app.run()
    assert texts("use")["reward"] in app.text


def test_terms_that_never_stand_alone_are_found_in_each_form() -> None:
    known = terms()
    assert {key for key, one in known.items() if one.forms} == NEVER_ALONE
    for key in NEVER_ALONE:
        for form in known[key].forms:
            text = f"({form.upper()}: 5)"
            assert key in named_in(text)
            assert known[key].sentence in (explained(text, "Told anyway.") or "")
    assert explained("Seeds, seeded") == meanings("seed")
    assert explained("Nothing", "Told anyway.") == "Told anyway."
    assert explained("A floor", meaning("floor")) == meaning("floor")


def without_its_sentence(app: App) -> set[tuple[str, str]]:
    """Return terms on a page that lack their sentence nearby."""
    known, missing = terms(), set[tuple[str, str]]()
    elements = [proto for node in app.at.main if (proto := getattr(node, "proto", None))]
    helps = [getattr(proto, "help", "") for proto in elements]
    for place, proto in enumerate(elements):
        names = ("body", "label", "delta", "spec")
        text = " ".join(str(getattr(proto, name, "")) for name in names)
        text += " ".join(map(str, getattr(proto, "options", ())))
        beside = helps[max(place - _NEAR, 0) : place + _NEAR + 1]
        help = " ".join(beside) if _is_apart(proto) else helps[place]
        missing |= {(key, text[:80]) for key in named_in(text) if known[key].sentence not in help}
    return missing


def _is_apart(proto: Any) -> bool:
    if hasattr(proto, "spec"):
        return True
    if hasattr(proto, "element_type"):
        return bool(proto.element_type == proto.Type.CAPTION)
    return bool(getattr(getattr(proto, "label_visibility", None), "value", 0))


def test_each_term_on_a_page_has_its_sentence_there(
    open_app: Callable[..., App],
    open_compare: Callable[..., CompareApp],
    open_race: Callable[..., RaceApp],
    open_evaluate: Callable[..., EvaluateApp],
) -> None:
    app = open_app().click("let-in-10").finish_the_crowd()
    pages: list[App] = [open_compare(), open_race(who="ours,nofloor"), open_evaluate(), WorldsApp()]
    found = set[tuple[str, str]]().union(*map(without_its_sentence, [app, *pages]))
    found |= without_its_sentence(asked_why(app))
    assert not found


def test_each_term_in_a_lesson_has_its_sentence_there(
    open_learn: Callable[..., LearnApp],
) -> None:
    app = open_learn(lesson="one_draw")
    assert terms()["posterior"].sentence in " ".join(one.help for one in app.at.markdown)
    assert not without_its_sentence(app)


def test_texts_of_lessons_pass_through_the_glossary() -> None:
    rooms = ("lessons", "lessons/own")
    files = chain.from_iterable((PAGES / "parts" / room).glob("*.py") for room in rooms)
    apart = re.compile(r"\b(st\.markdown|note|st\.caption)\((words|own)\.say")
    assert not [file.name for file in files if apart.search(file.read_text(encoding="utf-8"))]
