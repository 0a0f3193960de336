"""Words that are not used on screens, because readers did not understand them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PARTS = Path(__file__).parents[3] / "pages"
NOT_SAID = {
    r"(?<!learning )loops?(?!\.)": "session, engine or system",
    r"crowds?": "simulated visitors, or repetitions of a race",
    r"contenders?": "method",
    r"perfect copy": "best possible",
    r"(?:the|a) room": "the audience",
    r"five-minute (?:show|talk)": "five-minute demo",
    r"so it offers": "chance of offer",
}
"""Patterns of words, and the words to use instead."""
_OFF_SCREEN = ("shell/operations/", "play/reproduction_script.py")
"""Text for operators, and generated code."""


def _is_text(node: ast.AST) -> bool:
    """True for a constant with at least two words, or a capitalised one."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (" " in node.value.strip() or node.value[:1].isupper())
    )


def _not_displayed(tree: ast.AST) -> set[int]:
    """Identities of docstrings and messages of assertions."""
    hidden = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            hidden.add(id(node.value))
        if isinstance(node, ast.Assert) and node.msg is not None:
            hidden.add(id(node.msg))
    return hidden


def texts_in_code() -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each string in the pages' modules."""
    for path in sorted(PARTS.rglob("*.py")):
        name = path.relative_to(PARTS).as_posix()
        if any(part in name for part in _OFF_SCREEN):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        hidden = _not_displayed(tree)
        for node in ast.walk(tree):
            if _is_text(node) and id(node) not in hidden:
                assert isinstance(node, ast.Constant)
                yield f"{name}:{node.lineno}", str(node.value)


def _leaves(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict):
        for value in table.values():
            yield from _leaves(value)


def texts_in_files() -> Iterator[tuple[str, str]]:
    """Yield the file and each text of lessons and glossary."""
    for path in sorted(PARTS.rglob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        yield from ((path.name, text) for text in _leaves(table) if " " in text)


def test_screens_use_one_word_for_each_thing() -> None:
    said = [*texts_in_code(), *texts_in_files()]
    assert len(said) > 1_000
    wrong = [
        f"{place}: {text!r}; use: {instead}"
        for pattern, instead in NOT_SAID.items()
        for place, text in said
        if re.search(rf"\b{pattern}\b", text, re.IGNORECASE)
    ]
    assert not wrong, "\n".join(wrong)
