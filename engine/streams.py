"""Independent, named streams of random numbers from one seed."""

import hashlib

import numpy as np


def digest(seed: int, *name: object) -> bytes:
    """16 bytes determined by the seed and the name."""
    return hashlib.blake2b(repr((seed, *name)).encode(), digest_size=16).digest()


def stream(seed: int, *name: object) -> np.random.Generator:
    """Random generator of a name; independent of generators of different names."""
    return np.random.default_rng(np.frombuffer(digest(seed, *name)[::-1], "<u4"))
