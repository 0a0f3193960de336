"""How the actions of a log without probabilities were chosen, as stated by the person: shares of
the actions, or a rule."""

import math
import re

import pandas as pd
import streamlit as st

from engine.evaluation.files.column_roles import StatedRule
from engine.evaluation.files.reader_messages import Inspected
from pages.parts.scene.table import write_in
from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note, plain

Split = tuple[tuple[str, float], ...]
"""Pairs of an action and its share; empty for equal shares."""
HOW_CHOSEN = "No probabilities in the file: how was each action chosen?"
_CHOICES = {
    "": "Not known",
    "equal": "At random, all equally often",
    "shares": "At random, with these shares",
    "rule": "By a rule, with some exceptions at random",
}
_PAIR = re.compile(r"(.+?)[\s:=]+(\d*[.,]?\d+)\s*%?")
_BETWEEN = re.compile(r"[;\n]|(?<!\d),|,(?!\d)")
"""Separators of shares; a comma between digits is a decimal comma."""
_TOLERANCE = 1e-6
_ACTION = "Action of the rule"
_SHARE = 90
"""Initial share of the rule's action in percent."""
_RESTS = (
    "The estimates rest on your statement: each action was drawn at random with these shares, "
    "whatever {} known about the visitor. If a person or a model chose, they are wrong. The check "
    "of the log compares the shares with those in the file."
)


def choose_split(token: str, inspected: Inspected) -> Split | StatedRule | None:
    """Draw the choice of a split for a log without probabilities; return None without one.

    Args:
        token: unique id of the upload.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.selectbox(
            HOW_CHOSEN,
            list(_CHOICES),
            format_func=_CHOICES.__getitem__,
            key=f"split-{token}",
        )
        text = ""
        if choice == "shares":
            text = text_field(
                "Share of each action",
                key=f"shares-{token}",
                placeholder="card 50 %; loan 30 %; none 20 %",
                max_chars=10_000,
            )
    if choice == "rule":
        return _choose_rule(token, inspected)
    if not choice or (choice == "shares" and not text.strip()):
        return None
    try:
        split = shares_in(text) if choice == "shares" else ()
    except ValueError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    note(_RESTS.format("was"))
    return split


def _choose_rule(token: str, inspected: Inspected) -> StatedRule | None:
    """Draw the column, the share and the table of a rule, which begins with the actions shown most
    often."""
    if not inspected.usual:
        note("Call the column with the action *action* in the file first: it was not recognised.")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox(
            "The rule depends on",
            list(inspected.usual),
            format_func=lambda name: name or "nothing: one action for all",
            key=f"rule-column-{token}",
        )
        share = st.number_input(
            "Visitors who got the rule's action, %", 1, 99, _SHARE, key=f"rule-share-{token}"
        )
    usual = inspected.usual[column]
    head = column or "Value"
    edited = write_in(
        pd.DataFrame({head: list(usual), _ACTION: list(usual.values())}),
        key=f"rule-{token}-{list(inspected.usual).index(column)}",
        num_rows="dynamic" if column else "fixed",
        column_config={_ACTION: st.column_config.SelectboxColumn(options=inspected.actions)},
        column_order=[head, _ACTION] if column else [_ACTION],
    )
    note(_RESTS.format("else was") + " The other actions share the rest in equal parts.")
    pairs = zip(edited[head], edited[_ACTION], strict=True)
    actions = {_text(value): _text(action) for value, action in pairs}
    return StatedRule(column, tuple(actions.items()), share / 100)


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def shares_in(text: str) -> Split:
    """Parse the shares of actions, such as "card 50 %; loan 50 %".

    Raises:
        ValueError: with a sentence for the person, if the text has other parts, an action twice, or
            a sum other than 1 or 100, beyond the rounding of decimals.
    """
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    matches = [(part, _PAIR.fullmatch(part)) for part in parts]
    for part, match in matches:
        if match is None:
            raise ValueError(f"“{part[:50]}” is not an action with its share, such as: card 50 %.")
    numbers = [match[2].replace(",", ".") for _, match in matches if match]
    actions = [match[1].strip() for _, match in matches if match]
    split = list(zip(actions, map(float, numbers), strict=True))
    if len({action for action, _ in split}) < len(split):
        raise ValueError("An action has two shares.")
    total = math.fsum(share for _, share in split)
    reach = _TOLERANCE + sum(0.5 / 10 ** len(number.partition(".")[2]) for number in numbers)
    reach = reach if all("." in number for number in numbers) else _TOLERANCE
    if min(abs(total - 1), abs(total - 100)) > reach:
        raise ValueError(f"The shares add up to {total:g}, but must add up to 1 or to 100 %.")
    return tuple((action, share / total) for action, share in split)
