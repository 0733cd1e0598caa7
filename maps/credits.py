"""Whose map a page is drawn from, in one line, as the run's own sources say."""

from __future__ import annotations

from collections.abc import Sequence

from maps.texts import LANGUAGES, text

OPEN_STREET_MAP = "OpenStreetMap"
OFFICIAL = {
    "streets": "3D Pedestrian Network, Lands Department",
    "buildings": "Buildings, Lands Department",
}
"""How sources of the Government are named, by what they are of."""


def credit_of(sources: Sequence[str], *, bus_streets: bool) -> list[str]:
    """Return the credit of a page's map as [English, Chinese].

    Parameters
    ----------
    sources
        Attributions, as a run's manifest has them.
    bus_streets
        Whether the streets are those that buses use.
    """
    official = [what for what, name in OFFICIAL.items() if any(name in one for one in sources)]
    keys = ["bus_streets"] if bus_streets else []
    if official:
        keys.append("_".join(["official", *official]))
    if any(OPEN_STREET_MAP in one for one in sources):
        keys.append("osm")
    keys = keys or ["credit_below"]
    said = [[text(key, language) for key in keys] for language in LANGUAGES]
    return [joint.join(parts) for joint, parts in zip(("; ", "；"), said, strict=True)]
