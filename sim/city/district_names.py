"""Districts of Hong Kong as people write them, and the bundle that is made of them."""

from __future__ import annotations

import re

from sim.area import District, districts
from sim.city.bundle_folder import plain_name


def named_districts(word: str) -> tuple[District, ...]:
    """Return the districts of Hong Kong that a word names: one, all 18 for "all", or none.

    English or Chinese, with or without "district".
    """
    everywhere = word.strip().lower() == "all"
    return tuple(d for d in districts() if everywhere or _same(word, d.name, d.name_zh))


def district_words(name: str) -> list[str]:
    """Return the words of a name that is made of districts of Hong Kong, else none.

    Parameters
    ----------
    name
        As people write it: "Wan Chai", "灣仔, Eastern" or "all".
    """
    words = [word.strip() for word in re.split("[,、，]", name)]
    return words if all(named_districts(word) for word in words) else []


def district_bundle(words: list[str]) -> str:
    """Return the name of the bundle that `sim data fetch` makes of districts or of "all".

    Names are written as on the list of the 18 districts, in the order given.
    """
    if [word.lower() for word in words] == ["all"]:
        return "hong_kong"
    return plain_name(" and ".join(d.name for word in words for d in named_districts(word)))


def _same(word: str, name: str, name_zh: str) -> bool:
    plain = word.strip().lower().removesuffix(" district").replace("&", "and").replace("_", " ")
    return " ".join(plain.split()) == name.lower() or word.strip() in (name_zh, name_zh[:-1])
