"""The library as researchers use it: their own graph, plain results, notebooks, plots, pickles."""

import pickle
import re
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import sim
from sim.errors import InputError, InputErrors

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "from-python.md"


def own_graph(latitude=-33.87, longitude=151.21, blocks=6):
    """Return a grid of streets as osmnx gives it: WGS 84, both directions, lengths in metres."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="EPSG:4326")
    step = 0.0009
    for i in range(blocks):
        for j in range(blocks):
            graph.add_node(i * blocks + j, x=longitude + i * step, y=latitude + j * step)
    for i in range(blocks):
        for j in range(blocks):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < blocks and m < blocks:
                    tags = {"highway": "residential", "osmid": i * 100 + j, "length": 95.0}
                    graph.add_edge(i * blocks + j, k * blocks + m, **tags)
                    graph.add_edge(k * blocks + m, i * blocks + j, **tags, reversed=True)
    return graph


@pytest.fixture(scope="module")
def results():
    """Return a city elsewhere with all that five lines make of it."""
    city = sim.City.from_osmnx(own_graph(), name="<b>Grid</b>")
    fleet = sim.place(city, total=60, share_rule="direct", seed=1)
    seen = sim.see(city, fleet)
    walks = sim.sample_trips(city, people=30, seed=1)
    report = sim.track(city, seen, walks, totals=[10, 60])
    return {"city": city, "fleet": fleet, "seen": seen, "walks": walks, "report": report}


@pytest.mark.parametrize("total", [1, 7, 200])
@pytest.mark.parametrize("where", [(-33.87, 151.21), (60.17, 24.94), (22.32, 114.17)])
def test_any_graph_with_any_count_becomes_a_table_on_the_map(where, total):
    city = sim.City.from_osmnx(own_graph(*where))
    fleet = sim.place(city, total=total, strategy="random", share_rule="direct", seed=1)
    streets = sim.see(city, fleet).at(total).pieces
    assert isinstance(streets, gpd.GeoDataFrame)
    assert streets.crs == city.streets.crs
    assert fleet.report["announced"] == total
    assert len(fleet) == fleet.report["on_streets"]
    assert streets.length.sum() == pytest.approx(1000 * city.streets.length_km)
    seen = streets[streets["detect"]].length.sum()
    assert (seen > 0) == (len(fleet) > 0)
    assert (streets["detect"] | ~streets["recognise"]).all()


def test_what_is_seen_on_the_map_is_the_coverage(results):
    seen = results["seen"]
    for total in (10, 60):
        pieces = seen.at(total).pieces
        inside = pieces[pieces["in_area"]]
        for task, share in seen.at(total).coverage().items():
            assert inside[inside[task]].length.sum() / inside.length.sum() == pytest.approx(share)


def test_every_command_stands_on_the_page_with_names_that_are_there():
    from test_cli_every_command import CONTRACT

    rows = re.findall(r"^\| `sim ([^`]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert {command.removesuffix(" --dry-run") for command, _ in rows} == CONTRACT
    for _, words in rows:
        names = re.findall(r"\b(?:sim|maps)(?:\.\w+)+", " ".join(re.findall(r"`([^`]+)`", words)))
        assert names or "run." in words
        for name in names:
            parts = name.split(".")
            found = import_module(parts[0])
            for i, part in enumerate(parts[1:], start=2):
                if not hasattr(found, part):
                    import_module(".".join(parts[:i]))
                found = getattr(found, part)


class Tags(HTMLParser):
    """Collects which tags a piece of HTML opens."""

    def __init__(self):
        super().__init__()
        self.opened = set()

    def handle_starttag(self, tag, attrs):
        self.opened.add(tag)


@pytest.mark.parametrize("name", ["city", "fleet", "seen", "walks", "report"])
def test_a_notebook_shows_figures_and_runs_nothing(results, name):
    shown = results[name]._repr_html_()
    tags = Tags()
    tags.feed(shown)
    assert tags.opened == {"table", "caption", "tbody", "tr", "th", "td"}
    assert re.search(r"\d", shown)
    assert len(shown) < 4000
    if name == "city":
        assert "&lt;b&gt;Grid&lt;/b&gt;" in shown


@pytest.mark.parametrize("name", ["city", "fleet", "seen", "walks", "report"])
def test_a_console_shows_the_same_figures_as_plain_lines(results, name):
    title, *lines = str(results[name]).split("\n")
    assert title
    assert lines
    assert all(line.startswith("  ") and ": " in line and line.isprintable() for line in lines)
    if name == "city":
        assert "<b>Grid</b>" in title


def test_nothing_at_all_is_shown_as_well(results):
    city = results["city"]
    heads = results["fleet"].heads.iloc[:0]
    nobody = sim.see(city, sim.Fleet(heads))
    walks = sim.sample_trips(city, people=0, seed=1)
    report = sim.track(city, results["seen"], walks)
    for empty in (sim.Fleet(heads), nobody, walks, report, city.streets, city.walls):
        assert "<table>" in empty._repr_html_()


def test_plots_are_drawn_on_the_axes_given_and_returned(results):
    matplotlib = pytest.importorskip("matplotlib", reason="plots need the extra `plot`")
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    for name in ("city", "fleet", "seen", "report"):
        _, ax = plt.subplots()
        assert results[name].plot(ax) is ax
        assert ax.has_data()
        ax.figure.canvas.draw()
        assert results[name].plot().has_data()
    assert results["seen"].plot(task="detect", total=10).get_title().startswith("detect: 10 ")
    plt.close("all")
    with pytest.raises(InputError, match="give one of detect"):
        results["seen"].plot(task="detekt")
    with pytest.raises(InputError, match="give one of observed_length"):
        results["report"].plot(figure="seen")


def test_without_matplotlib_a_plot_says_what_to_install(results, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(InputError, match=r"hk-camera-sim\[plot\]"):
        results["city"].plot()


def same(one, other):
    """Say whether two results hold the same, column by column and array by array."""
    if isinstance(one, gpd.GeoDataFrame):
        assert one.crs == other.crs
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, shapely.Geometry):
        assert one.equals(other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            same(getattr(one, name), getattr(other, name))
    else:
        assert one == other


@pytest.mark.parametrize("name", ["city", "fleet", "seen", "walks", "report"])
def test_results_come_back_from_a_pickle_as_they_were(results, name):
    before = results[name]
    after = pickle.loads(pickle.dumps(before))
    same(after, before)
    assert not set(after.__dict__) - set(before.__dataclass_fields__)


def test_errors_come_back_from_a_pickle_as_they_were():
    with pytest.raises(InputErrors) as caught:
        sim.load_scenario("none.yaml")
    for error in (caught.value, InputError("a\nb", key="seed"), InputErrors(["a", "b"])):
        after = pickle.loads(pickle.dumps(error))
        assert isinstance(after, InputError)
        assert (str(after), after.key) == (str(error), error.key)
        assert getattr(after, "lines", None) == getattr(error, "lines", None)


def test_pickled_results_compile_nothing_anew(results):
    from sim.sight.kernels import see_heads
    from sim.tracking.kernels.linking import follow

    city, fleet, seen, walks = (results[name] for name in ("city", "fleet", "seen", "walks"))
    compiled = [len(kernel.signatures) for kernel in (see_heads, follow)]
    city, fleet, walks = pickle.loads(pickle.dumps((city, fleet, walks)))
    again = sim.see(city, fleet)
    same(again.arrays, seen.arrays)
    same(sim.track(city, again, walks, totals=[10, 60]).summary, results["report"].summary)
    assert [len(kernel.signatures) for kernel in (see_heads, follow)] == compiled


def coverage(city, fleet):
    return sim.see(city, fleet, threads=1).at(60).coverage()


def test_dask_gives_the_same_on_workers_elsewhere(results):
    distributed = pytest.importorskip("distributed", reason="the extra `distributed`")
    import dask

    city, fleet = results["city"], results["fleet"]
    here = coverage(city, fleet)
    assert dask.delayed(coverage)(city, fleet).compute(scheduler="threads") == here
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            worker_dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = client.scatter([city, fleet])
        assert client.submit(coverage, *there).result() == here
