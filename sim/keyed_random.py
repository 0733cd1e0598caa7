"""Random numbers without a sequence: each is a function of a seed, a stage and the item's ids.

So adding a person, a street or a worker changes no other's draw. The mixer is splitmix64 (Steele,
Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): the seed is mixed,
then the stage (the first 8 bytes of its name's BLAKE2b digest, little-endian) and each id are
combined with what came before by exclusive or, and mixed again.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.jit import lean_inner

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def _scrambled(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One splitmix64 step; also what `scrambled_one` compiles, so both give the same bits."""
    z = value + _STEP
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@lean_inner
def scrambled_one(value: np.uint64) -> np.uint64:
    """Return one splitmix64 step of one number, inside kernels."""
    z = value + _STEP
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


def keys(seed: int, stage: str, *ids: ArrayLike) -> NDArray[np.uint64]:
    """Return one 64-bit key per item.

    Parameters
    ----------
    seed
        Of the scenario.
    stage
        What is drawn, for example "home".
    ids
        Integers or integer arrays of one shape that name the item, for example persons and
        attempts.
    """
    stage_id = int.from_bytes(blake2b(stage.encode(), digest_size=8).digest(), "little")
    key = _scrambled(np.array([seed & (2**64 - 1)], np.uint64))
    key = _scrambled(key ^ np.array([stage_id], np.uint64))
    for part in ids:
        key = _scrambled(key ^ np.atleast_1d(np.asarray(part, np.int64)).view(np.uint64))
    return key


def uniform(seed: int, stage: str, *ids: ArrayLike) -> NDArray[np.float64]:
    """Return one number in [0, 1) per item; the parameters are those of `keys`."""
    top_bits = (keys(seed, stage, *ids) >> np.uint64(11)).astype(np.float64)
    return top_bits * 2.0**-53
