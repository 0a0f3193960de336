"""Controls of the Compare page, with an editable table for today's rules."""

import streamlit as st

from engine.simulation.baselines import LAST_MONTH, bestseller, rule_with_exception
from pages.parts.compare.history_in_link import NAME, History
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.components.rule_table import edit_table
from pages.parts.components.toolbar import step, watch_buttons
from pages.parts.settings.baseline_rules import MAX_TABLE, rules_of
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import set_widgets, show
from pages.parts.settings.shared_settings import CROSSES
from pages.parts.text.format import counted, note, plain
from pages.parts.text.glossary import meanings
from pages.parts.text.item_picture import labelled

KEY = CompareSetup.key
STORIES = {
    "always": "One offer for all",
    "one": "By one field",
    "two": "By two fields",
    "mood": "Random",
}
"""Names of the four examples of matching."""
_STORIES_HELP = (
    "By one field: the rule looks at one field of the context. By two fields: one field decides, "
    "with an exception for a value of another; a learner that looks at single fields only cannot "
    "imitate it. Random: the rule looks at "
    f"nothing, so there is nothing to learn.\n\n{meanings('crosses')}"
)
_TABLE = KEY("table")


def _rule_of(story: str) -> str:
    names = [field.name for field in world_of(st.session_state[KEY("world")]).fields[:2]]
    return {"one": names[-1], "two": ",".join(names)}.get(story, story)


def _table_of(rule: str) -> str:
    """Return the table of an example on two fields; empty if it is too long for a link or the rule
    has fewer fields."""
    world, (field, *other) = world_of(st.session_state[KEY("world")]), rule.split(",")
    if not other:
        return ""
    table = rule_with_exception(world, field, other[0]).table
    text = ",".join(str(world.position(item)) for item in table.values())
    return text if len(text) <= MAX_TABLE else ""


def choose_story() -> None:
    """Draw a choice of the four examples; each sets rule, crosses and table."""

    def apply() -> None:
        story = st.session_state[KEY("story")]
        if story is not None:
            ours = st.session_state[KEY("kind")] == "ours"
            st.session_state[KEY("rule")] = _rule_of(story)
            st.session_state[KEY("crosses")] = CROSSES.default if ours and story != "two" else 1
            st.session_state[_TABLE] = _table_of(_rule_of(story))

    rules = {_rule_of(story): story for story in STORIES}
    show(KEY("story"), rules.get(st.session_state[KEY("rule")]))
    with st.popover("Example rules", icon=":material/lightbulb:", key="examples"):
        st.pills(
            "Example rules",
            list(STORIES),
            key=KEY("story"),
            format_func=STORIES.__getitem__,
            on_change=apply,
            wrap=True,
            help=_STORIES_HELP,
        )


def choose_rule(setup: CompareSetup) -> None:
    """Draw the choice of the rule, with its table if the rule has fields."""
    world = world_of(setup.world)

    def forget_table() -> None:
        st.session_state[_TABLE] = ""

    setup.draw("rule", options=rules_of(world), on_change=forget_table)
    if setup.rule == "always":
        setup.draw("item", options={i: item.label for i, item in enumerate(world.items)})
        if world.items[setup.item].picture:
            _show_rule(f"{labelled(world.items[setup.item])}, for everybody.")
    elif setup.fields:
        edit_table(_TABLE, setup.world, setup.rule, setup.table)
    elif setup.rule == "bestseller":
        best = world.items[world.position(bestseller(world, setup.seed).table[()])]
        _show_rule(f"{labelled(best)}: it earned most among last month's {LAST_MONTH} visitors.")
    else:
        note("A random offer for everybody: there is nothing to learn from it.")


def _show_rule(text: str) -> None:
    """Draw a note about the rule's single action, with its picture."""
    with st.container(key="rule-picture"):
        note(text)


def step_on(session: CompareSession) -> None:
    """Draw the Step button, which serves one visitor."""
    step(session.live.step, not session.live.can_start, "simulate one visitor.")


def watch_steps() -> None:
    """Report a click on the toolbar that was lost with the connection."""

    def lost(_: str, why: str) -> None:
        st.toast(plain(why), icon=":material/cloud_off:", duration="infinite")

    watch_buttons(lost)


def choose_settings(setup: CompareSetup) -> None:
    """Draw the settings of speed, seed and learning."""

    def take_its_crosses() -> None:
        ours = st.session_state[KEY("kind")] == "ours"
        st.session_state[KEY("crosses")] = CROSSES.default if ours else 1

    setup.draw("kind", on_change=take_its_crosses)
    setup.draw("speed", "seed", "auto", "explore", "crosses")
    setup.draw("rate", disabled=setup.kind != "service")


def follow(session: CompareSession, setup: CompareSetup, history: History | None) -> CompareSetup:
    """Apply a setup to the session. For a world and seed used before, restore their earlier setup
    and write it to the widgets.

    Args:
        history: in a new address; None without one.
    """
    session.adopt(setup, history)
    if session.setup != setup:
        set_widgets(session.setup)
    return session.setup


def this_moment(session: CompareSession) -> dict[str, str]:
    """Return the link to the current history, keyed by its description; empty without a history."""
    story = session.story
    if story.text is None or not story.came:
        return {}
    does = (
        f"**This moment.** The same {counted(story.came, 'visitor')} and switches. "
        "Shown at once, or after the reader presses Start."
    )
    return {does: session.setup.link(st.context.url or "", **{NAME: story.text})}
