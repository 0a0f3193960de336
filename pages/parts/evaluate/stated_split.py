"""Split of a log without probabilities, stated by the person: shares of the actions."""

import math
import re

import streamlit as st

from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note, plain

Split = tuple[tuple[str, float], ...]
"""Pairs of an action and its share; empty for equal shares."""
_CHOICES = {
    "": "Not known",
    "equal": "At random, all equally often",
    "shares": "At random, with these shares",
}
_PAIR = re.compile(r"(.+?)[\s:=]+(\d*\.?\d+)\s*%?")
_TOLERANCE = 1e-6


def choose_split(token: str) -> Split | None:
    """Draw the choice of a split for a log without probabilities; return None without one.

    Args:
        token: unique id of the upload.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.selectbox(
            "No probabilities in the file: how was each action chosen?",
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
    if not choice or (choice == "shares" and not text.strip()):
        return None
    try:
        split = shares_in(text) if choice == "shares" else ()
    except ValueError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    note(
        "The estimates rest on your statement: each action was drawn at random with these shares, "
        "whatever was known about the visitor. If a person or a model chose, they are wrong."
    )
    return split


def shares_in(text: str) -> Split:
    """Parse the shares of actions, such as "card 50 %; loan 50 %".

    Raises:
        ValueError: with a sentence for the person, if the text has other parts, an action twice, or
            a sum other than 1 or 100.
    """
    parts = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
    matches = [(part, _PAIR.fullmatch(part)) for part in parts]
    for part, match in matches:
        if match is None:
            raise ValueError(f"“{part[:50]}” is not an action with its share, such as: card 50 %.")
    split = [(match[1].strip(), float(match[2])) for _, match in matches if match]
    if len({action for action, _ in split}) < len(split):
        raise ValueError("An action has two shares.")
    total = math.fsum(share for _, share in split)
    if min(abs(total - 1), abs(total / 100 - 1)) > _TOLERANCE:
        raise ValueError(f"The shares add up to {total:g}, but must add up to 1 or to 100 %.")
    return tuple((action, share / total) for action, share in split)
