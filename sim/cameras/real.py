"""Real cameras, as maps and lists have them, as a fleet that says what was guessed.

It joins what the tags of a thing say with a camera type, turns true bearings into those of the
grid, and, where a city is given, leaves out what hangs indoors or beyond the region and lets fixed
cameras of unknown direction look along their street. Every value ends in a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from sim.arguments import a_path, a_text, made, named_arguments
from sim.cameras.directions import Look
from sim.cameras.exchange import SITE_WORDS, fleet_in_json, is_fleet_table, read_fleet_table
from sim.cameras.fleet import MAPPED, Fleet, optics_of
from sim.cameras.indoors import indoors
from sim.cameras.lists import read_list
from sim.cameras.mapped import Mapped, read_json, read_pbf
from sim.cameras.optics import Optics, camera_type
from sim.cameras.tags import OUTCOMES, Note, Reading, read_tags
from sim.city.linear_referencing import segment_at
from sim.city.streets import projected_crs
from sim.errors import InputError
from sim.wording import counted

if TYPE_CHECKING:
    from sim.city.model import City

Undirected = Literal["street", "all round"]
STREET_REACH_M = 30.0
"""A camera farther than this from every street is not taken to look along one."""
NARROWEST_FAN = 20.0
"""Degrees; a narrower fan of a fixed camera says where it looks and not how wide its lens is."""
OUT_OF_WALL_M = {"footprint": 3.0, "block": 10.0}
"""A camera this near the outside of a building is mapped on its wall, give or take; blocks are
inferred, and so less exact."""
CLEAR_OF_WALL_M = 0.3
BEYOND = "beyond the region"
ALONG_STREET = "direction unknown; along the nearest street"
ANY_WAY = "direction unknown; any way, with the chance that it is the one"
TURNS = "turns; all round"


@dataclass(frozen=True)
class RealCameras:
    """Cameras from a map, a list or a file written before.

    Attributes
    ----------
    fleet
        Heads in the order of the file (OpenStreetMap: nodes before ways, by id), ranked from 1;
        status "mapped" or "listed". True bearings are turned into those of the grid.
    table
        What became of every value: source ("node/1", "row 2"), key, value, outcome ("read",
        "guessed", "refused"), reason.
    counts
        Things read, cameras and heads taken, and everything left out, moved or guessed.
    sites
        The things behind the heads, a site a row: site, source, name, operator, ref, zone.
    """

    fleet: Fleet
    table: pd.DataFrame
    counts: Mapping[str, int]
    sites: pd.DataFrame

    def __repr__(self) -> str:
        """Return counts on one line; the tables are of any length."""
        heads, sites = counted(len(self.fleet), "camera"), counted(len(self.sites), "site")
        return f"<RealCameras: {heads} at {sites}, {counted(len(self.table), 'value')} judged>"

    @property
    def by_key(self) -> pd.DataFrame:
        """How many values of each key were read, guessed and refused, a key a row."""
        keys = pd.crosstab(self.table["key"], self.table["outcome"])
        return keys.reindex(columns=list(OUTCOMES), fill_value=0)


class _Camera(NamedTuple):
    """A camera that watches a street, where it stands."""

    source: str
    x: float
    y: float
    convergence: float
    """Bearing of true north less that of the grid's, degrees: grid = true − convergence."""
    reading: Reading


class _Found(NamedTuple):
    """Things of a file with their tags."""

    things: list[Mapped]
    status: str
    """Of the heads made of them: "mapped" or "listed"."""
    notes: list[Note]
    left_out: Counter[str]


class _Types(NamedTuple):
    """What is taken for what the source does not say."""

    names: Mapping[str, str]
    """Camera type by kind: fixed, turning, panoramic."""
    status: str
    undirected: Undirected


@named_arguments(path=a_path, city=made("City"), fixed=a_text, turning=a_text)
def read_cameras(
    path: str | Path,
    city: City | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    fixed: str = "typical",
    turning: str = "ptz",
    undirected: Undirected = "street",
) -> RealCameras:
    """Read real cameras from a map, a list, or a file that `write_cameras` wrote.

    Parameters
    ----------
    path
        OpenStreetMap extract (.osm.pbf), Overpass JSON, GeoJSON with tags as properties, CSV or
        Parquet with a camera a row, or cameras.parquet of a run.
    city
        Decides the metres of the result, leaves out cameras beyond its region or indoors, and has
        fixed cameras of unknown direction look along a street. Without one the metres are HK80
        in Hong Kong and the local UTM zone elsewhere.
    columns, crs
        Of a list, as `read_list` takes them.
    fixed, turning
        Camera types by name, of cameras that do not move and of those that do (domes, panning).
    undirected
        What to do with a fixed camera without direction: "street" has it look along the nearest
        street within 30 m, the way in which more of that street lies ahead; "all round", or where
        there is no such street, lets it look all round with the duty field of view / 360, which is
        the chance that it looks any one way.

    Returns
    -------
    RealCameras
        The heads as a fleet, and what became of every value in the file.

    Raises
    ------
    InputError
        The file cannot be read, or no camera in it watches a street.
    """
    path = Path(path)
    names = {"fixed": fixed, "turning": turning, "panoramic": "panoramic"}
    for name in names.values():
        camera_type(name)
    found = _things(path, columns, crs)
    if isinstance(found, RealCameras):
        return _fitting(path, found, city)
    return _cameras_of(path, found, city, names, undirected)


def _cameras_of(
    path: Path, found: _Found, city: City | None, names: Mapping[str, str], undirected: str
) -> RealCameras:
    """Make cameras of the things in a file; names are those of camera types by kind."""
    things, status, notes, left_out = found
    cameras = _read_all(path, things, notes, left_out)
    metres = _crs(path, cameras, city)
    types = _Types(names, status, undirected_way(undirected))
    placed = _placed(cameras, metres, city, types, notes, left_out)
    if not placed:
        raise InputError(f"{path}: no camera in it watches a street here ({_reasons(left_out)})")
    streets = _along_streets(placed, city)
    rows = [
        row
        for site in range(len(placed))
        for row in _heads(site, placed[site], streets[site], types, notes)
    ]
    point = shapely.points([(camera.x, camera.y) for camera in placed])
    heads = gpd.GeoDataFrame(rows, geometry=point[[row["site"] for row in rows]], crs=metres)
    counts = _counts(things, placed, heads, notes, left_out)
    table = pd.DataFrame(notes, columns=list(Note._fields)).astype(str)
    return RealCameras(Fleet.from_heads(heads, counts), table, counts, _sites(placed))


def _sites(placed: list[_Camera]) -> pd.DataFrame:
    """Return a site a row with the words known of it."""
    rows = [
        (site, camera.source, *camera.reading[-len(SITE_WORDS) + 1 :])
        for site, camera in enumerate(placed)
    ]
    return pd.DataFrame(rows, columns=["site", *SITE_WORDS])


def undirected_way(word: str) -> Undirected:
    """Return what to do with fixed cameras of unknown direction.

    Raises
    ------
    InputError
        The word is neither "street" nor "all round".
    """
    if word == "street":
        return "street"
    if word == "all round":
        return "all round"
    raise InputError(f'undirected: "{word}" is neither "street" nor "all round"')


def _things(path: Path, columns: Mapping[str, str] | None, crs: str | None) -> RealCameras | _Found:
    """Read a file: a fleet written before, or things with tags and their status."""
    suffix = path.suffix.lower()
    if suffix == ".pbf":
        things, left_out, _ = read_pbf(path)
        return _Found(things, MAPPED, [], left_out)
    if suffix in (".json", ".geojson"):
        things, left_out, document = read_json(path)
        written = fleet_in_json(path, document)
        if written is None:
            return _Found(things, MAPPED, [], left_out)
        return _read_back(*written)
    if suffix in (".parquet", ".geoparquet") and is_fleet_table(path):
        return _read_back(*read_fleet_table(path))
    if suffix in (".csv", ".tsv", ".txt", ".parquet"):
        things, notes = read_list(path, columns, crs)
        return _Found(things, "listed", notes, Counter())
    raise InputError(
        f"{path}: files of kind {suffix or '(no suffix)'} are not read; give .osm.pbf, Overpass "
        ".json, .geojson, .csv or .parquet"
    )


def _read_back(fleet: Fleet, sites: pd.DataFrame) -> RealCameras:
    """Return a fleet written before."""
    counts = {"cameras": len(sites), "heads": len(fleet)}
    return RealCameras(fleet, pd.DataFrame(columns=list(Note._fields), dtype=str), counts, sites)


def _fitting(path: Path, cameras: RealCameras, city: City | None) -> RealCameras:
    """Refuse a fleet in other metres than the city's: its headings are those of its own grid."""
    own = cameras.fleet.heads.crs
    if city is not None and own != city.area.crs:
        raise InputError(
            f"{path}: its cameras are in {own.to_string()}, {city.area.name} in {city.area.crs}; "
            "import them again from their source"
        )
    return cameras


def _read_all(
    path: Path, things: list[Mapped], notes: list[Note], left_out: Counter[str]
) -> list[tuple[Mapped, Reading]]:
    """Read the tags of every thing; return those that are cameras of a street."""
    if not things:
        raise InputError(f"{path}: holds no man_made=surveillance; choose a larger area")
    cameras = []
    for thing in things:
        reading, said = read_tags(thing.source, thing.tags)
        notes.extend(said)
        if reading is None:
            left_out[said[-1].reason] += 1
        else:
            cameras.append((thing, reading))
    if not cameras:
        raise InputError(f"{path}: no camera in it watches a street ({_reasons(left_out)})")
    return cameras


def _reasons(left_out: Counter[str]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in left_out.items() if count)


def _crs(path: Path, cameras: list[tuple[Mapped, Reading]], city: City | None) -> str:
    """Metres of the city, else those of the place where the cameras are."""
    if city is not None:
        return city.area.crs
    points = gpd.points_from_xy(*zip(*((t.longitude, t.latitude) for t, _ in cameras), strict=True))
    try:
        return projected_crs(gpd.GeoDataFrame(geometry=points, crs="EPSG:4326"))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _placed(
    cameras: list[tuple[Mapped, Reading]],
    crs: str,
    city: City | None,
    types: _Types,
    notes: list[Note],
    left_out: Counter[str],
) -> list[_Camera]:
    """Bring cameras to metres; leave out those beyond the region or indoors."""
    degrees = np.array([(thing.longitude, thing.latitude) for thing, _ in cameras], np.float64)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    xy = np.column_stack(to_metres.transform(*degrees.T))
    turned = np.asarray(pyproj.Proj(crs).get_factors(*degrees.T).meridian_convergence)
    reason = np.where(np.isfinite(xy).all(axis=1), "", "is beyond the map's metres").astype(object)
    moved = np.zeros(len(xy))
    if city is not None:
        reason[~shapely.intersects_xy(city.area.region, *xy.T)] = BEYOND
        mount = np.array([
            camera_type(types.names[said.kind]).mount_m if said.height is None else said.height
            for _, said in cameras
        ])  # fmt: skip
        below = np.array([said.underground for _, said in cameras])
        here = np.flatnonzero((reason == "") & ~below)
        xy[here], moved[here], inside = _out_of_walls(city, xy[here], mount[here])
        reason[here[inside]] = "inside a building"
    placed = []
    for i, (thing, said) in enumerate(cameras):
        where = f"{thing.longitude:.7f}, {thing.latitude:.7f}"
        if reason[i]:
            notes.append(Note(thing.source, "position", where, "refused", reason[i]))
            left_out[reason[i]] += 1
            continue
        if moved[i]:
            why = f"moved {moved[i]:.1f} m out of a building"
            notes.append(Note(thing.source, "position", where, "guessed", why))
        x, y = xy[i].tolist()
        placed.append(_Camera(thing.source, x, y, float(turned[i]), said))
    return placed


def _out_of_walls(
    city: City, xy: NDArray[np.float64], mount: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Move cameras mapped just inside a building to its outside; tell which remain inside."""
    moved = np.zeros(len(xy))
    inside = indoors(city.walls, xy[:, 0], xy[:, 1], mount)
    if not inside.any():
        return xy, moved, inside
    xy = xy.copy()
    shape = city.walls.footprints.geometry.to_numpy()
    kind = city.walls.footprints["kind"].to_numpy()
    tree = shapely.STRtree(shape)
    for i in np.flatnonzero(inside).tolist():
        here = shapely.Point(xy[i])
        own = tree.query(here, predicate="intersects")
        reach = max(OUT_OF_WALL_M[kind[k]] for k in own) + CLEAR_OF_WALL_M
        near = shape[tree.query(here, predicate="dwithin", distance=2 * reach)]
        outside = shapely.boundary(shapely.buffer(shapely.union_all(near), CLEAR_OF_WALL_M))
        distance = shapely.distance(here, outside)
        if distance <= reach:
            line = shapely.shortest_line(here, outside)
            xy[i] = shapely.get_coordinates(line)[1]
            moved[i] = distance
    return xy, moved, indoors(city.walls, xy[:, 0], xy[:, 1], mount)


def _along_streets(placed: list[_Camera], city: City | None) -> NDArray[np.float64]:
    """Bearing along the street nearest to each camera, degrees; NaN where none is near.

    Of the two ways along it that one counts in which more of the street lies ahead.
    """
    bearing = np.full(len(placed), np.nan)
    if city is None:
        return bearing
    streets = city.streets
    below = np.array([camera.reading.underground for camera in placed])
    for deck in ("street", "subway"):
        edges = np.flatnonzero((streets.edges["deck"] == deck).to_numpy())
        cameras = np.flatnonzero(below == (deck == "subway"))
        if not len(edges) or not len(cameras):
            continue
        lines = streets.edges.geometry.to_numpy()[edges]
        points = shapely.points([(placed[i].x, placed[i].y) for i in cameras])
        found, line = shapely.STRtree(lines).query_nearest(
            points, max_distance=STREET_REACH_M, all_matches=False
        )
        t = shapely.line_locate_point(lines[line], points[found])
        a = streets.arrays
        segment = segment_at(a, edges[line], t)
        dx = a.segment_x1[segment] - a.segment_x0[segment]
        dy = a.segment_y1[segment] - a.segment_y0[segment]
        back = np.where(t > a.edge_length[edges[line]] / 2, 180.0, 0.0)
        bearing[cameras[found]] = (np.degrees(np.arctan2(dx, dy)) + back) % 360
    return bearing


def _heads(
    site: int, camera: _Camera, street: float, types: _Types, notes: list[Note]
) -> Iterator[dict[str, object]]:
    """Yield the heads of one camera, and note what was guessed of them."""
    reading = camera.reading
    name = types.names[reading.kind]
    looks: tuple[Look | None, ...] = reading.looks or (None,)
    if reading.kind != "fixed" and camera_type(name).panoramic:
        looks = (None,)
    for look in looks:
        lens, said = _lens(name, reading.kind, reading.height, reading.tilt,
                           reading.field_of_view, look)  # fmt: skip
        heading = 0.0 if look is None else (look.heading - camera.convergence) % 360 % 360
        unknown = look is None and reading.kind == "fixed" and not lens.panoramic
        if unknown and types.undirected == "street" and np.isfinite(street):
            heading = street
            said = (*said, ("camera:direction", "guessed", ALONG_STREET))
        elif unknown:
            lens = replace(lens, sweep=360.0)
            said = (*said, ("camera:direction", "guessed", ANY_WAY))
        for key, outcome, reason in said:
            notes.append(Note(camera.source, key, "", outcome, reason))
        columns = _columns(lens)
        if reading.kind == "turning":  # one lens cannot look several ways at once
            columns = columns | {"duty": columns["duty"] / len(looks)}
        yield {
            "site": site,
            "deck": "subway" if reading.underground else "street",
            "heading": heading,
            **columns,
            "owner": reading.owner,
            "status": types.status,
            "year": reading.year or 0,
            "camera_type": name,
            "mounted_on": reading.mounted_on,
        }


_columns = lru_cache(maxsize=4096)(optics_of)


@lru_cache(maxsize=4096)
def _lens(
    name: str,
    kind: str,
    height: float | None,
    tilt: float | None,
    field_of_view: float | None,
    look: Look | None,
) -> tuple[Optics, tuple[tuple[str, str, str], ...]]:
    """Return the optics of one head, and key, outcome and reason of what was guessed or refused."""
    lens = camera_type(name)
    said: list[tuple[str, str, str]] = []
    fan = None if look is None else look.width
    if field_of_view is not None and lens.panoramic and field_of_view < 180:
        said.append(("field_of_view", "refused", "a panoramic camera looks half round or more"))
    elif field_of_view is not None:
        lens = _of_width(lens, field_of_view)
    if height is not None:
        lens = replace(lens, mount_m=height)
    if fan is not None and kind == "fixed" and fan < NARROWEST_FAN:
        said.append(("camera:direction", "guessed", "a fan too narrow for a lens; its middle"))
    elif fan is not None and kind == "fixed":
        lens = _of_width(lens, fan)
    if kind == "turning" and not lens.panoramic:
        sweep: float | None = 360.0 if fan is None else max(fan, lens.field_of_view)
        if look is None:
            said.append(("camera:direction", "guessed", TURNS))
        elif fan is None:
            sweep = None
            said.append(("camera:direction", "guessed", "turns, but mostly looks this way"))
        lens = replace(lens, sweep=sweep, mean_duty=lens.mean_duty if sweep == lens.sweep else None)
    if tilt is not None and lens.panoramic:
        said.append(("camera:angle", "refused", "a panoramic camera does not tilt"))
    elif tilt is not None:
        lens = replace(lens, tilt=tilt)
    return lens, tuple(said)


def _of_width(lens: Optics, field_of_view: float) -> Optics:
    """Return the camera type with another lens, which draws as lenses of its width do."""
    return replace(
        lens, field_of_view=field_of_view, tilt=None, sweep=None, mean_duty=None, projection=None
    )


def _counts(
    things: list[Mapped],
    placed: list[_Camera],
    heads: gpd.GeoDataFrame,
    notes: list[Note],
    left_out: Counter[str],
) -> dict[str, int]:
    """Count what was read, taken, guessed and left out."""
    reasons = Counter(note.reason for note in notes)
    outcomes = Counter(note.outcome for note in notes)
    moved = sum(count for reason, count in reasons.items() if reason.startswith("moved "))
    return {
        "things": len(things),
        "cameras": len(placed),
        "heads": len(heads),
        "turning": reasons[TURNS],
        "along a street": reasons[ALONG_STREET],
        "any way": reasons[ANY_WAY],
        "moved out of a building": moved,
        "see nobody": int((heads["range_detect"] == 0).sum()),
        **{f"left out, {reason}": count for reason, count in left_out.items() if count},
        **{f"values {outcome}": outcomes[outcome] for outcome in OUTCOMES},
    }
