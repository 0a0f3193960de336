"""Room for long comparisons."""

from threading import RLock

import pytest

from engine.experiments.apprentice_comparison import Comparison
from pages.parts.compare import comparison_cache
from pages.parts.compare.comparison_cache import ComparisonCache, history_of
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import came

SETUP = CompareSetup(kind="service", crosses=0)


def compared(visitors: int) -> Comparison:
    session = CompareSession(SETUP, History(0), cache=ComparisonCache())
    for _ in range(visitors):
        session.comparison.step()
    return session.comparison


def test_comparisons_share_the_memory_beyond_what_each_may_always_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparison_cache, "ALWAYS", 10)
    monkeypatch.setattr(comparison_cache, "TOGETHER", 30)
    cache = ComparisonCache()
    first, second = CompareSession(SETUP, History(0), cache=cache), compared(25)
    assert first.room == 30
    cache.keep(RLock(), SETUP, second)
    assert first.room == 10, "as always"
    assert first.serve(20) == 10
    assert first.is_full
    assert "no room for a longer comparison" in came(first)


def test_the_cache_drops_the_oldest_and_copies_no_long_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparison_cache, "_MAX_VISITORS", 30)
    cache, known = ComparisonCache(), [compared(size) for size in (12, 14, 16)]
    for comparison in known:
        cache.keep(RLock(), SETUP, comparison)
    found = [cache.find(SETUP, history_of(comparison)) is not None for comparison in known]
    assert found == [False, True, True]
    monkeypatch.setattr(comparison_cache, "_MAX_COPIED", 15)
    assert cache.find(SETUP, history_of(known[2])) is None
