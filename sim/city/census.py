"""Where the residents of Hong Kong's districts work, from the census; jobs of a study area."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from sim.area import DistrictPart, districts

NO_FIXED_PLACE = "No fixed place"


@cache
def commuting() -> dict[str, dict[str, int]]:
    """Return workers with a fixed place of work in Hong Kong, by district of home and of work.

    The census table `sim/facts/commute.csv`; it says how new towns are mapped to districts. Those
    who work at home, at sea, abroad or at no fixed place are left out.
    """
    text = files("sim.facts").joinpath("commute.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["work_district"] != NO_FIXED_PLACE:
            found.setdefault(row["home_district"], {})[row["work_district"]] = int(row["workers"])
    return found


def jobs_in(parts: Iterable[DistrictPart]) -> float:
    """Return the jobs with a fixed place in parts of districts, each district's spread by land.

    Parameters
    ----------
    parts
        Of a study area; none outside Hong Kong, where 0 is returned.
    """
    land = {district.name: district.land_km2 for district in districts()}
    there = {name: sum(work.get(name, 0) for work in commuting().values()) for name in land}
    return sum(there[part.district] * part.land_km2 / land[part.district] for part in parts)
