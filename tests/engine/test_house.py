"""House rules, read off the source."""

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import engine
from tests.source import ENGINE, PAGES, ROOT, broken, imported, names, nodes, parse, tops

pytestmark = pytest.mark.no_cover


def test_there_are_files_to_read() -> None:
    assert {"learning_loop.py", "features.py", "coffee.py"} <= {path.name for path in ENGINE}


def test_the_engine_knows_nothing_of_screens() -> None:
    screens = {"streamlit", "altair", "pages", "app", "pandas"}
    assert not broken(ENGINE, lambda path: tops(path) & screens)


NEEDED = {
    "protocol": ("msgspec",), "store": ("sqlalchemy", "msgspec"),
    "files": ("pyarrow", "msgspec"), "worlds": ("PIL", "msgspec"), "service": ("msgspec",),
}  # fmt: skip


def without_need(path: Path) -> set[str]:
    """Third-party imports of an engine file beyond NumPy and the libraries of its wing."""
    rooms = path.relative_to(ROOT / "engine").parts[:-1]
    needed = (library for room in rooms for library in NEEDED.get(room, ()))
    return tops(path) - {*sys.stdlib_module_names, "numpy", "engine", *needed}


def test_a_room_of_the_engine_imports_numpy_and_what_it_alone_needs() -> None:
    assert not broken(ENGINE, without_need)


def global_streams(path: Path) -> Iterator[str]:
    """Uses of global random streams in a file."""
    tree = parse(path)
    yield from tops(path) & {"random"}
    for name in {*names(tree), *imported(tree)}:
        _, result, function = name.partition("random.")
        numpys = result and name.startswith(("np.", "numpy."))
        if numpys and function.split(".")[0] not in {"Generator", "default_rng"}:
            yield name


def test_no_random_number_comes_from_a_global_stream() -> None:
    assert not broken(ENGINE + PAGES, global_streams)


def run_from_data(path: Path) -> set[str]:
    """Uses of unpickling, evaluation and execution in a file."""
    called = {
        node.func.id
        for node in nodes(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    unpickle = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "code"}
    return tops(path) & unpickle | called & {"eval", "exec", "compile", "__import__"}


def test_nothing_is_unpickled_evaluated_or_executed() -> None:
    assert not broken(ENGINE + PAGES, run_from_data)


def test_public_names_are_sorted_complete_and_defined() -> None:
    assert list(engine.__all__) == sorted(set(engine.__all__))
    tree = parse(ROOT / "engine" / "__init__.py")
    bound = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(engine.__all__) == {name for name in bound if not name.startswith("_")}
    for name in engine.__all__:
        assert getattr(engine, name).__module__.startswith("engine.")


def without_words(path: Path) -> Iterator[str]:
    """Name of the module if its docstring is missing."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    if not module.__doc__:
        yield module.__name__


def test_every_module_can_be_imported_and_says_what_it_is_for() -> None:
    assert not broken(ENGINE, without_words)


# -- wings ----------------------------------------------------------------------------

WINGS = (
    "errors", "arrays", "streams", "pausable_steps", "result_cache", "protocol", "worlds",
    "learners", "policies", "loop", "store", "simulation", "evaluation", "experiments", "service",
)  # fmt: skip
"""The wings of the engine in order: each may import only preceding wings."""


def wing(module: str) -> str:
    """The wing of an engine module with this dotted name."""
    return module.split(".")[1]


def from_below(path: Path) -> set[str]:
    """Wings imported by a file against the order of wings."""
    own = wing(".".join(path.relative_to(ROOT).with_suffix("").parts))
    used = {wing(name) for name in imported(parse(path)) if name.startswith("engine.")}
    return used - {*WINGS[: WINGS.index(own)], own}


def test_a_wing_imports_only_wings_above_it() -> None:
    inside = [path for path in ENGINE if path.parent != ROOT / "engine" or path.stem in WINGS]
    assert not broken(inside, from_below)


def test_every_room_of_the_engine_is_in_a_wing() -> None:
    rooms = {path.relative_to(ROOT / "engine").parts[0].removesuffix(".py") for path in ENGINE}
    assert rooms - {"__init__"} <= set(WINGS)


# -- no circles -----------------------------------------------------------------------


def in_circles(imports: dict[str, set[str]]) -> list[str]:
    """Modules in circular imports, and modules that depend on such a circle."""
    left = dict(imports)
    while free := [name for name, of in left.items() if not of & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def modules(files: Iterable[Path]) -> dict[str, set[str]]:
    """Imports between modules, including imports for types; without the ``__init__`` files."""
    known = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in files
        if path.name != "__init__.py"
    }
    return {name: known.keys() & {*imported(parse(path))} - {name} for name, path in known.items()}


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not in_circles(modules([*ENGINE, *PAGES]))


# -- unique class names ---------------------------------------------------------------


def classes(tree: ast.AST) -> Iterator[str]:
    """Names of the public classes at the top of a module."""
    assert isinstance(tree, ast.Module)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def homonyms(trees: Iterable[ast.AST]) -> dict[str, int]:
    """Public class names defined in several modules, with their number."""
    defined = Counter(name for tree in trees for name in classes(tree))
    return {name: times for name, times in defined.items() if times > 1}


def test_no_public_class_name_is_defined_in_two_modules() -> None:
    assert homonyms(map(parse, [*ENGINE, *PAGES])) == {}


# -- tests mirror the house -----------------------------------------------------------

TESTED_WITH = {
    "worlds/film_night.py": "worlds/test_world.py",
    "worlds/news.py": "worlds/test_world.py",
    "worlds/shop.py": "worlds/test_world.py",
    **{
        f"worlds/gallery/{path.name}": "worlds/test_gallery.py"
        for path in (ROOT / "engine" / "worlds" / "gallery").glob("[a-z]*.py")
    },
}
"""Modules with a single value each, and the tests that take the value as a parameter."""


def expected_tests(module: Path) -> Path:
    """The expected test file of an engine module."""
    inside = module.relative_to(ROOT / "engine")
    named = TESTED_WITH.get(inside.as_posix(), inside.with_name(f"test_{inside.name}"))
    return ROOT / "tests" / "engine" / named


def untested(path: Path) -> Iterator[str]:
    """The expected test file of a module if it contains no tests."""
    tests = expected_tests(path)
    if not tests.is_file() or not any(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for node in nodes(parse(tests))
    ):
        yield str(tests.relative_to(ROOT))


def test_every_module_has_its_tests_under_its_own_name() -> None:
    assert not broken((path for path in ENGINE if path.name != "__init__.py"), untested)


# -- the rules above can fail ---------------------------------------------------------


def test_an_import_is_found_wherever_it_stands() -> None:
    source = (
        "def f():\n    if 1:\n        from altair.vegalite import v5\n        import a.b as c\n"
    )
    assert set(imported(ast.parse(source))) == {"altair.vegalite", "altair.vegalite.v5", "a.b"}


def test_a_circle_is_found() -> None:
    assert in_circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": set()}) == ["a", "b", "c"]
    assert not in_circles({"a": {"b"}, "b": {"c"}, "c": set()})


def test_a_class_name_of_two_modules_is_found() -> None:
    sources = "class A: ...\nclass B: ...", "class A: ...\nclass _C: ...", "class _C: ..."
    assert homonyms(map(ast.parse, sources)) == {"A": 2}


def test_a_use_of_the_global_stream_is_found() -> None:
    results = set(names(ast.parse("x = np.random.seed(1)")))
    assert "np.random.seed" in results


def test_a_module_without_expected_tests_its_own_name_is_found() -> None:
    missing = ROOT / "engine" / "worlds" / "untested.py"
    assert broken([missing], untested) == {
        "engine/worlds/untested.py": ["tests/engine/worlds/test_untested.py"]
    }
    assert all((ROOT / "engine" / module).is_file() for module in TESTED_WITH)
