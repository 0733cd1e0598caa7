"""The stream through an OpenStreetMap extract: what it meets, as plain lists.

pyosmium resolves node positions and multipolygons in C++; here each way, building and place is
looked at once. It imports neither tables nor geometry, so that processes of its own can begin to
read while the first one still loads those (`reading_ahead`): one meets the ways, another buildings
and places. Of a study area only what meets its box is kept. What is met becomes tables in
`sim.city.sources.pbf`.
"""

from __future__ import annotations

import math
import pickle
import struct
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from itertools import compress, groupby
from pathlib import Path
from typing import NamedTuple, TypeVar

import osmium
from osmium.filter import EntityFilter, KeyFilter, TagFilter

from sim.city.sources.box import Box, box_of
from sim.city.sources.buildings import (
    CUT,
    WITHOUT_OUTLINE,
    Building,
    Tags,
    building_height,
    read_building,
)
from sim.city.sources.drawn_buildings import DrawnBuildings
from sim.city.sources.extract_check import check_extract, refuse_history
from sim.city.sources.extract_content import Features, Ways
from sim.city.sources.place_tags import PLACE_PAIRS, PLACE_TAGS, RAIL, RAIL_KEYS, place_kind
from sim.city.sources.surroundings_tags import (
    AREA_KEYS,
    COAST,
    NAME_PAIRS,
    kind_of_name,
    kinds_of_area,
)
from sim.city.sources.tree_tags import ROW, TREE, tree_tags
from sim.errors import InputError
from sim.processes import begin_helper, end_with_parent, tell

OSM = {"licence": "ODbL 1.0", "attribution": "© OpenStreetMap contributors"}
BOXED = "boxed"
"""Word to a process that reads ahead: a box follows on standard input."""

WAY_TAGS = (
    "highway", "name", "name:zh", "name:en", "bridge", "tunnel", "covered", "indoor", "layer",
    "access", "foot", "sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right", "area",
    "width",
)  # fmt: skip
_BUILT_KEYS = ("building", "building:part")
NATURAL = "natural"
_FEATURE_KEYS = (
    *_BUILT_KEYS, *(key for key, _, _ in PLACE_TAGS if key != "highway"),
)  # fmt: skip
"""Tags that make an area worth building; a bus stop, the only highway among places, is a point."""
_ADDRESS = ("addr:housenumber", "addr:street", "addr:city", "addr:country", "addr:postcode")
_NO_OTHER_TAGS = (None,) * (len(WAY_TAGS) - 1)
_NO_NAMES = (None, None, None)


Met = TypeVar("Met", Ways, Features)
Where = Callable[[], Box | None]
"""Gives the box of the study area, None for everywhere, once it is known: a process that reads
ahead reads the positions of nodes meanwhile."""


class Reading(NamedTuple):
    """Two processes that read the same extract and write what they met, pickled."""

    ways: subprocess.Popen[bytes]
    features: subprocess.Popen[bytes]


@contextmanager
def reading_ahead(
    paths: Iterable[Path], *, boxed: bool = False
) -> Iterator[Mapping[Path, Reading]]:
    """Begin to read the extracts among some files, each in two processes of its own.

    What is wrong with a file is said by whoever reads it, so a file that is not one is passed
    over here.

    Parameters
    ----------
    paths
        The files.
    boxed
        Whether a box follows, with which `stream_ways` and `stream_features` are called.
    """
    words = (BOXED,) if boxed else ()
    begun: dict[Path, Reading] = {}
    try:
        for path in paths:
            if _is_extract(path):
                features = _reader("features", path, *words)  # first, because it takes longer
                begun[path] = Reading(_reader("ways", path, *words), features)
        yield begun
    finally:
        for reading in begun.values():
            for process in reading:
                process.kill()
                process.communicate()


def _is_extract(path: Path) -> bool:
    try:
        check_extract(path)
    except (InputError, OSError):
        return False
    return True


def _reader(*words: str | Path) -> subprocess.Popen[bytes]:
    # one that fails is heard in `_met`
    module = "sim.city.sources.osm_stream"
    return begin_helper(module, *map(str, words), stdout=subprocess.PIPE)


def stream_ways(path: Path, begun: Reading | None = None, box: Box | None = None) -> Ways:
    """Meet every way of an extract that is a street or path.

    Parameters
    ----------
    path
        A .osm.pbf file.
    begun
        Processes that read it already, from `reading_ahead`; where one failed, it is read here.
    box
        What does not touch it is passed over; by default nothing is.

    Raises
    ------
    InputError
        The file is none that `check_extract` takes, or is damaged.
    """
    return _met(Ways(), _meet_ways, path, begun and begun.ways, box)


def stream_features(path: Path, begun: Reading | None = None, box: Box | None = None) -> Features:
    """Meet every building and place of an extract; parameters and errors as of `stream_ways`."""
    return _met(Features(), _meet_features, path, begun and begun.features, box)


def _met(
    met: Met,
    meet: Callable[[Path, Met, Where], None],
    path: Path,
    process: subprocess.Popen[bytes] | None,
    box: Box | None,
) -> Met:
    """Fill `met` with what a process has written, else by reading here."""
    check_extract(path)
    if process is not None and process.stdout is not None:
        tell(process, "null" if box is None else box.text())
        written = process.stdout.read()
        if process.wait() == 0:
            vars(met).update(pickle.loads(written))  # written by our own process
            return met
    _read(meet, path, met, lambda: box)
    return met


def _read(meet: Callable[[Path, Met, Where], None], path: Path, met: Met, where: Where) -> None:
    try:
        refuse_history(path)
        meet(path, met, where)
    except RuntimeError as error:
        why = " ".join(str(error).split())
        raise InputError(
            f"{path}: the OSM file is damaged or cut short ({why}); download it again"
        ) from error


def _meet_ways(path: Path, met: Ways, where: Where) -> None:
    factory = osmium.geom.WKBFactory()
    kind = osmium.osm
    items = osmium.FileProcessor(str(path), kind.NODE | kind.WAY).with_locations()
    items.with_filter(EntityFilter(kind.WAY)).with_filter(KeyFilter("highway"))
    missing: list[int] = []
    for way in items:
        if isinstance(way, osmium.osm.Way):
            _take_way(way, factory, met, missing, where())
    _check_missing(path, missing, items.node_location_storage)
    own = set(met.references) if met.elsewhere else ()
    met.elsewhere = array("q", (node for node in met.elsewhere if node in own))


def _check_missing(
    path: Path, missing: list[int], locations: osmium.index.LocationTable | None
) -> None:
    """Refuse a file in which nodes have no position for another reason than that it ends there.

    Raises
    ------
    InputError
        Its ids are negative, or its nodes come after its ways.
    """
    if any(node < 0 for node in missing):
        raise InputError(
            f"{path}: its ids are negative, as editors give them before upload; number it first: "
            "`osmium renumber in.osm.pbf -o out.osm.pbf`"
        )
    for node in missing:
        with suppress(KeyError):
            if locations is not None and locations.get(node).valid():
                raise InputError(
                    f"{path}: its nodes come after its ways; sort it first: "
                    "`osmium sort in.osm.pbf -o out.osm.pbf`"
                )


def _meet_features(path: Path, met: Features, where: Where) -> None:
    factory = osmium.geom.WKBFactory()
    kind = osmium.osm
    areas = KeyFilter(*_FEATURE_KEYS, *AREA_KEYS)
    points = TagFilter(*PLACE_PAIRS, *NAME_PAIRS, (NATURAL, TREE))
    drawn_ways = KeyFilter(*_BUILT_KEYS, NATURAL)
    points.enable_for(kind.NODE)
    drawn_ways.enable_for(kind.WAY | kind.RELATION)
    outlines = KeyFilter(*_FEATURE_KEYS, *AREA_KEYS)
    outlines.enable_for(kind.AREA)
    items = osmium.FileProcessor(str(path)).with_areas(areas)
    items.with_filter(points).with_filter(drawn_ways).with_filter(outlines)
    drawn = DrawnBuildings()
    for item in items:
        if isinstance(item, osmium.osm.Area):
            _take_area(item, factory, met, drawn, where())
        elif isinstance(item, osmium.osm.Way):
            if _is_built(item.tags):
                drawn.ways.add(item.id)
            else:
                _take_line(item, factory, met)
        elif isinstance(item, osmium.osm.Node):
            _take_point(item, factory, met)
        elif isinstance(item, osmium.osm.Relation) and _is_built(item.tags):
            drawn.add_relation(item)
    box = where()
    _take_cut_buildings(drawn, path, items.node_location_storage, met, box)
    met.rail = any(kind in RAIL for kind, *_ in met.places)
    if box is not None:
        near = [box.meets(position) for position in met.positions]
        met.places = list(compress(met.places, near))
        met.positions = list(compress(met.positions, near))


def _take_point(node: osmium.osm.Node, factory: osmium.geom.WKBFactory, met: Features) -> None:
    """Take a tree, of which there may be very many, else a place or a name."""
    location, tags = node.location, node.tags
    if not location.valid():
        return
    if tags.get(NATURAL) == TREE:
        if len(tags) > 1:
            met.trees.told.append((len(met.trees.places) // 2, *tree_tags(tags)))
        met.trees.places.append(location.lon)
        met.trees.places.append(location.lat)
        if len(tags) == 1:
            return
    place, name = place_kind(tags), kind_of_name(tags)
    if place:
        _take_place(tags, place, factory.create_point(node), met)
    if name:
        met.around.add("name", name, _names(tags), factory.create_point(node))


def _take_line(way: osmium.osm.Way, factory: osmium.geom.WKBFactory, met: Features) -> None:
    """Take a row of trees or a coast; nothing of one that is cut at the edge of the extract."""
    kind = way.tags.get(NATURAL)
    with suppress(RuntimeError, osmium.InvalidLocationError):
        if kind == ROW:
            met.trees.add_row(tree_tags(way.tags), factory.create_linestring(way))
        elif kind == COAST:
            met.around.add("coast", COAST, _NO_NAMES, factory.create_linestring(way))


def _names(tags: Tags) -> tuple[str | None, str | None, str | None]:
    value = tags.get
    return value("name"), value("name:zh") or value("name:zh-Hant"), value("name:en")


def _is_built(tags: osmium.osm.TagList) -> bool:
    return "building" in tags or "building:part" in tags  # `_BUILT_KEYS`, faster than a loop


def _take_cut_buildings(
    drawn: DrawnBuildings,
    path: Path,
    locations: osmium.index.LocationTable | None,
    met: Features,
    box: Box | None,
) -> None:
    """Take the part inside the extract of buildings that have no proper area; count them."""
    for tags, building, outline, points in drawn.cut(path, locations):
        if box is not None and not (
            box.meets(outline) if outline else any(box.holds(*point) for point in points)
        ):
            continue
        if building and outline:
            _count(met.report, CUT)
            _take_building(building, building_height(tags), outline, met)
        else:
            _count(met.report, WITHOUT_OUTLINE)


def _take_way(
    way: osmium.osm.Way,
    factory: osmium.geom.WKBFactory,
    met: Ways,
    missing: list[int],
    box: Box | None,
) -> None:
    """Take a way whole, or in pieces where its other nodes lie outside the extract.

    Nodes without a position are added to `missing`.
    """
    met.streets += 1
    try:
        line = factory.create_linestring(way, osmium.geom.use_nodes.ALL)
    except osmium.InvalidLocationError:
        missing += [node.ref for node in way.nodes if not node.location.valid()]
        runs = groupby(way.nodes, key=lambda node: node.location.valid())
        found = [list(nodes) for valid, nodes in runs if valid]
        pieces = [([node.ref for node in run], _line(run)) for run in found if len(run) > 1]
        if box is None or any(box.meets(line) for _, line in pieces):
            _count(met.report, "ways_cut_at_the_edge")
    except RuntimeError:
        _count(met.report, "ways_without_line")
        return
    else:
        nodes = way.nodes
        pieces = [([nodes[i].ref for i in range(len(nodes))], line)]  # faster than its iterator
    tags: tuple[object, ...] = ()
    for references, line in pieces:
        if box is None or box.meets(line):
            tags = tags or _way_tags(way)
            met.add(tags, references, line)
        else:
            met.elsewhere.extend(references)


def _way_tags(way: osmium.osm.Way) -> tuple[object, ...]:
    """Return the id of a way and the values of `WAY_TAGS`."""
    value = way.tags.get
    if len(way.tags) == 1:
        return (way.id, value("highway"), *_NO_OTHER_TAGS)
    return (way.id, *[word and sys.intern(word) for word in map(value, WAY_TAGS)])


def _line(nodes: list[osmium.osm.NodeRef]) -> str:
    """Return a line through nodes as pyosmium writes it: WKB of this machine's byte order."""
    ends = [coordinate for node in nodes for coordinate in (node.lon, node.lat)]
    order = 1 if sys.byteorder == "little" else 0
    return struct.pack(f"=BII{len(ends)}d", order, 2, len(nodes), *ends).hex()


def _take_area(
    area: osmium.osm.Area,
    factory: osmium.geom.WKBFactory,
    met: Features,
    drawn: DrawnBuildings,
    box: Box | None,
) -> None:
    tags = area.tags
    try:
        outline = factory.create_multipolygon(area)
    except RuntimeError:
        if read_building(tags) is None and place_kind(tags) is not None:
            _count(met.report, "areas_without_outline")
        return
    drawn.add_area(area)
    plain = _plain_building(tags)
    if not plain:
        _take_ground(tags, outline, met)
    near = box is None or box.meets(outline)
    if not near and (plain or not any(tags.get(key) for key in RAIL_KEYS)):
        return
    building, kind, height = _said(plain) if plain else _reading(tags)
    if kind:
        _take_place(tags, kind, outline, met)
    if near and building is not None:
        _take_building(building, height, outline, met)


def _plain_building(tags: osmium.osm.TagList) -> str:
    """Return the value of a building of which tags say no more than where it is; else nothing."""
    value, others = tags.get("building"), len(tags) - 1
    for key in _ADDRESS:
        if not others:
            break
        others -= tags.get(key) is not None
    return "" if others or value is None else value


@lru_cache(maxsize=4096)
def _said(value: str) -> tuple[Building | None, str | None, float]:
    """Return what the value of a building alone says."""
    return _reading({"building": value})


def _reading(tags: Tags) -> tuple[Building | None, str | None, float]:
    """Return what tags say of a building, the kind of place, and the height (m; NaN unknown)."""
    building = read_building(tags)
    stands = building is not None and not building.left_out
    return building, place_kind(tags), building_height(tags) if stands else math.nan


def _take_building(building: Building, height: float, outline: str, met: Features) -> None:
    if building.left_out:
        _count(met.report, building.left_out)
    else:
        met.add_building(height, building, outline)


def _take_ground(tags: Tags, outline: str, met: Features) -> None:
    ground, name = kinds_of_area(tags)
    if ground:
        met.around.add("ground", ground, _NO_NAMES, outline)
    if name:
        met.around.add("name", name, _names(tags), outline)


def _take_place(tags: Tags, kind: str, shape: str, met: Features) -> None:
    met.places.append((kind, *_names(tags), tags.get("ref")))
    met.positions.append(shape)


def _count(report: dict[str, float], reason: str) -> None:
    """Count one more thing that was left out."""
    report[reason] = report.get(reason, 0.0) + 1.0


def _read_ahead(what: str, path: Path, told: Future[str] | None) -> None:
    """Write what an extract holds to standard output, pickled."""

    @cache
    def where() -> Box | None:
        return None if told is None else box_of(told.result())

    met: Ways | Features
    if what == "ways":
        met = Ways()
        _read(_meet_ways, path, met, where)
    else:
        met = Features()
        _read(_meet_features, path, met, where)
    sys.stdout.buffer.write(pickle.dumps(vars(met), protocol=5))


if __name__ == "__main__":
    line = end_with_parent()
    _read_ahead(sys.argv[1], Path(sys.argv[2]), line if BOXED in sys.argv else None)
