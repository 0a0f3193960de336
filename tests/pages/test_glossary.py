"""The words: one sentence each, the same in each language; and the card on use."""

import re
from collections.abc import Callable

import pytest

from pages.parts.glossary import GROUPS, ON_PAGE, grouped, meaning, terms, texts
from pages.parts.glossary.board import USE
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.words import LANGUAGES
from pages.parts.play.setup import PlaySetup
from tests.pages.conftest import LearnApp


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_is_one_sentence_in_each_language(language: str) -> None:
    for group in GROUPS:
        own, english = grouped(group, language), grouped(group, "en")
        assert own.keys() == english.keys()
        for key, one in own.items():
            assert one.name.strip()
            assert one.told.endswith("."), key
            assert not re.search(r"[.?!] [A-ZÄÖÜ]", one.told), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_says_as_much_in_each_language(language: str) -> None:
    said, english = texts("use", language), texts("use", "en")
    assert said.keys() == english.keys()
    for part in USE:
        lines = [text[f"{part}_list"].strip().split("\n") for text in (said, english)]
        assert len(lines[0]) == len(lines[1])
        assert all(line.startswith("- ") for line in lines[0])


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
    app = open_learn(language="de")
    links = [link.proto.page for link in app.at.get("page_link")]
    assert {"words", "use"} <= set(links)
    app.at.switch_page("../words.py")
    app.run()
    assert terms("de")["floor"].told in app.text
    app.at.switch_page("../use.py")
    app.run()
    assert texts("use", "de")["reward"] in app.text
