"""Independent streams of random numbers, each named, all from one seed."""

import hashlib

import numpy as np


def digest(seed: int, *name: object) -> bytes:
    """16 bytes that depend on the seed and the name alone."""
    return hashlib.blake2b(repr((seed, *name)).encode(), digest_size=16).digest()


def stream(seed: int, *name: object) -> np.random.Generator:
    """The stream with this name; streams with other names are independent of it."""
    return np.random.default_rng(np.frombuffer(digest(seed, *name)[::-1], "<u4"))
