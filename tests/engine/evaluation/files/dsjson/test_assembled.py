"""Events of many offers become columns for all actions."""

from tests.engine.evaluation.files.dsjson.rows import lines, offering, without
from tests.engine.evaluation.files.made import read
from tests.engine.store.exchange.files import GOOD_ROW


def test_offers_may_differ_where_actions_have_names() -> None:
    more = offering({"_tag": "b"}, {"i": {"id": "c"}}, {"_tag": "a"})
    (log,) = read(lines(GOOD_ROW, more))
    assert log.actions == ("a", "b", "c")
    assert log.offered.tolist() == [[True, True, False], [True, True, True]]
    assert [log.actions[at] for at in log.baseline] == ["a", "b"]


def test_probabilities_of_all_are_known_only_if_each_line_tells_them() -> None:
    bare = without("p") | {"_label_probability": 0.75}
    (log,) = read(lines(GOOD_ROW, bare))
    assert log.probabilities is None
    assert log.propensity.tolist() == [0.75, 0.75]
