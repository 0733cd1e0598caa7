"""Buildings that an extract draws and pyosmium makes no area of: cut by its edge, or crossing.

The stream notes every building as it is drawn and strikes it off when its area comes; of what is
left the ways are read once more, for the part inside the extract.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import osmium
from osmium.filter import IdFilter

from sim.city.sources.buildings import Building, read_building
from sim.city.sources.cut_outlines import Outline, Piece, Point, closed_outline


class CutBuilding(NamedTuple):
    """A building without a proper area."""

    tags: dict[str, str]
    building: Building | None
    """None of what its tags say is no building."""
    outline: str
    """The part inside the extract in hexadecimal WKB; empty where nothing has an area."""
    points: tuple[Point, ...]
    """The nodes of it that the extract holds, longitude and latitude."""


@dataclass
class DrawnBuildings:
    """The buildings of an extract that have no area so far.

    Attributes
    ----------
    ways
        Ids of ways; the area of a way follows it in the stream.
    with_area
        Ids of multipolygons that have one; they come before their relations.
    relations
        Tags and members of multipolygons without.
    """

    ways: set[int] = field(default_factory=set)
    with_area: set[int] = field(default_factory=set)
    relations: dict[int, tuple[dict[str, str], Outline]] = field(default_factory=dict)

    def add_area(self, area: osmium.osm.Area) -> None:
        """Strike off the building of an area."""
        if area.from_way():
            self.ways.discard(area.orig_id())
        else:
            self.with_area.add(area.orig_id())
            self.relations.pop(area.orig_id(), None)

    def add_relation(self, relation: osmium.osm.Relation) -> None:
        """Note a multipolygon."""
        tags = {tag.k: tag.v for tag in relation.tags}
        if tags.get("type") != "multipolygon" or relation.id in self.with_area:
            return
        ways = [(member.ref, member.role) for member in relation.members if member.type == "w"]
        inner = tuple(ref for ref, role in ways if role == "inner")
        outer = tuple(ref for ref, role in ways if role != "inner")
        self.relations[relation.id] = tags, Outline(outer, inner)

    def cut(
        self, path: Path, locations: osmium.index.LocationTable | None
    ) -> Iterator[CutBuilding]:
        """Yield what is known of those that are left once the stream has ended.

        Parameters
        ----------
        path
            The extract.
        locations
            Positions of its nodes.
        """
        members = {
            way for _, outline in self.relations.values() for way in outline.outer + outline.inner
        }
        if locations is None or not (self.ways or members):
            return
        pieces: dict[int, Piece] = {}
        closed: list[tuple[dict[str, str], Outline]] = []
        items = osmium.FileProcessor(str(path), osmium.osm.WAY)
        for way in items.with_filter(IdFilter(self.ways | members)):
            if not isinstance(way, osmium.osm.Way):
                continue
            pieces[way.id] = piece = _piece(way, locations)
            if way.id not in self.ways:
                continue
            tags = {tag.k: tag.v for tag in way.tags}
            if way.is_closed():
                closed.append((tags, Outline((way.id,), ())))
            else:
                yield CutBuilding(tags, read_building(tags), "", piece.points)
        for tags, outline in [*closed, *self.relations.values()]:
            building = read_building(tags)
            if building is not None:
                known = [pieces[way].points for way in outline.outer if way in pieces]
                shape = closed_outline(outline, pieces)
                yield CutBuilding(tags, building, shape, tuple(chain.from_iterable(known)))


def _piece(way: osmium.osm.Way, locations: osmium.index.LocationTable) -> Piece:
    """Return the nodes of a way that the extract holds."""
    nodes, points = [], []
    for node in way.nodes:
        try:
            place = locations.get(node.ref)
        except KeyError:
            continue
        if place.valid():
            nodes.append(node.ref)
            points.append((place.lon, place.lat))
    return Piece(tuple(nodes), tuple(points))
