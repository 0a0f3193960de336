"""Mutations change files, and are reproducible with the same random numbers."""

import json

import numpy as np
import pytest

from tests.faults.mutations import BY_LINE, RAW


def lines_of(loop: str) -> list[bytes]:
    """Lines of an exported file: a head, then events."""
    happened = [
        {"event": f"{loop}-{at}", "value": 1.0, "propensity": 0.5, "time": f"2026-01-{at + 1:02}"}
        | {"probabilities": [at]}
        for at in range(9)
    ]
    return [json.dumps(line).encode() for line in [{"format": loop}, *happened]]


@pytest.mark.parametrize("name", BY_LINE)
def test_lines_change_but_never_the_first(name: str) -> None:
    for seed in range(20):
        result, again = (
            BY_LINE[name](lines_of("one"), lines_of("other"), np.random.default_rng(seed))
            for _ in range(2)
        )
        assert result == again != lines_of("one")
        assert result[0] == lines_of("one")[0]
        assert all(map(json.loads, result))


@pytest.mark.parametrize("name", RAW)
def test_bytes_change(name: str) -> None:
    data = b"".join(lines_of("one"))
    for seed in range(20):
        assert RAW[name](data, np.random.default_rng(seed)) != data
