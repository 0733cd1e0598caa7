"""Extracts, fleets and archives that unpack to far more than they seem: refused before they are."""

import io
import struct
import tracemalloc
import zipfile

import geopandas as gpd
import osmium
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from city.test_pbf import STREET, written
from city.test_pbf_bombs import blob, field, varint

from sim.cameras import exchange
from sim.cameras.mapped import read_pbf
from sim.cameras.real import read_cameras
from sim.city.points import read_points
from sim.city.population import read_population
from sim.city.sources import pbf_size
from sim.city.sources.files import read_buildings, read_streets
from sim.city.sources.own_places import read_places
from sim.city.sources.pbf import read_features, read_ways
from sim.city.sources.pbf_size import unpacked_bytes
from sim.city.zones import read_zones
from sim.errors import InputError
from sim.trips.own import read_traces

CRS = "EPSG:2326"


def plain_blob(size):
    """A blob that is not packed."""
    body = field(1, bytes(size))
    head = field(1, b"OSMData") + varint(3 << 3) + varint(len(body))
    return struct.pack(">I", len(head)) + head + body


@pytest.fixture(scope="module")
def many_blobs(tmp_path_factory):
    """Each within the limit of the format, together 1.24 GB."""
    path = tmp_path_factory.mktemp("bomb") / "many.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", 0) + 40 * blob(b"OSMData", 31))
    return path


@pytest.mark.parametrize("read", [read_ways, read_features, read_pbf])
def test_many_blobs_are_too_much_together(many_blobs, read):
    assert many_blobs.stat().st_size < 2_000_000
    tracemalloc.start()
    with pytest.raises(InputError, match="more than 1,000 MB unpacked") as caught:
        read(many_blobs)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("blobs", [1, 2, 7])
@pytest.mark.parametrize("declared", [None, 1000, 1 << 31])
def test_sizes_are_what_the_blobs_say(tmp_path, blobs, declared):
    path = tmp_path / "a.osm.pbf"
    header = blob(b"OSMHeader", 0)
    path.write_bytes(header + blobs * blob(b"OSMData", 1, declared))
    path_of_one = tmp_path / "header.osm.pbf"
    path_of_one.write_bytes(header)
    each = (unpacked_bytes(path, 1 << 40) - unpacked_bytes(path_of_one, 1 << 40)) / blobs
    assert each == (declared or pytest.approx(1 << 20, abs=100))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 100_000])
def test_blobs_that_are_not_packed_count_their_bytes(tmp_path, size):
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(3 * plain_blob(size))
    assert unpacked_bytes(path, 1 << 40) == 3 * size
    if size:
        assert size <= unpacked_bytes(path, size - 1) <= 3 * size


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.99])
def test_what_is_cut_short_is_no_error_here(tmp_path, share):
    path = written(tmp_path / "a.osm.pbf", [([1, 2, 3], STREET)])
    whole = path.read_bytes()
    known = unpacked_bytes(path, 1 << 40)
    path.write_bytes(whole[: int(share * len(whole))])
    assert 0 <= unpacked_bytes(path, 1 << 40) <= known


@pytest.mark.parametrize("junk", [b"", b"\xff" * 5000, bytes(5000), b"PK\3\4" * 99])
def test_junk_has_no_size(tmp_path, junk):
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(junk)
    assert unpacked_bytes(path, 1 << 40) == 0


def test_the_size_is_that_of_a_real_file(tmp_path, monkeypatch):
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(20_000):
            node = osmium.osm.mutable.Node(id=number + 1, location=(114 + number * 1e-5, 22.3))
            writer.add_node(node)
    size = unpacked_bytes(path, 1 << 40)
    assert size > path.stat().st_size
    monkeypatch.setattr(pbf_size, "LARGEST_UNPACKED_MB", size / 1e6 + 0.001)
    pbf_size.check_unpacked(path)
    monkeypatch.setattr(pbf_size, "LARGEST_UNPACKED_MB", 0)
    with pytest.raises(InputError):
        pbf_size.check_unpacked(path)


@pytest.mark.parametrize("column", ["owner", "camera_type", "status", "name"])
def test_a_fleet_of_long_texts_is_refused(tmp_path, monkeypatch, column):
    path = tmp_path / "cameras.parquet"
    rows = 2_000
    names = {"heading": 0.0, "field_of_view": 60.0, "range_detect": 50.0}
    table = {name: [value] * rows for name, value in names.items()}
    table |= {"rank": list(range(1, rows + 1)), column: ["x" * 10_000] * rows}
    pq.write_table(pa.table(table), path)
    assert path.stat().st_size < 200_000
    monkeypatch.setattr(exchange, "LARGEST_UNPACKED_MB", 10)
    with pytest.raises(InputError, match="more than 10 MB unpacked"):
        read_cameras(path)


def _archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", bytes(20_000_000))
    return content.getvalue()


ARCHIVE = _archive()
READERS = {
    "streets": read_streets,
    "buildings": read_buildings,
    "cameras": read_cameras,
    "walks": lambda path: read_traces(path, CRS),
    "points": lambda path: read_points(path, CRS),
    "zones": lambda path: read_zones(path, CRS),
    "people": lambda path: read_population(path, CRS),
    "places": lambda path: read_places(path, CRS),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", ["a.zip", "a.xlsx", "a.csv.zip", "a.csv", "a.gpkg", "a.parquet"])
def test_archives_are_never_unpacked(tmp_path, read, name):
    """Neither under their own name nor under that of a table."""
    path = tmp_path / name
    path.write_bytes(ARCHIVE)
    tracemalloc.start()
    with pytest.raises(InputError) as caught:
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_fleet_as_it_is_written_passes(tmp_path):
    heads = gpd.GeoDataFrame(
        {"camera_type": ["typical"] * 3, "heading": [0.0, 90.0, 180.0]},
        geometry=gpd.points_from_xy([1e3, 2e3, 3e3], [1e3] * 3), crs=CRS,
    )  # fmt: skip
    path = tmp_path / "cameras.parquet"
    exchange.write_cameras(exchange.Fleet.from_heads(heads), path)
    assert len(exchange.read_fleet_table(path)[0]) == 3
