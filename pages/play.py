"""Play: what does the engine learn from a click?

A visitor walks in, an action is offered, a click teaches. Reads from top to bottom:
what is set, who is there, what is offered, what the click changed, what was learned.
"""

import json
from collections.abc import Iterable, Mapping

import pandas as pd
import streamlit as st

from engine.explanation import WeightChange
from engine.log import Ranked
from engine.worlds import WORLDS, World
from pages.parts import charts
from pages.parts.look import is_dark, percent, plain
from pages.parts.session import SPEEDS, Click, PlaySession, current_session
from pages.parts.setup import CROSSES, MAX_SEED, MAX_VISITORS, POLICIES, Setup, refused
from pages.parts.snippet import context_of, reproduce

REWARDS = (("Loved it", 1.0, "😍", "1"), ("Hesitated", 0.5, "🤔", "2"), ("Ignored", 0.0, "🙄", "3"))


def say_what_the_link_got_wrong() -> None:
    """One notice for each value in the link that cannot be used, once a session."""
    if "play" not in st.session_state:
        for sentence in refused(st.query_params.to_dict()):
            st.toast(plain(sentence), icon=":material/link_off:", duration="long")


def choose_setup() -> Setup:
    """World, seed and settings; all of them live in the page's link."""
    keys = list(WORLDS)
    world = st.segmented_control(
        "World", keys, default=keys[0], required=True, key="world", bind="query-params",
        format_func=lambda key: f"{WORLDS[key].emoji} {WORLDS[key].title}",
        label_visibility="collapsed",
    )  # fmt: skip
    with st.popover("Settings", icon=":material/tune:"):
        seed = st.number_input(
            "Seed", 0, MAX_SEED, 7, key="seed", bind="query-params",
            help="Same seed, same visitors, same luck: the whole run comes back. "
            "Another seed starts a new loop.",
        )  # fmt: skip
        policy = st.selectbox(
            "Learning policy", list(POLICIES), key="policy", bind="query-params",
            format_func=POLICIES.__getitem__,
            help="How beliefs become an offer. Changing it keeps what was learned.",
        )  # fmt: skip
        floor = st.slider(
            "Exploration floor, %", 0, 100, 5, key="floor", bind="query-params",
            disabled=policy != "thompson",
            help="Share of offers left to chance, so that every action keeps some probability.",
        )  # fmt: skip
        epsilon = st.slider(
            "Epsilon, %", 0, 100, 20, key="epsilon", bind="query-params",
            disabled=policy != "classic",
            help="Share of offers chosen at random, as in the retired service.",
        )  # fmt: skip
        crosses = st.segmented_control(
            "Crosses of context fields", list(CROSSES), default=3, required=True, key="crosses",
            bind="query-params", format_func=CROSSES.__getitem__,
            help="Which combinations of context fields the engine may tell apart. "
            "Changing it learns the whole log again.",
        )  # fmt: skip
    return Setup(world or keys[0], int(seed or 0), policy, floor, epsilon, crosses or 0)


def control_the_crowd(session: PlaySession) -> None:
    """Let simulated visitors in; outside the stage, so that Stop always works."""
    if session.is_live:
        st.button("Pause" if session.playing else "Stop", key="stop", type="primary",
                  icon=":material/pause:" if session.playing else ":material/stop:",
                  shortcut="P", on_click=session.stop)  # fmt: skip
    else:
        st.button("Play", key="start", icon=":material/play_arrow:", shortcut="P",
                  on_click=session.play, disabled=session.is_full,
                  help="Visitors come by themselves and answer by their hidden tastes.")  # fmt: skip
    for visitors in (10, 100, 1_000):
        st.button(f"+{visitors:,}", key=f"let-in-{visitors}", on_click=session.let_in,
                  args=(visitors,), disabled=session.is_live or session.is_full,
                  help=f"Let {visitors:,} simulated visitors in.")  # fmt: skip
    st.selectbox("Speed", SPEEDS, index=1, key="speed", label_visibility="collapsed", width=125,
                 format_func=lambda speed: f"{speed} a second")  # fmt: skip


def take_back(session: PlaySession) -> None:
    """Undo, reset and the link."""
    st.button("Undo", key="undo", icon=":material/undo:", shortcut="U", on_click=session.undo,
              disabled=session.is_live or not session.loop.events,
              help="Take back the last visitor, exactly.")  # fmt: skip
    st.button(":material/restart_alt:", key="reset", on_click=session.reset,
              help="Reset: a new loop that has learned nothing.")  # fmt: skip
    with st.popover(":material/link:", help="Link to this set-up", key="link"):
        st.caption("Opens this page with the same world, seed and settings.")
        st.code(session.setup.link(st.context.url or ""), language=None, wrap_lines=True)


def draw_stage(session: PlaySession) -> None:
    """The interactive part: one frame, whether a click or a crowd caused it."""
    was_live = session.is_live
    session.tick(st.session_state.get("speed", SPEEDS[1]))
    if was_live and not session.is_live:
        st.rerun()
    dark, ranked = is_dark(), session.ranked
    if session.let_in_total and session.waiting:
        done = session.let_in_total - session.waiting
        st.progress(done / session.let_in_total,
                    f"{done:,} of {session.let_in_total:,} visitors served")  # fmt: skip
    visitor, beliefs, learned = st.columns([1.16, 1.5, 1.14], gap="medium")
    with visitor:
        choose_context(session)
        show_offer(session.world, ranked)
        ask_for_reward(session)
    with beliefs:
        show_beliefs(session, ranked, dark)
    with learned:
        show_map(session, dark)
    show_curves(session, dark)


def choose_context(session: PlaySession) -> None:
    """Who is there; moving these asks "what if", nothing is logged."""
    for field in session.world.fields:
        key = f"{session.world.key}-{field.name}"
        st.session_state[key] = session.context[field.name]
        faces = {value.name: f"{value.emoji} {value.name}" for value in field.values}
        st.pills(
            field.label, list(faces), format_func=faces.__getitem__, key=key, required=True,
            on_change=lambda f=field.name, k=key: session.place(f, st.session_state[k]),
            label_visibility="collapsed", width="stretch",
        )  # fmt: skip
    st.caption("Change anything to ask what if: nothing is logged before an answer.")


def show_offer(world: World, ranked: Ranked) -> None:
    """The action to show, large, and why it is this one."""
    item = world.items[ranked.chosen]
    with st.container(border=True, key="offer"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.title(item.emoji, anchor=False, width="content")
            with st.container(gap=None):
                st.subheader(plain(item.id), anchor=False)
                st.caption(" · ".join(plain(f"{k} {v}") for k, v in item.features.items()))
        label, icon, colour, reason = why(ranked)
        st.badge(label, icon=icon, color=colour, help=reason)


def why(ranked: Ranked) -> tuple[str, str, str, str]:
    """Badge for an offer: label, icon, colour, and the reason in a sentence."""
    chance = percent(ranked.probabilities[ranked.chosen])
    if max(ranked.means) - min(ranked.means) < 1e-9:
        return ("No idea yet: all look alike", ":material/help:", "gray",
                f"Nothing learned tells the actions apart here. Chance of this one: {chance}.")  # fmt: skip
    if ranked.cause == "random":
        return ("Chosen by chance, to learn", ":material/casino:", "orange",
                f"The exploration share chose it at random. Chance of this one: {chance}.")  # fmt: skip
    if ranked.chosen == ranked.best:
        return ("Current best guess", ":material/star:", "green",
                f"Its believed expected reward is the highest. Chance of this one: {chance}.")  # fmt: skip
    return ("Chosen to learn", ":material/science:", "violet",
            "Another action has the higher believed reward, but this one's draw was the "
            f"highest. Chance of this one: {chance}.")  # fmt: skip


def ask_for_reward(session: PlaySession) -> None:
    """How the visitor liked it: one click teaches."""
    go_on = bool(st.session_state.get("next", False))
    off = session.is_live or session.is_full

    def send(value: float | None) -> None:
        session.send_reward(value, call_next=bool(st.session_state.get("next", go_on)))

    with st.container(
        horizontal=True, key="rewards", gap="xsmall", horizontal_alignment="distribute"
    ):
        for label, value, face, shortcut in REWARDS:
            st.button(f"{face} {label}", key=f"reward-{shortcut}", shortcut=shortcut, disabled=off,
                      on_click=send, args=(value,), help=f"Send the reward {value:g}.",
                      type="primary" if value == 1 else "secondary")  # fmt: skip
    with st.container(horizontal=True, gap="xsmall"):
        st.button("No answer", key="no-answer", on_click=send, args=(None,), disabled=off,
                  icon=":material/hourglass_disabled:",
                  help="Nobody answers in time: the default reward, "
                  f"{session.loop.settings.default_reward:g}, applies.")  # fmt: skip
        with st.popover("Other", icon=":material/linear_scale:", disabled=off):
            st.slider("Reward", 0.0, 1.0, 0.75, 0.05, key="reward-value")
            st.button("Send", key="reward-other", type="primary",
                      on_click=lambda: send(st.session_state["reward-value"]))  # fmt: skip
        st.button("Next visitor", key="next-visitor", icon=":material/person_add:", shortcut="N",
                  on_click=session.call_next, disabled=off,
                  help="Draw who comes next, without an answer from this one.")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Step", key="step", icon=":material/skip_next:", shortcut="Space", disabled=off,
                  on_click=session.step,
                  help="This visitor answers by their hidden taste, and the next one comes.")  # fmt: skip
        st.toggle("Next one after each reward", key="next", bind="query-params")
    if session.is_full:
        st.info(f"This loop has served {MAX_VISITORS:,} visitors, the most one session may. "
                "Reset starts a new one.")  # fmt: skip


def show_beliefs(session: PlaySession, ranked: Ranked, dark: bool) -> None:
    """Every action with its probability and the belief behind it."""
    world, click = session.world, session.click
    st.markdown(f"##### What it would offer {plain(who(world, session.context))}",
                help="Bars: how often each action would be chosen, with two Monte-Carlo standard "
                "errors. Bells: what the engine believes each action earns; a wide bell is doubt. "
                "Dots: one draw from each bell for this visitor; the highest is offered. "
                "Dashed: before your last click.")  # fmt: skip
    here = click is not None and click.before.request.context == ranked.request.context
    truth = world.expected[world.cell(session.context)] if st.session_state.get("truth") else None
    draw_beliefs(world, ranked, click.before if click and here else None, truth, dark, "now")
    if click:
        with st.container(border=True, key="moved"):
            tell_what_moved(world, click)
            if not here:
                st.caption(f"Before (dashed) and after, for "
                           f"{plain(who(world, context_of(click.before)))}")  # fmt: skip
                draw_beliefs(world, click.after, click.before, None, dark, "moved")


def draw_beliefs(
    world: World, now: Ranked, before: Ranked | None, truth: Iterable[float] | None,
    dark: bool, place: str,
) -> None:  # fmt: skip
    """Bars and bells of a ranking, and of the one before."""
    small = place == "moved"
    bars, bells = st.columns([1.25, 1], gap="xsmall")
    bars.vega_lite_chart(
        charts.probability_rows(world, now, before),
        charts.probability_spec(world, dark, small), key=f"chart-probability-{place}",
        alt=f"{world.items[now.chosen].id} is offered; each bar is a chance to be offered",
    )  # fmt: skip
    bells.vega_lite_chart(
        charts.belief_rows(world, now, before, truth),
        charts.belief_spec(world, dark, small), key=f"chart-belief-{place}",
        alt="One bell for each action: its believed expected reward and the draw of this visitor",
    )  # fmt: skip


def who(world: World, context: Mapping[str, str]) -> str:
    """A context in words."""
    return " · ".join(context[field.name] for field in world.fields)


def tell_what_moved(world: World, click: Click) -> None:
    """What the last click changed, in words."""
    i = click.before.chosen
    item = world.items[i]
    sent = f"reward {click.reward:g}" if click.answered else "no answer"
    st.markdown(
        f"**Your click: {sent}** for {item.emoji} {plain(item.id)}. Its chance went from "
        f"{percent(click.before.probabilities[i])} to **{percent(click.after.probabilities[i])}**, "
        f"its believed reward from {click.before.means[i]:.2f} to **{click.after.means[i]:.2f}**."
    )
    st.caption("Weights that moved most: " + "; ".join(map(in_words, click.weights)) + ".")


def in_words(change: WeightChange) -> str:
    """A weight and its move: which action or feature, for whom, by how much."""
    column = change.column
    values = [part.split("=", 1)[-1] for part in column.context]
    where = " and ".join(values) if values else "everybody"
    return f"{plain(column.action.replace('=', ' '))} for {plain(where)} **{change.change:+.2f}**"


def show_map(session: PlaySession, dark: bool) -> None:
    """Every context at a glance, filling in as rewards arrive."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("##### What it has learned",
                    help="Each cell is a context, coloured by the action favoured there, the "
                    "stronger the surer. The frame is where we are.")  # fmt: skip
        truth = st.toggle("Reveal the truth", key="truth", bind="query-params",
                          help="Dots and triangles: the world's hidden tastes.")  # fmt: skip
    world = session.world
    st.vega_lite_chart(
        charts.map_rows(world, session.map_rows(), session.context, truth),
        charts.map_spec(world, dark), key="chart-map",
        alt="Map of all contexts, coloured by the action the engine favours there",
    )  # fmt: skip
    session.curve.follow(session.loop)
    served = len(session.curve)
    visitors, mean, recent = st.columns(3, wrap=False)
    visitors.metric("Visitors", f"{served:,}")
    mean.metric("Mean reward", f"{session.curve.mean_reward:.2f}" if served else "–")
    recent.metric("Last 50", f"{session.curve.recent_reward:.2f}" if served else "–")


def show_curves(session: PlaySession, dark: bool) -> None:
    """Rewards over time; what could have been had only with the truth."""
    curve = session.curve_rows()
    if not curve:
        return
    truth = bool(st.session_state.get("truth"))
    span = charts.span_of(len(session.curve))
    seed = session.loop.seed
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"##### Mean reward, seed {seed}")
        st.vega_lite_chart(
            charts.reward_rows(session.world, curve, span, truth),
            charts.reward_spec(dark, span), key=f"chart-reward-{span}",
            alt=f"Mean reward {session.curve.mean_reward:.2f} after {len(session.curve)} visitors",
        )  # fmt: skip
    with right:
        st.markdown(f"##### Cumulative regret, seed {seed}",
                    help="How much reward was lost against always offering the best action. "
                    "Only a simulated world can know.")  # fmt: skip
        if not truth:
            st.info("Regret is measured against the hidden truth. Reveal the truth to see it.",
                    icon=":material/visibility_off:")  # fmt: skip
            return
        top = charts.span_of(int(max(curve[-1]["regret"], curve[-1]["uniform_regret"])) + 1)
        st.vega_lite_chart(
            charts.regret_rows(curve), charts.regret_spec(dark, span, top),
            key=f"chart-regret-{span}-{top}",
            alt=f"Cumulative regret {session.curve.regret:.1f}",
        )  # fmt: skip


def show_log(session: PlaySession) -> None:
    """The event log, to filter and to take away."""
    with st.expander("Event log", icon=":material/list:", key="log", on_change="rerun") as box:
        if not box.open:
            return
        rows = pd.DataFrame(session.loop.log.rows())
        if rows.empty:
            st.caption("No event yet. Each answer adds one.")
            return
        left, right = st.columns(2)
        actions = left.multiselect("Actions", [item.id for item in session.world.items])
        causes = right.multiselect("Decided by", sorted(rows["cause"].unique()))
        if actions:
            rows = rows[rows["action"].isin(actions)]
        if causes:
            rows = rows[rows["cause"].isin(causes)]
        st.dataframe(rows.iloc[::-1], hide_index=True, height=320, key="log-table")
        st.download_button("Download CSV", lambda: rows.to_csv(index=False), key="log-csv",
                           file_name=f"{session.world.key}-seed-{session.loop.seed}.csv",
                           mime="text/csv", on_click="ignore", icon=":material/download:")  # fmt: skip


def show_code(session: PlaySession) -> None:
    """The last event as the service's JSON, and Python that reproduces it."""
    with st.expander("Request, response and code of the last event", icon=":material/code:",
                     key="code", on_change="rerun") as box:  # fmt: skip
        if not box.open:
            return
        if not session.loop.events:
            st.caption("No event yet. Each answer adds one.")
            return
        event_id, state = next(reversed(session.loop.events.items()))
        request, answer = st.columns(2)
        request.caption("POST /rank")
        request.code(to_text(state.ranked.request.to_json()), "json", height=300)
        answer.caption("201 Created")
        answer.code(to_text(session.loop.answer(event_id).to_json()), "json", height=300)
        st.caption(f"POST /events/{event_id}/reward" if state.open else
                   "No reward came; the default reward applied")  # fmt: skip
        st.code(to_text({"value": sum(state.rewards)}), "json")
        st.caption("The same in Python, from the first event on")
        st.code(reproduce(session.loop, session.world), "python", height=340)


def to_text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


say_what_the_link_got_wrong()
with st.container(
    horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="toolbar"
):
    with st.container(horizontal=True, wrap=False, width="content", gap="xsmall"):
        setup = choose_setup()
        session = current_session(setup)
    with st.container(horizontal=True, wrap=False, width="content", gap="xsmall"):
        control_the_crowd(session)
        take_back(session)
with st.container(gap=None):
    st.markdown("**A visitor walks in and is offered something. Click how they like it: "
                "the engine learns from that one click.**")  # fmt: skip
    st.caption(plain(session.world.story))
every = session.pace(st.session_state.get("speed", SPEEDS[1])) if session.is_live else None
st.fragment(draw_stage, run_every=every, key="stage")(session)
show_log(session)
show_code(session)
