"""Where the residents of Hong Kong's districts work, from the census: jobs, people by day."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np

from sim.apportionment import sainte_lague
from sim.area import DistrictPart, districts

NO_FIXED_PLACE = "No fixed place"
NEW_TERRITORIES = (
    "Kwai Tsing", "Tsuen Wan", "Tuen Mun", "Yuen Long", "North", "Tai Po", "Sha Tin", "Sai Kung",
    "Islands",
)  # fmt: skip
ELSEWHERE = "New Territories elsewhere"
"""In the census a place of work outside the new towns, of no one district."""


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


@cache
def daytime_population() -> dict[str, int]:
    """Return how many people each district holds on a working day.

    Residents (census 2021), less those who work in another district, plus those who come from one
    (`commuting`). Whoever works at no fixed place stays at home; work "elsewhere in the New
    Territories" is spread over its districts by land. The sum is that of all residents.
    """
    people = {district.name: district.population for district in districts()}
    land = {district.name: district.land_km2 for district in districts()}
    for home, work in commuting().items():
        elsewhere = work.get(ELSEWHERE, 0)
        there = sainte_lague([land[name] for name in NEW_TERRITORIES], elsewhere)
        spread = np.bincount(there, minlength=len(NEW_TERRITORIES)).tolist()
        moving = Counter({name: n for name, n in work.items() if name != ELSEWHERE})
        moving.update(dict(zip(NEW_TERRITORIES, spread, strict=True)))
        for name, workers in moving.items():
            people[home] -= workers
            people[name] += workers
    return people
