"""A city on the Government's layers: which of them go together, and what is assumed of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.area import HONG_KONG_CRS, DistrictPart, districts
from sim.city.decks import FOOTBRIDGE_M
from sim.city.model import NETWORK, City
from sim.city.slopes import TOLERANCE_M
from sim.city.sources.files import Kind
from sim.city.sources.official_directions import WAY_BACK_M
from sim.city.sources.official_pavements import read_pavements
from sim.city.sources.official_terrain import read_terrain
from sim.city.street_widths import Widths, measured_widths
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.city.streets import StreetNetwork

PEDESTRIAN_NETWORK = "official pedestrian network"
STREETS = (
    "streets: the Government's 3D pedestrian network, walked both ways{one_way}; a lift joins its "
    "two ends and has no length; lengths are those on the map"
)
ONE_WAY = (
    ": of escalators and others that run one way those with a way back no more than "
    f"{WAY_BACK_M:g} m longer, for which they stand too; the others are left out"
)
BOTH_WAYS = ", escalators against their direction too"
ASSUMPTIONS = (
    "decks: by type, and of plain footways by their height above the nearest street; every deck "
    f"above the street, podiums too, is taken to lie {FOOTBRIDGE_M:g} m above it",
    "the pedestrian network has no carriageways: those of a district in the region are taken in "
    "proportion to its land",
)
GROUND_ASSUMPTION = (
    "ground: heads, streets and buildings stand on the terrain model; along pieces of street it is "
    f"linear, which leaves it by at most {TOLERANCE_M:g} m, and under a building level, at the "
    "height of its middle; hills hide nothing themselves; walks, and what software reads, are "
    "measured on the map"
)
BUILDINGS = {"polygons", "official_buildings"}


def check_layers(
    kinds: Mapping[Path, Kind], area: Path | str | None, walk: Mapping[str, Any] | None
) -> None:
    """Refuse layers that make no city together.

    Parameters
    ----------
    kinds
        What each file holds.
    area
        Study area that was asked for.
    walk
        Options of the pedestrian network, where a choice was made.

    Raises
    ------
    InputError
        One is missing, or stands twice.
    """
    found = [*kinds.values()]
    for kind in (
        "official_network", "official_districts", "official_hours", "official_footbridges",
        "official_terrain", "official_pavements", "official_trees",
    ):  # fmt: skip
        if found.count(kind) > 1:
            raise InputError(f"import: {kind.replace('_', ' ')} given twice; give each layer once")
    network = "official_network" in found
    if network and not BUILDINGS & {*found}:
        raise InputError(
            "import: the pedestrian network needs buildings beside it, for façades are not "
            "inferred from footways; give the layer Building, or any polygons of buildings"
        )
    if (walk is not None or "official_hours" in found) and not network:
        raise InputError(
            "import: --no-indoor, --no-lifts, --no-escalators, --no-steps, --both-ways and opening "
            "hours choose among ways of the Government's pedestrian network; give that layer, or "
            "leave them out"
        )
    timed = walk is not None and walk.get("at") is not None
    if timed != ("official_hours" in found):
        raise InputError(
            "import: --at HH:MM and the table AccessTimeDetails go together; give both or neither"
        )
    if "official_districts" in found and area is None:
        raise InputError(
            'import: district boundaries need --area, for example --area "Yau Tsim Mong"'
        )


def on_ground(city: City, kinds: Mapping[Path, Kind]) -> City:
    """Return a city on the ground of the terrain model among its files, as it is without one.

    Parameters
    ----------
    city
        As `sim.city.assemble` made it.
    kinds
        What each file holds.

    Raises
    ------
    InputError
        The city does not lie in Hong Kong, or as `read_terrain`.
    """
    models = [path for path, kind in kinds.items() if kind == "official_terrain"]
    if not models:
        return city
    if city.area.crs != HONG_KONG_CRS:
        raise InputError("terrain: known of Hong Kong only; the area lies elsewhere")
    ground = read_terrain(models[0], city.area.region.bounds)
    if ground is None:
        return city
    provenance = {
        **city.provenance,
        "assumptions": [*city.provenance["assumptions"], GROUND_ASSUMPTION],
    }
    return replace(city, ground=ground, provenance=provenance)


def across(
    streets: StreetNetwork, kinds: Mapping[Path, Kind]
) -> tuple[Callable[[StreetNetwork], Widths] | None, dict[str, float]]:
    """Return what measures streets on the layer of pavements among files, and what it left out.

    Parameters
    ----------
    streets
        That are to be measured.
    kinds
        What each file holds.

    Returns
    -------
    None where no file is of pavements.

    Raises
    ------
    InputError
        The streets do not lie in Hong Kong, or as `read_pavements`.
    """
    layers = [path for path, kind in kinds.items() if kind == "official_pavements"]
    if not layers:
        return None, {}
    if streets.crs != HONG_KONG_CRS:
        raise InputError("pavements: known of Hong Kong only; the streets lie elsewhere")
    paved, report = read_pavements(layers[0])
    return lambda network: measured_widths(network.edges, paved), report


def by_layer(kinds: Mapping[Path, Kind], *, mapped: bool) -> dict[str, list[str]]:
    """Return from which kinds of file each layer of a city comes, the first before the others.

    Official layers stand in the place of OpenStreetMap's of the same thing, so nothing is there
    twice; of an extract beside them what they lack is taken.

    Parameters
    ----------
    kinds
        What each file holds.
    mapped
        Whether footprints are known; otherwise façades are inferred from the streets.
    """
    found = {*kinds.values()}

    def first(*names: str) -> list[str]:
        return next(([name] for name in names if name in found), [])

    given: list[str] = [*found & {"official_buildings", "polygons"}]
    filled = ["pbf"] if given == ["official_buildings"] and "pbf" in found else []
    return {
        "streets": first("official_network", "pbf", "streets", "bus_streets"),
        "buildings": sorted(given) + filled or (first("pbf") if mapped else []),
        "places": [name for name in ("pbf", "mtr_exits") if name in found] + ["built-in facts"],
        "poles": [
            name for name in ("official_lamp_posts", "official_network", "official_footbridges")
            if name in found
        ],
        "ground": first("official_terrain"),
        **({"widths": ["official_pavements"]} if "official_pavements" in found else {}),
        "districts": first("official_districts") or ["built-in facts"],
    }  # fmt: skip


def as_official(city: City, *, one_way: bool = True) -> City:
    """Return a city marked as streets of the pedestrian network, with what is assumed of it.

    Parameters
    ----------
    city
        As `sim.city.assemble` made it.
    one_way
        Whether directions were kept to.

    Raises
    ------
    InputError
        It does not lie in Hong Kong.
    """
    if city.area.crs != HONG_KONG_CRS:
        raise InputError("pedestrian network: known of Hong Kong only; the area lies elsewhere")
    streets = STREETS.format(one_way=ONE_WAY if one_way else BOTH_WAYS)
    provenance = {
        **city.provenance,
        NETWORK: PEDESTRIAN_NETWORK,
        "assumptions": [streets, *ASSUMPTIONS, *city.provenance["assumptions"]],
    }
    parts = tuple(_by_land(part) for part in city.area.parts)
    return replace(city, area=replace(city.area, parts=parts), provenance=provenance)


def _by_land(part: DistrictPart) -> DistrictPart:
    """Return a part of a district with as much of its carriageways as it has of its land."""
    whole = next(district for district in districts() if district.name == part.district)
    share = min(part.land_km2 / whole.land_km2, 1.0)
    return replace(part, carriageway_km=whole.carriageway_km * share)
