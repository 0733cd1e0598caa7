"""Surveillance as OpenStreetMap has it, from a PBF extract, Overpass JSON or GeoJSON.

Each reader answers with things, their positions in WGS 84 and their tags, nodes before ways, in
the order of their ids. What the tags mean to a camera is decided in `sim.cameras.tags`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from osmium import FileProcessor
from osmium.filter import IdFilter, KeyFilter
from osmium.osm import NODE, RELATION, WAY, osm_entity_bits

from sim.cameras.tags import LIFECYCLE, is_surveillance
from sim.city.sources.pbf_size import check_unpacked
from sim.city.sources.tables import check_file, not_a_position, read_text, shown
from sim.city.tags import OTHER_TAGS, parse_other_tags, tag_text
from sim.errors import InputError

LARGEST_PBF_MB = 1000
LARGEST_JSON_MB = 100
MOST_CAMERAS = 200_000
MOST_TAGS = 500
LONGEST_TAG = 5000
"""Characters of one value that are kept; OpenStreetMap itself allows 255."""
_TYPES = ("node", "way", "relation")


class Mapped(NamedTuple):
    """A thing on a map or in a list."""

    source: str
    """"node/256257146", or "row 12"."""
    longitude: float
    latitude: float
    tags: Mapping[str, str]


class MappedThings(NamedTuple):
    """What a file holds."""

    things: list[Mapped]
    left_out: Counter[str]
    """What was passed over, counted by reason."""
    document: Mapping[str, Any]
    """The whole file if it was JSON, for what else it may say."""


def read_pbf(path: Path) -> MappedThings:
    """Read the surveillance of an OpenStreetMap extract; a way stands at the middle of its box.

    Raises
    ------
    InputError
        The file is missing, empty, damaged, no PBF, or too large.
    """
    check_file(path, LARGEST_PBF_MB)
    with path.open("rb") as file:
        if b"OSMHeader" not in file.read(64):
            raise InputError(f"{path}: is no OSM PBF file; give a .osm.pbf extract")
    check_unpacked(path)
    left_out: Counter[str] = Counter()
    try:
        things = [*_pbf_nodes(path), *_pbf_ways(path, left_out)]
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:80]
        raise InputError(
            f"{path}: the OSM file is damaged or cut short ({reason}); download it again"
        ) from error
    return MappedThings(_in_order(path, things, left_out), left_out, {})


def _tagged(path: Path, kind: osm_entity_bits) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield what of a kind is surveillance, with its tags; keys are filtered where it is fast."""
    keys = ("man_made", *(f"{prefix}:man_made" for prefix in LIFECYCLE))
    items: Any = FileProcessor(str(path), kind)
    newest = None
    if items.header.has_multiple_object_versions:
        newest = _newest_versions(
            path, kind, {item.id for item in items.with_filter(KeyFilter(*keys))}
        )
        items = FileProcessor(str(path), kind)
    for item in items.with_filter(KeyFilter(*keys)):
        tags = {tag.k: tag.v for tag in item.tags}
        current = newest is None or (item.visible and item.version == newest[item.id])
        if current and is_surveillance(tags):
            yield item, tags


def _newest_versions(path: Path, kind: osm_entity_bits, ids: set[int]) -> dict[int, int]:
    """Return the newest version of each thing of a history file, deleted or not."""
    newest: dict[int, int] = {}
    items: Any = FileProcessor(str(path), kind)
    for item in items.with_filter(IdFilter(ids)):
        newest[item.id] = max(item.version, newest.get(item.id, 0))
    return newest


def _pbf_nodes(path: Path) -> Iterator[Mapped]:
    for node, tags in _tagged(path, NODE):
        if not node.location.valid():
            raise InputError(f"{path}: node {node.id} has no position; download it again")
        yield Mapped(f"node/{node.id}", node.location.lon, node.location.lat, tags)


def _pbf_ways(path: Path, left_out: Counter[str]) -> Iterator[Mapped]:
    """Yield ways; the file is read again for their nodes only if there are any."""
    left_out["relation"] += sum(1 for _ in _tagged(path, RELATION))

    found = {way.id: (tags, [node.ref for node in way.nodes]) for way, tags in _tagged(path, WAY)}
    if not found:
        return
    wanted = {node for _, nodes in found.values() for node in nodes}
    items: Any = FileProcessor(str(path), NODE).with_filter(IdFilter(wanted))
    place = {
        node.id: (node.location.lon, node.location.lat) for node in items if node.location.valid()
    }
    for number, (tags, nodes) in found.items():
        here = [place[node] for node in nodes if node in place]
        if here:
            yield Mapped(f"way/{number}", *_middle(here), tags)
        else:
            left_out["way outside the extract"] += 1


def read_json(path: Path) -> MappedThings:
    """Read Overpass JSON or GeoJSON, as overpass-turbo and osmtogeojson write it.

    Raises
    ------
    InputError
        The file is missing, too large, no JSON, of another kind, or a position in it is none.
    """
    document = _json(path)
    left_out: Counter[str] = Counter()
    if isinstance(document.get("elements"), list):
        _check_whole(path, document.get("remark"))
        things = _overpass(path, _newest(document["elements"], left_out), left_out)
    elif isinstance(document.get("features"), list):
        _check_degrees(path, document)
        things = _features(path, document["features"], left_out)
    else:
        raise InputError(
            f'{path}: is neither Overpass JSON ("elements") nor GeoJSON ("features"); '
            "export it again"
        )
    return MappedThings(_in_order(path, things, left_out), left_out, document)


def _json(path: Path) -> dict[str, Any]:
    text = read_text(path, LARGEST_JSON_MB)
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: is no JSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no JSON that can be read; export it again") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: is no Overpass JSON and no GeoJSON; export it again")
    return document


def _no_constant(word: str) -> float:
    raise ValueError(word)


def _check_degrees(path: Path, document: Mapping[str, Any]) -> None:
    """Refuse GeoJSON of the old kind that is in metres: longitudes and latitudes are meant."""
    system = json.dumps(document.get("crs"))
    if document.get("crs") is not None and not any(w in system for w in ("CRS84", "4326")):
        raise InputError(f"{path}: its crs is not WGS 84; export it in EPSG:4326")


def _check_whole(path: Path, remark: object) -> None:
    """Refuse an answer of Overpass that ended before it was whole."""
    if isinstance(remark, str) and remark.strip():
        raise InputError(
            f"{path}: the server says of its answer {shown(remark)}: it is not whole; ask again, "
            "for a smaller area or with a longer timeout"
        )


def _newest(elements: list[Any], left_out: Counter[str]) -> list[Any]:
    """Return the newest version of each element that still stands."""
    newest: dict[tuple[Any, Any], Any] = {}
    alone = []
    for element in elements:
        named = isinstance(element, dict) and isinstance(element.get("id"), int)
        if not named or not isinstance(element.get("type"), str):
            alone.append(element)
            continue
        key = element["type"], element["id"]
        former = newest.get(key)
        if former is not None:
            older = _version(element) != _version(former)
            left_out["older version" if older else "said twice"] += 1
        if former is None or _version(element) > _version(former):
            newest[key] = element
    standing = [element for element in newest.values() if element.get("visible") is not False]
    left_out["deleted"] += len(newest) - len(standing)
    return [*standing, *alone]


def _version(element: Mapping[str, Any]) -> float:
    version = element.get("version")
    return float(version) if isinstance(version, int | float) else 0.0


def _overpass(path: Path, elements: list[Any], left_out: Counter[str]) -> Iterator[Mapped]:
    for number, element in enumerate(elements, 1):
        if not isinstance(element, dict) or not isinstance(element.get("tags"), dict):
            continue  # a node that only carries a way
        tags = _tags(element["tags"])
        if not is_surveillance(tags):
            left_out["no surveillance"] += 1
            continue
        at = element.get("center", element)
        place = (at.get("lon"), at.get("lat")) if isinstance(at, dict) else (None, None)
        if place == (None, None):
            raise InputError(
                f"{path}: element {number} has no position; ask Overpass for `out center`"
            )
        source = _source(element.get("type"), element.get("id"), f"element {number}")
        yield Mapped(source, *_position(path, f"element {number}", [place]), tags)


def _features(path: Path, features: list[Any], left_out: Counter[str]) -> Iterator[Mapped]:
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        properties = properties if isinstance(properties, dict) else {}
        inner = properties.get("tags")
        tags = _tags(inner if isinstance(inner, dict) else properties)
        if not is_surveillance(tags):
            left_out["no surveillance"] += 1
            continue
        where = f"feature {number}"
        geometry = feature.get("geometry")
        points = _points(geometry) if isinstance(geometry, dict) else []
        if not points:
            raise InputError(f"{path}: {where} has no position; export it again")
        said = properties.get("@id") or feature.get("id") or where
        if isinstance(inner, dict):
            source = _source(properties.get("type"), properties.get("id"), str(said))
        else:
            source = str(said)
        yield Mapped(source[:100], *_position(path, where, points), tags)


def _source(kind: object, number: object, otherwise: str) -> str:
    known = kind in _TYPES and isinstance(number, int) and abs(number) < 1 << 63
    return f"{kind}/{number}" if known else otherwise


def _tags(values: Mapping[str, Any]) -> dict[str, str]:
    """Return tags as text, those that GDAL puts into one column among them."""
    tags: dict[str, str] = {}
    for column in OTHER_TAGS:
        tags |= parse_other_tags(values.get(column))
    for key, value in list(values.items())[:MOST_TAGS]:
        if key not in OTHER_TAGS and not isinstance(value, Mapping):
            tags[key] = tag_text(value)
    return {key: text[:LONGEST_TAG] for key, text in list(tags.items())[:MOST_TAGS] if text}


def _points(geometry: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Return the corners of a GeoJSON geometry, however deep they lie."""
    found: list[tuple[Any, Any]] = []
    left = [geometry.get("coordinates")]
    while left:
        part = left.pop()
        if not isinstance(part, list) or not part:
            continue
        if len(part) >= 2 and not isinstance(part[0], list):
            found.append((part[0], part[1]))
        else:
            left.extend(part)
    return found


def _position(path: Path, where: str, points: list[tuple[Any, Any]]) -> tuple[float, float]:
    """Return the middle of the box around some points, after checking that they are on Earth."""
    for longitude, latitude in points:
        plain = all(
            isinstance(value, int | float) and not isinstance(value, bool)
            for value in (longitude, latitude)
        )
        if not plain:
            raise InputError(f"{path}: {where}: its position is no pair of numbers")
        if not (-180 <= longitude <= 180 and -90 < latitude < 90):
            raise InputError(f"{path}: {where}: {not_a_position(longitude, latitude)}")
    return _middle(points)


def _middle(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    corners = np.array(list(points), np.float64)
    longitude, latitude = (corners.min(axis=0) + corners.max(axis=0)) / 2
    return float(longitude), float(latitude)


def _in_order(path: Path, things: Iterable[Mapped], left_out: Counter[str]) -> list[Mapped]:
    """Put things in the order of their ids, each once; those without an id stay as they came."""
    once: dict[str, Mapped] = {}
    for thing in things:
        if thing.source in once:
            left_out["said twice"] += 1
        once.setdefault(thing.source, thing)
        if len(once) > MOST_CAMERAS:
            raise InputError(f"{path}: more than {MOST_CAMERAS:,} cameras; cut the area out first")
    return sorted(once.values(), key=_age)


def _age(thing: Mapped) -> tuple[int, int]:
    kind, _, number = thing.source.partition("/")
    digits = number.removeprefix("-")
    if kind not in _TYPES or not (digits.isascii() and digits.isdigit()):
        return len(_TYPES), 0
    return _TYPES.index(kind), int(number)
