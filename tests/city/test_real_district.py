"""A real district: what else a file holds moves neither its grid nor its people nor its walls."""

import os
import subprocess
import sys

import osmium
import pytest
from drawn import SHARED, shared
from osmium.osm.mutable import Node, Way

from sim.cameras.optics import TASKS
from sim.city.from_files import import_files
from sim.placement.placing import place
from sim.sight.sightings import see
from sim.trips.demand import sample_trips

DISTRICT = "yau_tsim_mong/yau_tsim_mong.osm.pbf"
pytestmark = pytest.mark.slow


def imported(path):
    return import_files([path], "ytm", area="Yau Tsim Mong", pavements=True)


@pytest.fixture(scope="module")
def as_it_is():
    return imported(shared(DISTRICT))


def with_more(target, nodes, ways):
    """Write the district with a few things more, in order."""
    writer = osmium.SimpleWriter(str(target))
    first = max(item.id for item in osmium.FileProcessor(str(SHARED / DISTRICT))) + 1
    for kind in ("is_node", "is_way", "is_relation"):
        for item in osmium.FileProcessor(str(SHARED / DISTRICT)):
            if getattr(item, kind)():
                writer.add(item)
        if kind == "is_node":
            for number, place_ in enumerate(nodes):
                writer.add_node(Node(id=first + number, location=place_))
        if kind == "is_way":
            for number, (members, tags) in enumerate(ways):
                own = [first + member for member in members]
                writer.add_way(Way(id=first + number, nodes=own, tags=tags))
    writer.close()
    return target


@pytest.mark.parametrize("far", [(114.9, 22.3), (115.5, 24.0), (113.0, 21.5)])
def test_a_far_way_changes_nothing(tmp_path, as_it_is, far):
    path = with_more(
        tmp_path / "far.osm.pbf",
        [far, (far[0] + 0.001, far[1])],
        [([0, 1], {"highway": "residential"})],
    )
    city = imported(path)
    assert city.area.crs == as_it_is.area.crs == "EPSG:2326"
    kinds = [c.places.table["kind"].value_counts().to_dict() for c in (city, as_it_is)]
    assert kinds[0] == kinds[1]
    assert city.streets.length_km == pytest.approx(as_it_is.streets.length_km)


def test_scattered_outlines_move_detection_by_less_than_four_points(tmp_path, as_it_is):
    nodes, ways = [], []
    for row in range(12):
        for column in range(12):
            x, y = 114.158 + column * 0.0018, 22.297 + row * 0.0026
            corner = len(nodes)
            nodes += [(x, y), (x + 0.0003, y), (x + 0.0003, y + 0.0003), (x, y + 0.0003)]
            ways.append(([*range(corner, corner + 4), corner], {"building": "yes"}))
    city = imported(with_more(tmp_path / "sparse.osm.pbf", nodes, ways))
    seen = []
    for each in (as_it_is, city):
        fleet = place(each, 60_000, strategy="junctions", seed=7)
        seen.append(see(each, fleet).at(60_000).coverage())
    assert abs(seen[0][TASKS[0]] - seen[1][TASKS[0]]) < 0.04


def test_work_is_at_more_than_a_hundred_places(as_it_is):
    trips = sample_trips(as_it_is, people=2_000, seed=7)
    work = trips.table[trips.table["kind"].str.contains("office")]
    assert work["destination"].nunique() > 100


def test_a_few_mapped_offices_do_not_take_all_work(as_it_is):
    offices = as_it_is.places.of("office")
    assert len(offices) > 100
    said = [text for text in as_it_is.provenance["assumptions"] if text.startswith("offices:")]
    assert "1 mapped" in said[0]


def test_the_command_imports_it_too(tmp_path):
    command = [
        sys.executable, "-m", "sim.cli", "data", "import", str(shared(DISTRICT)), "--name", "ytm",
        "--area", "Yau Tsim Mong", "--pavements",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False,
        env={**os.environ, "HK_CAMERA_SIM_DATA": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "EPSG:2326" in done.stdout
