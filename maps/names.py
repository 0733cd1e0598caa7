"""Names of places as a page may show them: one line, no hidden marks, not too long, in a pair.

Names come from maps and from scenarios that anybody may have written. What is done here keeps them
readable; whoever writes them into a page escapes them still.
"""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 80


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
