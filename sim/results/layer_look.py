"""How the layers of an exported GeoPackage look in a GIS: in the colours of the map's page.

It says which features are drawn how and what the legend calls them; `sim.results.layer_xml` turns
that into the styles of QGIS and of the OGC. The page's style sheet and texts say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from sim.cameras.tasks import TASKS
from sim.results.contract import rank_column
from sim.wording import counted

SHOWN_TASK = "recognise"
"""The task that the default styles show, as the page does."""
MOST_CLASSES = 6
RAMP = ("#8d0f3c", "#cf2e1c", "#ee6a0c", "#f79a12", "#ffc83d")
UNSEEN, OUTLINE, CAMERA, FIELD = "#5d6f83", "#6d7683", "#0b5f73", "#0b7896"
PAPER, BLOCK, BLOCK_EDGE, STATION, LABEL = "#f5f2ec", "#e7e2d7", "#d8d1c2", "#0f3f6b", "#2c3640"
INK_UNSEEN, INK_SEEN, INK_FRESH = "#4fb3a5", "#86101f", "#e0562b"
"""Colours of maps/assets/page.css, by its names."""
SEEN_WORDS = {
    "detect": "seen", "observe": "seen clearly", "recognise": "recognised",
    "identify": "identified",
}  # fmt: skip
OUTSIDE_OPACITY = 45
"""Per cent, of streets that are simulated but not counted: the page veils them as much."""


class Line(NamedTuple):
    """A stroke: width and dashes (on, off) in millimetres, opacity from 0 to 1."""

    colour: str
    width: float
    dashes: tuple[float, ...] = ()
    opacity: float = 1.0


class Fill(NamedTuple):
    """An area: fill (empty: none) with its opacity, and its edge in millimetres."""

    colour: str
    edge: str
    edge_width: float
    opacity: float = 1.0
    dashed: bool = False


class Mark(NamedTuple):
    """A marker: its shape in the words of QGIS, size in millimetres, and the column that turns it.

    `points_to` is the direction, clockwise from north in degrees, that the shape has unturned. With
    `metres` it is so large on the ground, but at most `size` and at least a third of that.
    """

    shape: str
    colour: str
    size: float
    edge: str = PAPER
    edge_width: float = 0.2
    turned_by: str = ""
    points_to: float = 0.0
    metres: float = 0.0


class Condition(NamedTuple):
    """Which features a rule draws; without a column all of them.

    "above" draws those whose value is above `low` and at most `high` (None: no end), "is" those
    that have the value `text`, "else" those that no other rule draws.
    """

    kind: Literal["all", "above", "is", "else"] = "all"
    column: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""


class Rule(NamedTuple):
    """One line of a legend and the features that it is about, drawn with the symbols in order."""

    label: str
    condition: Condition
    symbols: tuple[Line | Fill | Mark, ...]


class Look(NamedTuple):
    """A style of a layer.

    `title` says in words what it shows; the `default` of a layer is taken when it is opened;
    where the yes-or-no column `veiled_unless` says no, features are drawn faintly.
    """

    layer: str
    name: str
    title: str
    rules: tuple[Rule, ...]
    default: bool = True
    veiled_unless: str = ""


def looks(totals: Sequence[int], kinds_of_cameras: Sequence[str] = ("simulated",)) -> list[Look]:
    """Return the styles of every layer with geometry, the default of each first.

    Parameters
    ----------
    totals
        Cameras in the city at the steps of the run, ascending.
    kinds_of_cameras
        Values of the cameras' column `status`.
    """
    tasks = sorted(TASKS, key=lambda task: task != SHOWN_TASK)
    return [
        *(_streets(task, totals) for task in tasks),
        _inks(totals),
        _cameras(kinds_of_cameras),
        *_ground(),
        *(_trips(task, totals[-1]) for task in tasks),
    ]


def class_ends(totals: Sequence[int]) -> list[int]:
    """Return the camera counts at which a colour ends: the totals, thinned evenly if many."""
    if len(totals) <= MOST_CLASSES:
        return [*totals]
    last = len(totals) - 1
    return [totals[round(i * last / (MOST_CLASSES - 1))] for i in range(MOST_CLASSES)]


def blend(part: float, ramp: Sequence[str] = RAMP) -> str:
    """Return the colour at a part from 0 to 1 of a ramp of #rrggbb colours."""
    at = part * (len(ramp) - 1)
    low = min(int(at), len(ramp) - 2)
    ends = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in ramp[low : low + 2]]
    mixed = (int(a + (at - low) * (b - a) + 0.5) for a, b in zip(*ends, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _streets(task: str, totals: Sequence[int]) -> Look:
    """Return streets coloured by the number of cameras from which on they are seen."""
    column, ends = rank_column(task), class_ends(totals)
    unseen = Rule(
        f"not even at {ends[-1]:,}", Condition("else"), (Line(UNSEEN, 0.35),)
    )  # fmt: skip
    bands = []
    for place, end in enumerate(ends):
        low = ends[place - 1] if place else 0
        label = f"{low + 1:,} to {end:,}" if place else f"up to {end:,}"
        colour = blend(place / (len(ends) - 1) if len(ends) > 1 else 0)
        condition = Condition("above", column, low, end)
        bands.append(Rule(label, condition, (Line(colour, 0.8),)))
    return Look(
        "streets",
        f"First {SEEN_WORDS[task]} at",
        f"{task.capitalize()}: how many cameras the city has when one could first be "
        f"{SEEN_WORDS[task]} on a street",
        (*bands, unseen),
        default=task == SHOWN_TASK,
        veiled_unless="in_area",
    )


def _inks(totals: Sequence[int]) -> Look:
    """Return streets in the three inks that the page opens with."""
    column, seen = rank_column(SHOWN_TASK), SEEN_WORDS[SHOWN_TASK]
    first, last = totals[0], totals[-1]
    fresh = Rule(
        f"only with more than {counted(first, 'camera')}",
        Condition("above", column, first, last),
        (Line(INK_FRESH, 0.4, (1.2, 0.8)),),
    )
    return Look(
        "streets",
        f"Unseen and {seen}",
        f"Where one could be {seen} at {counted(first, 'camera')} in the city, and at {last:,}",
        (
            Rule(
                f"you could be {seen}", Condition("above", column, 0, first), (Line(INK_SEEN, 0.4),)
            ),
            *((fresh,) if last > first else ()),
            Rule(f"nobody could be {seen}", Condition("else"), (Line(INK_UNSEEN, 1.1),)),
        ),
        default=False,
        veiled_unless="in_area",
    )


def _cameras(kinds: Sequence[str]) -> Look:
    """Return cameras that point where they look, those of maps and lists apart."""
    words = {
        "simulated": ("simulated camera and the way it looks", CAMERA),
        "listed_pole": ("simulated camera on a pole that the scenario lists", STATION),
    }
    rules = [
        Rule(label, Condition("is", "status", text=kind), _head(colour))
        for kind, (label, colour) in words.items()
        if kind in kinds
    ]
    if set(kinds) - set(words):
        rules.append(
            Rule("camera as a map or list gives it", Condition("else"), _head(INK_SEEN))
        )  # fmt: skip
    return Look("cameras", "Cameras", "Cameras and the way they look", tuple(rules))


def _head(colour: str) -> tuple[Mark, ...]:
    """Return a dot and, opening from it, a wedge the way the camera looks."""
    wedge = Mark(  # an arrowhead points east, so what lies behind its tip opens to the west
        "filled_arrowhead",
        colour,
        3.2,
        edge_width=0.1,
        turned_by="heading",
        points_to=270.0,
        metres=14.0,
    )
    return (wedge, Mark("circle", colour, 1.0, edge_width=0.15, metres=5.0))


def _ground() -> Iterator[Look]:
    """Yield the layers that only the ground of the map is made of."""
    everything = Condition()
    field = Fill(FIELD, CAMERA, 0.0, opacity=0.06)  # fainter than the page's, which shows a task's
    rule = Rule("what a camera sees, cut by walls", everything, (field,))
    yield Look("camera_fields", "Fields", "What cameras see", (rule,))
    rule = Rule("junction or end of a street", everything, (Mark("circle", UNSEEN, 0.7),))
    yield Look("nodes", "Junctions", "Junctions and ends of streets", (rule,))
    rule = Rule("street", everything, (Line(UNSEEN, 0.25),))
    yield Look("edges", "Street edges", "The walking network", (rule,))
    wall = (Fill(BLOCK, BLOCK_EDGE, 0.15),)
    yield Look("walls", "Walls", "Buildings, or blocks that stand in for them", (
        Rule("buildings (they block sight)", Condition("is", "kind", text="footprint"), wall),
        Rule("street blocks that stand in for buildings", Condition("else"), wall),
    ))  # fmt: skip
    station = Mark("circle", PAPER, 2.6, edge=STATION, edge_width=0.6)
    home = Mark("circle", OUTLINE, 0.5, edge=OUTLINE, edge_width=0.0)
    office = Mark("circle", LABEL, 0.6, edge=LABEL, edge_width=0.0)
    yield Look("places", "Places", "Where walks begin and end", (
        Rule("station exit", Condition("is", "kind", text="station"), (station,)),
        Rule("home", Condition("is", "kind", text="home"), (home,)),
        Rule("office", Condition("is", "kind", text="office"), (office,)),
        Rule("other place", Condition("else"), (Mark("circle", LABEL, 1.4),)),
    ))  # fmt: skip
    area = Fill("", OUTLINE, 0.4, dashed=True)
    yield Look("districts", "Area", "The study area and what lies around it", (
        Rule(
            "figures count what lies inside this line", Condition("is", "kind", text="area"),
            (area,),
        ),
        Rule("region simulated", Condition("is", "kind", text="region"), (Fill("", OUTLINE, 0.2),)),
        Rule(
            "district", Condition("is", "kind", text="district"),
            (Fill("", OUTLINE, 0.15, dashed=True),),
        ),
    ))  # fmt: skip


def _trips(task: str, total: int) -> Look:
    """Return walks coloured by the share of them that is seen at the most cameras."""
    column, seen = f"seen_{task}_{total}", SEEN_WORDS[task]
    count = len(RAMP)
    bands = [
        Rule(
            f"up to {100 * (place + 1) // count} %",
            Condition("above", column, place / count, (place + 1) / count),
            (Line(blend(1 - place / (count - 1)), 0.4, opacity=0.5),),
        )
        for place in range(count)
    ]
    unseen = Rule(
        "nowhere", Condition("above", column, None, 0.0), (Line(INK_UNSEEN, 0.4, opacity=0.5),)
    )
    return Look(
        "trips",
        f"Share {seen} at {total}",
        f"{task.capitalize()}: share of a simulated walk on which one could be {seen} at "
        f"{counted(total, 'camera')} in the city",
        (unseen, *bands),
        default=task == SHOWN_TASK,
    )
