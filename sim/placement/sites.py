"""Where simulated cameras may hang: the engine's own places or listed poles, zones left out.

It applies what a scenario says of places for cameras before any strategy ranks them, and counts
what that leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import Candidates, candidates, listed_sites, those
from sim.cameras.fleet import MOUNTS
from sim.city.kept_free import distance_to
from sim.city.places import FOOTBRIDGE_FACE, LAMP_POST, POLE_KINDS, TRAFFIC_SIGNAL
from sim.errors import InputError
from sim.placement.parameters import CandidateName, Exclusion
from sim.wording import counted

if TYPE_CHECKING:
    from sim.city.model import City

SITES, EXCLUDE = "cameras.sites", "cameras.exclude"
MOUNT_OF = {
    LAMP_POST: "lamp post", TRAFFIC_SIGNAL: "traffic light", FOOTBRIDGE_FACE: "footbridge",
}  # fmt: skip
"""What a head on a place of the Government's hangs on."""


def available_sites(
    city: City, poles: gpd.GeoDataFrame | None = None, exclude: Sequence[Exclusion] = ()
) -> tuple[Candidates, dict[str, int]]:
    """Return the places where simulated cameras may hang, and counts of what was left out.

    Parameters
    ----------
    city
        Where to look.
    poles
        Points, the only places for cameras; the engine's own places by default.
    exclude
        Zones; those that only mask what is seen change nothing here.

    Returns
    -------
    candidates
        In their order, without those in a zone.
    report
        With poles: poles_listed, poles_elsewhere, poles_off_streets, poles_in_buildings,
        poles_moved; with zones sites_excluded; with either sites_left. Empty without both.

    Raises
    ------
    InputError
        The poles or zones leave no place, or the city has no place of a kind; names the key.
    """
    report: dict[str, int] = {}
    if poles is None:
        found = candidates(city)
    else:
        found, report = _on_poles(city, poles)
    for number, zone in enumerate(exclude):
        if zone.how != "no_site":
            continue
        away = distance_to(shapes_of(city, zone, number), found.x, found.y)
        keep = away > zone.metres
        if not keep.any():
            nearest = f"the farthest is {away.max():,.0f} m away; lower metres"
            raise InputError(
                f"leaves no place for a camera in {city.area.name}: {nearest}",
                key=f"{EXCLUDE}.{number}.metres",
            )
        report["sites_excluded"] = report.get("sites_excluded", 0) + int((~keep).sum())
        found = those(found, keep)
    return found, {**report, "sites_left": len(found.x)} if report else {}


def official_poles(city: City, named: CandidateName) -> gpd.GeoDataFrame:
    """Return what a city has of the Government on which a camera could hang.

    Parameters
    ----------
    city
        Where to look.
    named
        "lamp_posts", or "poles": lamp posts, traffic lights and faces of footbridges.

    Raises
    ------
    InputError
        It has none; names the key.
    """
    kinds = POLE_KINDS if named == "poles" else (LAMP_POST,)
    found = city.places.table[city.places.table["kind"].isin(kinds)]
    if found.empty:
        what = "lamp posts, traffic lights or footbridges" if named == "poles" else "lamp posts"
        raise InputError(
            f"{city.area.name} has no {what}; import the layer of them too, or remove the line",
            key="cameras.candidates",
        )
    return found


def shapes_of(city: City, zone: Exclusion, number: int) -> NDArray[np.object_]:
    """Return the shapes around which a zone lies, in the metres of the city.

    Raises
    ------
    InputError
        The city has no place of these kinds, or the shapes have no coordinate system.
    """
    key = f"{EXCLUDE}.{number}"
    if zone.shapes is None:
        table = city.places.table
        found = table.geometry[table["kind"].isin(zone.places)]
        if found.empty:
            kinds = " or ".join(zone.places) or "any kind"
            have = ", ".join(sorted(set(table["kind"]))) or "no places at all"
            raise InputError(
                f"{city.area.name} has no places of kind {kinds} (it has {have}); write file: FILE",
                key=f"{key}.places",
            )
        return np.asarray(found.to_numpy(), object)
    if zone.shapes.crs is None:
        raise InputError("zones: no CRS; set one, for example EPSG:4326", key=f"{key}.file")
    return np.asarray(zone.shapes.to_crs(city.area.crs).geometry.to_numpy(), object)


def _on_poles(city: City, poles: gpd.GeoDataFrame) -> tuple[Candidates, dict[str, int]]:
    """Return the poles on which cameras may hang.

    Raises
    ------
    InputError
        Not one of them can carry a camera here; says why.
    """
    if poles.crs is None:
        raise InputError("poles: no CRS; set one, for example EPSG:4326", key=SITES)
    points = poles.to_crs(city.area.crs).geometry
    if not len(points) or not (points.geom_type == "Point").all():
        raise InputError("poles: give points, one or more", key=SITES)
    found, left_out = _listed(city, poles, points)
    if not len(found.x):
        away = float(points.distance(city.area.region).min())
        why = (
            f"the nearest is {away / 1000:,.1f} km from {city.area.name}; check positions and CRS"
            if left_out["poles_elsewhere"] == len(points)
            else f"{left_out['poles_off_streets']} are more than 60 m from every street and "
            f"{left_out['poles_in_buildings']} inside buildings"
        )
        raise InputError(
            f"not one of {counted(len(points), 'pole')} can carry a camera: {why}", key=SITES
        )
    return found, {"poles_listed": len(points), **left_out}


def _listed(
    city: City, poles: gpd.GeoDataFrame, points: gpd.GeoSeries
) -> tuple[Candidates, dict[str, int]]:
    """Return poles as candidates, kind after kind where they are of the Government."""
    official = "kind" in poles and poles["kind"].isin(POLE_KINDS).all()
    kind = poles["kind"].to_numpy() if official else np.full(len(poles), "")
    parts: list[Candidates] = []
    left_out: dict[str, int] = {}
    for name in POLE_KINDS if official else ("",):
        own = points[kind == name]
        x, y = own.x.to_numpy(np.float64), own.y.to_numpy(np.float64)
        found, counted = listed_sites(city, x, y, above_street=name == FOOTBRIDGE_FACE)
        if official:
            mount = np.full(len(found.x), MOUNTS.index(MOUNT_OF[name]), np.int8)
            found = found._replace(mounted_on=mount)
        parts.append(found)
        left_out = {key: left_out.get(key, 0) + count for key, count in counted.items()}
    return Candidates(*map(np.concatenate, zip(*parts, strict=True))), left_out
