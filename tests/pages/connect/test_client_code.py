"""Code for applications: of any world, without a name that a shell or a compiler would run."""

import ast
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from engine.worlds import WORLDS
from pages.parts.connect import client_code
from pages.parts.connect.client_code import CLIENTS, Example
from pages.parts.connect.sample_visitors import MOST, SampleVisitor, sample_visitors

KEY, ADDRESS = "0123456789abcdef0123456789abcdef", "http://localhost:8501/base"
NASTY = '$(touch x) `y` \'q\' "d" \\ {z} """ é'


def example(name: str = "coffee") -> Example:
    world = WORLDS[name]
    return Example(ADDRESS, KEY, world.actions, sample_visitors(world, seed=7))


def nasty() -> Example:
    actions = [{"id": NASTY, "features": [{NASTY: NASTY, "is": True, "none": None}]}]
    return replace(example(), actions=actions, visitors=[SampleVisitor([{NASTY: NASTY}], NASTY)])


EXAMPLES = {**{name: partial(example, name) for name in WORLDS}, "nasty": nasty}


def test_visitors_differ_and_like_the_best_action() -> None:
    world = WORLDS["coffee"]
    visitors = sample_visitors(world, seed=7)
    contexts = [json.dumps(visitor.context) for visitor in visitors]
    assert len(set(contexts)) == len(contexts) == MOST
    for visitor in visitors:
        expected = world.expected_in(world.cell(visitor.context[0]))
        assert expected[world.position(visitor.likes)] == expected.max()


@pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.parametrize("code", [client_code.python, client_code.older_python])
def test_python_holds_the_values(
    make: Callable[[], Example], code: Callable[[Example], str]
) -> None:
    used = make()
    lines = [line for line in ast.parse(code(used)).body if isinstance(line, ast.Assign)]
    named = [(line.targets[0], line.value) for line in lines]
    values = {
        name.id: ast.literal_eval(value)
        for name, value in named
        if isinstance(name, ast.Name) and name.id.isupper()
    }
    assert values == {
        "ENDPOINT": ADDRESS, "KEY": KEY, "ACTIONS": [*used.actions],
        "VISITORS": [(visitor.context, visitor.likes) for visitor in used.visitors],
    }  # fmt: skip


@pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES)
def test_the_shell_sends_the_values(make: Callable[[], Example]) -> None:
    used = make()
    echo = 'curl() { for word in "$@"; do printf "%s\\0" "$word"; done; }\n'
    script = echo + client_code.curl(used)
    told = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    words = told.decode().split("\0")
    body = json.loads(words[words.index("-d") + 1])
    assert body.pop("eventId").startswith("visit-")
    assert body == {"actions": [*used.actions], "contextFeatures": used.visitors[0].context}
    assert words[0] == f"{ADDRESS}/personalizer/v1.0/rank"
    assert f"Ocp-Apim-Subscription-Key: {KEY}" in words


@pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES)
def test_json_in_other_languages_ends_where_it_should(make: Callable[[], Example]) -> None:
    used = make()
    first = client_code.csharp(used).split('"""')
    assert len(first) == 5
    assert json.loads(first[1]) == [*used.actions]
    assert json.loads(first[3]) == used.visitors[0].context


def test_each_tab_names_the_address_and_the_key() -> None:
    for _, code in CLIENTS.values():
        assert {ADDRESS in code(example()), KEY in code(example())} == {True}
