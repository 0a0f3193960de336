"""Contest between a person and the engine on the same visitors, as drawn on Play."""

from collections.abc import Callable
from functools import cache, partial

import streamlit as st

from engine import PersonalizerError
from engine.experiments.choice_codec import MOST, decode_choices
from engine.experiments.person_duel import Duel
from engine.worlds import WORLDS, Context, World
from pages.parts.charts.lessons import score_rows, score_spec
from pages.parts.components.lost_presses import buttons_here
from pages.parts.components.more_menu import share
from pages.parts.components.toolbar import redo, shortcut, steps_back, undo, watch_buttons
from pages.parts.play.offer_card import in_words
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.race.controls import against_you
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.person_choices import LEAST, ChoiceRecord
from pages.parts.scene.chart_drawing import picture
from pages.parts.settings.known_worlds import is_kept, keep_at_hand
from pages.parts.settings.page_settings_base import say_refused, write_link
from pages.parts.text.format import note, plain, section
from pages.parts.text.pages_folder import PAGES
from pages.parts.text.theme import is_dark
from pages.parts.work.frame_scheduler import result_of

PICKS = "picks"
"""Name of the choices in the address."""
_KEYS = 9
"""Most actions with a keyboard shortcut."""
_FEW = 4
"""Most actions for which the last result is drawn below the buttons; with more, it is above."""
_NAMES = "You", "The engine"
_CHOICE = "choice"
"""Name of a lost choice, for any action."""


def go(session: PlaySession, setup: PlaySetup, address_is_new: bool) -> None:
    """Bring the contest to the choices in the address, or to the last choices in this session."""
    session.live.stop()
    loop, contest = session.open, session.duel_session
    opponent = loop.world, loop.loop.seed, setup.opponent_settings()
    choices = contest.kept_for(opponent)
    if address_is_new and (picks := st.query_params.get(PICKS)):
        try:
            choices = decode_choices(picks, loop.world)
        except PersonalizerError as error:
            say_refused(f"{PICKS} in the link is left out: {error.message}")
    if not contest.is_at(opponent, choices):
        with st.spinner("Serving the same visitors"):
            result_of(contest.going(opponent, choices))


def take_back(session: PlaySession) -> None:
    """Draw Undo and Redo for choices, if either is available."""
    contest = session.duel_session
    contest.drawn = contest.toolbar_state
    with steps_back():
        if not (contest.can_undo or contest.can_redo):
            return
        undo(
            _settling(session, "undo", contest.undo),
            not contest.can_undo,
            "revert your last choice, or a reset; the same visitor comes back.",
        )
        redo(
            _settling(session, "redo", contest.redo),
            not contest.can_redo,
            "restore the choice that was undone last.",
        )


def links_to(session: PlaySession, setup: PlaySetup) -> dict[str, str]:
    """Return the link to the choices, keyed by its description; empty without choices."""
    contest, opened = session.duel_session, session.open
    if not contest.text:
        return {}
    own = {} if setup.world in WORLDS or opened.link is None else {"loop": opened.link}
    does = (
        "**Your choices.** Anyone with this link sees your choices and their results, "
        "and can continue."
    )
    return {does: setup.link(st.context.url or "", picks=contest.text, **own)}


def share_choices(session: PlaySession, setup: PlaySetup) -> None:
    """Draw the contents of *Link*."""
    share(setup, links_to(session, setup))


def write_choices(session: PlaySession) -> None:
    """Write the choices to the address."""
    picks = session.duel_session.text or None
    write_link(session.setup, loop=session.open.link, at=None, who=None, picks=picks)


def _settling(
    session: PlaySession, action: str, callback: Callable[[], None]
) -> Callable[[], None]:
    """Return a callback that also clears earlier reports of the same lost press."""

    def press() -> None:
        with session.refusals.reporting(action, session.open):
            callback()

    return press


def watch_choices(session: PlaySession) -> None:
    """Report a choice, Undo or Redo that was lost with the connection."""

    def lost(button: str, why: str) -> None:
        session.refusals.miss(_CHOICE if button in names else button, why)

    items = session.duel_session.duel.world.items
    names = {f"choice-{place}": item.label for place, item in enumerate(items)}
    keys = {f"choice-{place}": str(place + 1) for place in range(min(len(items), _KEYS))}
    watch_buttons(lost, names, keys)


def toolbar_is_old(session: PlaySession) -> bool:
    """Return whether Undo or Redo changed since the toolbar was drawn."""
    return session.duel_session.toolbar_state != session.duel_session.drawn


def choose_what_is_seen(setup: PlaySetup) -> None:
    """Draw the switches for choosing in person and for revealing the truth."""
    with st.container(horizontal=True, gap="medium"):
        setup.draw("you", "truth")


def choose(session: PlaySession) -> None:
    """Draw the visitor, a button per action, and the last result."""
    duel = session.duel_session.duel
    visitor, are_many = duel.visitor, len(duel.world.items) > _FEW
    if are_many:
        _show_last(duel)
    if visitor is None:
        section(f"You have served {MOST} visitors.")
        note(
            "A link has no room for more. Undo some, reset (under …), or race others "
            "against your choices."
        )
    else:
        section(_visitor_text(duel.world, visitor.context))
        note(f"Visitor {duel.served + 1}. What do you offer?")
        _show_menu(session, duel)
    if not are_many:
        _show_last(duel)


def _show_menu(session: PlaySession, duel: Duel) -> None:
    with st.container(key="choices"):
        for position, item in enumerate(duel.world.items):
            key = shortcut(str(position + 1)) if position < _KEYS else None
            st.button(
                plain(item.label),
                key=f"choice-{position}",
                shortcut=key,
                width="stretch",
                on_click=buttons_here().counting(
                    _settling(
                        session,
                        _CHOICE,
                        partial(session.duel_session.choose, position, duel.served),
                    )
                ),
                help=plain(in_words(item.features)) or None,
            )


def show_scores(session: PlaySession) -> None:
    """Draw the rewards of person and engine, and the link to a race."""
    duel = session.duel_session.duel
    _show_sums(duel, session.setup.truth)
    _offer_a_race(duel)
    note(
        "Your choices are logged separately: they have no probabilities, and the session "
        "on this page stays unchanged. The engine here also started without "
        f"knowledge, and uses {plain(duel.settings.policy.label)}."
    )


def _visitor_text(world: World, context: Context) -> str:
    """Labels of the visitor's context values; Markdown."""
    values = {field.name: {v.name: v.label for v in field.values} for field in world.fields}
    return plain(" · ".join(values[name][value] for name, value in context.items()))


def _show_last(duel: Duel) -> None:
    """Draw both actions for the last visitor, with their rewards."""
    with st.container(gap="xxsmall", key="last"):
        _draw_last(duel)


def _draw_last(duel: Duel) -> None:
    if not duel.served:
        note("The engine serves the same visitors with the same random numbers.")
        return
    last, items = duel.visitors[duel.served - 1], duel.world.items
    labels = [items[chosen[-1]].label for chosen in (duel.choices, duel.engine_choices)]
    note(f"Visitor {duel.served}: {_visitor_text(duel.world, last.context)}")
    lines = [
        f"{name}: {plain(label)}, reward **{reward:g}**"
        for name, label, reward in zip(_NAMES, labels, duel.scores()[-1], strict=True)
    ]
    st.markdown("  \n".join(lines))


def _show_sums(duel: Duel, truth: bool) -> None:
    """Draw both sums of rewards, both curves, and the regrets if the truth is revealed."""
    scores = duel.scores()
    totals = [sum(score[place] for score in scores) for place in (0, 1)]
    lost = duel.regrets() if truth else (None, None)
    with st.container(horizontal=True, gap="large", key="sums"):
        for name, total, regret in zip(_NAMES, totals, lost, strict=True):
            regret_text = "" if regret is None else f" :gray[missed {regret:.1f}]"
            st.markdown(f"{name} **{total:g}**{regret_text}", width="content")
    if truth:
        note(
            "Missed: the expected reward of the best action for each visitor, minus that "
            "of your choice."
        )
    picture(
        score_rows(_NAMES, scores),
        score_spec(is_dark(), _NAMES, "visitors", "rewards so far"),
        key="chart-contest",
        alt=f"Rewards so far: {_NAMES[0]} {totals[0]:g}, {_NAMES[1]} {totals[1]:g}",
    )


@cache
def _race() -> st.Page:
    """Return the Race page as an object: fragments drawn alone cannot look up a page by its
    script."""
    return st.Page(PAGES / "race.py", title="Race")


def _offer_a_race(duel: Duel) -> None:
    """Draw a link to a race against the choices, once there are enough."""
    # Other sessions may have changed the world.
    world, missing = keep_at_hand(duel.world), LEAST - duel.served
    if missing > 0:
        note(f"After {missing} more visitors you can race others against your choices.")
    else:
        record = ChoiceRecord(world, duel.seed, duel.choices).text
        race = against_you(RaceSetup(world=world, seed=duel.seed, record=record).fitted())
        st.page_link(
            _race(),
            label="Race against this",
            icon=":material/sports_score:",
            query_params=race.setup.query(),
        )
        if not is_kept(world, duel.world):
            note(
                "This world is not saved: the link of the race works in this tab "
                "only, until you save the world on Worlds."
            )
