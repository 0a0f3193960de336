"""All texts of the lessons; a lesson's numbers are filled in as it runs.

Defaults of the app, such as ``{set_floor}``, are filled in when the file is read: see `Set`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from engine.experiments.race.contenders import EPSILON, TRIAL
from engine.policies.thompson import Thompson
from pages.parts.lessons.sizes import ONLINE, TRIED, WATCHED
from pages.parts.text.format import percent, plain

_SETTING = re.compile(r"{set_(\w+)}")


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one lesson, or of a part of the page, by their names.

    Attributes:
        names: values for the texts' fields that do not depend on what the lab computes.
    """

    table: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, /, **numbers: object) -> str:
        """A text as Markdown, with numbers and names in it made safe."""
        text: str = self.table[name]
        values = {**self.names, **numbers}
        return text.format(**{key: plain(str(value)) for key, value in values.items()})

    def first(self, *names: str) -> str:
        """The first of these names that there is a text for."""
        return next(name for name in names if name in self.table)

    def elsewhere(
        self,
        names: Mapping[str, str],
        options: Mapping[str, str] | None,
        instead: Mapping[str, str],
    ) -> "Words":
        """Those of a lesson that is given in another world than its own; see `Elsewhere`."""
        table = {**self.table, **self.table["elsewhere"]}
        table |= {name: table[other] for name, other in instead.items()}
        if options is not None:
            table["options"] = options
        return Words(table, names)

    def options(self, name: str) -> Mapping[str, str]:
        """Answers by their keys."""
        found: Mapping[str, str] = self.table[name]
        return found


@dataclass(frozen=True, slots=True)
class Set:
    """Settings that texts of lessons tell, as ``{set_...}`` with the names of these fields.

    Attributes:
        policy: of a loop with default settings.
        epsilon: share of visitors to whom epsilon-greedy shows any action.
        trial: rewards that an A/B test waits for.
        watched, served: visitors whom an apprentice watches, and then serves.
        tried: visitors who come at one press in lesson 3.
    """

    policy: Thompson = field(default_factory=Thompson)
    epsilon: float = EPSILON
    trial: int = TRIAL
    watched: int = WATCHED
    served: int = ONLINE
    tried: int = TRIED

    def fill(self, value: Any) -> Any:
        """Return a text, or a table of texts, with these settings in it."""
        if isinstance(value, dict):
            return {name: self.fill(text) for name, text in value.items()}
        if not isinstance(value, str):
            return value
        settings = self._told
        return _SETTING.sub(lambda match: settings[match[1]], value)

    @property
    def _told(self) -> Mapping[str, str]:
        counts = {
            "agreement": self.policy.agreement,
            "draws": self.policy.draws,
            "trial": self.trial,
            "watched": self.watched,
            "served": self.served,
            "all_served": self.watched + self.served,
            "tried": self.tried,
        }
        shares = {"floor": self.policy.floor, "epsilon": self.epsilon}
        return {
            **{name: f"{count:,}" for name, count in counts.items()},
            **{name: percent(share) for name, share in shares.items()},
        }


@cache
def _file() -> Mapping[str, Any]:
    path = Path(__file__).with_name("en.toml")
    filled: Mapping[str, Any] = Set().fill(tomllib.loads(path.read_text(encoding="utf-8")))
    return filled


def words(part: str) -> Words:
    """Texts of a lesson by its key, or of a ``part`` of the page."""
    return Words(_file()[part])
