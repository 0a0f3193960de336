"""Texts of a lecturer's own lesson: their sentences, escaped, and our questions."""

from collections.abc import Mapping
from typing import Any

from engine.experiments.loop_questions import LoopQuestion, Marks
from engine.experiments.recorded_acts import Playthrough
from engine.worlds import Context, World
from pages.parts.lessons.own.own_lesson import OwnLesson
from pages.parts.lessons.own.replayed_loop_lab import CHECK, GUESS, PlayedLab, item_key
from pages.parts.text.format import percent, plain
from pages.parts.text.lesson_words import Words, words

_LATER = ("told", "all", "from", "to", "best", "ideal")
"""What is known only once the lesson has run."""


def words_of(lesson: OwnLesson) -> Words:
    """Return the texts of the lesson."""
    ours, world = words("own"), lesson.played.world
    guess, check = lesson.guess, lesson.check
    reveal = _filled(ours, f"answer_{guess.kind}", world, guess, "guess")
    table: dict[str, Any] = {
        **ours.table,
        "title": plain(lesson.title),
        "question": plain(lesson.question),
        "takeaway": plain(lesson.reveal),
        "note": plain(lesson.note),
        "opening": opening(ours, lesson.played),
        "guess": asked_in_words(ours, world, guess),
        "guesses": answers(ours, world, guess),
        "reveal": f"{reveal}\n\n**{plain(lesson.reveal)}**",
        "exit": asked_in_words(ours, world, check, is_check=True),
        "options": answers(ours, world, check),
        "answered": _filled(ours, f"answer_{check.kind}", world, check, "check"),
    }
    return Words(table)


def opening(ours: Words, played: Playthrough) -> str:
    """Say how many visitors the engine has met."""
    if not played.visitors:
        return ours.say("opening_none")
    name = "opening_by_hand" if played.by_hand else "opening"
    return ours.say(name, before=f"{played.visitors:,}", by_hand=f"{played.by_hand:,}")


def asked_in_words(
    ours: Words, world: World, question: LoopQuestion, is_check: bool = False
) -> str:
    """Format a question as Markdown; in a check a map is asked about by its number of cells."""
    name = f"count_{question.kind}" if question.rows and is_check else f"ask_{question.kind}"
    if question.kind in {"offered", "favourite", "where"} and not question.visitors:
        name += "_now"
    if question.kind == "moves" and question.seen == question.context:
        name += "_same"
    return _filled(ours, name, world, question, "")


def answers(ours: Words, world: World, question: LoopQuestion) -> Mapping[str, str]:
    """Return possible answers by key."""
    match question.kind:
        case "favourite":
            return {item_key(place): plain(item.label) for place, item in enumerate(world.items)}
        case "moves":
            return ours.options("ways")
    return ours.options("bands")


def texts_of(lab: PlayedLab) -> Mapping[str, str]:
    """Return results for the fields of the texts."""
    texts: dict[str, str] = {}
    world = lab.world
    for place, question, whose in (
        (GUESS, lab.questions[0], "guess"),
        (CHECK, lab.questions[1], "check"),
    ):
        truth = lab.asking.truth(place)
        if question.kind == "moves":
            moved, position = lab.asking.moved[place], world.position(question.action)
            texts[f"{whose}_from"] = percent(float(moved.before[position]))
            texts[f"{whose}_to"] = percent(float(moved.after[position]))
        if question.kind == "single":
            best = world.ceilings.single.item
            assert best is not None, "everybody gets the same there"
            texts[f"{whose}_best"] = world.items[world.position(best)].label
            texts[f"{whose}_ideal"] = percent(world.best_value)
        if isinstance(truth, frozenset):
            texts[f"{whose}_told"], texts[f"{whose}_all"] = _counted(world, question, truth)
        else:
            texts[f"{whose}_told"] = _truth_text(world, question, truth)
    return texts


def in_words(context: Context | None) -> str:
    """Format a context."""
    return " · ".join((context or {}).values())


def _counted(world: World, question: LoopQuestion, truth: Marks) -> tuple[str, str]:
    """Return the number of true cells and of all cells."""
    return str(len(truth)), str(len(question.contexts(world)))


def _truth_text(world: World, question: LoopQuestion, truth: float | str) -> str:
    if isinstance(truth, str):
        is_item = question.kind == "favourite"
        return world.items[world.position(truth)].label if is_item else truth
    return f"{truth:g}" if question.kind == "rewarded" else percent(truth)


def _others(world: World, question: LoopQuestion) -> str:
    """Format the part of the context that a map keeps fixed."""
    context, spread = question.context or question.seen, {question.rows, question.columns}
    return in_words({name: value for name, value in (context or {}).items() if name not in spread})


def _filled(ours: Words, name: str, world: World, question: LoopQuestion, whose: str) -> str:
    """Fill a question into a text; fields of results remain."""
    action = world.items[world.position(question.action)].label if question.action else ""
    known: dict[str, object] = {
        "visitors": f"{question.visitors:,}",
        "action": action,
        "context": in_words(question.context),
        "seen": in_words(question.seen),
        "reward": f"{question.reward:g}",
        "others": f" ({others})" if (others := _others(world, question)) else "",
    }
    later = {name: f"{{{whose}_{name}}}" for name in _LATER}
    text: str = ours.table[name]
    return text.format(**{name: plain(value) for name, value in known.items()}, **later)
