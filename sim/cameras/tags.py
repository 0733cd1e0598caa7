"""OpenStreetMap tags of surveillance, read strictly into what a head needs.

Every value in use ends as read, guessed (a default or a likely sense, said which) or refused, in
notes that say why; nothing is guessed in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sim.cameras.directions import LONGEST_TEXT, Look, parse_directions
from sim.city.measures import NUMBER, metres

LIFECYCLE = (
    "abandoned", "construction", "demolished", "destroyed", "disused", "planned", "proposed",
    "razed", "removed", "was",
)  # fmt: skip
"""Prefixes of a key whose thing does not stand, or does not work."""
LOWEST_M, HIGHEST_M = 1.6, 300.0
"""Mounts outside this are refused: a camera below faces sees no street as the model has it."""
EARLIEST, LATEST = 1940, 2100
"""Years in which a camera can have begun its work."""
LEVEL, STEEPEST = 0.0, 90.0
OUTCOMES = ("read", "guessed", "refused")
"""What can become of a value."""

KINDS = {
    "fixed": "fixed", "bullet": "fixed", "doorbell": "fixed",
    "dome": "turning", "panning": "turning", "ptz": "turning",
    "panoramic": "panoramic", "fisheye": "panoramic",
}  # fmt: skip
"""What moves: by the OpenStreetMap wiki a dome hides a camera that turns, as a panning one does."""
MOUNTS = {
    "pole": "lamp post", "mast": "lamp post", "street_lamp": "lamp post", "lamp": "lamp post",
    "lamp_post": "lamp post", "street_light": "lamp post",
    "wall": "wall", "facade": "wall", "bracket": "wall",
    "traffic_signals": "traffic light", "traffic_light": "traffic light",
    "building": "building", "roof": "building", "ceiling": "building", "canopy": "building",
    "vehicle": "vehicle",
}  # fmt: skip
_CAMERAS = {"camera": "", "alpr": "reads number plates", "anpr": "reads number plates"}
_NO_CAMERAS = {"guard", "gunshot_detector", "microphone", "dummy", "fake"}
_OUT_OF_DOORS = {"public", "outdoor", "traffic", "webcam", "yes", "street", "parking"}
_NO_LONGER = ("disused", "abandoned", "demolished", "razed", "removed", "fake", "dummy")
_OWNER_WORDS = (
    ("police", "police|polizei|policía|policia|polizia|politie|poliisi"),
    ("transport", "transport|traffic|mtr|metro|rail|railways?|bus"),
    ("estate", "housing|estates?|residents?"),
    ("mall", "mall|shopping"),
    ("department", "department|government|council|municipality|city of|ministry|kaupunki"),
)
_TILT = re.compile(rf"([+-]?)({NUMBER}) ?(?:°|º|deg|degrees?)?")
_DAY = r"-\d{2}(?:-\d{2}(?:[T ][\d:.]{5,15}Z?)?)?"
_YEAR = re.compile(rf"(~ ?|before |after )?(\d{{4}})(?:\.0+|{_DAY})?")


class Note(NamedTuple):
    """What became of one value."""

    source: str
    """The thing, for example "node/256257146" or "row 12"."""
    key: str
    value: str
    """As written; empty where the thing has no such tag."""
    outcome: str
    """One of `OUTCOMES`."""
    reason: str


class Reading(NamedTuple):
    """What the tags of one camera say; None where they say nothing that can be used."""

    kind: str
    """"fixed", "turning" or "panoramic"."""
    looks: tuple[Look, ...]
    height: float | None
    tilt: float | None
    field_of_view: float | None
    mounted_on: str
    owner: str
    year: int | None
    underground: bool
    name: str
    operator: str
    zone: str
    ref: str


def is_surveillance(tags: Mapping[str, str]) -> bool:
    """Return whether tags are those of surveillance, standing or not."""
    keys = ("man_made", *(f"{prefix}:man_made" for prefix in LIFECYCLE))
    return any("surveillance" in tags.get(key, "").split(";") for key in keys)


def read_tags(source: str, tags: Mapping[str, str]) -> tuple[Reading | None, list[Note]]:
    """Read the tags of one thing.

    Parameters
    ----------
    source
        Name of the thing, for the notes.
    tags
        Keys and values as mapped.

    Returns
    -------
    reading
        None where the thing is not a camera that watches a street: a guard, indoors, removed.
    notes
        What became of each value; those of `man_made` speak of the thing as a whole.
    """
    reader = _Reader(source, tags)
    reason = reader.why_not()
    if reason:
        key = next(key for key in tags if key.endswith("man_made"))
        reader.note(key, tags[key], "refused", reason)
        return None, reader.notes
    reader.note("man_made", tags.get("man_made", ""), "read", "a camera")
    looks = reader.looks()
    kind = reader.kind(looks)
    reading = Reading(
        kind, looks, reader.height(), reader.tilt(), reader.field_of_view(), reader.mounted_on(),
        reader.owner(), reader.year(), reader.underground(), tags.get("name", ""),
        tags.get("operator", ""), tags.get("surveillance:zone", ""), tags.get("ref", ""),
    )  # fmt: skip
    return reading, reader.notes


class _Reader:
    """Reads one thing's tags and keeps the notes."""

    def __init__(self, source: str, tags: Mapping[str, str]) -> None:
        self.source, self.tags = source, tags
        self.notes: list[Note] = []

    def note(self, key: str, value: str, outcome: str, reason: str) -> None:
        self.notes.append(Note(self.source, key, value[:LONGEST_TEXT], outcome, reason))

    def words(self, key: str) -> list[str]:
        """Return the values of a key, which may hold several, in small letters."""
        return [word.strip().casefold() for word in self.tags.get(key, "").split(";")]

    def why_not(self) -> str:
        """Return why the thing is not a camera that watches a street; empty if it is one."""
        if "surveillance" not in self.words("man_made"):
            return "does not stand or work"
        for key in (*_NO_LONGER, "end_date"):
            if self.words(key) not in ([""], ["no"]):
                return f"does not stand or work ({key})"
        kinds = self.words("surveillance:type")
        if set(kinds) & _NO_CAMERAS and not set(kinds) & set(_CAMERAS):
            return f"no camera ({';'.join(kinds)})"
        where = self.words("surveillance")
        if where == ["no"]:
            return "no surveillance (surveillance=no)"
        indoor = where == ["indoor"] or "indoor" in self.words("location")
        if indoor or self.words("indoor") in (["yes"], ["room"], ["corridor"], ["area"]):
            return "indoors, by its tags"
        self._note_what_watches(kinds, where)
        return ""

    def _note_what_watches(self, kinds: list[str], where: list[str]) -> None:
        key, value = "surveillance:type", self.tags.get("surveillance:type", "")
        known = [kind for kind in kinds if kind in _CAMERAS]
        if known:
            self.note(key, value, "read", _CAMERAS[known[0]])
        elif value:
            self.note(key, value, "refused", "is no kind known; taken as a camera")
        else:
            self.note(key, "", "guessed", "camera")
        value = self.tags.get("surveillance", "")
        if set(where) & _OUT_OF_DOORS:
            self.note("surveillance", value, "read", "")
        elif value:
            self.note("surveillance", value, "refused", "is no kind known; taken as outdoor")
        else:
            self.note("surveillance", "", "guessed", "outdoor")

    def looks(self) -> tuple[Look, ...]:
        """Read the directions; `direction` only where camera:direction is missing."""
        key = "camera:direction" if "camera:direction" in self.tags else "direction"
        if "direction" in self.tags and key != "direction":
            self.note("direction", self.tags["direction"], "refused", "camera:direction counts")
        if key not in self.tags:
            return ()
        value = self.tags[key]
        found = parse_directions(value)
        for reason in found.guessed:
            self.note(key, value, "guessed", reason)
        for reason in found.refused:
            self.note(key, value, "refused", reason)
        if found.looks and not found.guessed:
            self.note(key, value, "read", "")
        return found.looks

    def kind(self, looks: tuple[Look, ...]) -> str:
        """Read what moves; the old tag revolving=yes counts where camera:type is missing."""
        value = self.tags.get("camera:type", "")
        known = [KINDS[word] for word in self.words("camera:type") if word in KINDS]
        if known:
            self.note("camera:type", value, "read", known[0])
            return known[0]
        if value:
            self.note("camera:type", value, "refused", "is no kind known")
        if self.words("revolving") == ["yes"]:
            self.note("revolving", "yes", "read", "turning")
            return "turning"
        kind, reason = "fixed", "fixed"
        if any(look.width is not None for look in looks):
            kind, reason = "turning", "turning, because a fan of directions is given"
        self.note("camera:type", "", "guessed", reason)
        return kind

    def height(self) -> float | None:
        """Read the mount; est_height is a guess of the mapper."""
        for key, outcome in (("height", "read"), ("est_height", "guessed")):
            if key not in self.tags:
                continue
            value = metres(self.tags[key])
            if value is not None and LOWEST_M < value <= HIGHEST_M:
                self.note(key, self.tags[key], outcome, f"{value:.3g} m")
                return value
            reason = "is no height" if value is None else f"is not {LOWEST_M:g} to {HIGHEST_M:g} m"
            self.note(key, self.tags[key], "refused", f"{reason}; write metres such as 4.5")
        self.note("height", "", "guessed", "the mount of its camera type")
        return None

    def tilt(self) -> float | None:
        """Read camera:angle: degrees below the horizon."""
        value = self.tags.get("camera:angle")
        if value is None:
            return None
        found = _TILT.fullmatch(" ".join(value.replace("−", "-").casefold().split()))
        angle = float(found.group(2).replace(",", ".")) if found else -1.0
        if not found or not LEVEL <= angle <= STEEPEST:
            self.note("camera:angle", value, "refused", "is not 0 to 90 degrees below the horizon")
            return None
        if found.group(1) == "-" and angle:
            self.note("camera:angle", value, "guessed", f"taken as {angle:g} below the horizon")
        else:
            self.note("camera:angle", value, "read", "below the horizon")
        return angle

    def field_of_view(self) -> float | None:
        """Read the horizontal angle of the lens, which lists may give; OpenStreetMap has no tag."""
        value = self.tags.get("field_of_view")
        if value is None:
            return None
        found = _TILT.fullmatch(" ".join(value.casefold().split()))
        angle = float(found.group(2).replace(",", ".")) if found else 0.0
        if not 1 <= angle <= 360:
            self.note("field_of_view", value, "refused", "is not 1 to 360 degrees")
            return None
        self.note("field_of_view", value, "read", "")
        return angle

    def mounted_on(self) -> str:
        """Read what carries the camera; the thing may itself be a lamp post or a traffic light."""
        value = self.tags.get("camera:mount", "")
        words = [re.sub("[ -]", "_", word) for word in self.words("camera:mount")]
        known = [word for word in words if word in MOUNTS]
        if known:
            mount = MOUNTS[known[0]]
            plain = known[0] not in ("pole", "mast")
            self.note("camera:mount", value, "read" if plain else "guessed", mount)
            return mount
        if value:
            self.note("camera:mount", value, "refused", "is no mount known")
        for word in self.words("highway"):
            if word in ("street_lamp", "traffic_signals"):
                self.note("highway", self.tags["highway"], "read", MOUNTS[word])
                return MOUNTS[word]
        if not value:
            self.note("camera:mount", "", "guessed", "unknown")
        return "unknown"

    def owner(self) -> str:
        """Read who owns it, by the words of `operator`; everyone else is "other"."""
        value = self.tags.get("operator", "")
        plain = value.strip().casefold()
        if plain in (*(owner for owner, _ in _OWNER_WORDS), "other"):
            self.note("operator", value, "read", plain)
            return plain
        for owner, words in _OWNER_WORDS:
            if re.search(rf"\b(?:{words})\b", plain):
                self.note("operator", value, "guessed", owner)
                return owner
        self.note("operator", value, "guessed", "other")
        return "other"

    def year(self) -> int | None:
        """Read since when it works."""
        value = self.tags.get("start_date")
        if value is None:
            return None
        found = _YEAR.fullmatch(value.strip())
        if not found or not EARLIEST <= int(found.group(2)) <= LATEST:
            self.note("start_date", value, "refused", "is no date; write 2019 or 2019-05-31")
            return None
        year = int(found.group(2))
        outcome = "guessed" if found.group(1) else "read"
        self.note("start_date", value, outcome, str(year))
        return year

    def underground(self) -> bool:
        """Return whether it hangs on a way underground, by layer or location."""
        for key, pattern in (("layer", r"-\d"), ("location", r"underground")):
            if re.fullmatch(pattern, self.tags.get(key, "")):
                self.note(key, self.tags[key], "read", "deck subway")
                return True
        return False
