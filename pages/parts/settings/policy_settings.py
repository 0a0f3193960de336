"""The policy as a setting and link parameter, and each knob of each policy likewise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Self

from engine.policies.base import Knob, Policy
from engine.policies.registry import POLICIES
from engine.policies.thompson import Thompson
from pages.parts.settings.page_settings_base import Linked
from pages.parts.settings.setting import Setting
from pages.parts.text.glossary import grouped, meaning


def loop_policies() -> Mapping[str, Policy]:
    """Return the policies of a loop by key, with the pages' defaults.

    Thompson sampling decides by one draw, as in textbooks: then each chance matches the displayed
    bells. Four draws that must agree earn more, and are a setting.
    """
    return _loggable(tuple(POLICIES.values()))


@lru_cache(maxsize=8)
def _loggable(policies: tuple[type[Policy], ...]) -> Mapping[str, Policy]:
    """Return instances with default settings; cached, as each click needs them."""
    policies_by_key = {policy.key: policy() for policy in policies if policy.loggable}
    return {**policies_by_key, Thompson.key: Thompson(agreement=1)}


POLICY = Setting(
    "thompson",
    "Learning policy",
    lambda: {key: policy.label for key, policy in loop_policies().items()},
    "menu",
    f"{meaning('policy')} Changing it keeps what was learned.",
    aliases={"classic": "epsilon"},
)


@dataclass(frozen=True, slots=True)
class Tunable(Linked):
    """A set-up in which each knob of each policy is a setting.

    Attributes:
        knobs: name in the link -> number, for knobs with a non-default value.
    """

    knobs: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def policies(cls) -> Mapping[str, Policy]:
        """Return the page's policies by key, with the page's defaults."""
        raise NotImplementedError

    @classmethod
    def knobs_of(cls, key: str) -> dict[str, Knob]:
        """Return the knobs of a policy by their names in the link."""
        return {name: knob for name, (owner, knob) in cls._all_knobs().items() if owner == key}

    @classmethod
    def _all_knobs(cls) -> Mapping[str, tuple[str, Knob]]:
        """Return the policy's key and the knob by name in the link.

        The name is the knob's field; if taken, the policy's key is put in front.
        """
        own = super(Tunable, cls).declared()
        return _knobs(frozenset(own), tuple(cls.policies().items()))

    @classmethod
    def declared(cls) -> dict[str, Setting[Any]]:
        """See `Linked`."""
        policies = cls.policies()
        return super(Tunable, cls).declared() | {
            name: _setting(policies[key], knob) for name, (key, knob) in cls._all_knobs().items()
        }

    def values(self) -> dict[str, Any]:
        """See `Linked`."""
        defaults = {name: setting.default for name, setting in self.declared().items()}
        return {**defaults, **super(Tunable, self).values(), **self.knobs}

    def having(self, values: Mapping[str, Any]) -> Self:
        """See `Linked`."""
        declared, of_policies = self.declared(), self._all_knobs()
        knobs = {**self.knobs, **{n: v for n, v in values.items() if n in of_policies}}
        changed = {name: v for name, v in knobs.items() if v != declared[name].default}
        others = {name: v for name, v in values.items() if name not in of_policies}
        return replace(self, knobs=changed, **others)

    def tuned(self, key: str) -> Policy:
        """Return a policy with the knobs' values applied."""
        policy = self.policies()[key]
        for name, knob in self.knobs_of(key).items():
            if name in self.knobs:
                policy = knob.turned(policy, self.knobs[name])
        return policy

    def said(self) -> dict[str, str]:
        """Return display values of all settings by name in the link."""
        values = self.values()
        return {name: setting.said(values[name]) for name, setting in self.declared().items()}

    def filled(self, templates: Mapping[str, str]) -> dict[str, str]:
        """Fill the settings' display values into templates with fields ``{name}``, by policy
        key."""
        texts, filled = self.said(), {}
        for key, template in templates.items():
            own = {knob.field: texts[name] for name, knob in self.knobs_of(key).items()}
            filled[key] = template.format(**texts | own)
        return filled


@lru_cache(maxsize=64)
def _knobs(
    own: frozenset[str], policies: tuple[tuple[str, Policy], ...]
) -> Mapping[str, tuple[str, Knob]]:
    """Return the policies' knobs by name, distinct from the page's ``own`` names; cached, as every
    rerun needs them."""
    knobs: dict[str, tuple[str, Knob]] = {}
    for key, policy in policies:
        for knob in policy.knobs:
            is_taken = knob.field in knobs or knob.field in own
            knobs[f"{key}-{knob.field}" if is_taken else knob.field] = key, knob
    return knobs


@lru_cache(maxsize=64)
def _setting(policy: Policy, knob: Knob) -> Setting[int]:
    """Declare a knob of a policy as a setting; cached, as every rerun needs the result."""
    is_share = knob.unit == "percent"
    options: range | dict[int, str]
    if isinstance(knob.numbers, range) and (is_share or knob.parts == 1):
        options = knob.numbers
    else:
        options = {n: str(n) if is_share else f"{n / knob.parts:g}" for n in knob.numbers}
    label, unit = f"{policy.label}: {knob.label}", "%" if is_share else ""
    known = grouped("chooses").get(knob.field)
    help = knob.help or (known.sentence if known else None)
    return Setting(knob.number(policy), label, options, "slider", help, unit)
