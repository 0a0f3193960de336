"""What is said on the stage, in another language: a phrase book, by the sentences in English.

A phrase has names where numbers, actions and people stand: ``{item} is offered.``; what stands
there is looked up, too.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

_NAME = re.compile(r"{(\w+)}")


def translated(text: str, known: Mapping[str, str]) -> str:
    """A text in its other words; as it is, if no phrase is like it."""
    for pattern, other in _patterns(tuple(known.items())):
        if found := pattern.fullmatch(text):
            told = {name: translated(part, known) for name, part in found.groupdict().items()}
            return other.format(**told)
    return text


def heard(alt: str, known: Mapping[str, str]) -> str:
    """What is told of a picture, in its other words: what it shows, a colon, and its numbers."""
    shows, colon, numbers = alt.partition(": ")
    told = "; ".join(translated(one, known) for one in numbers.split("; "))
    return f"{translated(shows, known)}{colon}{told}"


@lru_cache(maxsize=8)
def _patterns(known: tuple[tuple[str, str], ...]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_pattern(phrase), re.DOTALL), other) for phrase, other in known]


def _pattern(phrase: str) -> str:
    """A regular expression that finds a phrase, each name being a group."""
    parts = _NAME.split(phrase)
    return "".join(
        f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
