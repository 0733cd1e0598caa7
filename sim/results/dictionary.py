"""What every column of an exported run is: its unit and its meaning, in one table.

Columns are those of `sim.results.contract`. The tables of an export are made from this list, and so
is the dictionary that lies beside them; neither can have a column that the other lacks. It reads
nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.cameras.optics import TASKS
from sim.results.contract import TABLES, TRIP_FIGURES, TRIP_LINES, Column, Table
from sim.wording import counted


class Layer(NamedTuple):
    """One table of an export.

    `table` is the table of the run folder that it is made of, or one that is made on reading;
    `row` says what a row is, `shape` names the column of its geometry, empty where it has none.
    """

    name: str
    table: str
    row: str
    shape: str
    columns: tuple[Column, ...]


def _plain(table: Table) -> tuple[Column, ...]:
    """Return the columns that a table of an export can hold: no lists, geometry, nor its boxes."""
    return tuple(c for c in table.columns if not c.type.endswith(("list", "geometry", "box")))


def _layer(table: Table) -> Layer:
    """Return a table of the run folder as it is."""
    shape = "geometry" if "geometry" in table.names() else ""
    return Layer(table.name, table.name, table.row, shape, _plain(table))


def _camera_fields() -> Layer:
    cameras = TABLES["cameras"]
    rank = cameras.column("rank")._replace(meaning="rank of the camera in the whole city")
    what = "what a camera sees up to its detect range, cut by walls"
    return Layer("camera_fields", "cameras", what, "field", (rank, cameras.column("status")))


def _trips() -> Layer:
    return _layer(TRIP_LINES)._replace(name="trips")


def _trip_figures() -> Layer:
    """Return the figures of trips without what the layer of trips says of each already."""
    kept, said = ("trip", "person"), TRIP_LINES.names()
    columns = tuple(c for c in _plain(TRIP_FIGURES) if c.name in kept or c.name not in said)
    return _layer(TRIP_FIGURES)._replace(columns=columns)


def _exposure() -> Layer:
    """Return who is exposed, with the hours beside the people who walk them."""
    layer = _layer(TABLES["exposure"])
    columns = [column for column in layer.columns if column.name != "person_hours"]
    after = [column.name for column in columns].index("people") + 1
    columns.insert(after, TABLES["exposure"].column("person_hours"))
    return layer._replace(columns=tuple(columns))


LAYERS: tuple[Layer, ...] = (
    _layer(TABLES["streets"]), _layer(TABLES["cameras"]), _camera_fields(),
    *(_layer(TABLES[name]) for name in ("nodes", "edges", "walls", "places", "districts")),
    _trips(), _trip_figures(), _layer(TABLES["fleets"]), _layer(TABLES["policies"]), _exposure(),
)  # fmt: skip
"""Every table of an export in order; `columns_of` adds those that depend on the run."""
LEFT_OUT = {
    "sightings": "every interval that one camera sees: large, and only for programs",
    "surroundings": "water, parks and names below the map: no figure depends on them",
    **{
        f"trips.{name}": "lists of edges, which tables cannot hold: the line of a trip follows them"
        for name in ("edges", "backward")
    },
}
"""What of a run folder is not exported, and why."""


def columns_of(layer: Layer, totals: Sequence[int]) -> tuple[Column, ...]:
    """Return the columns of a table for a run with these totals, geometry apart."""
    if layer.name == "cameras":
        return (*layer.columns, *_worth(totals[-1]))
    if layer.name != "trips":
        return layer.columns
    seen = (
        Column(
            f"seen_{task}_{total}",
            "float64",
            "share",
            f"share of the walk where one of {counted(total, 'camera')} in the city can {task} "
            "someone",
        )
        for total in totals
        for task in TASKS
    )
    last = (
        Column(
            f"last_unseen_{task}",
            "float64",
            "cameras",
            "last number of cameras in the city at which some way, however long, lets none of them "
            f"{task} the walker; {totals[-1]:,} where all of them leave one, -1 where none is open "
            "even without cameras; empty where the walk does not count or cameras are real",
        )
        for task in TASKS
    )
    return (*layer.columns, *seen, *last)


def _worth(total: int) -> Iterator[Column]:
    """Yield the columns on what a camera gives back if it goes alone."""
    what = {
        "only_street_m": ("m", "street of the study area"),
        "only_walk_m": ("m", "metres of simulated walks"),
        "only_walks": ("", "simulated walks, as walked,"),
    }
    for name, (unit, words) in what.items():
        meaning = (
            f"{words} on which of {counted(total, 'camera')} in the city only this one can "
            "recognise someone; empty where cameras are real"
        )
        yield Column(name, "float64", unit, meaning)
