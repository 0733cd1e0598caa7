"""What people write for the way a camera looks: degrees, compass letters, words, fans and lists.

One text becomes looks, each a heading and, for a fan such as "90-180", its width, and notes on
whatever was guessed or refused; nothing is guessed in silence.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

MOST_LOOKS = 16
"""Directions of one camera; a longer list is not one of heads."""
LONGEST_TEXT = 255
"""Characters of an OpenStreetMap value."""
ALL_ROUND_FROM = 350.0
"""A fan as wide as this is taken to go all the way round: "0-359" means any direction."""

_LETTERS = (
    "n", "nne", "ne", "ene", "e", "ese", "se", "sse",
    "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw",
)  # fmt: skip
_WORD = {"n": "north", "e": "east", "s": "south", "w": "west"}
_COMPASS = {letters: 22.5 * i for i, letters in enumerate(_LETTERS)} | {
    "".join(_WORD[letter] for letter in letters): 22.5 * i for i, letters in enumerate(_LETTERS)
}
_DASHES = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d~\u301c"), "-"
)
_NUMBER = re.compile(
    r"(-?(?:\d{1,15}(?:\.\d{0,25})?|\.\d{1,25})(?:e[+-]?\d{1,2})?)(?: ?(?:°|º|deg|degrees?))?"
)
_DECIMAL_COMMA = re.compile(r"(\d{1,3}),(\d)(?!\d)")
_REFUSED_WORDS = {
    "": "is empty",
    **dict.fromkeys(("forward", "backward", "both"), "is along a way, and a camera is a point"),
    **dict.fromkeys(("all", "any"), "names no direction; write 0-360 for all round"),
}
_JUNK = "is no direction; write degrees, compass letters or a fan such as 90-180"
_COMMA = "a comma may be a decimal or a list; write 90.5 or 90;270"
_NORTH = "360 is taken as north, not as all round"


class Look(NamedTuple):
    """One way in which a camera looks."""

    heading: float
    """Degrees clockwise from north, 0 ≤ heading < 360; the middle of a fan."""
    width: float | None
    """Of a fan, degrees; 360 is all round, None a single direction."""


class Directions(NamedTuple):
    """What a text says about directions."""

    looks: tuple[Look, ...]
    guessed: tuple[str, ...]
    """One note a value that was taken in a sense it does not plainly have."""
    refused: tuple[str, ...]
    """One note a value that was not understood."""


def parse_directions(text: str) -> Directions:
    """Read "90", "90.5°", "NNE", "south-west", "90-180", "300-20" or a list "90;270".

    Parameters
    ----------
    text
        The value of camera:direction or direction. Degrees are clockwise from north, a fan goes
        clockwise from its first to its second end, values of a list are separated by semicolons.

    Returns
    -------
    Directions
        Looks in the order of the text, each once.
    """
    if len(text) > LONGEST_TEXT:
        return Directions((), (), (f"longer than {LONGEST_TEXT} characters",))
    looks: list[Look] = []
    guessed: list[str] = []
    refused: list[str] = []
    for item in text.split(";"):
        look, note = _one(_plain(item))
        if look is None:
            refused.append(note)
        elif look in looks:
            refused.append("said twice")
        elif len(looks) == MOST_LOOKS:
            refused.append(f"more than {MOST_LOOKS} directions")
        else:
            looks.append(look)
            if note:
                guessed.append(note)
    return Directions(tuple(looks), tuple(guessed), tuple(refused))


def _plain(text: str) -> str:
    """Fold capitals, widths, dashes, primes and spaces, so that one spelling is left."""
    text = unicodedata.normalize("NFC", text).translate(_DASHES)
    text = unicodedata.normalize("NFKC", text.replace("º", "°")).casefold()
    return " ".join(text.split())


def _one(item: str) -> tuple[Look | None, str]:
    """Read one value of a list; return it, or why not, or what was guessed."""
    heading, note = _heading(item)
    if heading is not None:
        return Look(heading % 360, None), note or ("" if heading < 360 else _NORTH)
    fans = []
    for dash in re.finditer("-", item):
        ends = [_heading(end.strip()) for end in (item[: dash.start()], item[dash.end() :])]
        if all(end is not None and not said.startswith("negative") for end, said in ends):
            fans.append(ends)
    if len(fans) == 1:
        (first, said), (last, more) = fans[0]
        return _fan(first or 0.0, last or 0.0, said or more)
    return None, _REFUSED_WORDS.get(item, note or _JUNK)


def _fan(first: float, last: float, said: str) -> tuple[Look, str]:
    """Return the fan clockwise from first to last, each 0 … 360."""
    width = 360.0 if (first, last) == (0.0, 360.0) else (last - first) % 360
    if width >= ALL_ROUND_FROM:
        return Look(0.0, 360.0), said
    if width == 0:
        return Look(first % 360, None), said or "a fan without width is taken as one direction"
    return Look((first + width / 2) % 360, width), said


def _heading(text: str) -> tuple[float | None, str]:
    """Read degrees 0 … 360 or a compass point; return it, or why not, and what was guessed."""
    spelled = re.sub(r"[ -]", "", text)
    # "n-e" is a fan from north to east, "north-east" a word
    if spelled in _COMPASS and (len(spelled) > 3 or spelled == text):
        return _COMPASS[spelled], ""
    text, commas = _DECIMAL_COMMA.subn(r"\1.\2", text)
    found = _NUMBER.fullmatch(text)
    if not found:
        return None, _COMMA if "," in text else ""
    value = float(found.group(1)) + 0.0  # no minus zero
    if abs(value) > 360:
        return None, "is more than 360 degrees"
    if value < 0:
        return value % 360 % 360, f"negative, taken as {value % 360:g}"
    return value, "the comma is taken as a decimal point" if commas else ""
