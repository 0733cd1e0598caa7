"""Layers of the Government as zipped geodatabases: the same records, nothing left unpacked."""

import zipfile

import geopandas as gpd
import numpy as np
import official_town as town
import pytest
import shapely

from sim.city.from_files import import_files
from sim.city.sources import geodatabase
from sim.city.sources.files import file_kind
from sim.city.sources.official_records import AREA, LINE, POINT, read_records
from sim.cli import main
from sim.errors import InputError


def folder_of(tmp_path, name, records, crs="EPSG:2326", layer="Layer"):
    """Write records as a file geodatabase, with codes as numbers and heights."""
    table, shapes = [], []
    for fields, shape in town.numbered(records):
        table.append(fields)
        if isinstance(shape[0], float):
            shapes.append(shapely.Point(shape))
        elif isinstance(shape[0][0], list):
            shapes.append(shapely.MultiPolygon([shapely.Polygon(shape[0], shape[1:])]))
        else:
            shapes.append(shapely.MultiLineString([shape]))
    path = tmp_path / f"{name}.gdb"
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:2326").to_crs(crs)
    frame = frame.drop(columns="OBJECTID")
    return write(frame, path, layer)


def write(frame, path, layer, **options):
    whole = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}  # or numbers are written as floats
    frame.to_file(path, driver="OpenFileGDB", layer=layer, **whole, **options)
    return path


def packed(folder, path, prefix="download/", extra=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{prefix}{folder.name}/{file.name}")
        for name, content in (("readme.txt", "x"), *extra):
            archive.writestr(name, content)
    return path


def zipped(tmp_path, name, records, **options):
    return packed(folder_of(tmp_path, name, records, **options), tmp_path / f"{name}.gdb.zip")


def same(one, two, wanted):
    assert one.number.tolist() == two.number.tolist()
    assert one.left_out == two.left_out
    for a, b in zip(one.shape, two.shape, strict=True):
        ends = [shapely.get_coordinates(shape, include_z=True) for shape in (a, b)]
        assert ends[0].shape == ends[1].shape
        assert np.nanmax(np.abs(ends[0] - ends[1])) < 0.001
        assert np.isnan(ends[0]).sum() == np.isnan(ends[1]).sum()
    for name in wanted:
        assert one.fields[name] == two.fields[name]


@pytest.mark.parametrize(
    ("records", "wanted", "kind"),
    [
        (town.grid(2, 2) + town.bridge(), ("OBJECTID", "FeatureType", "ST_CODE"), LINE),
        ([*town.houses(2, 1), town.block("Temporary Structure", (0, 0, 3, 3), None, None)],
         ("OBJECTID", "BuildingBlockType", "TopHeight"), AREA),
        (town.posts(2, 2), ("OBJECTID", "LAMP_NO", "PRIMARY_ST"), POINT),
    ],
    ids=["lines", "areas", "points"],
)  # fmt: skip
def test_records_are_those_of_the_servers_json(tmp_path, records, wanted, kind, monkeypatch):
    monkeypatch.setattr(geodatabase, "AT_ONCE", 3)
    one = read_records(zipped(tmp_path, "a", records), wanted, kind)
    same(one, read_records(town.esri(tmp_path / "a.json", records), wanted, kind), wanted)


def test_geodatabases_make_the_city_that_json_makes(tmp_path):
    layers = {"n": town.grid() + town.bridge(), "b": town.houses(), "p": town.posts()}
    by = [[write(name) for name in layers] for write in (
        lambda name: zipped(tmp_path, name, layers[name]),
        lambda name: town.esri(tmp_path / f"{name}.json", layers[name]),
    )]  # fmt: skip
    assert [file_kind(path) for path in by[0]] == [file_kind(path) for path in by[1]]
    one, two = (import_files(files, "town") for files in by)
    assert one.streets.report == two.streets.report
    assert one.streets.edges["length"].to_numpy() == pytest.approx(two.streets.edges["length"])
    assert one.streets.edges["deck"].equals(two.streets.edges["deck"])
    assert one.walls.footprints["height"].equals(two.walls.footprints["height"])
    assert len(one.places.table) == len(two.places.table)
    kept = [source["file"] for source in one.provenance["sources"]]
    assert kept[:3] == ["n.gdb.zip", "b.gdb.zip", "p.gdb.zip"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2326+5738"])
def test_other_coordinate_systems(tmp_path, crs):
    one = read_records(zipped(tmp_path, "a", town.grid(2, 2), crs=crs), (), LINE)
    two = read_records(town.esri(tmp_path / "a.json", town.grid(2, 2)), (), LINE)
    same(one, two, ())


def refused(path):
    with pytest.raises(InputError) as raised:
        file_kind(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../../evil.gdbtable", "a name that leads out of it"),
        ("/tmp/evil.gdb/a00000001.gdbtable", "a name that leads out of it"),
        ("..\\evil.txt", "a name that leads out of it"),
        ("c:evil.txt", "a name that leads out of it"),
        ("other.gdb/a00000001.gdbtable", "2 geodatabases in it"),
        ("download/a.gdb/a file", "holds what no geodatabase does"),
        ("download/a.gdb/x.so.evil.more", "holds what no geodatabase does"),
    ],
)
def test_archives_that_no_portal_writes_are_not_unpacked(tmp_path, name, says):
    folder = folder_of(tmp_path, "a", town.grid(2, 2))
    path = packed(folder, tmp_path / "a.gdb.zip", extra=[(name, "x")])
    before = sorted(tmp_path.rglob("*"))
    assert says in refused(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_links_and_locked_files_are_not_unpacked(tmp_path):
    folder = folder_of(tmp_path, "a", town.grid(2, 2))
    link = zipfile.ZipInfo("download/a.gdb/link")
    link.external_attr = 0o120777 << 16
    path = packed(folder, tmp_path / "a.zip", extra=[(link, "/etc/passwd")])
    assert "holds what no geodatabase does" in refused(path)
    path = packed(folder, tmp_path / "b.zip")
    data = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(sign)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(sign, at + 4)
    path.write_bytes(data)
    assert "locked with a password" in refused(path)


def test_bombs_are_refused_before_and_while_they_unpack(tmp_path, monkeypatch):
    folder = folder_of(tmp_path, "a", town.grid(2, 2))
    bomb = [("download/a.gdb/zeros", bytes(3_000_000))]
    path = packed(folder, tmp_path / "a.zip", extra=bomb)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(geodatabase, "LARGEST_UNPACKED_MB", 2)
    assert "more than 2 MB unpacked" in refused(path)
    monkeypatch.setattr(geodatabase, "sum", lambda _sizes: 0, raising=False)  # headers that lie
    assert "more than 2 MB unpacked" in refused(path)
    monkeypatch.setattr(geodatabase, "MOST_FILES", 5)
    assert "more than 5 files in it" in refused(path)
    monkeypatch.setattr(geodatabase, "LARGEST_FILE_MB", 0)
    assert "MB is too large" in refused(path)


def test_what_is_no_layer_of_the_government_is_one_line(tmp_path, capsys):
    folder = folder_of(tmp_path, "a", town.grid(2, 2))
    write(gpd.read_file(folder), folder, "More", mode="a")
    assert "2 layers with shapes (Layer, More)" in refused(packed(folder, tmp_path / "two.zip"))
    own = folder_of(tmp_path, "own", [({"colour": "red"}, shape) for _, shape in town.grid(2, 2)])
    path = packed(own, tmp_path / "own.zip")
    assert "its layer is none of the Government's that are read" in refused(path)
    (own / "a00000001.gdbtable").write_bytes(b"x" * 50)
    assert "damaged" in refused(packed(own, tmp_path / "bad.zip"))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(path.read_bytes()[:-40])
    assert "files of kind .zip are not read" in refused(cut)
    assert main(["data", "import", str(path), "--name", "own"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_that_is_damaged_inside_is_one_line(tmp_path):
    path = zipped(tmp_path, "a", town.grid(2, 2))
    with zipfile.ZipFile(path) as archive:
        entry = max(archive.infolist(), key=lambda one: one.compress_size)
    data = bytearray(path.read_bytes())
    start = entry.header_offset + 30 + len(entry.filename)
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)
    assert "damaged" in refused(path)
