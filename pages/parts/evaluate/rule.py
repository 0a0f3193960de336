"""The person's own rule: edited in a table, evaluated at once, and sent to other pages."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from engine.evaluation.log_rules import columns_for_rules, usual_rule
from engine.evaluation.logged_decisions import Decisions
from engine.simulation.baselines import Mood, RuleTable
from pages.parts.components.rule_table import edit_table
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import about_rule
from pages.parts.scene.table import write_in
from pages.parts.settings.baseline_rules import rules_of
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.format import note
from pages.parts.text.pages_folder import PAGES

_TABLE = EvaluateSetup.key("table")
_OFFERED, _BEGAN = "own-rule-offered", "own-rule-began"
_SHOWS = "Shows"
_USUAL = "the actions shown most often"
_MOST_COLUMNS = 2
_EMPTY = "none"
"""Text of a missing value, as in the tables of context fields."""
_ROWS, _TALL = 12, 430
"""Rows visible without scrolling, and the height of a longer table in pixels."""


def show_rule(session: EvaluateSession, result: LogEvaluation) -> None:
    """Draw the rule's table and its estimate: a rule over the columns of a file, or over the fields
    of the world, with links to pages that simulate it."""
    is_of_file = session.setup.log == "file"
    has_rule = any(row.target == "rules" for row in result.rows)
    if not (has_rule or is_of_file):
        return
    with st.expander(
        "Your own rule: write it and see what it would have earned",
        icon=":material/edit_note:",
        key="rule",
        on_change="rerun",
    ) as box:
        if not box.open:
            return
        left, right = st.columns([1, 1.25], gap="medium")
        with left:
            if is_of_file:
                _write_over_columns(session, result.log.decisions)
            else:
                _write_over_fields(session.setup)
        with right:
            if has_rule:
                st.markdown(about_rule(session, result))
            if not is_of_file:
                _send(session.setup)


def _write_over_fields(setup: EvaluateSetup) -> None:
    """Draw the choice of a rule over the fields of the world, with its table."""
    world = world_of(setup.world)
    setup.draw("rule", options=rules_of(world), on_change=_forget_table)
    if setup.rule == "always":
        setup.draw("item", options={i: item.label for i, item in enumerate(world.items)})
    elif setup.fields:
        edit_table(_TABLE, setup.world, setup.rule, setup.table)


def _write_over_columns(session: EvaluateSession, log: Decisions) -> None:
    """Draw the choice of a rule over columns of a file, with its table, and pass the rule to the
    session."""
    offered = _columns_of(log)
    if session.file_rule is None:
        latest, origin = _first_rule(session.setup, log)
    else:
        latest, origin = session.file_rule, ""
    fields = st.multiselect(
        "Your rule depends on",
        list(offered),
        [name for name in latest.fields if name in offered],
        max_selections=_MOST_COLUMNS,
        placeholder="nothing: one action for all",
        key="own-rule-columns",
    )
    session.ask_rule(_table_over(log, fields, latest, origin))
    if session.page_state != session.drawn:
        st.rerun()


def _columns_of(log: Decisions) -> Mapping[str, Sequence[str]]:
    """Return the columns that a rule may depend on, computed once per log."""
    known: tuple[Decisions, Mapping[str, Sequence[str]]] | None = st.session_state.get(_OFFERED)
    if known is None or known[0] is not log:
        known = st.session_state[_OFFERED] = log, columns_for_rules(log)
    return known[1]


def _first_rule(setup: EvaluateSetup, log: Decisions) -> tuple[RuleTable, str]:
    """Return today's rules if the file has their columns, values and actions; else the actions
    shown most often by the first column; and which of these it is."""
    known = setup.baseline()
    if not isinstance(known, Mood) and {*known.fields} <= _columns_of(log).keys():
        groups = usual_rule(log, known.fields).table
        if groups.keys() <= known.table.keys() and {*known.table.values()} <= {*log.actions}:
            rule = RuleTable(known.fields, {group: known.table[group] for group in groups})
            return rule, "today's rules"
    return usual_rule(log, [*_columns_of(log)][:1]), _USUAL


def _table_over(log: Decisions, fields: Sequence[str], latest: RuleTable, origin: str) -> RuleTable:
    """Draw the table of a rule, which begins with the latest rule on the same columns, or with the
    actions shown most often.

    Args:
        origin: of the latest rule; empty if a person wrote it.
    """
    key = f"own-rule-{'-'.join(fields)}"
    if key not in st.session_state:  # An editor that left the page has lost its edits.
        is_same = latest.fields == tuple(fields)
        began = (latest, origin) if is_same else (usual_rule(log, fields), _USUAL)
        st.session_state[_BEGAN] = began
    start: RuleTable
    start, origin = st.session_state[_BEGAN]
    shows = _SHOWS if _SHOWS not in fields else f"{_SHOWS} (action)"
    groups = [[value or _EMPTY for value in group] for group in start.table]
    frame = pd.DataFrame(groups, columns=[*fields])
    actions = st.column_config.SelectboxColumn(options=log.actions, required=True)
    edited = write_in(
        frame.assign(**{shows: list(start.table.values())}),
        key=key,
        disabled=list(fields),
        column_config={shows: actions},
        height="content" if len(frame) <= _ROWS else _TALL,
    )
    begins = f"It begins with {origin}. " if origin else ""
    note(f"{begins}Choose the actions under *{shows}*. The estimate follows at once.")
    return RuleTable(start.fields, dict(zip(start.table, map(str, edited[shows]), strict=True)))


def _forget_table() -> None:
    st.session_state[_TABLE] = ""


def _send(setup: EvaluateSetup) -> None:
    """Draw links to pages that try the rule on visitors."""
    parameters = {"world": setup.world, "seed": str(setup.seed), "rule": setup.rule}
    parameters |= {"item": str(setup.item)} if setup.rule == "always" else {}
    parameters |= {"table": setup.table} if setup.table else {}
    st.page_link(
        PAGES / "compare.py",
        label="Compare: let an apprentice learn from this rule",
        icon=":material/compare_arrows:",
        query_params=parameters,
    )
    st.page_link(
        PAGES / "race.py",
        label="Race: add this rule",
        icon=":material/sports_score:",
        query_params=parameters | {"who": "ours,ab,present,uniform"},
    )
