"""The person's own rule: edited in a table, evaluated at once, and sent to other pages."""

import streamlit as st

from pages.parts.components.rule_table import edit_table
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import about_rule
from pages.parts.settings.baseline_rules import rules_of
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.pages_folder import PAGES

_TABLE = EvaluateSetup.key("table")


def show_rule(session: EvaluateSession, result: LogEvaluation) -> None:
    """Draw the rule's table, its estimate, and links to pages that simulate the rule."""
    setup, world = session.setup, world_of(session.setup.world)
    if not any(row.target == "rules" for row in result.rows):
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
            setup.draw("rule", options=rules_of(world), on_change=_forget_table)
            if setup.rule == "always":
                setup.draw("item", options={i: item.label for i, item in enumerate(world.items)})
            elif setup.fields:
                edit_table(_TABLE, setup.world, setup.rule, setup.table)
        with right:
            st.markdown(about_rule(session, result))
            _send(setup)


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
