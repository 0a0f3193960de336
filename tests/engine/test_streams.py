"""Streams of random numbers by name."""

import numpy as np

from engine.streams import digest, stream


def test_a_stream_depends_on_its_seed_and_its_name_alone() -> None:
    assert stream(3, "draws", 1).random() == stream(3, "draws", 1).random()
    names: list[tuple[object, ...]] = [(3, "draws", 1), (3, "draws", 2), (3, "draws"), (4, "draws")]
    firsts = {stream(seed, *name).random() for seed, *name in names}  # type: ignore[arg-type]
    assert len(firsts) == len(names)


def test_a_stream_is_numpys_own_of_the_whole_digest() -> None:
    for number in range(50):
        whole = np.random.default_rng(int.from_bytes(digest(3, "draws", number)))
        assert stream(3, "draws", number).bit_generator.state == whole.bit_generator.state


def test_names_with_the_same_characters_split_elsewhere_differ() -> None:
    digests = {digest(1, "ab", "c"), digest(1, "a", "bc"), digest(1, "abc"), digest(1, "1"),
               digest(1, 1), digest(11)}  # fmt: skip
    assert len(digests) == 6
    assert {len(one) for one in digests} == {16}
