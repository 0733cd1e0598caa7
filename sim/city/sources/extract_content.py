"""What the stream through an extract keeps, as plain lists and arrays.

One process fills them and another reads them, so that they are small to hand on: numbers and shapes
stand one after the other, words are kept once.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.city.sources.box import LINE_HEAD

if TYPE_CHECKING:
    from sim.city.sources.buildings import Building


@dataclass
class Ways:
    """The ways that the stream has met so far.

    Attributes
    ----------
    tags
        The id and the values of the tags of every way, or piece of one.
    sizes, references
        How many nodes each of them has, and their ids one way after the other.
    elsewhere
        Ids of the nodes of ways beyond the box; in the end of those on which ways inside lie too.
    streets
        How many ways there are, beyond the box too.
    vertices
        Longitude and latitude of each of these nodes (WGS 84).
    report
        What was left out, counted.
    """

    tags: list[tuple[object, ...]] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("q"))
    references: array[int] = field(default_factory=lambda: array("q"))
    elsewhere: array[int] = field(default_factory=lambda: array("q"))
    streets: int = 0
    vertices: array[float] = field(default_factory=lambda: array("d"))
    report: dict[str, float] = field(default_factory=dict)

    def add(self, tags: tuple[object, ...], references: list[int], line: str) -> None:
        """Take a way, or a piece of one; its line in hexadecimal WKB of this machine."""
        self.tags.append(tags)
        self.sizes.append(len(references))
        self.references.extend(references)
        self.vertices.frombytes(bytes.fromhex(line)[LINE_HEAD:])


@dataclass
class Features:
    """The buildings and places that the stream has met so far.

    Attributes
    ----------
    heights, values, parts
        Of each building its height (m; NaN unknown), its OSM value, and 1 if it is a part.
    outlines, ends
        Their outlines in WKB, WGS 84, one after the other, and where each ends.
    places, positions
        Kind, name, name:zh, name:en and ref; its point or outline in hexadecimal WKB.
    trees, tree_shapes
        Species, trunk (mm), height and spread (m) of a tree or a row; its point or line likewise.
    rail
        Whether there are rail stations or entrances, beyond the box too.
    report
        What was left out, counted.
    """

    heights: array[float] = field(default_factory=lambda: array("d"))
    values: list[str] = field(default_factory=list)
    parts: bytearray = field(default_factory=bytearray)
    outlines: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("q"))
    places: list[tuple[str | None, ...]] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    trees: list[tuple[str, float, float, float]] = field(default_factory=list)
    tree_shapes: list[str] = field(default_factory=list)
    rail: bool = False
    report: dict[str, float] = field(default_factory=dict)

    def add_building(self, height: float, building: Building, outline: str) -> None:
        """Take a building; its outline in hexadecimal WKB."""
        self.heights.append(height)
        self.values.append(sys.intern(building.value))
        self.parts.append(building.part)
        self.outlines += bytes.fromhex(outline)
        self.ends.append(len(self.outlines))
