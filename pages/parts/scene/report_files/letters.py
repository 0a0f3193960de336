"""Lines of type in an SVG: how wide words are, where lines break, and the elements."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, count
from xml.sax.saxutils import escape, unescape

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with vl-convert, and is as wide as the two that follow."""

_LINE = re.compile(
    rf'<text x="[^"]+" y="[^"]+" font-family="{FONT}" font-size="(?P<height>[^"]+)" fill="[^"]+"'
    '(?P<bold> font-weight="bold")?(?= xml:space="preserve">(?P<text>[^<]+)<)'
)
"""A line of type, as `line` writes it."""
_ASCII = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
"""Advance widths of the letters from space to tilde, in thousandths of the type's height."""
_PICTURES = (
    (0x231A, 0x231B), (0x23E9, 0x23FA), (0x25FB, 0x25FE), (0x2600, 0x27BF), (0x2934, 0x2935),
    (0x2B00, 0x2BFF), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3299), (0x1F000, 0x1FAFF),
    (0xE0000, 0xE007F),
)  # fmt: skip
"""Letters that fonts of pictures have; the last are those that tell flags of regions apart."""
_FLAG, _TAG = 0x1F1E6, 0xE0000
"""The first of the letters of which flags are made, and the one that all tags follow."""
_JOINTS = "\ufe0e\ufe0f\u200d\u2060\u20e3"
"""What joins or turns them."""
_BOLD, _OTHER, _WIDE = 1.08, 600, 1_000
"""Bold letters are wider by this; the width of other letters, and of those of East Asia."""


def width_of(text: str, height: float, bold: bool = False) -> float:
    """Pixels that a line of type takes, or a little more."""
    units = sum(map(_advance, text))
    return units / 1_000 * height * (_BOLD if bold else 1)


def _advance(letter: str) -> int:
    place = 0 if letter == "\u00a0" else ord(letter) - 32
    if 0 <= place < len(_ASCII):
        return _ASCII[place]
    return _WIDE if ord(letter) >= 0x1100 else _OTHER


def lines_of(text: str, room: float, height: float, bold: bool = False) -> list[str]:
    """A text broken into lines of so many pixels; a word that is wider is broken, too."""
    lines = [""]
    for word in _pieces(text, room, height, bold):
        longer = f"{lines[-1]} {word}".lstrip(" ")
        if lines[-1] and width_of(longer, height, bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _pieces(text: str, room: float, height: float, bold: bool) -> Iterator[str]:
    """Its words, the longest in parts that fit; no-break spaces hold together."""
    for word in text.split(" "):
        piece = ""
        for letter in word:
            if piece and width_of(piece + letter, height, bold) > room:
                yield piece
                piece = ""
            piece += letter
        yield piece


def line(text: str, x: float, y: float, height: float, colour: str, bold: bool = False) -> str:
    """A line of type whose base is at (x, y)."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{FONT}" font-size="{height:g}" fill="{colour}"'
        f'{weight} xml:space="preserve">{escape(drawable(text))}</text>'
    )


def held(svg: str) -> str:
    """The same with each line of type just as wide as there was room made for it: a browser may
    have none of these fonts, and one that is wider by a sixth."""

    def told(found: re.Match[str]) -> str:
        wide = width_of(unescape(found["text"]), float(found["height"]), bool(found["bold"]))
        return f'{found[0]} textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs"'

    return _LINE.sub(told, svg)


def drawable(text: str) -> str:
    """Without pictures, for which a server need not have a font, and of whose font no PDF is made;
    what nothing is left of is told by what they are called."""
    return _words_of(text) or _called(text)


def words_first(text: str) -> str:
    """Without pictures beside words, all of which a renderer would set in the font of the picture;
    pictures alone stay."""
    return _words_of(text) or text


def _words_of(text: str) -> str:
    kept = "".join(c for c in text if not _is_picture(c) and c not in _JOINTS)
    # Where a picture stood between words, one blank is enough.
    return (re.sub(" {2,}", " ", kept) if kept != text else kept).strip()


def told_apart(names: Iterable[str]) -> dict[str, str]:
    """Names as they can be drawn, each another: those that pictures alone told apart are followed
    by what these are called, and what is still the same by a number."""
    plain = {name: drawable(name) for name in names}
    times, found = Counter(plain.values()), dict[str, str]()
    for name, bare in plain.items():
        called = _called(name)
        one = f"{bare} ({called})" if times[bare] > 1 and called not in ("", bare) else bare
        ways = chain((one,), (f"{one} {number}" for number in count(2)))
        taken = set(found.values())
        found[name] = next(told for told in ways if told not in taken)
    return found


def _called(text: str) -> str:
    """What the pictures in a text are called; a flag by its letters."""
    told = ""
    for code in (ord(letter) for letter in text if _is_picture(letter)):
        if 0 <= code - _FLAG < 26:
            told += chr(ord("A") + code - _FLAG)
        elif code >= _TAG:
            told += chr(code - _TAG) if chr(code - _TAG).isalnum() else ""
        else:
            told += f" {unicodedata.name(chr(code), 'picture').lower()} "
    return " ".join(told.split())


def _is_picture(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _PICTURES)
