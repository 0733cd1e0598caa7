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
from sim.city.places import LAMP_POST
from sim.errors import InputError
from sim.placement.parameters import Exclusion

if TYPE_CHECKING:
    from sim.city.model import City

SITES, EXCLUDE = "cameras.sites", "cameras.exclude"


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


def lamp_posts(city: City) -> gpd.GeoDataFrame:
    """Return the lamp posts that a city has of the Government, as poles for cameras.

    Raises
    ------
    InputError
        It has none; names the key.
    """
    posts = city.places.of(LAMP_POST)
    if posts.empty:
        raise InputError(
            f"{city.area.name} has no lamp posts; import the layer of them too, or remove the line",
            key="cameras.candidates",
        )
    return posts


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
    found, left_out = listed_sites(
        city, points.x.to_numpy(np.float64), points.y.to_numpy(np.float64)
    )
    if not len(found.x):
        away = float(points.distance(city.area.region).min())
        why = (
            f"the nearest is {away / 1000:,.1f} km from {city.area.name}; check positions and CRS"
            if left_out["poles_elsewhere"] == len(points)
            else f"{left_out['poles_off_streets']} are more than 60 m from every street and "
            f"{left_out['poles_in_buildings']} inside buildings"
        )
        raise InputError(f"not one of {len(points):,} poles can carry a camera: {why}", key=SITES)
    if "kind" in poles and (poles["kind"] == LAMP_POST).all():
        posts = np.full(len(found.x), MOUNTS.index("lamp post"), np.int8)
        found = found._replace(mounted_on=posts)
    return found, {"poles_listed": len(points), **left_out}
