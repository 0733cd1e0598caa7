"""Every result on axes and on a map: what is drawn, that texts stay texts, and what is refused."""

import json
import re
import shutil
import sys
from dataclasses import replace
from html import unescape

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_library import own_graph

import sim
from sim.city.sources.official_layers import CREDITS
from sim.city.sources.osm_stream import OSM
from sim.ensemble.bands import Bands
from sim.ensemble.sensitivity import Sensitivity
from sim.ensemble.sweep import Swept
from sim.errors import InputError
from sim.pipeline.streets import streets
from sim.scenario.schema import Scenario
from sim.web_map import Layer, web_map

pytestmark = pytest.mark.slow

BAD = '<img src=x onerror="alert(1)">{% endraw %}{{ 7 * 7 }}</script>'
ENDS = ["Langham Place", "MOKO"]


@pytest.fixture(scope="module", autouse=True)
def no_window():
    """Draw into memory, and close what was drawn."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def town():
    """Return what five lines make of a town whose texts are markup, and targets in it."""
    city = sim.City.from_osmnx(own_graph(), name=BAD)
    heads = sim.place(city, total=30, share_rule="direct", seed=1).heads
    fleet = sim.Fleet.from_heads(heads.assign(**{BAD: BAD, "owner": "police"}))
    seen = sim.see(city, fleet)
    city.streets.edges["name"] = BAD
    walks = sim.sample_trips(city, people=20, seed=1)
    walks.table["kind"] = BAD
    places = city.streets.nodes.geometry.iloc[[7, 14]]
    doors = gpd.GeoDataFrame({BAD: [BAD, "b"]}, geometry=places.to_list(), crs=city.streets.crs)
    squares = doors.set_geometry(doors.buffer(9.0))
    return {
        "city": city, "streets": city.streets, "walls": city.walls, "fleet": fleet, "seen": seen,
        "at": seen.at(20), "walks": walks, "report": sim.track(city, seen, walks, [10, 30]),
        "doors": sim.see(city, fleet, targets=doors),
        "squares": sim.see(city, fleet, targets=squares),
    }  # fmt: skip


@pytest.fixture(scope="module")
def a_run(tmp_path_factory):
    """Return a small finished run."""
    data = {
        "name": "seen", "area": "mong_kok_core", "cameras": {"totals": [4000, 20000]},
        "trips": {"people": 10}, "seed": 7,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("runs") / "seen"
    sim.run(Scenario.model_validate(data), folder)
    return sim.read_run(folder)


def _coloured_numbers(values):
    """Return the rows of the legend that a column of numbers has."""
    x = np.arange(len(values)) * 10.0
    table = gpd.GeoDataFrame({"n": values}, geometry=gpd.points_from_xy(x, x), crs=2326)
    page = rendered(web_map(Layer(table, "n", "n", ("n",))))
    return re.findall(r'background:(#\w+)"></span>([^<]*)<', page)


def rendered(shown):
    return shown.get_root().render()


@pytest.mark.parametrize(
    "name",
    ["at", "city", "doors", "fleet", "report", "seen", "squares", "streets", "walks", "walls"],
)
def test_a_map_stands_alone_and_shows_every_text_as_text(town, name):
    words = (town["city"],) if name in ("walks", "report") else ()
    page = rendered(town[name].explore(*words))
    assert "<img" not in page
    assert "49" not in re.findall(r"\}\}?(49)<", page)
    assert page.count("</script>") == page.count("<script>")
    asked = re.findall(r"""(?:<script[^>]+src|<link[^>]+href|url\()=?["']?(https?:[^"')]+)""", page)
    assert asked == []
    assert "leaflet" in page
    if name == "fleet":
        shown = town[name].explore(column=BAD, tooltip=["rank", BAD])
        assert BAD in unescape(rendered(shown)).replace("\\u0026", "&")


OFFICIAL = tuple(
    CREDITS[layer]["attribution"] for layer in ("official_network", "official_buildings")
)


@pytest.mark.parametrize("sources", [(OSM["attribution"],), OFFICIAL, (OSM["attribution"], "B")])
def test_a_map_credits_the_sources_of_its_own_city(town, sources):
    city = replace(town["city"], provenance={"attribution": [*sources]})
    fleet = sim.place(city, total=30, share_rule="direct", seed=1)
    seen, walks = sim.see(city, fleet), town["walks"]
    doors = sim.see(city, fleet, targets=town["doors"].targets)
    maps = [fleet.explore(), seen.explore(), seen.at(9).explore(), doors.explore(), city.explore()]
    maps += [walks.explore(city), sim.track(city, seen, walks, [10, 30]).explore(city)]
    for page in map(rendered, maps):
        assert unescape(page).count(credited(sources)) == 1
        assert ("OpenStreetMap" in page) == (OSM["attribution"] in sources)


@pytest.mark.parametrize("sources", [(OSM["attribution"],), OFFICIAL])
def test_maps_of_a_run_credit_the_sources_that_it_states(a_run, tmp_path, sources):
    folder = shutil.copytree(a_run.folder, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["data"]["attribution"] = [*sources]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    run = sim.read_run(folder)
    maps = [run.explore(), run.fleet.explore(), run.seen.explore(), run.city.explore()]
    maps += [run.walk(ENDS).explore(), run.unseen(*ENDS).explore()]
    for page in map(rendered, maps):
        assert credited(sources) in unescape(page)
        assert ("OpenStreetMap" in page) == (OSM["attribution"] in sources)


def test_where_nobody_stated_a_source_none_is_claimed(town):
    own = rendered(town["fleet"].explore())
    assert "whose data it is was not stated" in own
    mapped = sim.Fleet.from_heads(town["fleet"].heads.assign(status="mapped"))
    assert "OpenStreetMap contributors (ODbL)" in rendered(mapped.explore())
    for part in ("streets", "walls"):
        assert "the sources of its city" in rendered(town[part].explore())
    assert "OpenStreetMap contributors (ODbL)" in rendered(town["city"].explore())  # from osmnx


def credited(sources):
    """The line under a legend."""
    licensed = {OSM["attribution"]: "© OpenStreetMap contributors (ODbL)"}
    return "; ".join(licensed.get(one, one) for one in sources)


@pytest.mark.parametrize("name", ["at", "city", "doors", "fleet", "seen", "squares", "streets"])
def test_every_result_is_drawn_on_the_axes_given(town, name):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    assert town[name].plot(ax) is ax
    assert ax.has_data()
    assert "<table>" in town[name]._repr_html_()


def test_what_has_no_place_is_drawn_over_the_cameras(town):
    for drawn in (town["seen"].first_seen, town["report"].answer, town["report"]):
        assert drawn.plot().get_xlabel().startswith("cameras in the whole city")
    assert town["walks"].plot(town["city"]).has_data()
    found = sim.visibility([[-5, 5, 5, 5]], [[0, 0]], [[0, 3], [0, 8]], reach=10)
    assert found.plot().has_data()
    assert "1 head, 2 points, 1 pair" in found._repr_html_()


def test_colours_say_what_the_table_says(town):
    seen = town["seen"]
    page = rendered(seen.explore(task="detect", total=12))
    pieces = seen.pieces
    some = pieces["rank_detect"] <= 12
    assert len(re.findall(r'"__folium_color": "#c8102e"', page)) == some.sum()
    assert len(re.findall(r'"__folium_color": "#9a9a9a"', page)) == (~some).sum()
    assert "detect: 12 cameras in the city" in page
    by_rank = rendered(seen.explore())
    assert "first camera of the city that sees it (recognise), rank" in by_rank
    assert len(set(re.findall(r'"__folium_color": "(#\w+)"', by_rank))) == 6  # 5 classes, not seen
    words = [plain for colour, plain in _coloured_numbers([1.0, 2.5, 999.25, 12345.6, 2e6])]
    assert words == ["1", "2.5", "999.2", "12,346", "2,000,000"]
    two = rendered(town["fleet"].explore(m=seen.explore()))
    assert "owner of the camera" in two
    assert "recognise" in two


def test_isovists_keep_the_table_of_the_user(town):
    heads = town["fleet"].heads
    heads = heads.set_index(pd.Index(range(100, 100 + len(heads)), name="own"))
    fleet = sim.Fleet.from_heads(heads.assign(price=9.0))
    found = sim.isovists(town["city"], fleet, total=10)
    assert found.index.tolist() == heads.index[heads["rank"] <= 10].tolist()
    assert (found["price"] == 9.0).all()
    assert found.geometry.geom_type.isin(["Polygon"]).all()
    discs = heads.geometry.buffer(heads["range_detect"] + 0.5, quad_segs=64).loc[found.index]
    assert shapely.covers(discs.to_numpy(), found.geometry.to_numpy()).all()


def test_nothing_at_all_is_a_map_as_well(town):
    assert "leaflet" in rendered(sim.Fleet(town["fleet"].heads.iloc[:0]).explore())


def test_what_cannot_be_drawn_is_one_line(town, monkeypatch):
    seen, fleet = town["seen"], town["fleet"]
    for words, said in (
        ({"column": "price"}, r"^column: there is no 'price'; give one of "),
        ({"tooltip": ["price"]}, r"^tooltip: there is no 'price'"),
        ({"scheme": "mine"}, r"^scheme: 'mine'"),
        ({"cmap": "mine"}, r"^cmap: there is no 'mine'"),
        ({"color": "red"}, r"^color: colours and legend follow"),
        ({"total": 10.5}, r"^total: is 10.5"),
        ({"total": 31}, r"placed for 30"),
    ):
        with pytest.raises(InputError, match=said):
            seen.explore(**words)
    with pytest.raises(InputError, match="figure: there is no 'mine'"):
        town["report"].explore(town["city"], figure="mine")
    many = replace(fleet, heads=fleet.heads.iloc[np.zeros(100_001, int)])
    with pytest.raises(InputError, match=r"^explore: 100,001 rows are above"):
        many.explore()
    monkeypatch.setitem(sys.modules, "mapclassify", None)
    with pytest.raises(InputError, match=r"^mapclassify is not .* 'hk-camera-sim\[explore\]'$"):
        seen.explore()


def test_a_run_and_its_answers_are_drawn(a_run):
    assert a_run.plot(total=4000).get_title().startswith("recognise: 4,000 ")
    assert "first camera of the city" in rendered(a_run.explore())
    assert "seen" in str(a_run)
    assert "20,000 cameras in the city" in a_run._repr_html_()
    walk = a_run.walk(ENDS)
    unseen = a_run.unseen(*ENDS)
    for answer in (walk, unseen):
        assert "Langham Place → MOKO" in str(answer)
        assert answer.plot().has_data()
        assert "way on foot" in rendered(answer.explore())
    assert repr(a_run).startswith("<Run: 'seen' of ")
    other = shutil.copytree(a_run.folder, a_run.folder.with_name("copy"))
    compared = sim.compare([a_run.folder, other])
    assert len(compared.plot().get_lines()) == 2
    with pytest.raises(InputError, match="figure: there is no 'mine'"):
        compared.plot(figure="mine")
    gained = streets(a_run.folder, from_total=4000, to_total=20000)
    assert gained.plot(top=5).get_xlabel().startswith("share of street length")
    for result in (compared, gained):
        assert "%" in result._repr_html_()


@pytest.mark.parametrize("kind", [Bands, Sensitivity, Swept], ids=lambda kind: kind.__name__)
def test_cells_are_a_line_for_each_case_and_seeds_their_band(kind):
    apart = {Bands: "case", Sensitivity: "combination", Swept: "strategy"}[kind]
    cells = pd.DataFrame(
        [
            {apart: case, "seed": seed, "total": total, "task": task, "observed_length_p50": share}
            for case, seed, total, task in (
                (case, seed, total, task)
                for case in ("junctions", "transit")
                for seed in (1, 2)
                for total in (4000, 60000)
                for task in ("detect", "recognise")
            )
            for share in [0.1 * seed + (case == "transit") * 0.3]
        ]
    )
    if kind is Swept:
        cells = cells.assign(scenario=cells["strategy"] + "_seed-" + cells["seed"].astype(str))
    result = kind(cells, {}, 0) if kind is Swept else kind({}, cells)
    ax = result.plot()
    assert [line.get_ydata().tolist() for line in ax.get_lines()] == [
        pytest.approx([0.15, 0.15]),
        pytest.approx([0.45, 0.45]),
    ]
    assert "10.0 % to 50.0 %" in str(result)
    with pytest.raises(InputError, match="figure: there is no 'mine'"):
        result.plot(figure="mine")
