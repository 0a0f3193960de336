"""Random set-ups of any page, generated from its declarations."""

from typing import Any, TypeVar

from hypothesis import strategies as st

from pages.parts.settings.page_settings_base import Linked
from pages.parts.settings.setting import Setting

L = TypeVar("L", bound=Linked)


def values_of(setting: Setting[Any]) -> st.SearchStrategy[Any]:
    """Strategy for all values of a setting's widget."""
    offered = setting.offered
    if not offered:
        return st.just(setting.default)
    return st.sampled_from(offered if isinstance(offered, range) else list(offered))


def setups(kind: type[L]) -> st.SearchStrategy[L]:
    """Set-ups with any values, including combinations that are not allowed together."""
    values = {name: values_of(setting) for name, setting in kind.declared().items()}
    return st.fixed_dictionaries(values).map(kind().having)
