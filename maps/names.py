"""Names of places as a page may show them: one line, no hidden marks, not too long, in a pair.

Names come from maps and from scenarios that anybody may have written. What is done here keeps them
readable; whoever writes them into a page escapes them still.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST_NAME = 80
HONG_KONG = ("Hong Kong", "香港")
SMALL_WORDS = ("and", "of", "the", "core")
"""Words of a bundle's name that begin with no capital, unless they are the first."""
_BUNDLE = re.compile(r"[a-z0-9]+(?:_+[a-z0-9]+)*")
"""What a bundle is called: small letters, and underscores where words part."""


def clean_name(value: object, longest: int = LONGEST_NAME) -> str:
    """Return a name fit to be shown: one line, no control or direction marks, not too long."""
    text = value if isinstance(value, str) else ""
    shown = text
    if not text.isprintable():
        shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def name_pair(name: object, name_zh: object) -> list[str]:
    """Return [English, Chinese], fit to be shown; either may stand in for the other."""
    english, chinese = clean_name(name), clean_name(name_zh)
    return [english or chinese, chinese or english]


def area_words(name: object) -> str:
    """Return the name of an area as words: that of a bundle, "mong_kok", is "Mong Kok".

    Names that somebody wrote as words stay as they are.
    """
    shown = clean_name(name)
    if not _BUNDLE.fullmatch(shown):
        return shown
    first, *others = shown.split("_")
    spelt = (word if word in SMALL_WORDS else word.capitalize() for word in others if word)
    return " ".join((first.capitalize(), *spelt))


def area_pair(name: object, name_zh: object, districts: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names of an area as [English, Chinese].

    Parameters
    ----------
    name, name_zh
        Of the area; the second may be empty.
    districts
        English and Chinese names of districts: an area that is called after some of them has
        theirs in Chinese where it has none of its own.
    """
    english = area_words(name)
    known = {pair[0].lower(): pair[1] for pair in (*districts, HONG_KONG)}
    return name_pair(english, name_zh or _chinese(english.lower(), known))


def _chinese(words: str, known: Mapping[str, str]) -> str:
    """Return the Chinese names of districts joined by "and"; empty if one is not known."""
    if words in known:
        return known[words]
    for join in re.finditer(" and ", words):
        first, rest = words[: join.start()], words[join.end() :]
        others = _chinese(rest, known) if first in known else ""
        if others:
            return f"{known[first]}及{others}"
    return ""
