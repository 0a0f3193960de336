"""Texts common to lessons, and the app's settings in them; a lesson's own stand beside its lab.

A text has ``{set_floor}`` where it names a default of the app, or a number of the lesson's file;
these are filled in when the file is read. Other fields are filled in as a lesson runs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from engine.experiments.race.contenders import EPSILON, TRIAL
from engine.policies.thompson import Thompson
from pages.parts.text.format import percent, plain
from pages.parts.text.text_file import read_texts

_SETTING = re.compile(r"{set_(\w+)}")


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of a lesson, or of a part of the page, by name.

    Attributes:
        names: values for the texts' fields that do not depend on what the lab computes.
    """

    table: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, /, **numbers: object) -> str:
        """Format a text as Markdown, with escaped values."""
        text: str = self.table[name]
        values = {**self.names, **numbers}
        return text.format(**{key: plain(str(value)) for key, value in values.items()})

    def first(self, *names: str) -> str:
        """Return the first of these names that has a text."""
        return next(name for name in names if name in self.table)

    def options(self, name: str) -> Mapping[str, str]:
        """Return answers by key."""
        answers: Mapping[str, str] = self.table[name]
        return answers


def settings_of(policy: Thompson, epsilon: float, trial: int) -> Mapping[str, str]:
    """Format the app's settings for texts.

    Args:
        policy: of a loop with default settings.
        epsilon: share of visitors to whom epsilon-greedy offers any action.
        trial: rewards that an A/B test waits for.
    """
    return {
        "agreement": f"{policy.agreement:,}",
        "draws": f"{policy.draws:,}",
        "trial": f"{trial:,}",
        "floor": percent(policy.floor),
        "epsilon": percent(epsilon),
    }


SETTINGS = settings_of(Thompson(), EPSILON, TRIAL)


def filled(value: Any, settings: Mapping[str, str]) -> Any:
    """Fill settings into a text or a table of texts."""
    if isinstance(value, dict):
        return {name: filled(text, settings) for name, text in value.items()}
    return _SETTING.sub(lambda match: settings[match[1]], value)


@cache
def words(part: str) -> Words:
    """Return texts of a ``part`` of the page: ``page``, ``show`` or ``own``."""
    path = Path(__file__).with_name(f"{part}.toml")
    return Words(filled(read_texts(path), SETTINGS))


PAGE = words("page")
"""Texts of the Learn page."""
