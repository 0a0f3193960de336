"""Emoji in texts drawn on the server, whose fonts may lack them.

Browsers have an emoji font of their own. Typst uses a font of the machine, if installed: on
Debian, `fonts-noto-color-emoji`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping

_BASE = "[\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
_JOINER = "[\u200d\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f]"
_RUN = re.compile(f"{_BASE}(?:{_BASE}|{_JOINER})*")


def is_emoji(text: str) -> bool:
    """Return whether a text consists of emoji only."""
    return _RUN.fullmatch(text) is not None


def named(text: str) -> str:
    """Replace emoji by their Unicode names, in brackets."""
    return _RUN.sub(lambda run: f"({' '.join(filter(None, map(_name, run[0])))})", text)


def _name(character: str) -> str:
    if unicodedata.category(character) in {"Mn", "Cf", "Me", "Sk"}:  # Joiners and skin tones.
        return ""
    name = unicodedata.name(character, "emoji").lower()
    return name.removeprefix("regional indicator symbol letter ")


def labels_in_words(labels: Collection[str]) -> Mapping[str, str]:
    """Remove emoji from labels with words; name the emoji of labels without words, or with equal
    words."""
    words = {label: " ".join(_RUN.sub(" ", label).split()) for label in {*labels}}
    times = Counter(words.values())

    def needs_names(words: str) -> bool:
        return not words or words.startswith("(") or times[words] > 1

    return {
        label: named(label) if _RUN.search(label) and needs_names(text) else text
        for label, text in words.items()
    }
