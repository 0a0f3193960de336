"""What the README says is true: its Python runs, its commands are the ones that CI runs."""

import re
from pathlib import Path

from engine.worlds import World

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_its_python_runs_from_top_to_bottom() -> None:
    names: dict[str, object] = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    assert names


def test_the_world_in_the_readme_is_a_world() -> None:
    names: dict[str, object] = {}
    exec(compile(BLOCKS[-1], "README.md", "exec"), names)
    world = names["LUNCH"]
    assert isinstance(world, World)
    assert world.best_value > world.single_value


def test_ci_runs_the_readmes_test_command() -> None:
    command = re.search(r"## Test it\n\n```bash\n(.*?)\n```", README, flags=re.DOTALL)
    assert command
    script = (ROOT / ".ci" / "run").read_text()
    for part in command[1].split(" && "):
        assert part.removeprefix("pip install ") in script


def test_pictures_in_the_readme_are_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)
