"""The stream through an OpenStreetMap extract: what it meets, as plain lists.

pyosmium resolves node positions and multipolygons in C++; here each way, building and place is
looked at once. It imports neither tables nor geometry, so that a process of its own can begin to
read while the first one still loads those (`reading_ahead`). What is met becomes tables in
`sim.city.sources.pbf`.
"""

from __future__ import annotations

import math
import pickle
import re
import struct
import subprocess
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sim.errors import InputError
from sim.processes import same_package

if TYPE_CHECKING:
    import osmium

LARGEST_FILE_MB = 300
STOREY_M = 3.2
FLOATING_M = 3.0
"""A part whose underside is this high or higher cuts no line of sight to a face."""

WAY_TAGS = (
    "highway", "name", "name:zh", "name:en", "bridge", "tunnel", "covered", "indoor", "layer",
    "access", "foot", "sidewalk", "area",
)  # fmt: skip
NOT_STANDING = {
    "bridge", "canopy", "carport", "demolished", "destroyed", "no", "proposed", "razed", "roof",
}  # fmt: skip
PLACE_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("railway", frozenset({"subway_entrance", "train_station_entrance"}), "entrance"),
    ("railway", frozenset({"station", "halt"}), "rail"),
    ("public_transport", frozenset({"station"}), "rail"),
    ("amenity", frozenset({"ferry_terminal", "bus_station"}), "station"),
    ("highway", frozenset({"bus_stop"}), "bus_stop"),
    ("amenity", frozenset({"marketplace"}), "market"),
    ("shop", frozenset({"department_store", "mall", "supermarket"}), "market"),
    ("amenity", frozenset({"college", "kindergarten", "school", "university"}), "school"),
    (
        "amenity",
        frozenset({
            "clinic", "courthouse", "doctors", "hospital", "place_of_worship", "police", "shelter",
            "social_facility",
        }),
        "sensitive",
    ),
    ("office", frozenset({"association", "lawyer", "ngo", "political_party", "union"}),
     "sensitive"),
    ("office", frozenset({"company", "diplomatic", "financial", "government", "insurance", "it"}),
     "office"),
    ("building", frozenset({"commercial", "office"}), "office"),
    ("amenity", frozenset({"arts_centre", "library", "theatre", "townhall"}), "landmark"),
    ("tourism", frozenset({"attraction", "gallery", "museum"}), "landmark"),
)  # fmt: skip
"""Which tag makes which kind of place, the first that fits counts; entrance, rail and bus_stop
are turned into stations once the whole file is read."""

_KEYS = ("highway", "building", "building:part", *(key for key, _, _ in PLACE_TAGS))
_PLACE_RANKS: list[tuple[str, dict[str, int]]] = [
    (
        key,
        {
            value: rank
            for rank, (other, values, _) in enumerate(PLACE_TAGS)
            if other == key
            for value in values
        },
    )
    for key in dict.fromkeys(key for key, _, _ in PLACE_TAGS)
]
"""For each key in use, the values that make a place and their row in `PLACE_TAGS`."""
_PLACE_PAIRS = [(key, value) for key, ranks in _PLACE_RANKS for value in ranks]
_NO_OTHER_TAGS = (None,) * (len(WAY_TAGS) - 1)
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(m|ft|')?")


class Tags(Protocol):
    """The tags of one thing: a dict, or pyosmium's own list, which is slow to turn into one."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a key, None where it is missing."""


@dataclass
class Found:
    """What the stream has met so far.

    Attributes
    ----------
    ways
        The id and the values of `WAY_TAGS` of every way, or piece of one.
    sizes, references
        How many nodes each of them has, and their ids one way after the other.
    lines
        Its line in hexadecimal WKB, WGS 84.
    buildings, outlines
        Height (m; NaN unknown), OSM value and whether it is a part; its outline likewise.
    places, positions
        Kind, name, name:zh, name:en and ref; its point or outline likewise.
    report
        What was left out, counted.
    """

    ways: list[tuple[object, ...]] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("q"))
    references: array[int] = field(default_factory=lambda: array("q"))
    lines: list[str] = field(default_factory=list)
    buildings: list[tuple[float, str, bool]] = field(default_factory=list)
    outlines: list[str] = field(default_factory=list)
    places: list[tuple[str | None, ...]] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    report: dict[str, float] = field(default_factory=dict)

    def add_way(self, tags: tuple[object, ...], references: list[int], line: str) -> None:
        """Take a way, or a piece of one."""
        self.ways.append(tags)
        self.sizes.append(len(references))
        self.references.extend(references)
        self.lines.append(line)

    def count(self, reason: str) -> None:
        """Count one more thing that was left out."""
        self.report[reason] = self.report.get(reason, 0.0) + 1.0


Reading = subprocess.Popen[bytes]
"""A process that reads an extract and writes what it met."""


def check_extract(path: Path) -> None:
    """Refuse what is no extract of one city, before it is read.

    Raises
    ------
    InputError
        The file is missing, empty, too large or no OSM PBF.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    size = path.stat().st_size
    if size > LARGEST_FILE_MB * 1_000_000:
        raise InputError(
            f"{path}: {size / 1e6:.0f} MB is more than one city ({LARGEST_FILE_MB} MB); cut the "
            "study area out first, for example with `osmium extract`"
        )
    with path.open("rb") as file:
        if b"OSMHeader" not in file.read(64):
            raise InputError(f"{path}: is no OSM PBF file, or is empty; give a .osm.pbf extract")


@contextmanager
def reading_ahead(paths: Iterable[Path]) -> Iterator[Mapping[Path, Reading]]:
    """Begin to read the extracts among some files, each in a process of its own.

    What is wrong with a file is said by whoever reads it, so a file that is no extract is passed
    over here.
    """
    begun: dict[Path, Reading] = {}
    try:
        for path in paths:
            if _is_extract(path):
                begun[path] = subprocess.Popen(
                    [sys.executable, "-P", "-m", "sim.city.sources.osm_stream", str(path)],
                    env=same_package(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # a reader that fails is heard below
                )
        yield begun
    finally:
        for process in begun.values():
            process.kill()
            process.communicate()


def _is_extract(path: Path) -> bool:
    try:
        check_extract(path)
    except (InputError, OSError):
        return False
    return True


def stream(path: Path, begun: Reading | None = None) -> Found:
    """Meet every walking way, building and place of an extract.

    Parameters
    ----------
    path
        A .osm.pbf file.
    begun
        A process that reads it already, from `reading_ahead`; one that failed is not asked again.

    Raises
    ------
    InputError
        The file is none that `check_extract` takes, or is damaged.
    """
    check_extract(path)
    if begun is not None and begun.stdout is not None:
        written = begun.stdout.read()
        if begun.wait() == 0:
            return Found(**pickle.loads(written))  # written by our own process
    found = Found()
    try:
        _stream(path, found)
    except RuntimeError as error:
        why = " ".join(str(error).split())
        raise InputError(
            f"{path}: the OSM file is damaged or cut short ({why}); download it again"
        ) from error
    return found


def _stream(path: Path, found: Found) -> None:
    import osmium
    from osmium.filter import EntityFilter, KeyFilter, TagFilter

    factory = osmium.geom.WKBFactory()
    kind = osmium.osm
    items = osmium.FileProcessor(str(path))
    items.with_areas(KeyFilter(*(key for key in _KEYS if key != "highway")))
    items.with_filter(EntityFilter(kind.NODE | kind.WAY | kind.AREA))
    ways, places, outlines = KeyFilter("highway"), TagFilter(*_PLACE_PAIRS), KeyFilter(*_KEYS)
    for wanted, of in ((ways, kind.WAY), (places, kind.NODE), (outlines, kind.AREA)):
        wanted.enable_for(of)
        items.with_filter(wanted)
    area, way, node = osmium.osm.Area, osmium.osm.Way, osmium.osm.Node
    for item in items:
        if isinstance(item, area):
            _take_area(item, factory, found)
        elif isinstance(item, way):
            _take_way(item, factory, found)
        elif isinstance(item, node):
            place = _place_kind(item.tags)
            if place and item.location.valid():
                _take_place(item.tags, place, factory.create_point(item), found)


def _take_way(way: osmium.osm.Way, factory: osmium.geom.WKBFactory, found: Found) -> None:
    """Take a way whole, or in pieces where its other nodes lie outside the extract."""
    import osmium

    value = way.tags.get
    if len(way.tags) == 1:
        tags = (way.id, value("highway"), *_NO_OTHER_TAGS)
    else:
        tags = (way.id, *[value(key) for key in WAY_TAGS])
    try:
        line = factory.create_linestring(way, osmium.geom.use_nodes.ALL)
    except osmium.InvalidLocationError:
        found.count("ways_cut_at_the_edge")
        runs = groupby(way.nodes, key=lambda node: node.location.valid())
        for piece in [list(nodes) for valid, nodes in runs if valid]:
            if len(piece) > 1:
                found.add_way(tags, [node.ref for node in piece], _line(piece))
    except RuntimeError:
        found.count("ways_without_line")
    else:
        found.add_way(tags, [node.ref for node in way.nodes], line)


def _line(nodes: list[osmium.osm.NodeRef]) -> str:
    """Return a line through nodes as pyosmium writes it: WKB of this machine's byte order."""
    ends = [coordinate for node in nodes for coordinate in (node.lon, node.lat)]
    order = 1 if sys.byteorder == "little" else 0
    return struct.pack(f"=BII{len(ends)}d", order, 2, len(nodes), *ends).hex()


def _take_area(area: osmium.osm.Area, factory: osmium.geom.WKBFactory, found: Found) -> None:
    tags = area.tags
    value = tags.get("building")
    part = value is None
    if value is None:
        value = tags.get("building:part")
    kind = _place_kind(tags)
    if value is None and kind is None:
        return
    try:
        outline = factory.create_multipolygon(area)
    except RuntimeError:
        found.count("areas_without_outline")
        return
    if kind:
        _take_place(tags, kind, outline, found)
    if value is None:
        return
    if value in NOT_STANDING:
        found.count("roofs_and_the_like")
    elif _underside(tags) >= FLOATING_M:
        found.count("parts_above_the_street")
    elif tags.get("location") == "underground" or (tags.get("layer") or "").startswith("-"):
        found.count("buildings_underground")
    else:
        found.buildings.append((building_height(tags), value, part))
        found.outlines.append(outline)


def _take_place(tags: Tags, kind: str, shape: str, found: Found) -> None:
    value = tags.get
    chinese = value("name:zh") or value("name:zh-Hant")
    found.places.append((kind, value("name"), chinese, value("name:en"), value("ref")))
    found.positions.append(shape)


def _place_kind(tags: Tags) -> str | None:
    first = len(PLACE_TAGS)
    value_of = tags.get
    for key, rank in _PLACE_RANKS:
        value = value_of(key)
        if value is not None and value in rank:
            first = min(first, rank[value])
    return PLACE_TAGS[first][2] if first < len(PLACE_TAGS) else None


def metres(value: str | None) -> float:
    """Read "12", "12.5 m", "12,5" or "40 ft"; NaN where it is none of these."""
    found = _NUMBER.fullmatch(value) if value else None
    if not found:
        return math.nan
    number = float(found.group(1).replace(",", "."))
    return number * 0.3048 if found.group(2) in ("ft", "'") else number


def building_height(tags: Tags) -> float:
    """Return the height (m) that OSM tags state; NaN where they state none.

    It is the tag height, else building:levels and roof:levels of 3.2 m each.
    """
    height = metres(tags.get("height") or tags.get("building:height"))
    if math.isnan(height):
        height = metres(tags.get("building:levels")) * STOREY_M
        if not math.isnan(height):
            height += _roof_height(tags)
    return height if height > 0 else math.nan


def _roof_height(tags: Tags) -> float:
    """Height of the roof above the storeys; 0 where no tag says more."""
    roof = metres(tags.get("roof:height"))
    if math.isnan(roof):
        roof = metres(tags.get("roof:levels")) * STOREY_M
    return 0.0 if math.isnan(roof) else roof


def _underside(tags: Tags) -> float:
    """Height of the lowest point above ground; 0 where no tag says more."""
    low = metres(tags.get("min_height"))
    if math.isnan(low):
        low = metres(tags.get("building:min_level")) * STOREY_M
    return 0.0 if math.isnan(low) else low


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(vars(stream(Path(sys.argv[1]))), protocol=5))
