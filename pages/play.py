"""Play: what does the engine learn from a click?

A visitor walks in, an action is offered, a click teaches. Reads from top to bottom:
what is set, who is there, what is offered, what the click changed, what was learned.
"""

import streamlit as st

from pages.parts.components.browser_id import has_told
from pages.parts.components.loop_watch import watch_others
from pages.parts.components.reward_buttons import reward_buttons
from pages.parts.frames import frame
from pages.parts.link import current_setup, open_link, write_link
from pages.parts.play import beliefs, controls, hypotheses, learned, records
from pages.parts.play.offer import show_offer
from pages.parts.play.reopen import open_loop
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.sessions import known_play_session, play_session
from pages.parts.text import plain, question
from pages.parts.toolbar import choose_world, control_the_crowd, reset_or_share, show_progress

STAGE = "stage"

open_loop(open_link(PlaySetup))

with st.container(
    horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="toolbar"
):
    setup = current_setup(PlaySetup)
    known = known_play_session()
    choose_world(setup, known.open.world if known else None)
    with st.container(horizontal=True, width="content", gap="xsmall"):
        session = play_session(setup)
        session.adopt(setup)
        write_link(setup, loop=session.open.link)
        control_the_crowd(session.live)
        controls.choose_settings(setup, disabled=not session.may_answer)
        reset_or_share(session.reset, setup, controls.links_to(session))
        session.toolbar_drawn = session.toolbar_state

if has_told() and not session.may_answer:
    controls.offer_a_copy(session)
question(
    "A visitor walks in and is offered something. Click how they like it: "
    "the engine learns from that one click.",
    plain(session.open.world.story),
)
left, middle, right = st.columns([1.1, 2.1, 1.05], gap="medium")
with left:
    people, visit = st.container(), st.container()
    if not session.others_come:
        with people:
            controls.choose_context(session, STAGE)
    controls.offer_other_ways(session, setup)
with right:
    learned.reveal_the_truth(setup)
    results = st.container()
regret = st.container()
# What a click does not change is drawn here: boxes that are closed need not travel with each one.
told = hypotheses.box(session.open.loop)
log, code = records.boxes()


@frame
def draw_stage(session: PlaySession) -> None:
    """One frame of the interactive part, whether a click or a crowd caused it."""
    session.adopt(current_setup(PlaySetup))
    offer = session.advance()
    if session.toolbar_state != session.toolbar_drawn or session.is_somebody_else:
        st.rerun()
    # Computed before anything is drawn: then all that is drawn travels in one message.
    opened, ranked = session.open, offer.ranked
    favoured, curve = opened.favoured(), opened.curve()
    if session.others_come:
        with people:
            controls.choose_context(session, STAGE)
    with visit:
        show_offer(opened.world, ranked)
        default = opened.loop.settings.default_reward
        reward_buttons(session.presses, offer.told, default, session.is_closed, session.take)
        controls.show_refusals(session.refusals)
    with middle:
        beliefs.show_beliefs(opened, ranked, session.setup.truth)
    with results:
        learned.show_map(opened, favoured, session.setup.truth)
        learned.show_score(curve)
        show_progress(session.live)
        learned.show_rewards(opened, curve, session.setup.truth)
    with regret:
        learned.show_regret(opened, curve, session.setup.truth)
    if told is not None and told.open:
        with told:
            hypotheses.show_hypotheses(opened.loop, ranked)
    if log.open:
        with log:
            records.show_log(opened)
    if code.open:
        with code:
            records.show_code(opened)
    watch_others(opened.link, session.drawn, session.live.is_live, session.catch_up)


st.fragment(draw_stage, run_every=session.pace, key=STAGE)(session)
