"""Glossary: each term of the field in one sentence, for help texts, popovers and the list.

A term is a table of `terms.toml`, in one of its groups.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pages.parts.text.text_file import read_texts

GROUPS = ("happens", "believes", "chooses", "watches", "asks")
"""Groups of the list, in display order."""
ON_PAGE: Mapping[str, tuple[str, ...]] = {
    "play": (
        *("context", "action", "reward", "posterior", "draw", "thompson", "propensity"),
        *("exploration", "floor", "feature", "crosses", "hypothesis", "regret", "seed"),
    ),
    "compare": ("baseline", "apprentice", "online", "match", "ceiling", "uplift", "interval"),
    "race": (
        *("contender", "policy", "crowd", "greedy", "epsilon", "width", "thompson", "floor"),
        *("ab", "drift", "regret", "segment", "interval", "seed"),
    ),
    "evaluate": (
        *("ope", "policy", "propensity", "weight", "estimator", "interval", "worth"),
        *("coverage", "floor", "baseline"),
    ),
    "why": (
        *("context", "posterior", "average", "contribution", "curiosity", "draw"),
        *("propensity", "crosses", "hypothesis"),
    ),
    "worlds": ("context", "action", "feature", "reward", "truth", "segment", "crowd"),
    "connect": (
        *("loop", "context", "action", "feature", "reward", "default_reward", "exploration"),
        *("policy", "baseline", "apprentice", "online"),
    ),
}
"""Terms in the popover of each page."""


@dataclass(frozen=True, slots=True)
class Term:
    """Glossary term with its meaning, one sentence.

    Attributes:
        forms: spellings that always need the sentence beside them on a screen.
    """

    name: str
    sentence: str
    forms: tuple[str, ...] = ()


@cache
def _file() -> Mapping[str, Any]:
    path = Path(__file__).with_name("terms.toml")
    return read_texts(path)


def texts(part: str) -> Mapping[str, str]:
    """Texts of the page with all terms (``page``), or of the card on use (``use``)."""
    table: Mapping[str, str] = _file()[part]
    return table


@cache
def terms() -> Mapping[str, Term]:
    """Return all terms by key, group by group."""
    return {key: term for group in GROUPS for key, term in grouped(group).items()}


@cache
def grouped(group: str) -> Mapping[str, Term]:
    """Return the terms of a group by key."""
    tables = _file()[group]
    return {
        key: Term(table["name"], table["told"], tuple(table.get("forms", ())))
        for key, table in tables.items()
        if key != "group"
    }


def meaning(key: str) -> str:
    """Return the sentence of a term."""
    return terms()[key].sentence


def meanings(*keys: str) -> str:
    """Format several terms with their sentences, as Markdown."""
    known = terms()
    return "\n\n".join(f"**{known[key].name}.** {known[key].sentence}" for key in keys)


def named_in(text: str) -> tuple[str, ...]:
    """Return keys of the terms in a text that always need their sentence."""
    return tuple(key for key, form in _forms().items() if form.search(text))


@cache
def _forms() -> Mapping[str, re.Pattern[str]]:
    forms_of = {key: term.forms for key, term in terms().items() if term.forms}
    return {
        key: re.compile(rf"\b({'|'.join(map(re.escape, forms))})\b", re.IGNORECASE)
        for key, forms in forms_of.items()
    }


def explained(text: str, help: str | None = None) -> str | None:
    """Return the help of a text: ``help``, if given, and the sentence of each further term in the
    text; None if there is no help."""
    known = terms()
    new = [key for key in named_in(text) if known[key].sentence not in (help or "")]
    return "\n\n".join(filter(None, [help, meanings(*new)])) or None
