"""What is said on the stage, in another language: a phrase book, by the sentences in English.

A phrase has names where numbers, actions and people stand: ``{item} is offered.``; what stands
there is looked up, too.
"""

import re
from functools import lru_cache

from pages.parts.lessons.words import Words

_NAME = re.compile(r"{(\w+)}")


def translated(text: str, own: Words) -> str:
    """A text in its other words; as it is, if no phrase is like it and it is no number."""
    for pattern, other in _patterns(tuple(own.stage.items())):
        if found := pattern.fullmatch(text):
            told = {name: translated(part, own) for name, part in found.groupdict().items()}
            return other.format(**told)
    return own.numeral(text)


def heard(alt: str, own: Words) -> str:
    """What is told of a picture, in its other words: what it shows, a colon, and its numbers."""
    shows, colon, numbers = alt.partition(": ")
    told = "; ".join(translated(one, own) for one in numbers.split("; "))
    return f"{translated(shows, own)}{colon}{told}"


@lru_cache(maxsize=8)
def _patterns(known: tuple[tuple[str, str], ...]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_pattern(phrase), re.DOTALL), other) for phrase, other in known]


def _pattern(phrase: str) -> str:
    """A regular expression that finds a phrase, each name being a group."""
    parts = _NAME.split(phrase)
    return "".join(
        f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
