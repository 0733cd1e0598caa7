"""Which ways people walk: classes of OpenStreetMap, and what closes a way or invites people in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from sim.city.tags import read_tag
from sim.errors import InputError

MOTOR_ONLY = {"motorway", "motorway_link", "trunk", "trunk_link"}
NOT_WALKED = MOTOR_ONLY | {
    "abandoned", "bus_guideway", "bus_stop", "busway", "construction", "cycleway", "demolished",
    "dismantled", "disused", "escape", "no", "planned", "platform", "proposed", "raceway",
    "razed", "rest_area", "services", "via_ferrata", "virtual",
}  # fmt: skip
TRUNKS = {"trunk", "trunk_link"}
"""Motor roads that people walk along where a tag says so; along a motorway nobody may."""
SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
FOOT_ONLY = {"footway", "steps", "path", "pedestrian", "corridor", "elevator"}
CARRIAGEWAYS = {
    "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
}  # fmt: skip
BUS_CLASSES = MOTOR_ONLY | CARRIAGEWAYS | {"unclassified"}
"""Classes whose length, measured in Mong Kok, matches the streets that buses use within 2 %."""

NOT_BUILT = {
    "abandoned", "construction", "demolished", "dismantled", "disused", "no", "planned", "platform",
    "proposed", "razed", "virtual",
}  # fmt: skip
"""Not walked and, unlike a motorway, no open space either."""
FEET_ALLOWED = {"yes", "designated", "permissive", "official", "destination", "customers"}


def walked_edges(
    edges: gpd.GeoDataFrame, report: dict[str, float], private: bool
) -> NDArray[np.bool_]:
    """Return which edges people walk; count the rest by reason."""
    length = edges.length.to_numpy()
    bus = read_tag(edges, "highway", lambda words: bool(words & BUS_CLASSES))
    report["carriageway_km"] = float(length[bus].sum()) / 1000
    keep = np.ones(len(edges), bool)
    for reason, dropped in _reasons(edges, private).items():
        report[f"dropped_{reason}_km"] = float(length[dropped & keep].sum()) / 1000
        keep &= ~dropped
    if not keep.any():
        raise InputError("streets: nothing walkable in the area; choose a larger one")
    return keep


def _reasons(edges: gpd.GeoDataFrame, private: bool) -> dict[str, NDArray[np.bool_]]:
    """Why an edge is not walked, by reason, in the order in which the reasons are counted."""
    closed = {"no"} if private else {"no", "private"}
    shut, shut_to_feet = (
        read_tag(edges, name, lambda words: bool(words & closed)) for name in ("access", "foot")
    )
    invited = read_tag(edges, "foot", lambda words: bool(words & FEET_ALLOWED))
    beside = np.zeros(len(edges), bool)
    for name in SIDEWALK_KEYS:
        beside |= read_tag(edges, name, lambda words: bool(words - {"no", "none", "separate"}))
    on_bridge = read_tag(edges, "bridge", lambda words: bool(words - {"no"}))
    in_tunnel = read_tag(edges, "tunnel", lambda words: bool(words - {"no", "building_passage"}))
    carriageway = read_tag(edges, "highway", lambda words: bool(words) and words <= CARRIAGEWAYS)
    motor = read_tag(edges, "highway", lambda words: bool(words) and words <= MOTOR_ONLY)
    trunk = read_tag(edges, "highway", lambda words: bool(words) and words <= TRUNKS)
    other = read_tag(edges, "highway", lambda words: words <= NOT_WALKED)
    return {
        "motorway_or_trunk": motor & ~(trunk & (invited | beside)),
        "not_a_way_for_feet": other & ~motor & ~invited,
        "private": (shut | shut_to_feet) & ~invited,
        "flyover_or_underpass": carriageway & (on_bridge | in_tunnel) & ~invited & ~beside,
    }
