"""What a run will take, before it begins: seconds, memory and disk.

A model linear in what is known beforehand: kilometres of street, walls, heads, walks and totals.
The constants come from one machine, and what it cannot know (files of the user's own, the first
compilation) it names. A run that cannot fit into the machine's memory is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, get_args

from sim.cameras.tasks import Task
from sim.city.loaders import load_city
from sim.city.model import City
from sim.errors import InputError
from sim.pipeline.analyses import COMPARED, RULED
from sim.placement.growth import region_heads
from sim.processes import machine_memory_bytes
from sim.scenario.parameters import placing
from sim.scenario.schema import Scenario
from sim.wording import counted

TRIPS_A_DAY = 2.4
"""Walks of a simulated person on a typical day: 4,724 of 2,000 people in scenarios/mong_kok_day."""
CELL_ROW_BYTES = 4_000
"""Bytes that a total and task of one cell take in the files of a sweep, more rather than less."""
LONG_S, LARGE_BYTES = 30.0, 2e9
"""A run that takes more is announced before it begins."""
OF_A_FLEET = ("walls", "heads", "trips", "trips x totals")
"""Terms that another fleet costs again: placing, looking and following the walks."""
OVER, AT_LEAST_S = 1.3, 0.15
"""What a fleet costs on threads that share one interpreter, and what it costs however few walk."""
WITHIN = 1.5
"""How many times off an estimate is, either way, over the sizes that were measured."""
COMPILING_S = 15
"""About how long compiling takes once, on the first run of an installation, seconds."""


@dataclass(frozen=True)
class Sizes:
    """What the cost of a run depends on.

    Attributes
    ----------
    street_km
        Streets simulated, kilometres.
    walls
        Walls, number.
    heads
        Heads simulated in the region at the largest total.
    trips
        Walks.
    totals
        City totals.
    searched
        Walks for which the least-seen alternative is searched.
    fleets
        Fleets that watch the same walks.
    """

    street_km: float
    walls: int
    heads: int
    trips: int
    totals: int
    searched: int
    fleets: int = 1

    def features(self) -> dict[str, float]:
        """Return the terms of the model: their sum, each with its constant, is the cost.

        Crowds are of a few hundred walkers and rules are tried on a few thousand, however many
        walk.
        """
        return {
            "1": 1.0,
            "km": self.street_km,
            "walls": float(self.walls),
            "heads": float(self.heads),
            "trips": float(self.trips),
            "trips x totals": float(self.trips * self.totals),
            "searched x totals": float(self.searched * self.totals),
            "compared x totals": float(min(self.trips, COMPARED) * self.totals),
            "ruled x totals": float(min(self.trips, RULED) * self.totals),
            "km x totals": self.street_km * self.totals,
        }


@dataclass(frozen=True)
class Estimate:
    """What a run will take, roughly.

    Attributes
    ----------
    seconds, memory_bytes, disk_bytes
        Processor seconds once kernels are compiled; peak memory; size of the run folder.
    sizes
        What it depends on.
    area
        Name of the area.
    unknown
        What the model leaves out for this scenario, in words.
    """

    seconds: float
    memory_bytes: float
    disk_bytes: float
    sizes: Sizes
    area: str
    unknown: tuple[str, ...]

    @property
    def is_large(self) -> bool:
        """Whether somebody should know before the work begins."""
        return self.seconds > LONG_S or self.memory_bytes > LARGE_BYTES

    def lines(self) -> Iterator[str]:
        """Yield the estimate in words, a sentence a line."""
        sizes = self.sizes
        megabytes = [_round(count / 1e6) for count in (self.memory_bytes, self.disk_bytes)]
        yield (
            f"A run takes about {_round(self.seconds):g} s, {megabytes[0]:g} MB of memory and "
            f"{megabytes[1]:g} MB of disk (processor time, within a factor of {WITHIN:g}); "
            f"the first run of an installation {COMPILING_S} s more."
        )
        yield (
            f"{self.area}: {sizes.street_km:,.0f} km of streets, {counted(sizes.walls, 'wall')}, "
            f"{counted(sizes.heads, 'camera')} simulated (halo included), "
            f"{counted(sizes.trips, 'walk')}, "
            f"{counted(sizes.totals, 'total')}{_of_fleets(sizes.fleets)}."
        )
        for words in self.unknown:
            yield f"Not counted: {words}."
        if self.cannot_fit:
            have = _round(machine_memory_bytes() / 1e6)
            yield f"It will be refused: this machine has {have:g} MB."

    @property
    def cannot_fit(self) -> bool:
        """Whether it takes more memory than there is even if it was estimated too high."""
        return self.memory_bytes > WITHIN * machine_memory_bytes()

    def refuse_too_large(self) -> None:
        """Refuse a run that cannot fit into this machine's memory, before it begins.

        Raises
        ------
        InputError
            It cannot; both figures are in the message.
        """
        if self.cannot_fit:
            needed, have = (_round(b / 1e6) for b in (self.memory_bytes, machine_memory_bytes()))
            raise InputError(
                f"{self.area}: a run takes about {needed:,.10g} MB of memory and this machine has "
                f"{have:,.10g} MB; take fewer people or totals, or a smaller area"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as plain data for programs."""
        return {
            "seconds": round(self.seconds, 1),
            "memory_bytes": round(self.memory_bytes),
            "disk_bytes": round(self.disk_bytes),
            **asdict(self.sizes),
            "not_counted": [*self.unknown],
        }


def estimate(scenario: Scenario, city: City) -> Estimate:
    """Estimate what a scenario takes in its city; nothing is simulated.

    Notes
    -----
    Non-negative least squares of relative errors on processor seconds (computing, and apart from it
    the writing of tables and map), peak memory and bytes of 19 runs on two shared cores (AMD EPYC,
    Python 3.11): Mong Kok core, Yau Tsim Mong, Las Palmas and the bus streets of all Hong Kong, 500
    to 100,000 trips, 167 to 28,925 heads, 2 to 64 totals, strategy junctions. Over these the model
    is off by 0.81 to 1.16 times in seconds, 0.89 to 1.10 in memory and 0.74 to 1.15 in disk
    (docs/city.md). `python benchmarks/run_cost.py measure costs.csv` measures, `... fit costs.csv`
    prints the constants and how far the model is off. Strategies greedy_cover, betweenness and
    equity were not measured again; before, they differed by less than 0.02 s a kilometre.

    Raises
    ------
    InputError
        The way the cameras are shared out is not possible in this city.
    """
    sizes = sizes_of(scenario, city)
    features = sizes.features()
    cost = {
        name: sum(constants.get(term, 0.0) * value for term, value in features.items())
        for name, constants in COSTS.items()
    }
    of_a_fleet = sum(COSTS["seconds"].get(term, 0.0) * features[term] for term in OF_A_FLEET)
    cost["seconds"] += OVER * (sizes.fleets - 1) * (of_a_fleet + AT_LEAST_S)
    if sizes.fleets > 1:
        cost["memory"] += sum(
            COSTS["memory"].get(term, 0.0) * features[term] for term in OF_A_FLEET
        )
    seconds = cost["seconds"] + cost["writing"]
    return Estimate(
        seconds, cost["memory"], cost["disk"], sizes, city.area.name, _unknown(scenario)
    )


@dataclass(frozen=True)
class ManyEstimate:
    """What many cells of a sweep or of bands will take, at most and roughly.

    Attributes
    ----------
    cells
        Cells still to be computed.
    workers
        Processes that compute them.
    seconds
        By the clock, where each process has a core of its own.
    memory_bytes
        Of all processes together.
    disk_bytes
        The figures that are kept; cells leave no run folders.
    """

    cells: int
    workers: int
    seconds: float
    memory_bytes: float
    disk_bytes: float

    def line(self) -> str:
        """Return the estimate in words."""
        if not self.cells:
            return "Nothing is left to compute."
        process = "process" if self.workers == 1 else "processes"
        return (
            f"{counted(self.cells, 'cell')} on {self.workers} {process} take at most about "
            f"{_round(self.seconds):,.10g} s, {_round(self.memory_bytes / 1e6):,.10g} MB of memory "
            f"and {_round(self.disk_bytes / 1e6):,.10g} MB of disk."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as plain data for programs."""
        return {
            "cells_to_compute": self.cells,
            "workers": self.workers,
            "seconds_at_most": round(self.seconds, 1),
            "memory_bytes_at_most": round(self.memory_bytes),
            "disk_bytes_at_most": round(self.disk_bytes),
        }


def estimate_cells(scenarios: Iterable[Scenario], workers: int) -> ManyEstimate:
    """Estimate what cells take that are still to be computed; nothing is simulated.

    Each is taken for a whole run, which is more than it is: a cell draws no map and writes no
    tables. Scenarios that differ in their seed only are taken to cost the same.
    """
    cities: dict[str, City] = {}
    known: dict[Scenario, Estimate] = {}
    seconds = memory = disk = 0.0
    count = 0
    for scenario in scenarios:
        alike = scenario.model_copy(update={"seed": 0, "name": "cell"})
        if alike not in known:
            if scenario.area not in cities:
                cities[scenario.area] = load_city(scenario.area)
            known[alike] = estimate(alike, cities[scenario.area])
        takes = known[alike]
        count += 1
        seconds += takes.seconds
        memory = max(memory, takes.memory_bytes)
        disk += CELL_ROW_BYTES * takes.sizes.totals * len(get_args(Task))
    busy = max(1, min(workers, count))
    return ManyEstimate(count, busy, seconds / busy, memory * busy, disk)


def sizes_of(scenario: Scenario, city: City) -> Sizes:
    """Return the sizes of a scenario in its city."""
    cameras, trips = scenario.cameras, scenario.trips
    given = placing(scenario)
    rules = ("share_rule", "share", "street_share", "mobile_share", "phases", "plan")
    heads = region_heads(city.area, cameras.totals[-1], **{rule: given[rule] for rule in rules})
    walks = round(trips.people * (TRIPS_A_DAY if trips.profiles else 1)) + len(trips.walks)
    return Sizes(
        round(float(city.streets.edges["length"].sum()) / 1000, 3),
        len(city.walls.arrays.x0),
        len(heads.rank),
        walks,
        len(cameras.totals),
        min(scenario.tracking.subsample, walks),
        scenario.ensemble.fleets,
    )


def _unknown(scenario: Scenario) -> tuple[str, ...]:
    """Return what is left out for a scenario, in words."""
    cameras, trips = scenario.cameras, scenario.trips
    files = {
        f"cameras of {cameras.existing}": cameras.existing,
        f"walks of {trips.own}": trips.own,
        f"walks of {trips.od}": trips.od,
    }
    return tuple(words for words, file in files.items() if file is not None)


def _of_fleets(fleets: int) -> str:
    return f", {counted(fleets, 'fleet')}" if fleets > 1 else ""


def _round(value: float) -> float:
    """Return a value with two figures, as far as an estimate goes."""
    return float(f"{value:.2g}")


COSTS: dict[str, dict[str, float]] = {
    "seconds": {
        "1": 3.3, "walls": 1.62e-05, "heads": 8.34e-05, "trips": 2.79e-05,
        "trips x totals": 4.78e-06, "searched x totals": 0.00032, "compared x totals": 4.93e-05,
        "ruled x totals": 2.27e-05, "km x totals": 0.00043,
    },
    "writing": {
        "1": 0.893, "walls": 1.81e-05, "heads": 0.000398, "trips": 2.45e-05,
        "trips x totals": 5.03e-06, "searched x totals": 4.86e-05, "ruled x totals": 1.97e-06,
        "km x totals": 1.72e-05,
    },
    "memory": {
        "1": 434e6, "km": 113e3, "heads": 12.4e3, "trips": 2380, "trips x totals": 831,
        "searched x totals": 2.28, "compared x totals": 429, "ruled x totals": 1130,
        "km x totals": 2050,
    },
    "disk": {
        "1": 785e3, "km": 4970, "heads": 676, "trips": 29.1, "trips x totals": 0.301,
        "compared x totals": 27.4, "km x totals": 102,
    },
}  # fmt: skip
"""Constants of each term, from `benchmarks/run_cost.py fit`: processor seconds of computing, those
of writing tables and map, bytes of memory, bytes of disk."""
