"""The run folder's contract: its files, versions, and every column with its type and unit.

It owns these names: whoever writes a run folder, reads one, exports one or draws one takes them
from here. Importing it loads no engine; docs/run-folder.md says the same to people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sim.cameras.tasks import TASKS

VERSION = 2
"""Of summary.json and manifest.json, and so of a run folder."""
PACKED: dict[str, Any] = {"compression": "zstd", "compression_level": 6}
"""How tables are written; higher levels take longer and gain nothing."""
ENCODED = {
    "DELTA_BINARY_PACKED": (
        "edge", "node", "osm_id", "u", "v", "street", "site", "area_rank", "trip", "person",
        "origin",
    ),
    "BYTE_STREAM_SPLIT": (
        "length", "duration_s", "heading", "bbox.xmin", "bbox.ymin", "bbox.xmax", "bbox.ymax",
    ),
    "PLAIN": (
        "t0", "t1", "x", "y", "weight", "rank", "rank_detect", "rank_observe", "rank_recognise",
        "rank_identify", "geometry", "field",
    ),
}  # fmt: skip
"""Columns by their encoding, where another than a dictionary of the values takes less room."""
BBOX = "bbox"
"""Column of bounding boxes, for reading a part of GeoParquet: in exports beside every geometry, in
run folders where they weigh little."""
WITH_BOXES: dict[str, Any] = {"schema_version": "1.1.0", "write_covering_bbox": True}
"""How geopandas writes tables with geometry: as GeoParquet 1.1 with that column."""
BANDS_VERSION = 1
"""Of bands.json, which `sim bands` writes and which may be put into a run folder."""
SENSITIVITY_VERSION = 1
"""Of sensitivity.json, which `sim sensitivity` writes and which may be put into a run folder."""
DAYS_VERSION = 1
"""Of days.json, which `sim days --into` puts into a run folder, and of what `sim days` tells."""
NEVER = 2_147_483_647
"""Rank of a piece of street that no camera sees."""
SUMMARY, MANIFEST, BANDS = "summary.json", "manifest.json", "bands.json"
SENSITIVITY, DAYS = "sensitivity.json", "days.json"
FEWEST_FOR_BAND = 19
"""With fewer fleets or seeds the ends of a band are the lowest and the highest."""
TITLES = ("name", "title", "title_zh")
"""Keys of a scenario that change no figure: two that differ in them alone are the same."""
MAP, REPORT = "map.html", "report.html"
BRIEFS: Mapping[str, str] = MappingProxyType({"en": "brief.html", "zh": "brief_zh.html"})
"""What `sim brief` writes, by language."""
WITH_BLOCKS = ("blocks", "mixed")
"""Kinds of walls of which some are inferred from streets."""
ERROR_OF_BLOCKS: Mapping[str, str] = MappingProxyType(
    {
        "en": "Façades inferred from streets hide too much. Measured outside this project on "
        "0.96 km² of Hung Hom and Ho Man Tin against the houses that stand there, streets seen "
        "came out too low by 15.2 ± 0.8 percentage points for detect, 3.3 for observe and 0.45 "
        "for recognise (98 cameras; with 526 by 11.4, 6.3 and 1.2).",
        "zh": "按街道推算的外牆遮擋過多。本項目以外曾在紅磡及何文田 0.96 平方公里內與實際建築物"
        "比較：看得到的街道長度，偵測少計 15.2 ± 0.8 個百分點，觀察少計 3.3 個，認得熟人少計 "
        "0.45 個（98 個鏡頭；用 526 個鏡頭時為 11.4、6.3 及 1.2 個）。",
    }
)
"""What is known of their error in Hong Kong, by language. It stands beside every run that has any;
the figures are written here once, and docs/walls.md says how they were come by."""

Type = Literal[
    "int16", "int32", "int64", "float64", "bool", "text", "geometry", "box", "int32 list",
    "bool list",
]  # fmt: skip


def json_text(content: Mapping[str, Any]) -> str:
    """Return JSON as a run folder holds it: in its own order, and without NaN."""
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def fleets_of(summary: Mapping[str, Any]) -> int:
    """Return over how many fleets the figures of a run are means."""
    return int((summary.get("ensemble") or {}).get("fleets", 1))


def packing(columns: Iterable[str]) -> dict[str, Any]:
    """Return how a table of these columns is written, as words for pyarrow.

    Parameters
    ----------
    columns
        Their names.
    """
    encoding = {name: how for how, names in ENCODED.items() for name in names}
    told = [*columns]
    if BBOX in told:
        told += [name for name in encoding if name.startswith(f"{BBOX}.")]
        told.remove(BBOX)
    return {
        **PACKED,
        "use_dictionary": [name for name in told if name not in encoding],
        "column_encoding": {name: encoding[name] for name in told if name in encoding},
    }


class Column(NamedTuple):
    """One column; the unit is empty where there is none.

    `optional` columns come only with what the scenario asks for.
    """

    name: str
    type: Type
    unit: str
    meaning: str
    optional: bool = False


class Table(NamedTuple):
    """One table of a run folder, or one made on reading it; `row` says what a row is."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.parquet"

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def names(self, *chosen: str) -> tuple[str, ...]:
        """Return the names of all columns, or those chosen after checking that they exist."""
        if chosen:
            return tuple(self.column(name).name for name in chosen)
        return tuple(column.name for column in self.columns)


_NEVER_SEEN = "empty where no camera of this run sees it"
_NAMES = (
    Column("name", "text", "", "name in English or Latin letters, empty where it has none"),
    Column("name_zh", "text", "", "name in Chinese, empty where it has none"),
)
_HIGHWAY = Column("highway", "text", "", "class of the way in OpenStreetMap")
_DECK = Column("deck", "text", "", "street, footbridge, subway or covered")
_GEOMETRY = Column("geometry", "geometry", "m", "its geometry")
_BBOX = Column(
    BBOX, "box", "m", "bounding box of the geometry: xmin, ymin, xmax, ymax; absent in older runs",
    optional=True,
)  # fmt: skip
_AT = (
    Column("total", "int64", "cameras", "cameras in the whole city"),
    Column("task", "text", "", "image quality: detect, observe, recognise or identify"),
)
_TRIP = Column("trip", "int32", "", "number of the trip")
_PERSON = Column(
    "person", "int64", "", "number of the simulated person; the same person makes several trips"
)
_WALK = (
    _PERSON,
    Column("kind", "text", "", "from where to where"),
    Column("named", "bool", "", "whether the scenario names this walk"),
    *_NAMES,
)
_ENDS = (
    Column("origin", "int32", "", "node where it begins"),
    Column("destination", "int32", "", "node where it ends"),
)
_DAY = (
    Column("length", "float64", "m", "length of the walk"),
    Column("duration_s", "float64", "s", "time that it takes"),
    Column("profile", "text", "", "typical day that it belongs to, empty without one"),
    Column("leg", "int32", "", "its place in that day, from 0"),
    Column(
        "departs_s", "float64", "s",
        "seconds after the midnight before the day, empty without a time",
    ),
    Column("represents", "float64", "people", "people whom the simulated person stands for"),
)  # fmt: skip
_TRIP_FIGURES = (
    Column("observed_length", "float64", "share", "share of the length that a camera can see"),
    Column("observed_time", "float64", "share", "share of the time that a camera can see"),
    Column(
        "expected_length", "float64", "share",
        "share of the length expected to be watched: duty, uptime",
    ),
    Column("heads", "int32", "cameras", "different cameras that see the walk"),
    Column("sites", "int32", "sites", "different poles or walls with such a camera"),
    Column("sightings", "int32", "", "times that a camera sees the walker"),
    Column("dwell_s", "float64", "s", "time in view, added over cameras"),
    Column("longest_gap_m", "float64", "m", "longest stretch that no camera sees"),
    Column("longest_gap_s", "float64", "s", "longest time that no camera sees"),
    Column("median_gap_m", "float64", "m", "median of the stretches that no camera sees"),
    Column("median_gap_s", "float64", "s", "median of the times that no camera sees"),
    Column(
        "first_sighting_m", "float64", "m",
        "way from the door to the first sighting, empty without one",
    ),
    Column("identified", "float64", "share", "chance of being identified at least once"),
    Column("tracked_live", "float64", "share", "expected share of the time followed live"),
    Column(
        "tracked_afterwards", "float64", "share", "expected share of the time found in recordings"
    ),
    Column("door_seen", "bool", "", "whether the door where the walk begins is seen"),
)  # fmt: skip
_CHANGED = ("tracked_live", "tracked_afterwards", "tracked", "identified", "observed_length")
_MEANS = ("observed_length", "observed_time", "tracked_live", "tracked_afterwards")


def rank_column(task: str) -> str:
    """Return the name of the column of first-seen ranks for a task."""
    return f"rank_{task}"


def curve_columns(task: str) -> tuple[str, str]:
    """Return the names of the two columns of a walk's curve for a task: ranks, metres.

    Curves are made on reading: the ranks at which more of the walk is seen, ascending, and the
    metres of it that are first seen at each.
    """
    return f"curve_rank_{task}", f"curve_length_{task}"


def _ranks() -> Iterator[Column]:
    for task in TASKS:
        meaning = f"number of cameras in the city from which on a camera can {task} someone here; "
        yield Column(rank_column(task), "int32", "cameras", meaning + _NEVER_SEEN)


def _ranges() -> Iterator[Column]:
    for task in TASKS:
        meaning = f"horizontal distance up to which it can {task}"
        yield Column(f"range_{task}", "float64", "m", meaning)


def _changes() -> Iterator[Column]:
    for name in _CHANGED:
        yield Column(name, "float64", "share", f"mean of {name} over the walks under this rule")
        yield Column(
            f"{name}_change", "float64", "share", f"mean difference in {name} from the rule live"
        )
        yield Column(f"{name}_change_se", "float64", "share", "standard error of that difference")


def _means() -> Iterator[Column]:
    for name in _MEANS:
        yield Column(name, "float64", "share", f"mean of {name} over the walks of the group")
        yield Column(f"{name}_se", "float64", "share", "standard error of that mean")


def _of_int32(column: Column) -> Column:
    return column._replace(type="int32")


def _of_some_kinds(column: Column) -> Column:
    """Return a column that comes only where the run has a group of a kind that has it."""
    return column._replace(optional=True)


_ALL = (
    Table("cameras", "a camera (a directed head)", (
        Column("rank", "int32", "", "rank in the whole city: it is there from so many cameras on"),
        Column("area_rank", "int32", "", "rank in the region simulated"),
        Column("site", "int32", "", "number of the pole or wall"),
        Column("x", "float64", "m", "east"),
        Column("y", "float64", "m", "north"),
        Column("mount", "float64", "m", "height above the street"),
        Column("deck", "text", "", "level of way that it watches"),
        Column("heading", "float64", "degrees", "direction, clockwise from north"),
        Column("field_of_view", "float64", "degrees", "horizontal field of view"),
        Column("near", "float64", "m", "distance below which it sees no face"),
        *_ranges(),
        Column("duty", "float64", "share", "share of the time in which it looks there"),
        Column("owner", "text", "", "police, department, transport, estate, mall or other"),
        Column(
            "status", "text", "",
            '"simulated", "listed_pole" (simulated on a pole that the scenario lists), or what the '
            "map or list of a real camera says",
        ),
        Column("year", "int16", "", "year by which it hangs, 0 if unknown"),
        Column("linked", "bool", "", "hangs already and is only joined to the system"),
        Column("camera_type", "text", "", "type of camera"),
        Column("mounted_on", "text", "", "what it hangs on"),
        _GEOMETRY,
        Column("field", "geometry", "m", "polygon of what it sees, cut by walls, for drawing"),
    )),
    Table("sightings", "an interval of a street that a camera sees", (
        Column("rank", "int32", "", "rank of the camera in the whole city"),
        Column("edge", "int32", "", "number of the street edge"),
        Column("t0", "float64", "m", "begin of the interval along the edge, from node u"),
        Column("t1", "float64", "m", "end of the interval along the edge, from node u"),
        _AT[1],
    )),
    Table("streets", "a piece of street on which no figure changes", (
        Column("edge", "int32", "", "number of the street edge"),
        Column("t0", "float64", "m", "begin of the piece along the edge, from node u"),
        Column("t1", "float64", "m", "end of the piece along the edge, from node u"),
        Column("length", "float64", "m", "length of the piece on foot"),
        *_NAMES, _HIGHWAY, _DECK,
        Column("in_area", "bool", "", "whether it counts for the study area"),
        *_ranks(),
        _GEOMETRY,
    )),
    Table("nodes", "a junction or an end of a street", (
        Column("node", "int64", "", "its number"),
        Column(
            "osm_id", "int64", "", "number in OpenStreetMap, negative where it has none"
        ),
        _GEOMETRY,
    )),
    Table("edges", "a street between two nodes", (
        Column("edge", "int64", "", "its number"),
        Column("u", "int32", "", "node where it begins"),
        Column("v", "int32", "", "node where it ends"),
        Column("street", "int64", "", "number of the way that it is a part of"),
        *_NAMES, _HIGHWAY, _DECK,
        Column("steps", "bool", "", "whether it is steps"),
        _GEOMETRY,
        Column("length", "float64", "m", "length on foot"),
        Column(
            "facades", "float64", "m", "width of its street as measured, empty where unknown", True
        ),
        _BBOX,
    )),
    Table("walls", "a building footprint, or a street block that stands in for it", (
        Column(
            "height", "float64", "m", "height, empty where unknown: then taller than any camera"
        ),
        Column("kind", "text", "", "footprint or block"),
        _GEOMETRY,
    )),
    Table("places", "a home, station, school, market, office or other place", (
        Column("kind", "text", "", "what it is"),
        *_NAMES,
        Column("weight", "float64", "", "how many go there or live there, relative to its kind"),
        _GEOMETRY,
    )),
    Table("districts", "the study area, the region simulated, or a district of it", (
        Column("kind", "text", "", "area, region or district"), *_NAMES, _GEOMETRY,
        _BBOX,
    )),
    Table("surroundings", "water, green ground, or a name on the map; no figure depends on it", (
        Column("kind", "text", "", "water or green; harbour, island, station, suburb …: a name"),
        *_NAMES, _GEOMETRY, _BBOX,
    )),
    Table("trips", "a walk", (
        _TRIP, *_WALK, *_ENDS, *_DAY,
        Column("edges", "int32 list", "", "numbers of its street edges in walking order"),
        Column("backward", "bool list", "", "of each of them, whether it is walked from v to u"),
    )),
    Table("fleets", "a figure of one fleet at one number of cameras for one task", (
        Column("fleet", "int32", "", "number of the fleet, from 0"),
        Column("seed", "int64", "", "seed of its placement"),
        Column("shown", "bool", "", "whether tables, map and all else are of this fleet"),
        *_AT,
        Column("figure", "text", "", "name of the figure, as `sim compare` has it"),
        Column("value", "float64", "", "its value, empty where there is none"),
    )),
    Table("policies", "a rule at one number of cameras for one task", (
        Column("policy", "text", "", "name of the rule"),
        *_AT,
        Column("heads", "int64", "cameras", "cameras that count under it in the region"),
        Column("heads_removed", "int64", "cameras", "how many fewer than under the rule live"),
        Column("rules_changed", "int64", "", "how many rules differ from live"),
        Column("walks", "int64", "", "walks compared: all, or those of persons drawn at random"),
        *_changes(),
        Column(
            "tracked_change_per_head", "float64", "share", "tracked_change over heads_removed"
        ),
        Column(
            "tracked_change_per_rule", "float64", "share", "tracked_change over rules_changed"
        ),
    )),
    Table("exposure", "a group at one number of cameras for one task", (
        Column(
            "by", "text", "", "kind of group: street class, district, planning unit (or nearest "
            "unit point, not its boundary), kind, profile, hour, place",
        ),
        Column("group", "text", "", "the group"),
        *_AT,
        *map(_of_some_kinds, (
            Column("street_km", "float64", "km", "length of its streets"),
            Column(
                "share_seen", "float64", "share",
                "share seen of length, of time (hour), of doors (place)",
            ),
            Column("walks", "float64", "", "walks of the group"),
            Column("people", "float64", "people", "people whom they stand for"),
            *_means(),
            Column(
                "person_hours", "float64", "h", "time walked by the people whom they stand for"
            ),
            Column("places", "float64", "", "places of the group"),
        )),
    )),
)  # fmt: skip

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _ALL})
"""Tables of a run folder by name, a parquet file each, columns in their order in the file."""
TRIP_FIGURES = Table("trip_figures", "a walk at one number of cameras for one task", (
    _TRIP, *_WALK, *map(_of_int32, _AT[:1]), _AT[1], *_DAY, *_TRIP_FIGURES,
))  # fmt: skip
"""Made on reading a run folder: how trackable each walk is."""
TRIP_LINES = Table("trip_lines", "a walk", (_TRIP, *_WALK, *_ENDS, *_DAY, _GEOMETRY))
"""Made on reading a run folder: where each walk goes."""
FORMER_FILES = frozenset({"trips_geometry.parquet"})
"""What run folders of earlier versions hold beside those of this one."""
RUN_FILES = (
    frozenset(table.file for table in _ALL)
    | {SUMMARY, MANIFEST, BANDS, SENSITIVITY, DAYS, MAP, REPORT, *BRIEFS.values()}
    | FORMER_FILES
)
"""All that a run folder can hold; one that holds anything else is not replaced."""
