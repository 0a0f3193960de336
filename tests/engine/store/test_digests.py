"""Digests of a log up to an entry, and of the columns of a row."""

from engine.store import digests


def test_a_digest_covers_all_entries_before() -> None:
    one = digests.chained(digests.chained(digests.START, "a"), "b")
    assert one != digests.chained(digests.chained(digests.START, "b"), "b")
    assert len(one) == len(digests.START)


def test_data_that_ends_with_its_digest_is_told_from_other() -> None:
    data = digests.with_digest(b"state")
    assert digests.without_digest(data) == b"state"
    for damaged in (b"", b"state", data[1:], data[:-1], b"\0" + data[1:]):
        assert digests.without_digest(damaged) is None


def test_a_seal_tells_its_values_apart() -> None:
    seals = {digests.seal(*values) for values in (("1",), (1,), (1, None), (b"\1",), ("11",))}
    assert len(seals) == 5
