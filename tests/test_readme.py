"""Check the READMEs: the Python code runs, and the commands equal those of CI."""

import re
from functools import cache
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl

import pytest

from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.worlds import World
from pages.parts.play.page_settings import PlaySetup

ROOT = Path(__file__).parents[1]
LISTED = (
    "engine/evaluation",
    "engine/evaluation/estimators",
    "engine/evaluation/files",
    "engine/experiments",
    "engine/experiments/race",
    "pages/parts/work",
)
"""Wings whose `__init__` lists each module in a sentence."""
READMES = [
    "README.md",
    ".readme/contributing.md",
    *sorted(
        path.relative_to(ROOT).as_posix()
        for top in ("engine", "pages", "tests")
        for path in (ROOT / top).rglob("README.md")
    ),
]
each_readme = pytest.mark.parametrize("name", READMES)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def run(name: str) -> tuple[dict[str, object], dict[str, type[Policy]]]:
    """Run the Python of a README from top to bottom, once.

    Returns:
        the names defined by the code, and the policies registered at the end.
    """
    names: dict[str, object] = {}
    with patch.dict(POLICIES):
        for block in re.findall(r"```python\n(.*?)```", text_of(name), flags=re.DOTALL):
            exec(compile(block, name, "exec"), names)
        return names, dict(POLICIES)


@pytest.mark.nightly
@each_readme
def test_its_python_runs_from_top_to_bottom(name: str) -> None:
    names, _ = run(name)
    assert bool(names) == ("```python" in text_of(name))


@pytest.mark.nightly
def test_the_world_and_the_policy_that_are_added_are_some() -> None:
    world = run("engine/worlds/README.md")[0]["LUNCH"]
    assert isinstance(world, World)
    assert world.best_value > world.single_value
    names, policies = run("engine/README.md")
    assert policies["place"] is names["ByPlace"]


def words(name: str) -> int:
    return len(text_of(name).split())


def test_documents_are_short_enough_to_be_read() -> None:
    assert words("README.md") <= 1_200
    assert words(".readme/contributing.md") <= 2_000
    assert sum(map(words, READMES)) <= 15_000


@each_readme
def test_no_line_is_too_long_to_be_reviewed(name: str) -> None:
    assert [line for line in text_of(name).splitlines() if len(line) > 300] == []


def test_ci_runs_the_documented_test_commands() -> None:
    install = re.search(r"## Test it\n\n```bash\n(.*?)\n```", text_of("README.md"), flags=re.DOTALL)
    assert install
    commands = re.findall(r"^\| `(pytest .*?)` \|", text_of(".readme/contributing.md"), flags=re.M)
    assert len(commands) == 3
    script = (ROOT / ".ci" / "run").read_text()
    for part in (*install[1].split(" && "), *commands):
        assert part.removeprefix("pip install ") in script


@each_readme
def test_linked_files_exist(name: str) -> None:
    text = text_of(name)
    targets = re.findall(r"\]\((?!http)(.*?)\)", text)
    assert all((ROOT / name).parent.joinpath(target).is_file() for target in targets), targets
    paths = re.findall(r"`((?:[a-z_]+/)+[a-z_]*)`", text)
    for path in paths:
        wing = ROOT / name.partition("/")[0]
        places = (ROOT / path, wing / path, ROOT / f"{path}.py", wing / f"{path}.py")
        assert any(place.exists() for place in places), path


def test_a_link_in_the_tour_is_one_that_the_page_takes() -> None:
    link = re.search(r"`\?(world=.*?)`", text_of("README.md"))
    assert link
    setup, refused = PlaySetup.from_query(dict(parse_qsl(link[1])))
    assert refused == []
    assert setup.query().keys() >= {"world", "seed", "policy", "truth"}


def test_equations_are_numbered_and_the_lines_that_compute_them_say_so() -> None:
    texts = "".join(text_of(name) for name in READMES)
    numbers = sorted(int(n) for n in re.findall(r"\\tag\{(\d+)\}", texts))
    assert numbers == list(range(1, len(numbers) + 1))
    named: set[int] = set()
    for path in (ROOT / "engine").rglob("*.py"):
        for comment in re.findall(r"  # (\(\d+\)(?:, \(\d+\))*)$", path.read_text(), flags=re.M):
            named |= {int(n) for n in re.findall(r"\d+", comment)}
    assert named == set(numbers)


def test_every_wing_of_the_engine_is_told() -> None:
    wings = {path.name for path in (ROOT / "engine").iterdir() if (path / "__init__.py").is_file()}
    assert {wing for wing in wings if f"| `{wing}/` |" in text_of("engine/README.md")} == wings


@pytest.mark.parametrize("wing", LISTED)
def test_every_module_of_a_large_wing_is_listed(wing: str) -> None:
    folder = ROOT / wing
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    lines = re.findall(r"^- (`.*`): ", (folder / "__init__.py").read_text(), flags=re.M)
    assert sorted(re.findall(r"`(\w+)`", " ".join(lines))) == sorted(modules | packages)
