"""Measures as people and programs write them: plain numbers, metres, feet and inches, storeys.

One reader for buildings and cameras alike.
"""

from __future__ import annotations

import math
import re

NUMBER = r"(?:\d{1,15}(?:[.,]\d{1,25})?|[.,]\d{1,25})(?:e[+-]?\d{1,2})?"
"""A number without a sign, at full precision or with an exponent; a comma is a decimal point."""
FOOT_M, INCH_M = 0.3048, 0.0254

_UNITS = {
    "": 1.0, "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "mtr": 1.0,
    "cm": 0.01, "米": 1.0, "公尺": 1.0,
    "ft": FOOT_M, "feet": FOOT_M, "foot": FOOT_M, "'": FOOT_M, "呎": FOOT_M,
    "in": INCH_M, "inch": INCH_M, "inches": INCH_M, '"': INCH_M,
}  # fmt: skip
_LENGTH = re.compile(rf"\+?({NUMBER}) ?([^\W\d_]*|['\"])\.?")
_FEET_AND_INCHES = re.compile(
    rf"\+?({NUMBER}) ?(?:ft|feet|foot|')\.? ?-? ?({NUMBER}) ?(?:in|inch|inches|\")?\.?"
)
_PRIMES = str.maketrans({"’": "'", "‘": "'", "′": "'", "”": '"', "“": '"', "″": '"'})


def plain_number(text: str) -> float | None:
    """Return the number that a text is, without a sign; None if it is none.

    Parameters
    ----------
    text
        For example "12", "12,5", "123.69000000000001", "1.2e1" or "2019.0".
    """
    word = text.strip().casefold().removeprefix("+")
    return float(word.replace(",", ".")) if re.fullmatch(NUMBER, word) else None


def metres(text: str) -> float | None:
    """Return a length in metres; None if the text is none.

    Parameters
    ----------
    text
        For example "4", "4.5 m", "4,5", "450 cm", "13 ft", 13', 13'6", "13 ft 6 in".
    """
    word = " ".join(text.translate(_PRIMES).replace("''", '"').casefold().split())
    found = _LENGTH.fullmatch(word)
    if found and found.group(2) in _UNITS:
        return float(found.group(1).replace(",", ".")) * _UNITS[found.group(2)]
    found = _FEET_AND_INCHES.fullmatch(word)
    if found:
        feet, inches = (float(part.replace(",", ".")) for part in found.groups())
        if inches < 12:
            return (feet + inches / 12) * FOOT_M
    return None


def number_text(value: float) -> str:
    """Return a number as text at full precision, whole ones without a point; empty for NaN.

    Parameters
    ----------
    value
        As tables hold it.
    """
    if not math.isfinite(value):
        return ""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(float(value))
