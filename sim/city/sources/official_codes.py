"""Codes of the 3D pedestrian network: as numbers, and as the words that files write for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.city.sources.official_records import numbers

FEATURE_TYPES = {
    1: "footway", 2: "footbridge", 4: "subway", 5: "service lane", 6: "traffic island",
    7: "run-in", 8: "escalator", 9: "travelator", 10: "lift", 11: "ramp", 12: "staircase",
    13: "stairlift", 14: "other", 15: "M_footway", 16: "M_escalator", 17: "M_travelator",
    18: "M_lift", 19: "M_ramp", 20: "M_staircase", 21: "M_stairlift", 22: "M_others",
    23: "park walkway", 24: "footpath", 25: "village path", 26: "track",
    30: "signalised crossing", 31: "zebra crossing", 32: "cautionary crossing",
    33: "other crossing",
}  # fmt: skip
LOCATIONS = {1: "outdoor", 2: "indoor", 3: "paid area"}
WEATHER_PROOF = {1: "covered", 2: "not covered", 3: "unknown"}
TRUE_FALSE = {1: "true", 2: "false"}
DIRECTIONS = {0: "both", 1: "along", -1: "against"}
ENABLED, COVERED, INDOOR, PAID_AREA = 1, 1, 2, 3
_ALSO = {
    "noncovered": "not covered", "uncovered": "not covered", "others": "other",
    "signalized crossing": "signalised crossing", "signalised": "signalised crossing",
    "signalized": "signalised crossing", "zebra": "zebra crossing",
    "cautionary": "cautionary crossing", "village": "village path", "yes": "true", "no": "false",
    "both directions": "both", "bothdirection": "both", "alongdigitisingdirection": "along",
    "againstdigitisingdirection": "against",
}  # fmt: skip


def codes(
    values: list[Any], table: Mapping[int, str]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return a field as codes, 0 where it is empty or unknown, and which are unknown.

    Parameters
    ----------
    values
        Numbers, texts of numbers, truth values, or words in any capitals and spacing.
    table
        The codes and their words.
    """
    words = {_folded(word): code for code, word in table.items()}
    words |= {_folded(other): words[_folded(word)] for other, word in _ALSO.items()
              if _folded(word) in words}  # fmt: skip
    found = np.zeros(len(values), np.int64)
    unknown = np.zeros(len(values), bool)
    known: dict[object, int | None] = {None: 0, "": 0}
    for row, value in enumerate(values):
        key = ("truth", value) if isinstance(value, bool) else value
        if key not in known:
            known[key] = _code(value, table, words)
        code = known[key]
        found[row], unknown[row] = code or 0, code is None
    return found, unknown


def _code(value: object, table: Mapping[int, str], words: Mapping[str, int]) -> int | None:
    if isinstance(value, bool):
        return words.get(str(value).lower())
    (number,) = numbers([value])
    if np.isfinite(number):
        return int(number) if number in table else None
    text = _folded(str(value))
    return words.get(text) if text else 0


def _folded(word: str) -> str:
    """Return a word in small letters, without what stands between them."""
    return re.sub(r"[\W_]", "", word.lower())
