"""Keyed random numbers once more, in plain integers, from the rule that the engine's module states.

splitmix64 is written from Steele, Lea and Flood (OOPSLA 2014, figure 17).
"""

from hashlib import blake2b

WORD = 2**64


def splitmix64(state: int) -> int:
    """The number that the generator gives next from a state."""
    z = (state + 0x9E3779B97F4A7C15) % WORD
    z = (z ^ z // 2**30) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ z // 2**27) * 0x94D049BB133111EB % WORD
    return z ^ z // 2**31


def key(seed: int, stage: str, *ids: int) -> int:
    """The key of one item: the seed, the stage's name and each id stirred in, one after another."""
    name = int.from_bytes(blake2b(stage.encode(), digest_size=8).digest(), "little")
    stirred = splitmix64(seed % WORD)
    for part in (name, *ids):
        stirred = splitmix64(stirred ^ part % WORD)
    return stirred


def uniform(seed: int, stage: str, *ids: int) -> float:
    """The upper 53 bits of the key, as a number in [0, 1)."""
    return key(seed, stage, *ids) // 2**11 / 2**53
