"""What every column of an exported run is: its unit and its meaning, in one table.

The tables of an export are made from this list, and so is the dictionary that lies beside them;
neither can have a column that the other lacks. It reads nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.cameras.optics import TASKS


class Column(NamedTuple):
    """One column; the unit is empty where there is none."""

    name: str
    unit: str
    meaning: str


class Layer(NamedTuple):
    """One table of an export.

    `table` is the file of the run folder that it is made of, `row` says what a row is, `shape`
    names the column of its geometry, empty where it has none.
    """

    name: str
    table: str
    row: str
    shape: str
    columns: tuple[Column, ...]


EMPTY_IF_UNSEEN = "empty where no camera of this run sees it"
_NAMES = (
    Column("name", "", "name in English or Latin letters, empty where it has none"),
    Column("name_zh", "", "name in Chinese, empty where it has none"),
)
_WAY = (
    *_NAMES,
    Column("highway", "", "class of the way in OpenStreetMap"),
    Column("deck", "", "street, footbridge, subway or covered"),
)
_WALKER = (
    Column("trip", "", "number of the trip"),
    Column("person", "", "number of the simulated person; the same person makes several trips"),
)
_AT = (
    Column("total", "cameras", "cameras in the whole city"),
    Column("task", "", "image quality: detect, observe, recognise or identify"),
)
_OF_TRIP = (
    *_WALKER,
    Column("kind", "", "from where to where"),
    Column("named", "", "whether the scenario names this walk"),
    *_NAMES,
    Column("length", "m", "length of the walk"),
    Column("duration_s", "s", "time that it takes"),
    Column("profile", "", "typical day that it belongs to, empty without one"),
    Column("leg", "", "its place in that day, from 0"),
    Column("departs_s", "s", "seconds after the midnight before the day, empty without a time"),
    Column("represents", "people", "people whom the simulated person stands for"),
)
_TRIP_FIGURES = (
    Column("observed_length", "share", "share of the length that a camera can see"),
    Column("observed_time", "share", "share of the time that a camera can see"),
    Column("expected_length", "share", "share of the length expected to be watched: duty, uptime"),
    Column("heads", "cameras", "different cameras that see the walk"),
    Column("sites", "sites", "different poles or walls with such a camera"),
    Column("sightings", "", "times that a camera sees the walker"),
    Column("dwell_s", "s", "time in view, added over cameras"),
    Column("longest_gap_m", "m", "longest stretch that no camera sees"),
    Column("longest_gap_s", "s", "longest time that no camera sees"),
    Column("median_gap_m", "m", "median of the stretches that no camera sees"),
    Column("median_gap_s", "s", "median of the times that no camera sees"),
    Column("first_sighting_m", "m", "way from the door to the first sighting, empty without one"),
    Column("identified", "share", "chance of being identified at least once"),
    Column("tracked_live", "share", "expected share of the time followed live"),
    Column("tracked_afterwards", "share", "expected share of the time found in recordings"),
    Column("door_seen", "", "whether the door where the walk begins is seen"),
)
_CHANGED = ("tracked_live", "tracked_afterwards", "tracked", "identified", "observed_length")


def _ranks() -> Iterator[Column]:
    for task in TASKS:
        yield Column(
            f"rank_{task}",
            "cameras",
            f"number of cameras in the city from which on a camera can {task} someone here; "
            + EMPTY_IF_UNSEEN,
        )


def _ranges() -> Iterator[Column]:
    for task in TASKS:
        yield Column(f"range_{task}", "m", f"horizontal distance up to which it can {task}")


def _changes() -> Iterator[Column]:
    for name in _CHANGED:
        yield Column(name, "share", f"mean of {name} over the walks under this rule")
        yield Column(f"{name}_change", "share", f"mean difference in {name} from the rule live")
        yield Column(f"{name}_change_se", "share", "standard error of that difference")


def _means() -> Iterator[Column]:
    for name in ("observed_length", "observed_time", "tracked_live", "tracked_afterwards"):
        yield Column(name, "share", f"mean of {name} over the walks of the group")
        yield Column(f"{name}_se", "share", "standard error of that mean")


LAYERS: tuple[Layer, ...] = (
    Layer(
        "streets", "streets", "a piece of street on which no figure changes", "geometry",
        (
            Column("edge", "", "number of the street edge"),
            Column("t0", "m", "begin of the piece along the edge, from node u"),
            Column("t1", "m", "end of the piece along the edge, from node u"),
            *_WAY,
            Column("in_area", "", "whether it counts for the study area"),
            *_ranks(),
        ),
    ),
    Layer(
        "cameras", "cameras", "a camera (a directed head)", "geometry",
        (
            Column("rank", "", "rank in the whole city: it is there from so many cameras on"),
            Column("area_rank", "", "rank in the region simulated"),
            Column("site", "", "number of the pole or wall"),
            Column("x", "m", "east"),
            Column("y", "m", "north"),
            Column("mount", "m", "height above the street"),
            Column("deck", "", "level of way that it watches"),
            Column("heading", "degrees", "direction, clockwise from north"),
            Column("field_of_view", "degrees", "horizontal field of view"),
            Column("near", "m", "distance below which it sees no face"),
            *_ranges(),
            Column("duty", "share", "share of the time in which it looks there"),
            Column("owner", "", "police, department, transport, estate, mall or other"),
            Column("status", "", '"simulated", or what the map or list of a real camera says'),
            Column("year", "", "year by which it hangs, 0 if unknown"),
            Column("camera_type", "", "type of camera"),
            Column("mounted_on", "", "what it hangs on"),
        ),
    ),
    Layer(
        "camera_fields", "cameras", "what a camera sees up to its detect range, cut by walls",
        "field",
        (
            Column("rank", "", "rank of the camera in the whole city"),
            Column("status", "", '"simulated", or what the map or list of a real camera says'),
        ),
    ),
    Layer(
        "nodes", "nodes", "a junction or an end of a street", "geometry",
        (
            Column("node", "", "its number"),
            Column("osm_id", "", "number in OpenStreetMap, negative where it has none"),
        ),
    ),
    Layer(
        "edges", "edges", "a street between two nodes", "geometry",
        (
            Column("edge", "", "its number"),
            Column("u", "", "node where it begins"),
            Column("v", "", "node where it ends"),
            Column("street", "", "number of the way that it is a part of"),
            *_WAY,
            Column("steps", "", "whether it is steps"),
            Column("length", "m", "length on foot"),
        ),
    ),
    Layer(
        "walls", "walls", "a building footprint, or a street block that stands in for it",
        "geometry",
        (
            Column("height", "m", "height, empty where unknown: then taller than any camera"),
            Column("kind", "", "footprint or block"),
        ),
    ),
    Layer(
        "places", "places", "a home, station, school, market, office or other place", "geometry",
        (
            Column("kind", "", "what it is"),
            *_NAMES,
            Column("weight", "", "how many go there or live there, relative to its kind"),
        ),
    ),
    Layer(
        "districts", "districts", "the study area, the region simulated, or a district of it",
        "geometry",
        (Column("kind", "", "area, region or district"), *_NAMES),
    ),
    Layer("trips", "trips_geometry", "a walk", "geometry", _OF_TRIP),
    Layer(
        "trip_figures", "trips", "a walk at one number of cameras for one task", "",
        (*_WALKER, *_AT, *_TRIP_FIGURES),
    ),
    Layer(
        "policies", "policies", "a rule at one number of cameras for one task", "",
        (
            Column("policy", "", "name of the rule"),
            *_AT,
            Column("heads", "cameras", "cameras that count under it in the region"),
            Column("heads_removed", "cameras", "how many fewer than under the rule live"),
            Column("rules_changed", "", "how many rules differ from live"),
            Column("walks", "", "walks compared: all, or those of persons drawn by lot"),
            *_changes(),
            Column("tracked_change_per_head", "share", "tracked_change over heads_removed"),
            Column("tracked_change_per_rule", "share", "tracked_change over rules_changed"),
        ),
    ),
    Layer(
        "exposure", "exposure", "a group at one number of cameras for one task", "",
        (
            Column(
                "by", "", "kind of group: street class, district, planning unit (or nearest unit "
                "point, not its boundary), kind, profile, hour, place",
            ),
            Column("group", "", "the group"),
            *_AT,
            Column("street_km", "km", "length of its streets"),
            Column("share_seen", "share", "share seen of length, of time (hour), of doors (place)"),
            Column("walks", "", "walks of the group"),
            Column("people", "people", "people whom they stand for"),
            Column("person_hours", "h", "time walked by the people whom they stand for"),
            *_means(),
            Column("places", "", "places of the group"),
        ),
    ),
)  # fmt: skip
"""Every table of an export in order; `columns_of` adds those that depend on the run."""
LEFT_OUT = {
    "sightings": "every interval that one camera sees: large, and only for programs",
    **{
        f"trips_geometry.curve_{what}_{task}": "lists, which tables cannot hold"
        for what in ("rank", "length")
        for task in TASKS
    },
}
"""What of a run folder is not exported, and why."""


def columns_of(layer: Layer, totals: Sequence[int]) -> tuple[Column, ...]:
    """Return the columns of a table for a run with these totals, geometry apart."""
    if layer.name != "trips":
        return layer.columns
    seen = (
        Column(
            f"seen_{task}_{total}",
            "share",
            f"share of the walk where one of {total:,} cameras in the city can {task} someone",
        )
        for total in totals
        for task in TASKS
    )
    return (*layer.columns, *seen)
