"""The script that a researcher would write: own graph, own tables, own strategy, own figures."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from test_library import own_graph

import sim
from sim.errors import InputError

pytestmark = pytest.mark.slow

SCRIPT = '''
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sim

for _, _, data in graph.edges(data=True):
    data["shops"] = 3
city = sim.City.from_osmnx(graph, buildings)

def near_the_middle(context):
    """Hang cameras on the sites nearest to the middle of the town first."""
    x, y = context.sites.x, context.sites.y
    return np.argsort(np.hypot(x - x.mean(), y - y.mean()), kind="stable")

def seen_twice(report):
    """Whether at least two cameras see a walker."""
    return report.figures["heads"] >= 2

ends = city.streets.edges.iloc[[0, 9, 20]][["geometry"]]
ends = ends.assign(t=pd.to_datetime(["2026-03-01 08:00", "2026-03-01 09:30", "2026-03-01 18:00"]))
walks = sim.Trips.from_gdf(city, ends.set_index(pd.Index(["a", "b", "c"], name="who")), departs="t")
doors = gpd.GeoDataFrame({"door": ["north", "south"]}, crs=city.streets.crs,
                         geometry=city.streets.nodes.geometry.iloc[[7, 14]].to_list())

rows = []
for seed in range(4):
    mix = {near_the_middle: 0.6, "random": 0.4}
    fleet = sim.place(city, 60, strategy=mix, share_rule="direct", seed=seed)
    fleet = sim.Fleet.from_heads(fleet.heads.assign(price=900.0))
    seen = sim.see(city, fleet)
    report = sim.track(city, seen, walks, totals=[20, 40]).with_figure("seen_twice", seen_twice)
    at_doors = sim.see(city, fleet, targets=doors).at(40)
    rows.append({"seed": seed, "coverage": seen.at(40).coverage()["recognise"],
                 "doors": at_doors["seen_detect"].mean(), "price": fleet.to_gdf()["price"].sum(),
                 "twice": report.to_gdf(city)["seen_twice"].mean()})
table = pd.DataFrame(rows).set_index("seed")
bands = table.quantile([0.1, 0.5, 0.9])
edges = seen.at(40).edges
shown = seen.explore(total=40, m=fleet.explore(column="price"))
'''


@pytest.fixture(scope="module")
def given():
    """Return a small town as osmnx and a table of buildings hold it."""
    corner = shapely.box(151.2101, -33.8699, 151.2105, -33.8695)
    blocks = [shapely.transform(corner, lambda c, i=i: c + (0.0009 * i, 0)) for i in range(4)]  # noqa: RUF005
    heights = [9.0, 12.0, None, 15.0]
    buildings = gpd.GeoDataFrame({"height": heights}, geometry=blocks, crs=4326)
    return {"graph": own_graph(), "buildings": buildings}


def test_the_script_of_a_researcher_runs(given):
    assert len([line for line in SCRIPT.splitlines() if line.strip()]) <= 40
    names = dict(given)
    exec(compile(SCRIPT, "script.py", "exec"), names)
    table, bands, edges = names["table"], names["bands"], names["edges"]
    assert table.index.tolist() == [0, 1, 2, 3]
    assert table["coverage"].between(0, 1, inclusive="neither").all()
    assert (bands.loc[0.1] <= bands.loc[0.9]).all()
    assert edges.index.names == ["u", "v", "key"]
    assert (edges["shops"] == 3).all()
    assert (table["price"] == 900.0 * len(names["fleet"])).all()
    assert names["report"].to_gdf(names["city"]).index.tolist() == ["a", "b", "c"]
    page = names["shown"].get_root().render()
    assert "recognise: 40 cameras in the city" in page
    assert "<b>price</b>" in page
    told = repr(names["city"])
    assert len(told) < 200
    assert "my area" in told


def test_a_function_is_a_strategy_and_its_faults_are_named(given):
    city = sim.City.from_osmnx(given["graph"])

    def place(strategy):
        return sim.place(city, 20, strategy=strategy, share_rule="direct", seed=1)

    def northernmost(context):
        return np.argsort(-context.sites.y, kind="stable")

    def random(context):
        return northernmost(context)

    heads = place(northernmost).heads
    assert heads["y"].iloc[0] == heads["y"].max()
    assert place(random).heads["y"].tolist() == heads["y"].tolist()  # not the strategy of that name
    both = place({random: 0.5, "random": 0.5}).heads
    assert both["y"].iloc[0] != both["y"].iloc[-1]

    def fails(_):
        return 1 / 0

    for wrong, said in (
        (fails, r'strategy "fails\(\)" fails \(ZeroDivisionError'),
        (lambda _: np.array([1, 1]), "names a site twice"),
        (lambda _: "north", "does not return a row of whole numbers"),
        (lambda _: None, "does not return a row of whole numbers"),
    ):
        with pytest.raises(InputError, match=said):
            place(wrong)


def test_a_figure_of_ones_own_stands_in_every_table_and_its_faults_are_named(given):
    city = sim.City.from_osmnx(given["graph"])
    seen = sim.see(city, sim.place(city, 20, share_rule="direct", seed=1))
    report = sim.track(city, seen, sim.sample_trips(city, people=4, seed=1), totals=[10, 20])
    own = report.with_figure("half", lambda r: r.figures["heads"] / 2)
    assert (own.table["half"] == own.table["heads"] / 2).all()
    assert own.to_gdf(city)["half"].tolist() == own.figures["half"][:, 1, 2].tolist()
    assert "half" not in report.figures
    for wrong in (lambda _: [1.0, 2.0, 3.0], lambda _: "much", lambda _: 1 / 0):
        with pytest.raises(InputError, match='metric "mine"'):
            report.with_figure("mine", wrong)
    for taken in ("heads", "person", "total"):
        with pytest.raises(InputError, match=r"^name: "):
            report.with_figure(taken, lambda r: r.figures["heads"])
