"""Learning policies of stored loops: a name, and settings as arguments of Vowpal Wabbit.

Settings without such arguments are written as JSON after ``--settings``.
"""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

from engine.errors import PersonalizerError, UnreadableError, refuse
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.settings import LoopSettings
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.store.entry_codec import parse, settings_from_json, settings_to_json
from engine.store.stored_loop import StoredLoop

CODE = "InvalidPolicyConfiguration"
_OWN = "--settings"
"""Argument with the settings of this engine as JSON."""
_LEARNING = ("learner", "policy", "crosses", "may_change", "learning_rate")
_CROSSES = {"-q": 1, "--quadratic": 1, "--cubic": 2}
_FIXED = {"--power_t": "0", "--cb_type": "mtr"}
"""Flags with a single possible value."""


# -- of a loop ------------------------------------------------------------------------


def policy(stored: StoredLoop) -> dict[str, str]:
    """Name and arguments of a loop's learning policy."""
    with stored.lock:
        name, settings = stored.loop.state.service.policy_name, stored.loop.settings
    return {"name": name, "arguments": arguments(settings)}


def replace_policy(stored: StoredLoop, name: str, text: str) -> None:
    """Replace the learning policy of a loop; ``InvalidPolicyConfiguration`` for bad arguments."""
    _apply(stored, name, changes_of_arguments(text))


def restore_policy(stored: StoredLoop) -> dict[str, str]:
    """Return a loop to the default policy of this engine; return the policy."""
    default = LoopSettings()
    changes = {name: getattr(default, name) for name in (*_LEARNING, "hypotheses")}
    _apply(stored, ServiceSettings().policy_name, changes)
    return policy(stored)


def _apply(stored: StoredLoop, name: str, changes: dict[str, Any]) -> None:
    def apply() -> None:
        stored.configure(**changes)
        stored.configure_service(replace(stored.loop.state.service, policy_name=name))

    stored.together(apply)


# -- as text --------------------------------------------------------------------------


def arguments(settings: LoopSettings) -> str:
    """Arguments of Vowpal Wabbit for the service's learner; else settings as JSON."""
    chosen = settings.policy
    if settings.learner == "classic" and isinstance(chosen, EpsilonGreedy):
        crosses = ("", " -q ::", " -q :: --cubic :::")[min(settings.crosses, 2)]
        if settings.crosses <= 2:
            rate = f"--power_t 0 -l {settings.learning_rate:g} --cb_type mtr"
            return f"--cb_explore_adf --epsilon {chosen.epsilon:g} {rate}{crosses}"
    written = settings_to_json(settings)
    own = json.dumps({name: written[name] for name in _LEARNING}, separators=(",", ":"))
    return f"--cb_explore_adf {_OWN} {own}"


def changes_of_arguments(text: str) -> dict[str, Any]:
    """Changes of settings that arguments ask for; ``InvalidPolicyConfiguration`` for unknown
    flags and invalid values."""
    flags, _, own = text.partition(_OWN)
    try:
        changes = _own_changes(flags, own) if own else _classic_changes(text)
        LoopSettings(**changes)
    except PersonalizerError as error:
        raise PersonalizerError(CODE, error.message, "arguments") from None
    return changes


def _classic_changes(text: str) -> dict[str, Any]:
    given = _flags(text)
    if "--cb_explore_adf" not in given:
        _refuse(text, "arguments with --cb_explore_adf")
    rate = given.get("-l", given.get("--learning_rate", "0.5"))
    return {
        "learner": "classic",
        "policy": EpsilonGreedy(_number("--epsilon", given.get("--epsilon", "0.05"))),
        "learning_rate": _number("-l", rate),
        "crosses": max((_CROSSES.get(flag, 0) for flag in given), default=0),
    }


def _flags(text: str) -> dict[str, str]:
    """Flags by name, each known and with a valid value."""
    try:
        words = iter(shlex.split(text))
    except ValueError:
        _refuse(text, "arguments with closed quotes")
    return dict(_pairs(words))


def _pairs(words: Iterator[str]) -> Iterator[tuple[str, str]]:
    valued = {"--epsilon", "-l", "--learning_rate", *_CROSSES, *_FIXED}
    for word in words:
        flag, has_value, value = word.partition("=")
        if flag == "--cb_explore_adf" and not has_value:
            yield flag, ""
            continue
        if flag not in valued:
            known = ", ".join(sorted({"--cb_explore_adf", *valued}))
            _refuse(flag, f"one of {known}")
        value = value if has_value else next(words, "")
        if flag in _CROSSES and set(value) != {":"}:
            _refuse(f"{flag} {value}", f"{flag} of all namespaces, such as -q ::")
        if _FIXED.get(flag, value) != value:
            _refuse(f"{flag} {value}", f"{flag} {_FIXED[flag]}")
        yield flag, value


def _number(flag: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        _refuse(f"{flag} {text}", f"{flag} with a number")


def _own_changes(flags: str, own: str) -> dict[str, Any]:
    if flags.split() != ["--cb_explore_adf"]:
        _refuse(flags.strip(), f"--cb_explore_adf before {_OWN}")
    try:
        parts = parse(own)
        if not isinstance(parts, dict) or not parts.keys() <= {*_LEARNING}:
            _refuse(own, f"an object with some of {', '.join(_LEARNING)} after {_OWN}")
        settings = settings_from_json(settings_to_json(LoopSettings()) | parts)
    except UnreadableError as error:
        raise PersonalizerError(CODE, f"{error}.", "arguments") from None
    return {name: getattr(settings, name) for name in parts}


def _refuse(value: str, allowed: str) -> NoReturn:
    refuse(CODE, "arguments", value, allowed)
