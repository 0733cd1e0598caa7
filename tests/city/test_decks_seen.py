"""From tags to sight: who sees a street, the bridge over it and the subway under it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import frames, grid_ways, shared
from shapely.affinity import translate

from sim.cameras.fleet import Fleet
from sim.city.assemble import assemble
from sim.city.decks import DECKS
from sim.city.from_files import import_files
from sim.city.streets import StreetNetwork
from sim.sight.sightings import see

ABROAD = np.array([385_000.0, 6_672_000.0])
MIDDLE = (160.0, 40.0)
"""Where the bridge and the subway cross the street, which runs from south to north at x = 160."""
TAGS = {
    "bridge": {"highway": "footway", "bridge": "yes", "layer": "1"},
    "subway": {"highway": "footway", "tunnel": "yes", "layer": "-1"},
    "steps": {"highway": "steps"},
}


def crossing():
    """A street grid; a bridge and a subway across its third avenue, with steps at both ends."""
    ways = grid_ways(5, 3)
    for what, y in (("bridge", 44.0), ("subway", 36.0)):
        west, east = (140.0, y), (180.0, y)
        ways.append(([west, MIDDLE, east], TAGS[what]))
        ways.append(([(80.0, 80.0), west], TAGS["steps"]))
        ways.append(([east, (240.0, 80.0)], TAGS["steps"]))
    nodes, edges = frames(ways, crs="EPSG:32635", origin=ABROAD)
    return assemble("crossing", StreetNetwork.build(nodes, edges), halo_m=0, buildings=far_house())


def far_house():
    shape = translate(shapely.box(20, 20, 30, 30), *ABROAD)
    return gpd.GeoDataFrame({"height": [12.0]}, geometry=[shape], crs="EPSG:32635")


def heads(city, *rows):
    """A fleet of heads that look all round: (place, deck) each."""
    places = np.array([place for place, _ in rows]) + ABROAD
    table = gpd.GeoDataFrame(
        {
            "deck": [deck for _, deck in rows], "mount": 4.0, "field_of_view": 360.0,
            "heading": 0.0, "near": 0.0, "duty": 1.0, "range_detect": 60.0, "range_observe": 40.0,
            "range_recognise": 25.0, "range_identify": 12.0,
        },
        geometry=shapely.points(places), crs=city.streets.crs,
    )  # fmt: skip
    return Fleet.from_heads(table)


def seen_metres(city, fleet):
    """Metres of each deck that each head sees, for detect."""
    found = see(city, fleet)
    arrays = found.arrays
    edges = np.repeat(np.arange(len(city.streets.edges)), np.diff(arrays.edge_ptr[0]))
    rows = slice(0, len(edges))
    deck = city.streets.arrays.edge_deck[edges]
    metres = np.zeros((len(fleet), len(DECKS)))
    np.add.at(metres, (arrays.head[rows], deck), (arrays.end - arrays.start)[rows])
    return metres


def test_tags_give_the_decks():
    city = crossing()
    km = city.streets.edges.groupby("deck")["length"].sum()
    assert km["footbridge"] == pytest.approx(2 * np.hypot(20, 4))
    assert km["subway"] == pytest.approx(2 * np.hypot(20, 4))


def test_a_head_of_the_street_sees_neither_the_bridge_over_it_nor_the_subway_under_it():
    city = crossing()
    street, bridge, subway = seen_metres(
        city, heads(city, ((160, 30), "street"), ((160, 40), "footbridge"), ((160, 40), "subway"))
    )
    at = {name: DECKS.index(name) for name in DECKS}
    assert street[at["street"]] > 100
    assert street[at["footbridge"]] == street[at["subway"]] == 0
    # who walks on the bridge is seen by the bridge's head, over its whole length, and by no other
    assert bridge[at["footbridge"]] == pytest.approx(2 * np.hypot(20, 4))
    assert bridge[at["street"]] == bridge[at["subway"]] == 0
    assert subway[at["subway"]] == pytest.approx(2 * np.hypot(20, 4))
    assert subway[at["street"]] == subway[at["footbridge"]] == 0


@pytest.mark.parametrize("deck", ["street", "footbridge"])
def test_on_central_s_real_bridges_heads_see_their_own_deck_only(deck):
    city = import_files([shared("central/central_tst.osm.pbf")], "central", halo_m=0)
    edges = city.streets.edges
    bridges = edges[edges["deck"] == "footbridge"]
    over = bridges[bridges.crosses(shapely.union_all(edges[edges["deck"] == "street"].geometry))]
    assert len(over) > 10
    middles = shapely.get_coordinates(over.geometry.interpolate(0.5, normalized=True))
    fleet = heads(city, *((middle - ABROAD, deck) for middle in middles[:10]))
    metres = seen_metres(city, fleet)
    own = DECKS.index(deck)
    assert (metres[:, own] > 0).all()
    assert np.delete(metres, own, axis=1).sum() == 0
