"""The forest of a log: what its marks tell."""

from pages.parts.charts.forest import ESTIMATE, NAIVE, forest_spec


def test_only_what_has_an_interval_tells_one() -> None:
    spec = forest_spec(False, 1, (0.0, 1.0), (NAIVE, ESTIMATE), (0,))
    told = [
        ("isValid(datum.low)" in str(layer) or f"=== '{ESTIMATE}'" in str(layer), tips)
        for layer in spec["layer"]
        if (tips := layer["encoding"].get("tooltip"))
    ]
    assert [has_interval for has_interval, _ in told] == [True, True, False]
    for has_interval, tips in told:
        assert ({"low", "high"} <= {tip["field"] for tip in tips}) == has_interval
