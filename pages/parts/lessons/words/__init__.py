"""All words of the lessons, one file a language; a lesson's numbers are filled in as it runs.

Another language is another file here, with the same names and the same ``{numbers}``. What the app
is set to, such as ``{set_floor}``, is filled in when a file is read: see `Set`.
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

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Those there are, by the names of their files."""
NAMES = frozenset(
    [
        *("student", "lesson", "title", "titles", "world", "item", "action", "drink", "who"),
        *("context", "first", "second", "favourite", "winner", "worst", "guess_best", "check_best"),
        *("guess", "truth", "answer"),  # As `pages.parts.lessons.pictures.written` writes them.
    ]
)
"""What stands in texts as it was typed, also where it looks like a number."""
_SETTING = re.compile(r"{set_(\w+)}")
_NUMBER = re.compile(r"[+\N{MINUS SIGN}-]?\d[\d,]*(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one lesson, or those that all share, in a language.

    Attributes:
        names: what stands in its texts wherever a lesson is given.
    """

    table: Mapping[str, Any]
    language: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, /, **numbers: object) -> str:
        """A text as Markdown, with numbers and names in it made safe."""
        text: str = self.table[name]
        typed = {key: str(value) for key, value in numbers.items() if key in NAMES}
        counted = {key: self.numeral(str(value)) for key, value in numbers.items()}
        told = {**self.names, **counted, **typed}
        return text.format(**{key: plain(value) for key, value in told.items()})

    def numeral(self, text: str) -> str:
        """A number as this language writes it; any other text as it is."""
        return text.translate(self._points) if _NUMBER.fullmatch(text) else text

    @property
    def _points(self) -> dict[int, str]:
        """What stands in numbers, by what does in English."""
        told: Mapping[str, str] = _file(self.language).get("numbers", {})
        return str.maketrans({",": told.get("thousands", ","), ".": told.get("decimal", ".")})

    def written(self, spec: Any) -> Any:
        """A chart's specification whose numbers are written so."""
        own: Mapping[str, str] = _file(self.language).get("numbers", {})
        config = spec.get("config", {})
        number = config.get("locale", {}).get("number")
        if not own or not number:
            return spec
        return {**spec, "config": {**config, "locale": {"number": {**number, **own}}}}

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
        return Words(table, self.language, names)

    @property
    def charts(self) -> Mapping[str, str]:
        """The charts' own words in this language, by those that they have; none in English."""
        found: Mapping[str, str] = _file(self.language).get("charts", {})
        return found

    @property
    def left_out(self) -> str:
        """What is said in this language of a value in a link that gave way; empty in English, where
        the link's own sentence says more."""
        found: str = _file(self.language).get("link", {}).get("left_out", "")
        return found

    @property
    def stage(self) -> Mapping[str, str]:
        """What is said on the stage in this language, by what is said in English; see
        `pages.parts.scene.phrases`."""
        found: Mapping[str, str] = _file(self.language).get("stage", {})
        return found

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

    def fill(self, value: Any, numbers: Mapping[str, str]) -> Any:
        """Return a text, or a table of texts, with these settings in it.

        Args:
            numbers: what stands in numbers of the language.
        """
        if isinstance(value, dict):
            return {name: self.fill(one, numbers) for name, one in value.items()}
        if not isinstance(value, str):
            return value
        points = str.maketrans(
            {",": numbers.get("thousands", ","), ".": numbers.get("decimal", ".")}
        )
        told = self._told
        return _SETTING.sub(lambda found: told[found[1]].translate(points), value)

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
def _file(language: str) -> Mapping[str, Any]:
    path = Path(__file__).with_name(f"{language}.toml")
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    filled: Mapping[str, Any] = Set().fill(read, read.get("numbers", {}))
    return filled


def words(language: str, part: str) -> Words:
    """Those of a lesson by its key, or of a ``part`` of the page."""
    return Words(_file(language)[part], language)
