"""OpenStreetMap through an Overpass server: layer by layer, tile by tile, into one extract.

Answers are asked for as OSM XML and merged by pyosmium into one .osm.pbf, which `sources.pbf` then
reads like any other extract: what a tag means is decided there, once. It knows Overpass's language
and failures; osmnx is not asked, because it tries 429 and 504 again for ever, a minute each.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from sim.atomic_write import replace_file
from sim.city.assemble import DEFAULT_HALO_M, RIM_M, assemble
from sim.city.mapped_walls import mapped_walls
from sim.city.model import City
from sim.city.places import Places
from sim.city.sides import with_both_sides
from sim.city.sources.named_areas import WantedArea
from sim.city.sources.osm_stream import OSM
from sim.city.sources.overpass_queries import (
    SMALLEST_TILE_DEGREES,
    Box,
    query,
    questions,
)
from sim.city.sources.pbf import Extract, read_pbf
from sim.city.sources.server import GarbageError, NoAnswerError, Server, TooMuchError
from sim.city.streets import StreetNetwork
from sim.errors import InputError

OVERPASS = "https://overpass-api.de/api"

LARGEST_FETCH_MB = 4000
"""XML of all answers together; merging them takes about as much memory."""

TOO_MUCH = ("Query timed out", "out of memory")
"""Remarks after which less should be asked at once; after all others the same, later."""

_DISPATCHER = "Dispatcher_Client"
"""Part of Overpass that refuses queries while it is busy, and is named in its answers then."""
_BASE = re.compile(rb'osm_base="([0-9TZ:-]{10,30})"')
_REMARK = re.compile(rb"<remark>(.{0,400}?)</remark>", re.DOTALL)
_HEAD_BYTES = _TAIL_BYTES = 4096


@dataclass(frozen=True)
class Answer:
    """What an answer says of itself: digest and size of its XML, date of the data, ways in it."""

    sha256: str
    bytes: int
    osm_base: str
    ways: int


@dataclass(frozen=True)
class Part:
    """An answer and the question to it."""

    layer: str
    box: Box
    path: Path
    answer: Answer
    was_kept: bool


def overpass(
    kept: Path,
    url: str = OVERPASS,
    *,
    say: Callable[[str], None] = lambda _line: None,
    wait: Callable[[float], None] = time.sleep,
) -> Server[Answer]:
    """Return an Overpass server, given the address that comes before "/interpreter"."""
    base = url.rstrip("/").removesuffix("/interpreter")
    address = f"{base}/interpreter"
    return Server("Overpass", address, "POST", kept, ".osm", read_answer, say, wait)


def read_answer(path: Path) -> Answer:
    """Read a kept answer (gzip) from end to end.

    Raises
    ------
    GarbageError
        It is cut off, is no OSM XML, or says that the server had no time for it.
    TooMuchError
        It says that the query ran out of time or memory.
    """
    head = tail = b""
    digest, size = hashlib.sha256(), 0
    try:
        with gzip.open(path) as file:
            while chunk := file.read(1 << 20):
                head = head or chunk[:_HEAD_BYTES]
                tail = (tail + chunk)[-_TAIL_BYTES:]
                digest.update(chunk)
                size += len(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise GarbageError("a kept answer is damaged") from error
    _check_ends(head, tail)
    base = _BASE.search(head)
    return Answer(
        digest.hexdigest(), size, base.group(1).decode() if base else "", _count_ways(path)
    )


def _check_ends(head: bytes, tail: bytes) -> None:
    """Judge an answer by its first and last bytes, as far as they tell."""
    if b"<osm" not in head:
        if _DISPATCHER.encode() in head:
            raise GarbageError("too busy to answer")
        raise GarbageError("answers something else than OSM data, with status 200")
    remark = _REMARK.search(tail)
    if remark:
        text = " ".join(remark.group(1).decode(errors="replace").split())[:200]
        if any(words in text for words in TOO_MUCH):
            raise TooMuchError(text)
        raise GarbageError(f"{'too busy to' if _DISPATCHER in text else 'did not'} answer ({text})")
    if not tail.rstrip().endswith(b"</osm>"):
        raise GarbageError("the answer was cut off")


def _count_ways(path: Path) -> int:
    """Parse an answer to its end, in C++, and return how many ways it holds."""

    class Ways(osmium.SimpleHandler):
        count = 0

        def way(self, _way: object) -> None:
            self.count += 1

    ways = Ways()
    try:
        osmium.apply(str(path), ways)
    except (RuntimeError, ValueError, OSError) as error:
        raise GarbageError(f"malformed answer ({' '.join(str(error).split())[:80]})") from error
    return ways.count


def fetch_parts(
    server: Server[Answer], asked: list[tuple[str, Box]], say: Callable[[str], None]
) -> list[Part]:
    """Get every answer, from disk where it is kept; a box that is too much is cut in four.

    Raises
    ------
    InputError
        All together are too much.
    NoAnswerError
        The server does not answer after all tries, or not even for a small box.
    """
    parts: list[Part] = []
    size = 0.0
    for number, (layer, box) in enumerate(asked, 1):
        for part in _answers(server, layer, box):
            parts.append(part)
            size += part.answer.bytes / 1e6
            kept = ", kept" if part.was_kept else ""
            say(f"{layer} ({number} of {len(asked)}): {part.answer.bytes / 1e6:.1f} MB{kept}")
            if size > LARGEST_FETCH_MB:
                raise InputError(
                    f"{server.host}: more than {LARGEST_FETCH_MB:,} MB of answers; take a smaller "
                    "area, or import an extract (.osm.pbf)"
                )
    return parts


def _answers(server: Server[Answer], layer: str, box: Box) -> Iterator[Part]:
    form = {"data": query(layer, box)}
    was_kept = server.has(form)
    try:
        yield Part(layer, box, *server.answer(form), was_kept)
    except TooMuchError as error:
        if box.north - box.south < 2 * SMALLEST_TILE_DEGREES:
            raise NoAnswerError(
                f"{server.title} at {server.host}",
                f"cannot answer for {layer} even in {box.km2:.1f} km2 ({error}); take another "
                "server, or import an extract (.osm.pbf)",
            ) from error
        server.say(f"{server.title}: too much at once ({error}); asking for a quarter of it")
        for quarter in box.quarters():
            yield from _answers(server, layer, quarter)


def merge(parts: list[Part], extract: Path) -> None:
    """Write all answers into one .osm.pbf, each node, way and relation once."""
    merger = osmium.MergeInputReader()
    for part in parts:
        merger.add_file(str(part.path))
    writer = osmium.WriteHandler(str(extract))
    merger.apply(writer, simplify=True)
    writer.close()


def fetch_city(
    area: WantedArea,
    name: str,
    server: Server[Answer],
    *,
    halo_m: float = DEFAULT_HALO_M,
    private: bool = False,
    pavements: bool = False,
    extract: Path | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> City:
    """Build a city from what an Overpass server knows of an area.

    Parameters
    ----------
    area
        The study area, as `sim.city.sources.named_areas.wanted_area` finds it.
    name
        Of the city.
    server
        As `overpass` returns it; interrupted fetches go on from the answers that it has kept.
    halo_m
        Width simulated beyond the area.
    private
        Walk ways of private access too.
    pavements
        Infer both pavements of streets that have none on the map.
    extract
        Where to keep all that was fetched, surveillance nodes included, as .osm.pbf.
    say
        Told of each answer in one line.

    Raises
    ------
    InputError
        The area is too large, or the server knows no streets there.
    NoAnswerError
        The server does not answer after all tries.
    """
    parts = fetch_parts(server, questions(area, halo_m), say)
    if not any(part.answer.ways for part in parts if part.layer == "streets"):
        raise _nothing(area, server)
    found, watched = _read_merged(parts, extract)
    reach = area.polygon.buffer(halo_m)
    edges = found.edges[found.edges.to_crs(area.crs).intersects(reach)]
    if edges.empty:
        raise _nothing(area, server)
    middles = StreetNetwork.build(found.nodes, edges, area.crs, private)
    mapped = mapped_walls(_near(middles, found.buildings, reach), middles.crs)
    streets = with_both_sides(middles, mapped) if pavements else middles
    provenance = {
        "sources": [_source(server, parts), *area.sources],
        "left_out_while_reading": {**found.report, "mapped_cameras": float(watched)},
    }
    return assemble(
        name, streets, buildings=mapped, area=area.polygon, halo_m=halo_m,
        places=Places(found.places), name_zh=area.name_zh, centrelines=middles,
        provenance=provenance,
    )  # fmt: skip


def _read_merged(parts: list[Part], extract: Path | None) -> tuple[Extract, int]:
    """Read all responses as one extract, kept where asked for; count its mapped cameras."""
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder) / "merged.osm.pbf"
        merge(parts, merged)
        found = read_pbf(merged)
        watched = _surveillance_count(merged)
        if extract is not None:
            _put(merged, extract)
    return found, watched


def _near(
    streets: StreetNetwork, buildings: gpd.GeoDataFrame, reach: BaseGeometry
) -> gpd.GeoDataFrame | None:
    """Return the buildings, or none of them where all lie in a corner of the box without streets.

    On a path through a country park that is not a mistake, as it is where a person gives two files.
    """
    lines = shapely.geometrycollections(streets.edges.geometry.to_numpy())
    region = shapely.convex_hull(lines).buffer(RIM_M, quad_segs=2).intersection(reach)
    projected = buildings.to_crs(streets.crs)
    return projected if projected.intersects(region).any() else None


def _nothing(area: WantedArea, server: Server[Answer]) -> InputError:
    return InputError(
        f"{area.name}: {server.host} knows no streets there; check the place, or take a larger area"
    )


def _surveillance_count(extract: Path) -> int:
    kind = osmium.filter.TagFilter(("man_made", "surveillance"))
    return sum(1 for _ in osmium.FileProcessor(str(extract)).with_filter(kind))


def _put(merged: Path, extract: Path) -> None:
    """Put the merged file where the user wants it, whole or not at all."""
    replace_file(extract, partial(shutil.copyfile, merged))


def _source(server: Server[Answer], parts: list[Part]) -> dict[str, Any]:
    """Return what was asked, when the data is of, and what came: one digest over all answers."""
    digest = hashlib.sha256("".join(part.answer.sha256 for part in parts).encode())
    dates = sorted({part.answer.osm_base for part in parts} - {""})
    return {
        "file": server.host,
        "kind": "overpass",
        "sha256": digest.hexdigest(),
        "bytes": sum(part.answer.bytes for part in parts),
        "data_of": [dates[0], dates[-1]] if dates else [],
        "answers": [
            {
                "layer": part.layer,
                "box": [round(side, 6) for side in part.box],
                "sha256": part.answer.sha256,
                "bytes": part.answer.bytes,
            }
            for part in parts
        ],
        **OSM,
    }
