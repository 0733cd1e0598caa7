"""Way-points as people say them: a corner, a station exit, a place, a street, or coordinates.

A gazetteer finds the street node that a text in English or Chinese means, or says what is wrong
and what was perhaps meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from sim.city.model import City
from sim.errors import InputError
from sim.nearest import tree_of
from sim.trips.routing import nearest_nodes
from sim.wording import counted

JUNCTION_TOLERANCE_M = 25.0
"""Two streets meet where they share a node, or else where nodes of theirs are this close: between
them may lie a pavement or a crossing that carries no name."""
REACH_M = 250.0
"""A place further than this from every street cannot be walked to."""

_COORDINATES = re.compile(r"\(?\s*([+-]?\d+(?:\.\d*)?)\s*,\s*([+-]?\d+(?:\.\d*)?)\s*\)?")
_FILLING = re.compile(r"\b(?:mtr|station|exit|the)\b|港鐵|號?出口|站")
_EXIT = re.compile(
    r"[\s,]*(?:\bexit\s+\w+|\b[a-z]\d*\s*號?出口|(?<=[^\x00-\x7f])[a-z]\d*號?出口)\s*$"
)
_SLASH = re.compile(r"[/\u2044\u2215]")  # the full-width one has become "/" by then
_CORNER_WORDS = re.compile(r"\s+(?:and|at)\s+|[&@、與和及]")
_CORNER_FILLING = re.compile(r"^\s*(?:the\s+)?(?:corner|junction)\s+of\s|(?:的|之)?交界處?\s*$")
_SHORT_WORDS = {"rd": "road", "st": "street", "ave": "avenue", "ln": "lane"}
_SHORT = re.compile(rf"\b(?:{'|'.join(_SHORT_WORDS)})\b")


class WalkThrough(Protocol):
    """Anything that names a walk: `NamedWalk`, or a walk of a scenario."""

    @property
    def name(self) -> str:
        """English name."""

    @property
    def name_zh(self) -> str:
        """Chinese name, may be empty."""

    @property
    def via(self) -> tuple[str, ...]:
        """Way-points in walking order, two or more."""


@dataclass(frozen=True)
class NamedWalk:
    """A walk through way-points, each as `Gazetteer.node` reads it.

    Attributes
    ----------
    name, name_zh
        In English and Chinese.
    via
        Way-points in walking order, two or more.
    """

    name: str
    via: tuple[str, ...]
    name_zh: str = ""


class Gazetteer:
    """Every name in a city, and the street node it stands for.

    Parameters
    ----------
    city
        Its streets and places, with names in English and Chinese.
    """

    def __init__(self, city: City) -> None:
        self.city = city
        self._xy = np.column_stack([city.streets.arrays.node_x, city.streets.arrays.node_y])
        self._ends = city.streets.edges[["u", "v"]].to_numpy(np.int64)
        edges, places = city.streets.edges, city.places.table
        self._streets = _index(_plain, edges["name"], edges["name_zh"])
        # Homes and offices without a name of their own carry that of their street.
        own = ~places["kind"].isin(["home", "office"])
        named, named_zh = (
            places[column].where(own | ~places[column].isin(edges[column]), "")
            for column in ("name", "name_zh")
        )
        self._places = _index(_plain, named, named_zh)
        self._exits = _index(_bare, named, named_zh)
        stations = places["name"].where(places["kind"] == "station", "")
        stations_zh = places["name_zh"].where(places["kind"] == "station", "")
        self._stations = _index(_station, stations, stations_zh)

    def node(self, text: str, key: str = "") -> int:
        """Return the street node that a way-point means.

        Parameters
        ----------
        text
            "22.3193,114.1694" (latitude, longitude); "Nathan Road / Argyle Street" or
            "彌敦道／亞皆老街" (where two streets meet, at most 25 m apart); "Mong Kok exit E2",
            "旺角站 E2 出口" or another place; "Mong Kok" (the middle one of a station's exits);
            "Nathan Road" (its middle inside the area). Names may be English or Chinese, in any
            case and width; Rd, St, Ave and Ln are read as the words they stand for.
        key
            Scenario key to name in an error.

        Raises
        ------
        InputError
            Unknown, outside the region, or away from every street.
        """
        coordinates = _COORDINATES.fullmatch(unicodedata.normalize("NFKC", text))
        if coordinates:
            return self._at(float(coordinates[1]), float(coordinates[2]), text, key)
        if _plain(text) in self._places:
            return self._place(self._places[_plain(text)], text, key)
        corner = self._corner(text)
        if corner:
            return self._junction(corner, text, key)
        if _plain(text) in self._streets:
            return self._middle(self._streets[_plain(text)])
        for names in (self._exits, self._stations):
            if _bare(text) in names:
                return self._place(names[_bare(text)], text, key)
        raise self._unknown(text, text, key, places=True)

    def along(
        self, names: Sequence[str], key: str = ""
    ) -> tuple[list[int], list[NDArray[np.int64]]]:
        """Return where a way along streets begins, turns and ends, and the edges of each street.

        Parameters
        ----------
        names
            Streets in walking order, each met by the next; of the first and last one it takes all
            that leads away from the corner, of a single one all.
        key
            Scenario key to name in an error.

        Returns
        -------
        tuple
            Street nodes, one more than streets; and edges of each street.

        Raises
        ------
        InputError
            There is no such street, or two that follow one another do not meet.
        """
        for name in names:
            if _plain(name) not in self._streets:
                raise self._unknown(name, name, key, places=False)
        streets = [self._streets[_plain(name)] for name in names]
        corners = [
            self._junction([one, other], f"{one} / {other}", key) for one, other in pairwise(names)
        ]
        first, last = self._nodes(streets[0]), self._nodes(streets[-1])
        if not corners:
            start = self._farthest(first, int(first[0]))
            return [start, self._farthest(first, start)], streets
        ends = self._farthest(first, corners[0]), self._farthest(last, corners[-1])
        return [ends[0], *corners, ends[1]], streets

    def _farthest(self, nodes: NDArray[np.int64], node: int) -> int:
        """Return which of some nodes inside the area lies farthest from a node."""
        inside = shapely.intersects_xy(self.city.area.polygon, self._xy[nodes])
        nodes = nodes[inside] if inside.any() else nodes
        return int(nodes[np.hypot(*(self._xy[nodes] - self._xy[node]).T).argmax()])

    def _at(self, latitude: float, longitude: float, text: str, key: str) -> int:
        region = self.city.area.region
        point = self._projected(latitude, longitude)
        if point is None or not shapely.intersects_xy(region, *point):
            swapped = self._projected(longitude, latitude)
            if swapped is not None and shapely.intersects_xy(region, *swapped):
                remedy = f"the latitude comes first (did you mean {longitude:g},{latitude:g}?)"
            else:
                remedy = "is it latitude,longitude?"
            away = shapely.distance(region, shapely.Point(point)) / 1000 if point else 0.0
            how_far = f"{away:,.1f} km " if point else ""
            raise InputError(f'"{text}" lies {how_far}outside the area; {remedy}', key=key)
        return self._near(point[0], point[1], text, key)

    def _projected(self, latitude: float, longitude: float) -> tuple[float, float] | None:
        """Return metres, or None where degrees or projection have no such position."""
        if abs(latitude) > 90 or abs(longitude) > 180:
            return None
        to_metres = pyproj.Transformer.from_crs("EPSG:4326", self.city.streets.crs, always_xy=True)
        x, y = to_metres.transform(longitude, latitude)
        return (float(x), float(y)) if np.isfinite([x, y]).all() else None

    def _near(self, x: float, y: float, text: str, key: str) -> int:
        node, away = nearest_nodes(self.city.streets, x, y)
        if away[0] > REACH_M:
            raise InputError(
                f'"{text}" lies {away[0]:,.0f} m from the nearest street of the area; choose a '
                "place nearer to one",
                key=key,
            )
        return int(node[0])

    def _place(self, rows: NDArray[np.int64], text: str, key: str) -> int:
        """Of several places of one name, take the middle one, of those in the area if any."""
        points = self.city.places.table.geometry.to_numpy()[rows]
        inside = shapely.intersects(self.city.area.polygon, points)
        xy = shapely.get_coordinates(points[inside] if inside.any() else points)
        x, y = xy[_middle_one(xy)]
        return self._near(x, y, text, key)

    def _corner(self, text: str) -> list[str]:
        """Return the streets that a text joins by a slash, or by words if all are streets."""
        plain = unicodedata.normalize("NFKC", text)
        if _SLASH.search(plain):
            return [part.strip() for part in _SLASH.split(plain)]
        bare = _CORNER_FILLING.sub("", plain.casefold())
        parts = [part.strip() for part in _CORNER_WORDS.split(bare)]
        return parts if len(parts) > 1 and all(_plain(p) in self._streets for p in parts) else []

    def _junction(self, names: list[str], text: str, key: str) -> int:
        for name in names:
            if _plain(name) not in self._streets:
                raise self._unknown(name, text, key, places=False)
        if len(names) != 2:
            raise InputError(f'"{text}" names {counted(len(names), "street")}; give two', key=key)
        first, second = (self._nodes(self._streets[_plain(name)]) for name in names)
        shared = np.intersect1d(first, second)
        if len(shared):
            inside = shapely.intersects_xy(self.city.area.polygon, self._xy[shared])
            shared = shared[inside] if inside.any() else shared
            return int(shared[_middle_one(self._xy[shared])])
        found = tree_of(self._xy[second]).query(self._xy[first])
        apart, nearest = np.asarray(found[0]), np.asarray(found[1])
        closest = int(apart.argmin())
        if apart[closest] > JUNCTION_TOLERANCE_M:
            raise InputError(
                f'"{text}": the two streets do not meet, they are {apart[closest]:,.0f} m apart '
                "where they come nearest; choose another corner",
                key=key,
            )
        return int(min(first[closest], second[nearest[closest]]))

    def _nodes(self, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.unique(self._ends[edges])

    def _middle(self, edges: NDArray[np.int64]) -> int:
        """Return the node of a street nearest to the middle of its part inside the area."""
        lines = self.city.streets.edges.geometry.to_numpy()[edges]
        inside = shapely.intersects(self.city.area.polygon, lines)
        if inside.any():
            edges, lines = edges[inside], lines[inside]
        middle = shapely.get_coordinates(shapely.centroid(shapely.multilinestrings(lines)))
        nodes = self._nodes(edges)
        return int(nodes[np.hypot(*(self._xy[nodes] - middle).T).argmin()])

    def _unknown(self, name: str, text: str, key: str, *, places: bool) -> InputError:
        edges, table = self.city.streets.edges, self.city.places.table
        columns = [edges["name"], edges["name_zh"]]
        columns += [table["name"], table["name_zh"]] if places else []
        known = {_plain(n): n for column in columns for n in sorted(set(column.dropna())) if n}
        near = [known[match] for match in get_close_matches(_plain(name), known, n=3, cutoff=0.6)]
        within = f' in "{text}"' if name != text else ""
        remedy = (
            f"did you mean {' or '.join(near)}?"
            if near
            else "write a street corner (A / B), a station exit, a place or latitude,longitude"
        )
        what = "place or street" if places else "street"
        return InputError(f'"{name}"{within} is no {what} of the area; {remedy}', key=key)


def _index(form: Callable[[str], str], *columns: pd.Series[Any]) -> dict[str, NDArray[np.int64]]:
    """Rows by the form of their names; a row stands under its English and its Chinese name."""
    rows: dict[str, set[int]] = {}
    for column in columns:
        forms = {name: form(name) for name in column.dropna().unique()}
        for row, name in enumerate(column):
            if forms.get(name):
                rows.setdefault(forms[name], set()).add(row)
    return {name: np.array(sorted(found), np.int64) for name, found in rows.items()}


def _middle_one(xy: NDArray[np.float64]) -> int:
    """Return the point nearest to the middle of all, the first where several are as near."""
    return int(np.hypot(*(xy - xy.mean(axis=0)).T).round(3).argmin())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", str(text)).casefold()


def _plain(text: str) -> str:
    """Letters and figures only, in lower case, short words written out."""
    long = _SHORT.sub(lambda short: _SHORT_WORDS[short[0]], _folded(text))
    return "".join(c for c in long if c.isalnum())


def _bare(text: str) -> str:
    """Without the words that people put or leave out: MTR, station, exit."""
    return _plain(_FILLING.sub(" ", _folded(text)))


def _station(text: str) -> str:
    """Return the station's name without its exit."""
    return _bare(_EXIT.sub("", _folded(text)))
