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
class Trees:
    """The trees that the stream has met so far, beyond the box too.

    Attributes
    ----------
    places
        Longitude and latitude of single trees.
    told
        Of those of which tags say more: the number of the tree, its species, its trunk (mm), and
        the height and spread of its crown (m).
    rows, sizes, vertices
        Of each row of trees what tags say likewise, how many vertices it has, and their longitude
        and latitude.
    """

    places: array[float] = field(default_factory=lambda: array("d"))
    told: list[tuple[int, str, float, float, float]] = field(default_factory=list)
    rows: list[tuple[str, float, float, float]] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("q"))
    vertices: array[float] = field(default_factory=lambda: array("d"))

    def add_row(self, told: tuple[str, float, float, float], line: str) -> None:
        """Take a row of trees; its line in hexadecimal WKB of this machine."""
        flat = array("d", bytes.fromhex(line)[LINE_HEAD:])
        self.rows.append(told)
        self.sizes.append(len(flat) // 2)
        self.vertices.extend(flat)


@dataclass
class Around:
    """Water, green ground, coast and names that the stream has met so far, beyond the box too.

    Attributes
    ----------
    rows
        What each is ("ground", "name" or "coast"), its kind, name, name:zh and name:en.
    shapes, ends
        Their points, lines and outlines in WKB, WGS 84, one after the other, and where each ends.
    """

    rows: list[tuple[str, str, str | None, str | None, str | None]] = field(default_factory=list)
    shapes: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("q"))

    def add(
        self, what: str, kind: str, names: tuple[str | None, str | None, str | None], shape: str
    ) -> None:
        """Take one; its shape in hexadecimal WKB."""
        self.rows.append((what, kind, *names))
        self.shapes += bytes.fromhex(shape)
        self.ends.append(len(self.shapes))

    def shape(self, row: int) -> bytes:
        """Return the shape of a row, in WKB."""
        return bytes(self.shapes[self.ends[row - 1] if row else 0 : self.ends[row]])

    def forget(self) -> None:
        """Let go of all that was met."""
        self.rows, self.shapes, self.ends = [], bytearray(), array("q")


@dataclass
class Features:
    """The buildings, places and what else the stream has met so far.

    Attributes
    ----------
    heights, values, parts
        Of each building its height (m; NaN unknown), its OSM value, and 1 if it is a part.
    outlines, ends
        Their outlines in WKB, WGS 84, one after the other, and where each ends.
    places, positions
        Kind, name, name:zh, name:en and ref; its point or outline in hexadecimal WKB.
    trees, around
        Trees, and what a map shows around the streets.
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
    trees: Trees = field(default_factory=Trees)
    around: Around = field(default_factory=Around)
    rail: bool = False
    report: dict[str, float] = field(default_factory=dict)

    def add_building(self, height: float, building: Building, outline: str) -> None:
        """Take a building; its outline in hexadecimal WKB."""
        self.heights.append(height)
        self.values.append(sys.intern(building.value))
        self.parts.append(building.part)
        self.outlines += bytes.fromhex(outline)
        self.ends.append(len(self.outlines))
