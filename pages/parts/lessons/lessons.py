"""All lessons, in the order in which they are taken."""

from pages.parts.lessons import (
    ask_the_log,
    barista,
    careful,
    exam_week,
    never_a_hundred,
    never_tried,
    one_draw,
    one_winner,
    table_that_lies,
    watch_first,
    what_95_promises,
)
from pages.parts.lessons.lesson import Lesson

LESSONS: dict[str, Lesson] = {
    lesson.key: lesson
    for lesson in (
        barista.LESSON,
        one_draw.LESSON,
        never_tried.LESSON,
        never_a_hundred.LESSON,
        one_winner.LESSON,
        exam_week.LESSON,
        watch_first.LESSON,
        table_that_lies.LESSON,
        ask_the_log.LESSON,
        what_95_promises.LESSON,
        careful.LESSON,
    )
}
