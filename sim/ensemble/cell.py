"""One question in many forms: the named cases of a scenario, and the figures of one of them.

A cell is one scenario, one seed and one case; it runs the engine's stages in this process and
returns plain figures. Cells are pure and can be sent to other processes. Who walks depends on the
seed alone, so cells of one seed have the same people whatever the case: their differences are
paired. How cells are chosen and read together is known in `sim.ensemble.bands`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from sim.cameras.fleet import Fleet, optics_of
from sim.cameras.optics import FACE_HEIGHT_M, TASKS, camera_type
from sim.city.digest import city_digest
from sim.city.loaders import load_city
from sim.city.model import City
from sim.ensemble.indoors import OUTDOORS, indoor_shares, watched_indoors
from sim.errors import InputError
from sim.keyed_random import uniform
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.digests import code_digest
from sim.pipeline.simulate import Change, check_fits, drawn_walks, simulate, steps_of
from sim.pipeline.user_inputs import OwnInputs, read_own_inputs
from sim.results.metrics import figures_of
from sim.scenario.schema import Scenario, mix_words
from sim.trips.model import Trips

Case = Mapping[str, str]
"""Levels by factor, for example {"optics": "weak", "walls": "none"}; the scenario itself if empty.
What is not named is as in the scenario."""

FACTORS = ("plan", "optics", "strategy", "share_rule", "street_share", "walls", "mount")
MAPPED, NONE = "as mapped", "none"
OF_TYPE = "as its type"
"""Of `mount`: each head hangs as high as its camera type says."""
NULL_MODELS: Mapping[str, Case] = {
    "random places": {"strategy": "random"},
    "random headings": {"headings": "random"},
}
"""As many cameras as in the scenario anywhere along streets; and where the scenario puts them, but
looking in any direction of the circle."""
HIGHEST_M = 1000.0
"""That a head may hang, as in a table of cameras."""
ON_REQUEST = ("hours", "indoors", "trees")
"""Factors that are varied only where they are named."""
KNOWN = (*FACTORS, *ON_REQUEST, "headings")
BESIDE: Mapping[str, str] = {
    "walls": MAPPED,
    "headings": "as placed",
    "mount": OF_TYPE,
    "indoors": OUTDOORS,
}
"""Factors that are no keys of a scenario, each with the level of the scenario itself."""


class World(NamedTuple):
    """What all seeds and cases of a scenario share: its city and the user's files."""

    city: City
    own: OwnInputs


def cell(
    scenario: Scenario, seed: int, case: Case | None = None, *, threads: int | None = None
) -> dict[str, Any]:
    """Return the figures of one case of a scenario under one seed.

    Parameters
    ----------
    scenario
        As read by `sim.scenario.load`.
    seed
        In place of the scenario's own: decides who walks and all else that is drawn by chance.
    case
        Levels by factor. "walls": "none" looks with the same cameras as if nothing stood in the
        way; "headings": "random" turns each simulated head anywhere; "mount": "8 m" hangs each
        simulated head so high above its way, where and as it looks; "indoors": "20 % x 30 %" leads
        so many walks through watched malls and stations, for so much of their length, by
        arithmetic. Other factors are keys of `cameras`.
    threads
        All cores by default; the figures do not depend on it.

    Returns
    -------
    dict
        digest (of all that goes in), seed, case, and rows: for each total and task total, task
        and the figures of `sim.results.metrics.FIGURES`, None where there is none.

    Raises
    ------
    InputError
        The case does not fit the scenario, or the scenario its city.
    """
    case = dict(case or {})
    indoors = case.get("indoors", OUTDOORS)
    resolved = resolve(scenario, seed, case)
    city, own = world_of(resolved)
    check_fits(resolved, city)
    found = simulate(
        CachedStages(resolved, city, None),
        own,
        change=change_of(case, seed),
        walks=lambda: _walks(_who_walks(resolved)),
        threads=threads,
    )
    rows = [
        {"total": step["total"], "task": task, **watched_indoors(figures_of(step, task), indoors)}
        for step in steps_of(city, found)
        for task in TASKS
    ]
    return {"digest": digest(scenario, seed, case), "seed": seed, "case": case, "rows": rows}


def compute(
    scenario: Mapping[str, Any], seed: int, case: Mapping[str, str], threads: int
) -> dict[str, Any]:
    """Return what `cell` does, from and to plain values, as processes elsewhere need it.

    Parameters
    ----------
    scenario
        As `Scenario.model_dump` gives it.
    seed, case
        See `cell`.
    threads
        That the cell may use.
    """
    return cell(Scenario.model_validate(scenario), seed, case, threads=threads)


def row_keys(scenario: Scenario) -> list[tuple[int, str]]:
    """Return the total and task of each row of a cell of a scenario."""
    return [*product(scenario.cameras.totals, TASKS)]


def resolve(scenario: Scenario, seed: int, case: Case) -> Scenario:
    """Return the scenario with a seed and a case put in, checked again.

    Raises
    ------
    InputError
        A factor or level that is not known, or a level that the scenario cannot take.
    """
    data = scenario.model_dump(mode="json")
    data |= {"seed": seed, "ensemble": {"fleets": 1}}
    for factor, level in case.items():
        _check(factor, level)
        if factor in BESIDE or level == base_level(scenario, factor):
            continue
        data["cameras"][factor] = level
        if factor == "share_rule":
            data["cameras"]["share"] = None
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        words = error.errors(include_url=False)[0]["msg"]
        raise InputError(f"case {in_words(case)}: {words}") from None


def base_level(scenario: Scenario, factor: str) -> str:
    """Return a factor's level in the scenario itself, in words."""
    if factor in BESIDE:
        return BESIDE[factor]
    if factor == "plan":
        return scenario.cameras.plan or NONE
    value = getattr(scenario.cameras, factor)
    if factor in ("optics", "strategy"):
        return mix_words(value)
    return value if isinstance(value, str) else "given by owner"


def in_words(case: Case) -> str:
    """Return a case in words."""
    return ", ".join(f"{factor}: {level}" for factor, level in case.items()) or "the scenario"


def digest(scenario: Scenario, seed: int, case: Case) -> str:
    """Return a digest of all that a cell's figures depend on: inputs, data and code."""
    resolved = resolve(scenario, seed, case)
    inputs = resolved.model_dump(mode="json")
    for words in ("name", "title", "title_zh"):
        inputs.pop(words)
    apart = {
        **{factor: case.get(factor, level) for factor, level in BESIDE.items()},
        "city": _city_digest(_world_key(resolved)),
        "code": code_digest(),
    }
    text = json.dumps([inputs, apart], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def world_of(scenario: Scenario) -> World:
    """Return the city and the user's cameras of a scenario; read once for all its cases."""
    return _world(_world_key(scenario))


def _check(factor: str, level: str) -> None:
    if factor not in KNOWN:
        raise InputError(f'"{factor}" is not a case; choose of {", ".join(FACTORS)}')
    known = {"walls": (MAPPED, NONE), "headings": ("as placed", "random")}.get(factor)
    if known and level not in known:
        raise InputError(f'{factor}: "{level}" is not one of {", ".join(known)}')
    if factor == "mount" and level != OF_TYPE:
        _metres(level)
    if factor == "indoors":
        indoor_shares(level)


def _metres(level: str) -> float:
    """Return the height that a level of `mount` names."""
    number, _, unit = level.partition(" ")
    with suppress(ValueError):
        height = float(number)
        if unit == "m" and FACE_HEIGHT_M < height <= HIGHEST_M:
            return height
    raise InputError(
        f'mount: "{level}" is not a height above a face; write "{OF_TYPE}", or metres as "8 m"'
    )


def _world_key(scenario: Scenario) -> str:
    """Return the parts of a scenario on which its world depends, as text."""
    data = scenario.model_dump(mode="json")
    trips, cameras = data["trips"], data["cameras"]
    own = ("own", "od", "population", "population_column")
    return json.dumps(
        {
            "area": data["area"],
            "trips": {name: trips[name] for name in own},
            "existing": cameras["existing"],
            "aims": cameras["aims"],
            "sites": cameras["sites"],
            "candidates": cameras["candidates"],
            "trees": cameras["trees"],
            "exclude": cameras["exclude"],
        },
        sort_keys=True,
    )


def _scenario_of(world: str) -> Scenario:
    """Return a scenario that has these parts, for the readers that want a whole one."""
    part = json.loads(world)
    names = ("existing", "aims", "sites", "candidates", "trees", "exclude")
    cameras = {name: part[name] for name in names}
    return Scenario.model_validate(
        {
            "name": "world",
            "area": part["area"],
            "cameras": {"totals": [1], "share_rule": "direct", **cameras},
            "trips": part["trips"],
        }
    )


@lru_cache(maxsize=4)
def _world(key: str) -> World:
    scenario = _scenario_of(key)
    return World(*read_own_inputs(scenario, load_city(scenario.area)))


@lru_cache(maxsize=4)
def _city_digest(key: str) -> str:
    return city_digest(_world(key).city)


def _who_walks(scenario: Scenario) -> str:
    """Return the parts of a scenario on which its walks depend, as text."""
    return json.dumps(
        {
            "world": _world_key(scenario),
            "trips": scenario.trips.model_dump(mode="json"),
            "seed": scenario.seed,
        },
        sort_keys=True,
    )


@lru_cache(maxsize=2)
def _walks(key: str) -> Trips:
    """Return the walks; cells of one seed share them."""
    part = json.loads(key)
    scenario = _scenario_of(part["world"])
    data = scenario.model_dump(mode="json") | {"trips": part["trips"], "seed": part["seed"]}
    city, own = _world(part["world"])
    return drawn_walks(Scenario.model_validate(data), city, own)


def change_of(case: Case, seed: int) -> Change:
    """Return what a case changes beside the keys of the scenario."""
    mount, turned = case.get("mount", OF_TYPE), case.get("headings") == "random"

    def changed(fleet: Fleet) -> Fleet:
        fleet = _turned(fleet, seed) if turned else fleet
        return fleet if mount == OF_TYPE else _hung(fleet, _metres(mount))

    return Change(
        walls=case.get("walls") != NONE,
        fleet=changed if turned or mount != OF_TYPE else None,
    )


def _hung(fleet: Fleet, height: float) -> Fleet:
    """Hang each simulated head at a height, m; what it sees follows from its camera type."""
    heads, moved = fleet.heads.copy(), ~np.asarray(fleet.real)
    for name in heads.loc[moved, "camera_type"].unique():
        of_type = moved & (heads["camera_type"] == name).to_numpy()
        for column, value in optics_of(replace(camera_type(name), mount_m=height)).items():
            heads.loc[of_type, column] = value
    return replace(fleet, heads=heads)


def _turned(fleet: Fleet, seed: int) -> Fleet:
    """Turn each simulated head to a direction of its own, keyed by its rank."""
    heads: pd.DataFrame = fleet.heads
    drawn = 360.0 * uniform(seed, "null heading", heads["rank"].to_numpy())
    heading = np.where(fleet.real, heads["heading"].to_numpy(np.float64), drawn)
    return replace(fleet, heads=heads.assign(heading=heading))
