"""Homework: seeds and codes."""

from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from pages.parts.lessons.homework_codes import LONGEST, SEEDS, Handed, code_of, handed_in, seed_of
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.session import LessonRun, rightly

students = st.text(min_size=1, max_size=LONGEST)
lessons = st.sampled_from(sorted(LESSONS))


@given(students, lessons, st.data())
def test_a_code_tells_the_answer_of_its_student_alone(
    student: str, lesson: str, data: st.DataObject
) -> None:
    option = data.draw(st.sampled_from(list(LESSONS[lesson].options)))
    code = code_of(student, lesson, option)
    assert handed_in(f" {code.lower()} ", student, LESSONS[lesson]) == Handed(option)
    assert handed_in(code, student + "x", LESSONS[lesson]) is None
    assert handed_in("", student, LESSONS[lesson]) is None


@given(students, lessons)
def test_a_student_has_visitors_of_their_own_however_the_name_is_written(
    student: str, lesson: str
) -> None:
    assert 0 <= seed_of(student, lesson) < SEEDS
    assert seed_of(f" {student} ", lesson) == seed_of(student, lesson)
    assert seed_of(student, lesson) != seed_of(student + "x", lesson)


def test_a_code_tells_how_many_cells_were_marked_rightly() -> None:
    lesson = LESSONS["one_winner"]
    code = code_of("Ada", lesson.key, "Bob", 2)
    assert handed_in(code, "ada", lesson) == Handed("Bob", 2)
    assert handed_in(code_of("Ada", lesson.key, "Bob"), "ada", lesson) == Handed("Bob")
    assert code != code_of("Ada", lesson.key, "Bob", 3)


def test_cells_are_told_rightly_marked_or_left() -> None:
    truth, unused = frozenset({2, 5}), cast(Any, None)
    lesson, lab = LESSONS["one_winner"], cast(Any, SimpleNamespace(truth=truth))
    marked = (frozenset(range(9)), frozenset[int](), truth, frozenset({2, 3}), 0.5, None)
    runs = [LessonRun(lesson, lab, unused, guess) for guess in marked]
    assert [rightly(run) for run in runs] == [2, 7, 9, 7, None, None]
