"""Access to the app's source for tests of its structure."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def broken(
    files: Iterable[Path], faults: Callable[[Path], Iterable[object]]
) -> dict[str, list[object]]:
    """Faults of each file against a rule, for the files with faults: a single test checks all
    files.
    """
    found = {str(path.relative_to(ROOT)): [*faults(path)] for path in files}
    return {name: faulty for name, faulty in found.items() if faulty}


@cache
def nodes(tree: ast.AST) -> list[ast.AST]:
    """Everything in a file."""
    return [*ast.walk(tree)]


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module imported anywhere in a file, in functions and blocks too."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def names(tree: ast.AST) -> Iterator[str]:
    """Every name used in a file, dotted as written."""
    for node in nodes(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield ast.unparse(node)


def tops(path: Path) -> set[str]:
    """Top-level packages imported by a file."""
    return {name.split(".")[0] for name in imported(parse(path))}


@cache
def parse(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
