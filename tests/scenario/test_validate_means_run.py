"""What `validate` accepts, the engine does not refuse for the value of a parameter.

Scenarios are drawn over every key of the schema that takes a number, a choice or a mix, most
numbers at a limit or a hair beside it. Each that is accepted is given to everything in the engine
that checks a parameter or computes with parameters alone; some are run whole on the built-in
sample. Files and way-points are left out: whether they fit is a question to the city.
"""

from dataclasses import fields
from types import SimpleNamespace
from typing import Literal, get_args, get_origin

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ValidationError

from sim.apportionment import sainte_lague
from sim.area import DistrictPart, districts
from sim.cameras.fleet import OWNERS
from sim.cameras.optics import TASKS, camera_type
from sim.cameras.prices import CameraPrices
from sim.errors import InputError
from sim.keyed_random import uniform
from sim.limits import limits_of
from sim.pipeline.run import run
from sim.placement.context import DIRECTIONS, HeadOrder, hung, interleaved
from sim.placement.growth import region_heads
from sim.placement.parameters import (
    AS_PLANNED,
    OF_DISTRICTS,
    Exclusion,
    Objective,
    Phase,
    PlacementParameters,
    PlanName,
)  # fmt: skip
from sim.placement.strategies.registry import STRATEGIES, strategy
from sim.scenario.parameters import following, moving, placing
from sim.scenario.schema import PROFILES, Cameras, Crowd, Recognition, Scenario, Tracking, Trips
from sim.scenario.schema.cameras import GrowthPhase
from sim.scenario.schema.sites import Aims, Cost, Exclude
from sim.tracking.linking import drawn_hit_rates, hit_rates
from sim.tracking.parameters import (
    LARGEST_TABLE,
    MovingCrowd,
    RecognitionParameters,
    SearchParameters,
    TrackingParameters,
)
from sim.tracking.recognition import alerts, recognition_cases, scaled_false_positive_rate
from sim.trips.days import chosen_shares
from sim.trips.parameters import TripParameters

pytestmark = pytest.mark.slow

ACCEPTED, RUN = 2_000, 30
AREA = SimpleNamespace(
    name="part of a district", parts=(DistrictPart("Yau Tsim Mong", 90_000, 1.0, 20.0),)
)
FILES = {
    "existing", "sites", "candidates", "file", "points", "own", "od", "od_share", "population",
    "population_column", "trees", "zones",
}  # fmt: skip
WORDS = {"version", "name", "title", "title_zh", "area", "walks", "walk", "name_zh", "dates"}
WEIGHTS = (5e-324, 1e-300, 1e-9, 0.5, 1.0, 3.0, 1e6)
ROOMS = {
    Cameras: PlacementParameters,
    Aims: Objective,
    Exclude: Exclusion,
    Cost: CameraPrices,
    GrowthPhase: Phase,
    Crowd: MovingCrowd,
    Trips: TripParameters,
    Tracking: TrackingParameters,
    Recognition: RecognitionParameters,
}


class Drawn:
    """Draws scenarios as plain data; `small` ones are quick to run."""

    def __init__(self, seed: int, *, small: bool = False) -> None:
        self.rng = np.random.default_rng(seed)
        self.small = small

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one(self, choices):
        return choices[self.rng.integers(len(choices))]

    def some(self, choices):
        return [str(c) for c in self.rng.permutation(choices)][: self.rng.integers(1, 4)]

    def scenario(self) -> dict:
        data = self.group(Scenario)
        data |= {"name": "drawn", "area": "mong_kok_core"}
        cameras = data["cameras"] = {**self.group(Cameras), "totals": self.totals()}
        if self.small or cameras.get("share_rule") == "given":
            cameras |= {"share_rule": "given", "share": self.number(0, 1, whole=False)}
        if self.chance(0.4):
            self.follow_a_plan(cameras)
        if data.get("trips", {}).get("profiles"):
            data["trips"].pop("kinds", None)
        if data.get("trips", {}).get("crowds"):
            data["trips"]["walks"] = [{"name": "way", "via": ["Langham Place", "MOKO"]}]
        if self.small:
            data["ensemble"] = {"fleets": 2 if self.chance(0.2) else 1}
            trips = data.setdefault("trips", {})
            trips["people"] = int(self.rng.integers(0, 15))
            tracking = data.setdefault("tracking", {})
            tracking["subsample"] = int(self.rng.integers(0, 5))
        return data

    def walkers_per_m2(self):
        return self.one([None, self.number(0, 10, whole=False)])

    def follow_a_plan(self, cameras: dict) -> None:
        """Put a plan in place of what does not go with one."""
        for key in ("share", "share_rule", "phases", "strategy"):
            cameras.pop(key, None)
        cameras["plan"] = self.one(get_args(PlanName))
        if self.chance(0.3):
            cameras["share_rule"] = self.one([*OF_DISTRICTS, AS_PLANNED])
        if self.chance(0.3):
            cameras["strategy"] = self.one(["random", AS_PLANNED, {"even": 1, "transit": 2}])
        if cameras["plan"] == "own":
            cameras["phases"] = self.phases(least=1)
            for phase in cameras["phases"]:
                phase["districts"] = self.some([district.name for district in districts()])
                owners = self.some(OWNERS)
                phase["linked"] = self.some(OWNERS)
                phase["strategy"] = {
                    owner: self.one(["even", "empirical", {"transit": 3}]) for owner in owners
                }

    def group(self, model: type[BaseModel]) -> dict:
        keys = {
            name: field
            for name, field in model.model_fields.items()
            if name not in FILES | WORDS and (field.is_required() or self.chance(0.6))
        }
        return {name: self.value(model, name, field) for name, field in keys.items()}

    def value(self, model, name, field):
        special = getattr(self, name, None)
        if special is not None:
            return special()
        kind = field.annotation
        if kind in (int, float):
            limits = {type(each): each for each in field.metadata}
            low = limits[Gt].gt if Gt in limits else limits[Ge].ge
            return self.number(low, limits[Le].le, whole=kind is int)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.group(kind)
        if get_origin(kind) is Literal:
            return self.one(get_args(kind))
        if get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is Literal:
            return self.some(get_args(get_args(kind)[0]))
        raise AssertionError(f"{model.__name__}.{name} is of a kind that is not drawn")

    def number(self, low, high, *, whole):
        outside = self.chance(0.004)
        if whole:
            beside = [low - 1, high + 1] if outside else [low, low + 1, high - 1, high]
            inside = int(self.rng.integers(low, high, endpoint=True))
            return self.one(beside) if outside or self.chance(0.5) else inside
        steps = [np.nextafter(low, -np.inf), np.nextafter(high, np.inf), np.nan, np.inf]
        beside = [low, np.nextafter(low, high), np.nextafter(high, low), high]
        if outside or self.chance(0.5):
            return float(self.one(steps if outside else beside))
        span = float(high) - low
        return float(low + span * (self.rng.random() ** self.one([1, 8, 80])))

    def totals(self):
        most = 300 if self.small else 1_000_000
        count = self.one([1, 2]) if self.small else self.one([1, 2, 5, 64])
        return sorted({self.number(1, most, whole=True) for _ in range(count)})

    def weights(self, names):
        return {name: self.one(WEIGHTS) for name in self.some(names)}

    def strategy(self):
        names = [name for name in STRATEGIES if name != "points"]  # that one needs a file
        return self.one(names) if self.chance(0.3) else self.weights(names)

    def optics(self):
        names = ("weak", "typical", "strong", "dome", "panoramic", "ptz", "low_cost", "fourk")
        return self.one(names) if self.chance(0.3) else self.weights(names)

    def share(self):
        return None  # set with its rule

    def street_share(self):
        owners = ("police", "department", "transport", "estate", "mall", "other")
        shares = {owner: self.number(0, 1, whole=False) for owner in owners}
        return self.one(("low", "middle", "high")) if self.chance(0.5) else shares

    def exclude(self):
        zones = [self.group(Exclude) for _ in range(self.one([0, 1, 3]))]
        for zone in zones:
            zone["places"] = ["station"]
            if self.small:  # so that the sample has places left
                zone["metres"] = float(self.rng.uniform(0, 80))
        return zones

    def plan(self):
        return None  # set with what goes with one

    def districts(self):
        return []  # as `plan`

    def phases(self, least: int = 0):
        phases = [self.group(GrowthPhase) for _ in range(self.one([least, 1, 3]))]
        for phase in phases:
            phase.pop("strategy", None)  # as `plan`
        totals, years = ([phase[key] for phase in phases] for key in ("total", "year"))
        ordered = zip(phases, sorted(totals), sorted(years), strict=True)
        return [phase | {"total": total, "year": year} for phase, total, year in ordered]

    def owners(self):
        return self.weights(("police", "department", "transport", "estate", "mall", "other"))

    def profiles(self):
        if self.chance(0.5):
            return []
        names = self.some(PROFILES)
        return names if self.chance(0.5) else {name: self.one(WEIGHTS[:5]) for name in names}

    def crowds(self):
        crowds = [self.group(Crowd) for _ in range(self.one([0, 1, 2]))]
        return [crowd | {"name": f"c{k}", "walk": "way"} for k, crowd in enumerate(crowds)]

    def speed_m_s(self):
        return self.number(0.2, 3, whole=False)

    def hit_rate(self):
        rates = sorted(self.number(0, 1, whole=False) for _ in TASKS)
        return dict(zip(TASKS, rates, strict=True))


def accepted(drawn: Drawn, count: int):
    """Yield so many scenarios that are accepted, and at last how many were not."""
    refused = 0
    while count:
        data = drawn.scenario()
        try:
            scenario = Scenario.model_validate(data)
        except ValidationError:
            refused += 1
            assert refused < 10_000
            continue
        count -= 1
        yield scenario
    assert refused or drawn.small


def give_to_the_engine(scenario: Scenario) -> None:
    """Give a scenario to all of the engine that takes parameters and no city."""
    place_the_cameras(scenario)
    trips = scenario.trips
    TripParameters(**{each.name: getattr(trips, each.name) for each in fields(TripParameters)})
    if trips.profiles:
        named = isinstance(trips.profiles, tuple)
        shares = chosen_shares(trips.profiles if named else trips.profiles.model_dump())
        assert sum(shares.values()) == pytest.approx(1)
    for crowd in trips.crowds:
        assert moving(crowd).people > 0
    if not trips.profiles:
        assert trips.people * len(scenario.cameras.totals) * len(TASKS) <= LARGEST_TABLE
    follow_the_walkers(scenario)
    assert (uniform(scenario.seed, "any", np.arange(3)) < 1).all()


def place_the_cameras(scenario: Scenario) -> None:
    cameras, given = scenario.cameras, placing(scenario)
    rules = ("share_rule", "share", "street_share", "mobile_share", "phases", "plan")
    region_heads(AREA, min(cameras.totals[-1], 2_000), **{rule: given[rule] for rule in rules})
    PlacementParameters(heads_per_site=cameras.heads_per_site, mobile_share=cameras.mobile_share)
    assert hung(np.arange(9), cameras.heads_per_site).direction.max() < DIRECTIONS
    for mix, known in ((given["strategy"], strategy), (given["optics"], camera_type)):
        parts = {mix: 1.0} if isinstance(mix, str) else mix
        for name in parts:
            if name != AS_PLANNED:
                known(name)
        assert len(sainte_lague(list(parts.values()), 40)) == 40
        orders = [HeadOrder(np.arange(9), np.full(9, i)) for i in range(len(parts))]
        assert len(interleaved(orders, list(parts.values()), 9).site) == 9
    CameraPrices(**cameras.cost.model_dump())
    for zone in cameras.exclude:
        Exclusion(zone.places, None, zone.metres, zone.how)
    Objective(near=cameras.aims.near, task=cameras.aims.task, times=cameras.aims.times)


def follow_the_walkers(scenario: Scenario) -> None:
    parameters = following(scenario)
    SearchParameters(scenario.tracking.subsample)
    RecognitionParameters(**scenario.recognition.model_dump())
    assert parameters.everywhere is None or np.isfinite(parameters.everywhere)
    for mean in parameters.hit_rate:
        rate, weight = hit_rates(mean, parameters.hit_rate_spread)
        lots = np.linspace(0, 1, 9, endpoint=False)
        drawn = drawn_hit_rates(mean, parameters.hit_rate_spread, lots)
        for share in (rate, weight, drawn):
            assert ((share >= 0) & (share <= 1 + 1e-9)).all()
        assert (rate * weight).sum() == pytest.approx(mean, abs=1e-9)
    for case in recognition_cases().values():
        wrong = scaled_false_positive_rate(
            case.false_positive_rate, case.gallery, scenario.recognition.gallery
        )
        alerts(10.0, case.listed_share, case.hit_rate, wrong)


def test_what_is_accepted_is_not_refused_by_the_engine() -> None:
    for scenario in accepted(Drawn(1), ACCEPTED):
        try:
            give_to_the_engine(scenario)
        except (InputError, AssertionError, ArithmeticError, np.linalg.LinAlgError) as error:
            pytest.fail(f"{error!r} of {scenario.model_dump_json(exclude_defaults=True)}")


@pytest.mark.slow
def test_what_is_accepted_runs(tmp_path) -> None:
    for scenario in accepted(Drawn(2, small=True), RUN):
        try:
            run(scenario, tmp_path / "run")
        except InputError as error:
            pytest.fail(f"{error} ({error.key}) of {scenario.model_dump_json()}")


@pytest.mark.parametrize("group", list(ROOMS), ids=lambda group: group.__name__)
def test_defaults_and_limits_are_those_of_the_room(group) -> None:
    room = ROOMS[group]
    shared = {each.name for each in fields(room) if "limits" in each.metadata}
    shared &= set(group.model_fields) - {"share", "hit_rate"}
    assert shared
    for name in shared:
        field = group.model_fields[name]
        found, limits = {type(each): each for each in field.metadata}, limits_of(room, name)
        low = found[Gt].gt if Gt in found else found[Ge].ge
        assert (low, found[Le].le, Gt in found) == (limits.low, limits.high, limits.above)
        assert field.is_required() or field.default == getattr(room, name)
