"""Dialog on Play that makes a lesson of the open loop."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from engine import PersonalizerError
from engine.errors import refuse
from engine.experiments.loop_questions import NEEDS, LoopQuestion, QuestionKind
from engine.experiments.recorded_acts import Playthrough, playthrough_of
from engine.worlds import Context, World, key_of
from pages.parts.components.download import download_text
from pages.parts.components.more_menu import close
from pages.parts.lessons.lesson_lookup import OWN
from pages.parts.lessons.own.codec import (
    MAX_LINK,
    MAX_PLAYED,
    SENTENCES,
    from_file,
    kinds_in,
    mapped_in,
    pack,
    to_text,
)
from pages.parts.lessons.own.own_lesson import OwnLesson
from pages.parts.lessons.own.wording import asked_in_words
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.play.current_loop import OpenLoop
from pages.parts.settings.shared_settings import CROSSES, MODE
from pages.parts.text.answer_names import answers_to
from pages.parts.text.base_path import base_path
from pages.parts.text.format import counted, note, plain
from pages.parts.text.lesson_words import Words, words

_KINDS: Mapping[QuestionKind, str] = {
    "offered": "How often an action is offered to a visitor",
    "favourite": "Which action is offered to a visitor most often",
    "rewarded": "How many of the next visitors give a reward",
    "moves": "Whether a chance rises or falls after one reward",
    "single": "What the best single action earns",
    "where": "Cells of a map: where an action is offered most",
    "rises": "Cells of a map: where a chance rises after one reward",
}
_LABELS = {
    "title": "Title",
    "question": "Question",
    "reveal": "What to notice in the end",
    "note": "Note for the teacher (optional)",
}
_HINTS = {
    "title": "A rainy day with Dave",
    "question": "What does it learn from one regular?",
    "reveal": "It learned about Dave, and uses it for similar visitors.",
    "note": "",
}
_BEGUN, _REFUSED = "lesson-begun", "lesson-refused"
_A_ROW = 3
"""Fields of a context beside each other."""
_MORE = (0, 10, 50, 100, 300, 1_000)


def offer_a_lesson(opened: OpenLoop, is_live: bool) -> None:
    """Draw the button that opens the dialog; visitors who come meanwhile are left out."""
    state = st.session_state

    def begin() -> None:
        close()
        try:
            state[_BEGUN] = _begun(opened)
        except PersonalizerError as error:
            state[_REFUSED] = error.message

    st.button(
        "Make a lesson of this",
        key="make-lesson",
        icon=":material/school:",
        disabled=is_live,
        on_click=begin,
        help="Write three sentences, choose the question, and share the lesson as a link "
        "or a file.",
    )


def show_lesson_dialog() -> None:
    """Draw the open dialog, or why it cannot open."""
    state = st.session_state
    if refused := state.pop(_REFUSED, ""):
        st.error(plain(refused), icon=":material/error:")
    if _BEGUN in state:  # Also after further redraws of the page.
        _make(*state[_BEGUN])


def _begun(opened: OpenLoop) -> tuple[Playthrough, int, Context]:
    """Return the loop so far, its seed, and the current context."""
    with opened.loop.lock:
        come = len(opened.loop.events)
        if come > MAX_PLAYED:
            allowed = f"{MAX_PLAYED:,} at most, as whoever takes a lesson has it played again"
            refuse("BadRequest", "visitors", come, allowed, "the number of visitors")
        return playthrough_of(opened.loop, opened.home), opened.loop.seed, opened.context


def _leave() -> None:
    st.session_state.pop(_BEGUN, None)


@st.dialog("Make a lesson of this", width="medium", on_dismiss=_leave)
def _make(played: Playthrough, seed: int, context: Context) -> None:
    _say_what_it_begins_with(played, seed)
    sentences = {name: _ask_sentence(name) for name in SENTENCES}
    ours = words("own")
    guess = _ask("Question to guess", "guess", played.world, context, "offered", ours)
    check = _ask("Exit question", "check", played.world, context, "moves", ours)
    missing = [_LABELS[name] for name in SENTENCES if name != "note" and not sentences[name]]
    if missing:
        note(f"Missing: {', '.join(missing)}.")
        return
    lesson = OwnLesson(**sentences, played=played, seed=seed, guess=guess, check=check)
    try:
        text = to_text(lesson)
        from_file(text.encode())
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return
    _give_away(lesson, text)


def _say_what_it_begins_with(played: Playthrough, seed: int) -> None:
    world, settings = played.world, played.settings
    came = counted(played.visitors, "visitor") + " so far"
    if played.by_hand:
        by_hand = "of them chosen or answered by hand, which is part of the lesson"
        came += f", {played.by_hand:,} {by_hand}"
    facts = (world.label, f"random seed {seed}", settings.policy.label, came)
    st.markdown(f"It starts where you are now: {plain(' · '.join(facts))}.")
    knobs = [
        f"{knob.label} {knob.number(settings.policy)}{' %' if knob.unit else ''}".strip()
        for knob in settings.policy.knobs
    ]
    others = (
        MODE.said(settings.learning_mode),
        f"combined fields: {CROSSES.said(settings.crosses)}",
    )
    note(plain(" · ".join((*others, *knobs))))
    note(
        "Participants guess first. Then the engine plays this again and computes the "
        "truth; the lesson contains no answer."
    )


def _ask_sentence(name: str) -> str:
    most = SENTENCES[name]
    draw: Any = st.text_input if name in {"title", "question"} else st.text_area
    more = {} if draw is st.text_input else {"height": 80}
    text = draw(_LABELS[name], max_chars=most, key=f"own-{name}", placeholder=_HINTS[name], **more)
    # A sentence is a single line of the file.
    return " ".join(str(text or "").split())


def _ask(
    label: str, whose: str, world: World, context: Context, usual: QuestionKind, ours: Words
) -> LoopQuestion:
    """Draw the choice of a question."""
    with st.container(border=True, key=f"own-{whose}"):
        kinds = [kind for kind in _KINDS if kind in kinds_in(world)]
        kind: QuestionKind = st.selectbox(
            label,
            kinds,
            index=kinds.index(usual),
            format_func=_KINDS.__getitem__,
            key=f"own-{whose}-kind",
        )
        parts = dict[str, Any]()
        for name in NEEDS[kind]:
            parts[name] = _ask_part(name, f"own-{whose}", world, context, kind, parts)
        question = LoopQuestion(kind, **parts)
        st.markdown(f"**{asked_in_words(ours, world, question, whose == 'check')}**")
    return question


def _ask_part(
    name: str,
    key: str,
    world: World,
    context: Context,
    kind: QuestionKind,
    parts: Mapping[str, Any],
) -> Any:
    """Draw the widget for a part of a question, given earlier parts in ``parts``: columns differ
    from rows, and rewards depend on the action."""
    rows = parts.get("rows", "")
    match name:
        case "rows" | "columns":
            labels = {field.name: field.label for field in world.fields}
            return st.selectbox(
                "Rows of the map" if name == "rows" else "Columns of the map",
                [field for field in mapped_in(world) if name == "rows" or field != rows],
                format_func=labels.__getitem__,
                key=f"{key}-{name}-{key_of(world)}",
            )
        case "visitors":
            offered = [n for n in _MORE if n or kind != "rewarded"]
            return st.segmented_control(
                "After how many more visitors"
                if kind != "rewarded"
                else "Out of how many visitors",
                offered,
                default=100,
                required=True,
                format_func=lambda n: f"{n:,}",
                key=f"{key}-visitors-{kind == 'rewarded'}",
            )
        case "action":
            names = {item.id: item.label for item in world.items}
            return st.selectbox(
                "Action",
                list(names),
                format_func=names.__getitem__,
                key=f"{key}-action-{key_of(world)}",
            )
        case "reward":
            place = world.position(parts["action"])
            rewards = {
                answer.reward: plain(f"{answer.reward:.3g}, {answer.label}")
                for answer in answers_to(world, place)
            }
            return st.segmented_control(
                "Reward",
                list(rewards),
                default=max(rewards),
                required=True,
                format_func=rewards.__getitem__,
                key=f"{key}-reward-{key_of(world)}-{place}",
            )
    label = "Visitor of the map (all other fields)" if rows and name == "context" else ""
    label = label or (
        "Visitor in question" if name == "context" else "Visitor who gives the reward"
    )
    return _ask_context(label, f"{key}-{name}", world, context)


def _ask_context(label: str, key: str, world: World, context: Context) -> Context:
    """Draw a select box per field, with the current context at first."""
    note(label)
    values = {}
    rows = -(-len(world.fields) // _A_ROW)
    places = [place for _ in range(rows) for place in st.columns(_A_ROW)]
    for place, field in zip(places, world.fields, strict=False):
        labels = {value.name: value.label for value in field.values}
        values[field.name] = place.selectbox(
            plain(field.label),
            list(labels),
            index=list(labels).index(context[field.name]),
            format_func=labels.__getitem__,
            key=f"{key}-{key_of(world)}-{field.name}",
        )
    return values


def _give_away(lesson: OwnLesson, text: str) -> None:
    packed = pack(lesson)
    setup = LearnSetup(lesson=OWN, own=packed)
    with st.container(horizontal=True, vertical_alignment="center", key="own-given"):
        download_text("Save as a file", lambda: text, "own-lesson", "lesson.json")
        if len(packed) <= MAX_LINK:
            st.link_button("Try it", setup.link(_address()), icon=":material/school:")
    if len(packed) > MAX_LINK:
        note("Too long for a link. Share the file, which opens on Learn.")
        return
    note("Link with the whole lesson")
    st.code(setup.link(_address()), language=None)


def _address() -> str:
    """Return the address of the Learn page."""
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, f"{base_path()}/learn", "", ""))
