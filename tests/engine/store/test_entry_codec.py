"""Entries as JSON and back: exactly; other JSON is refused."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    ActionPrice,
    EpsilonGreedy,
    Greedy,
    LearningLoop,
    LoopSettings,
    PersonalizerError,
    Softmax,
    Uniform,
)
from engine.errors import UnreadableError
from engine.loop.entries import Configured, Ranked, ServiceConfigured, SlotOfCall, Undone
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.state import LoopState
from engine.policies.base import Policy
from engine.store.entry_codec import (
    from_json,
    from_text,
    settings_from_json,
    settings_to_json,
    to_text,
)
from engine.worlds import WORLDS
from tests.clock import ManualClock
from tests.engine.requests import CONTEXTS, DRINKS

MOST = 1_000


def every_kind_of_entry() -> LearningLoop:
    clock = ManualClock()
    loop = LearningLoop(LoopSettings(reward_aggregation="sum"), seed=3, clock=clock)
    loop.rank(DRINKS, [{"\x00 né": "\x00"}], ["latte"], "a\x00é", defer_activation=True)
    loop.activate("a\x00é")
    loop.reward("a\x00é", -0.1)
    loop.configure(policy=EpsilonGreedy(0.1))
    loop.rank(DRINKS, CONTEXTS[0], event_id="b")
    loop.expire("b")
    loop.rank_multi_slot(DRINKS, [{"id": "hero"}, {"id": "é"}], CONTEXTS[0], event_id="d")
    loop.change_world(WORLDS["coffee"])
    loop.rank(DRINKS, CONTEXTS[1], event_id="c", defer_activation=True)
    clock.advance(days=1)
    loop.rank(DRINKS, CONTEXTS[1])
    loop.undo(1)
    loop.take_reward("nobody", 0.5)
    loop.take_activation("a\x00é")
    loop.configure_service(ServiceSettings(policy_name="mine", update_frequency=60.0))
    loop.reset_model()
    loop.reset_model(retrain_days=2)
    loop.import_model(loop.learner.fork())
    return loop


def test_every_entry_comes_back_as_it_was() -> None:
    history = every_kind_of_entry().log.history
    assert {type(entry).__name__ for entry in history} == {
        "Configured", "WorldChanged", "Ranked", "Activated", "Rewarded", "Expired", "Undone",
        "Dangling", "ServiceConfigured", "ModelReset", "ModelImported",
    }  # fmt: skip
    for entry in history:
        text = to_text(entry)
        assert "\n" not in text
        assert "\x00" not in text
        back = from_text(text)
        assert to_text(back) == text
        assert json.loads(text)["kind"] == type(entry).__name__


def test_a_rank_call_of_its_own_is_written_as_before_there_were_slots() -> None:
    loop = LearningLoop(seed=3, clock=ManualClock())
    loop.rank(DRINKS)
    loop.rank_multi_slot(DRINKS, [{"id": "hero"}, {"id": "side"}], event_id="e")
    alone, hero, side = (json.loads(to_text(entry)) for entry in loop.log if entry != loop.log[0])
    assert "slot" not in alone
    assert hero["slot"] == {"call": "e", "slots": ["hero", "side"], "number": 0}
    assert [entry.slot for entry in map(from_json, (alone, side)) if isinstance(entry, Ranked)] == [
        None,
        SlotOfCall("e", ("hero", "side"), 1),
    ]


@given(
    st.sampled_from([EpsilonGreedy(0.3), Greedy(), Softmax(0.02), Uniform()]),
    st.floats(-1, 1),
    st.timedeltas(timedelta(seconds=5), timedelta(days=2)),
    st.sampled_from(["online", "apprentice", "logging_only"]),
    st.none() | st.dictionaries(st.text(), st.floats(1e-6, 1), min_size=1, max_size=5),
)
def test_settings_come_back_equal(
    policy: Policy, reward: float, wait: timedelta, mode: Any, prices: dict[str, float] | None
) -> None:
    settings = LoopSettings(
        policy=policy,
        default_reward=reward,
        reward_wait_time=wait,
        learning_mode=mode,
        prices=tuple(ActionPrice(*price) for price in prices.items()) if prices else None,
    )
    assert settings_from_json(settings_to_json(settings)) == settings


def test_settings_written_before_a_setting_was_there_get_its_default() -> None:
    written = settings_to_json(LoopSettings(default_reward=0.25))
    assert not {"usual_reward", "prices"} & written.keys(), "as long as they are unknown"
    assert settings_from_json({"default_reward": 0.25}) == settings_from_json(written)
    assert settings_from_json(written | {"a_setting_of_old": 7}) == LoopSettings(
        default_reward=0.25
    )


def test_settings_that_would_be_refused_are_refused() -> None:
    with pytest.raises(PersonalizerError):
        settings_from_json({"default_reward": 2.0})


TIME = "2026-01-02T03:04:05+00:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("NaN", "NaN is not a number"),
        ("7", "7 is not one of Configured"),
        ('{"kind": "Unknown"}', "is not one of"),
        ('{"kind": ["Undone"]}', "is not one of"),
        ('{"kind": "Undone"}', "time is missing, but must be a time with its zone"),
        (
            f'{{"kind":"Undone","time":"{TIME}","entries":1,"more":2}}',
            'a name: "more" is not one of entries, time',
        ),
        (f'{{"kind":"Undone","time":"{TIME}","entries":true}}', "not a whole number"),
        (f'{{"kind":"Undone","time":"{TIME}","entries":1.0}}', "not a whole number"),
        ('{"kind":"Undone","time":"2026-01-02","entries":1}', "not a time with its zone"),
        ('{"kind":"Undone","time":"yesterday","entries":1}', "not a time"),
        ('{"kind":"Undone","time":12,"entries":1}', "not a time"),
        (f'{{"kind":"Rewarded","time":"{TIME}","event_id":1,"value":1}}', "is not text"),
        (f'{{"kind":"Rewarded","time":"{TIME}","event_id":"a","value":"1"}}', "not a number"),
        (f'{{"kind":"Rewarded","time":"{TIME}","event_id":"a","value":1e999}}', "not a number"),
        (
            f'{{"kind":"Rewarded","time":"{TIME}","event_id":"a","value":{"9" * 400}}}',
            "not a number",
        ),
        (f'{{"kind":"Configured","time":"{TIME}","settings":[]}}', "not an object"),
        (
            f'{{"kind":"Configured","time":"{TIME}","settings":{{"reward_wait_time":1e300}}}}',
            "1e[+]300 is not a duration in seconds",
        ),
        (
            f'{{"kind":"Configured","time":"{TIME}","settings":{{"learner":"deep"}}}}',
            "not one of bayesian",
        ),
        (
            f'{{"kind":"Configured","time":"{TIME}","settings":{{"learner":"\\ud800"}}}}',
            "not one of bayesian",
        ),
    ],
)
def test_anything_else_is_unreadable(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        from_text(text)


def test_a_ranking_with_another_shape_is_unreadable() -> None:
    loop = every_kind_of_entry()
    good = json.loads(to_text(loop.log[1]))
    for field, value in [("request", {}), ("request", 3), ("means", 1), ("draw", [{}])]:
        with pytest.raises(UnreadableError, match=field):
            from_json(good | {field: value})
    with pytest.raises(PersonalizerError):
        from_json(good | {"request": good["request"] | {"actions": []}})


def test_a_message_is_short_whatever_the_value() -> None:
    with pytest.raises(UnreadableError) as error:
        from_json({"kind": "x" * MOST})
    assert len(str(error.value)) < 200


def test_the_json_names_every_field() -> None:
    undone = Undone(datetime(2026, 1, 2, tzinfo=UTC), 2)
    assert json.loads(to_text(undone)).keys() == {"kind", *asdict(undone)}


def test_settings_of_numpy_are_written_as_the_numbers_they_are() -> None:
    settings: Any = {
        "crosses": np.int64(2),
        "max_events": np.int32(9),
        "default_reward": np.float32(0.5),
    }
    configured = Configured(datetime(2026, 1, 2, tzinfo=UTC), LoopSettings(**settings))
    assert from_text(to_text(configured)) == configured


def test_an_update_frequency_in_an_old_entry_stays_without_an_effect() -> None:
    old = {
        "kind": "ServiceConfigured",
        "time": "2026-01-01T00:00:00Z",
        "settings": {
            "model_export_frequency": 15.0, "log_retention_days": 90, "model_retrain_days": 0,
            "is_auto_optimization_enabled": False, "auto_optimization_frequency": 2419200.0,
            "auto_optimization_start": "", "log_mirror_enabled": False, "policy_name": "mine",
            "restarts_model": True,
        },
    }  # fmt: skip
    entry = from_text(json.dumps(old))
    assert isinstance(entry, ServiceConfigured)
    assert (entry.settings.update_frequency, entry.settings.policy_name) == (0, "mine")
    assert LoopState([entry]).updated(entry.time) is None
    assert not entry.settings.is_inference_explainability_enabled
    assert from_text(to_text(entry)) == entry


def test_a_reset_of_an_old_log_is_written_as_it_was() -> None:
    text = '{"kind":"ModelReset","time":"2026-01-01T00:00:00Z"}'
    assert to_text(from_text(text)) == text
