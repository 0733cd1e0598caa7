"""Every result is one short line in a console and a card in a notebook, whatever is in it."""

import inspect
import pkgutil
from importlib import import_module

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from test_library import own_graph

import sim
from sim.results.compare import Comparison
from sim.surface import Result, WithCard

BARE = (Result,)
"""Classes that others are made of."""


def classes():
    """Return every class of results of the package."""
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found, queue = set(), [WithCard]
    while queue:
        queue += (new := set(queue.pop().__subclasses__()) - found)
        found |= new
    return sorted((each for each in found if each not in BARE), key=lambda each: each.__qualname__)


def test_no_result_prints_its_fields():
    names = [each.__name__ for each in classes()]
    assert {"City", "Fleet", "Sightings", "SightingsAt", "Trips", "TrackReport"} <= set(names)
    for each in classes():
        assert each.__repr__ is WithCard.__repr__, f"{each.__name__}: @dataclass(…, repr=False)"
        if not each.__name__.startswith("Drawn"):
            assert each._in_short is not WithCard._in_short, f"{each.__name__} has no _in_short"
            assert each._card is not WithCard._card, f"{each.__name__} has no _card"


def test_every_class_that_gives_html_has_a_short_line():
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if not module.name.endswith("__main__"):
            for each in vars(import_module(module.name)).values():
                if inspect.isclass(each) and "_repr_html_" in vars(each):
                    assert "__repr__" in vars(each)


@pytest.fixture(scope="module")
def results():
    """Return results of five lines and their relatives; the city's name is of any length."""
    city = sim.City.from_osmnx(own_graph(blocks=4), name="A long name\n" * 30)
    fleet = sim.place(city, total=30, share_rule="direct", seed=1)
    seen = sim.see(city, fleet)
    walks = sim.sample_trips(city, people=5, seed=1)
    report = sim.track(city, seen, walks, [10, 30])
    points = gpd.GeoDataFrame(geometry=city.streets.nodes.geometry.iloc[:1], crs=city.streets.crs)
    wall, head = np.array([[0.0, 8.0, 9.0, 8.0]]), np.array([[5.0, 5.0]])
    visible = sim.visibility(wall, head, np.array([[5.0, 6.0], [5.0, 9.0]]))
    return {
        "City": city, "StreetNetwork": city.streets, "Walls": city.walls, "Fleet": fleet,
        "Places": city.places, "Sightings": seen, "SightingsAt": seen.at(20),
        "FirstSeen": seen.first_seen, "Trips": walks, "TrackReport": report,
        "TargetSightings": sim.see(city, fleet, targets=points), "Visibility": visible,
        "Answer": report.answer,
        "Comparison": Comparison(("one",), ("out",), {}, (), pd.DataFrame({"figure": [1]})),
    }  # fmt: skip


def test_a_line_has_counts_and_units_and_no_more(results):
    for name, result in results.items():
        line = repr(result)
        assert line.startswith(f"<{name}: ")
        assert line.endswith(">")
        assert len(line) < 100
        assert line.isprintable()
        assert any(c.isdigit() for c in line) or name == "City"
        assert "array(" not in line


def test_lines_by_hand(results):
    assert repr(results["TargetSightings"]).startswith("<TargetSightings: 1 target, ")
    assert repr(results["Visibility"]).startswith("<Visibility: 1 head, 2 points, ")
    assert repr(results["Comparison"]) == "<Comparison: 1 run, 1 figure>"
    assert repr(results["SightingsAt"]).startswith("<SightingsAt: 20 cameras in the city, ")
    assert repr(results["Trips"]).endswith(" km>")


def test_a_line_computes_nothing():
    city = sim.City.from_osmnx(own_graph(blocks=3))
    seen = sim.see(city, sim.place(city, total=5, share_rule="direct", seed=1))
    assert repr(seen.at(3)).startswith("<SightingsAt: 3 cameras in the city, of ")
    assert repr(seen)
    assert "first_seen" not in vars(seen)
