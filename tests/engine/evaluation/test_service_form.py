"""What a candidate of the service's search learns from."""

from engine import LearningLoop
from engine.evaluation.decisions import usable
from engine.evaluation.service_form import Coding, Form, pairs_of, subsets_of
from engine.protocol.request import RankRequest
from tests.engine.requests import Json

ACTIONS: list[Json] = [
    {"id": "tea", "features": [{"hot": True}, {"cup": {"size": 2.0}}]},
    {"id": "ice", "features": [{"cold": True}]},
]
CONTEXT: list[Json] = [{"name": "Bob"}, {"device": {"kind": "new"}}]


def asked() -> tuple[LearningLoop, RankRequest]:
    loop = LearningLoop(seed=2)
    answer = loop.rank(ACTIONS, CONTEXT)
    loop.reward(answer.event_id, 1.0)
    return loop, usable(loop)[0].ranked.request


def test_what_is_paired_are_namespaces_and_the_id() -> None:
    loop, _ = asked()
    assert pairs_of(usable(loop)) == (
        ("", ""), ("", "cup"), ("", "id"), ("device", ""), ("device", "cup"), ("device", "id"),
    )  # fmt: skip


def test_every_subset_of_few_pairs_is_tried_and_of_many_each_and_all() -> None:
    assert len(subsets_of([("", "a"), ("", "b"), ("", "c")])) == 8
    many = [("", str(i)) for i in range(7)]
    assert subsets_of(many) == [(), *((pair,) for pair in many), tuple(many)]


def test_a_pair_multiplies_each_feature_of_one_with_each_of_the_other() -> None:
    """A constant, two features of the context, those of the action, its id, and pairs."""
    _, request = asked()
    coding = Coding(Form(pairs=(("device", "cup"), ("device", "id"))))
    rows = coding.rows(request)
    assert rows.values.tolist() == [[1, 1, 1, 1, 2, 1, 2, 1], [1, 1, 1, 1, 1, 1, 0, 0]]
    assert not rows.is_marginal.any()
    # What both have in common is in the same columns; what is not there is in none.
    shared = rows.columns[0, :3].tolist()
    assert rows.columns[1, :3].tolist() == shared
    assert rows.columns[1, 6:].tolist() == [0, 0]
    assert coding.size == rows.columns.max() + 1


def test_with_marginals_the_mean_of_labels_stands_for_the_id() -> None:
    _, request = asked()
    rows = Coding(Form(marginals=True, pairs=(("", "id"),))).rows(request)
    assert rows.is_marginal.sum(axis=1).tolist() == [2, 2]
    assert rows.columns[0][rows.is_marginal[0]].tolist() == (
        rows.columns[1][rows.is_marginal[1]].tolist()
    )
