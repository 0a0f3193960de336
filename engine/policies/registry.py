"""Registry of policies: settings of loops, contenders of races, and words in links."""

from dataclasses import fields
from typing import TypeVar

from engine.errors import refuse
from engine.policies.base import CODE, Policy
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.greedy import Greedy
from engine.policies.softmax import Softmax
from engine.policies.thompson import Thompson
from engine.policies.ucb import UpperBound
from engine.policies.uniform import Uniform

P = TypeVar("P", bound=Policy)

POLICIES: dict[str, type[Policy]] = {}
"""Policies by key, in the order of menus."""
CONTENDERS = frozenset(
    {"ours", "nofloor", "textbook", "single", "ab", "segments", "classic", "present", "you"}
)
"""Keys of contenders of a race that are not registered policies."""


def register(policy: type[P]) -> type[P]:
    """Add a policy to `POLICIES`; usable as a class decorator.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration`` for a key already used by a policy or a
            contender, a class name (its name in logs) already used, or a knob without a field.
    """
    if policy.key in POLICIES:
        refuse(CODE, "policy.key", policy.key, "a key that no other policy has")
    if policy.key in CONTENDERS:
        refuse(CODE, "policy.key", policy.key, "a key that no other contender of a race has")
    if policy.__name__ in {other.__name__ for other in POLICIES.values()}:
        refuse(CODE, "policy", policy.__name__, "a class name that no other policy has")
    names = [field.name for field in fields(policy)]
    for knob in policy.knobs:
        if knob.field not in names:
            refuse(CODE, "policy.knobs", knob.field, f"one of its fields: {', '.join(names)}")
    POLICIES[policy.key] = policy
    return policy


for _policy in (Thompson, EpsilonGreedy, Greedy, Softmax, UpperBound, Uniform):
    register(_policy)
