"""Exports: the dictionary and the files say the same, texts are safe, figures are the run's own."""

import json
import re
import resource
import shutil
import sqlite3
import warnings
from contextlib import closing
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results import vector_tiles
from sim.results.contract import BBOX, TABLES
from sim.results.dictionary import LAYERS, LEFT_OUT, columns_of
from sim.results.export import FOLDERS, default_out, export_run
from sim.results.exported import exported_table, plain_text
from sim.results.geopackage import STYLES
from sim.results.layer_look import looks
from sim.results.run import read_run
from sim.results.vector_tiles import write_tiles
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

TOTALS = (4000, 60000)
HOSTILE = [
    "=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "a,b;c\"d",
    "two\nlines\r\n", "\x00nul\x1b[31m", "</script><b>", "旺角", "'quoted'", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run with walks of a typical day, so that every kind of row is there."""
    out = tmp_path_factory.mktemp("runs") / "small"
    data = {
        "name": "small",
        "area": "mong_kok_core",
        "cameras": {"totals": TOTALS},
        "trips": {"people": 40, "profiles": ["commuter", "shopper"]},
        "seed": 7,
    }
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def exported(folder, tmp_path_factory):
    """Every export: the GeoPackage and the folders of tables."""
    there = tmp_path_factory.mktemp("exports")
    finished = read_run(folder)
    export_run(finished, "gpkg", there / "small.gpkg")
    for form in FOLDERS:
        export_run(finished, form, there / f"small_{form}")
    return there


def read_csv(path):
    # pandas before 3 reads the last digit of a number wrong unless told otherwise
    exact = {"float_precision": "round_trip"} if pd.__version__ < "3" else {}
    return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False, **exact)


# the dictionary


def test_the_dictionary_and_the_files_have_the_same_columns(folder, exported):
    totals = read_run(folder).totals
    package = exported / "small.gpkg"
    layers = dict(pyogrio.list_layers(package))
    assert [*layers] == [*(layer.name for layer in LAYERS), "about", "data_dictionary", STYLES]
    text = (exported / "small_csv" / "README.txt").read_text()
    for layer in LAYERS:
        names = [column.name for column in columns_of(layer, totals)]
        assert [*pyogrio.read_info(package, layer=layer.name)["fields"]] == names
        shape = ["wkt"] if layer.shape else []
        assert [*read_csv(exported / "small_csv" / f"{layer.name}.csv").columns] == names + shape
        assert (layers[layer.name] is None) == (not layer.shape)
        (part,) = re.findall(rf"^{layer.name}: a row is .*\n((?:  .+\n)*)", text, re.M)
        assert [re.split(r":| \(", line.strip())[0] for line in part.splitlines()] == names + shape
    inside = gpd.read_file(package, layer="data_dictionary")
    expected = [
        (layer.name, column.name, column.unit, column.meaning)
        for layer in LAYERS
        for column in columns_of(layer, totals)
    ]
    assert [*inside.fillna("").itertuples(index=False, name=None)] == expected


def test_nothing_of_a_run_is_left_out_without_a_word(folder):
    exported = {}
    for layer in LAYERS:
        known = {column.name for column in layer.columns} | {layer.shape}
        known |= {BBOX} if layer.shape else set()  # follows from the geometry
        exported.setdefault(layer.table, set()).update(known)
    for name in TABLES:
        if name in LEFT_OUT:
            continue
        for column in pq.read_schema(folder / f"{name}.parquet").names:
            there = exported["trip_lines" if name == "trips" else name]
            assert column in there or f"{name}.{column}" in LEFT_OUT, f"{name}.{column}"


def test_every_column_has_words(folder):
    for layer in LAYERS:
        for column in columns_of(layer, TOTALS):
            assert column.meaning
            assert "\n" not in column.meaning


# what is in it


def own_table(folder, layer):
    """What a layer of an export is made of: a table of the run folder, or one made on reading."""
    if layer.table in ("trip_lines", "trip_figures"):
        return getattr(read_run(folder), layer.table)()
    read = gpd.read_parquet if layer.shape else pd.read_parquet
    return read(folder / f"{layer.table}.parquet")


def test_rows_and_figures_are_those_of_the_run(folder, exported):
    totals = read_run(folder).totals
    for layer in LAYERS:
        own = own_table(folder, layer)
        table = read_csv(exported / "small_csv" / f"{layer.name}.csv")
        package = pyogrio.read_dataframe(exported / "small.gpkg", layer=layer.name)
        assert len(own) == len(table) == len(package)
        for name in own.columns.intersection(table.columns):
            if own[name].dtype.kind == "f":
                assert np.allclose(own[name], table[name].astype(float), equal_nan=True), name
                assert np.array_equal(own[name], package[name], equal_nan=True), name
    trips = read_csv(exported / "small_csv" / "trips.csv").set_index("trip")
    figures = read_run(folder).trip_figures()
    for total in totals:
        for task in ("detect", "recognise"):
            one = figures[(figures["total"] == total) & (figures["task"] == task)]
            seen = trips[f"seen_{task}_{total}"].loc[one["trip"]]
            assert np.array_equal(seen, one["observed_length"])


def test_trips_say_their_last_unseen_total_under_simulated_cameras_only(folder, exported, tmp_path):
    answer = read_run(folder).answer
    trips = read_csv(exported / "small_csv" / "trips.csv")
    for number, task in enumerate(("detect", "observe", "recognise", "identify")):
        last = answer.closed.last[:, number].clip(max=TOTALS[-1])
        assert np.array_equal(trips[f"last_unseen_{task}"].astype(float), last, equal_nan=True)
    partly = shutil.copytree(folder, tmp_path / "partly")
    heads = gpd.read_parquet(partly / "cameras.parquet")
    heads.loc[3, "status"] = "mapped"
    heads.to_parquet(partly / "cameras.parquet")
    export_run(read_run(partly), "csv", tmp_path / "out")
    told = read_csv(tmp_path / "out" / "trips.csv")
    assert told[f"seen_detect_{TOTALS[-1]}"].notna().all()
    assert told.filter(like="last_unseen").isna().all(axis=None)


def test_streets_that_no_camera_sees_are_empty(folder, exported):
    own = pd.read_parquet(folder / "streets.parquet")["rank_identify"]
    assert (own == 2**31 - 1).any()
    table = read_csv(exported / "small_csv" / "streets.csv")["rank_identify"]
    assert np.array_equal(table.isna(), own == 2**31 - 1)
    seen = own[own < 2**31 - 1]
    assert np.array_equal(table[seen.index], seen)


def test_shapes_keep_their_place_and_system(folder, exported):
    for layer in LAYERS:
        if not layer.shape:
            continue
        own = own_table(folder, layer)
        package = pyogrio.read_dataframe(exported / "small.gpkg", layer=layer.name)
        assert package.crs.to_epsg() == own.crs.to_epsg() == 2326
        shapes = own[layer.shape].to_numpy()
        assert shapely.equals_exact(package.geometry.to_numpy(), shapes, 0).all() or (
            layer.name in ("walls", "districts", "camera_fields", "trips")
        )
        table = read_csv(exported / "small_csv" / f"{layer.name}.csv")
        known = table["wkt"].notna().to_numpy()
        read = shapely.from_wkt(table["wkt"][known].to_numpy())
        assert shapely.equals_exact(read, shapes[known], 0.001).all()


def test_every_layer_has_one_default_style_of_columns_that_are_there(folder, exported):
    package = exported / "small.gpkg"
    styles = pyogrio.read_dataframe(package, layer=STYLES, fid_as_index=True)
    assert styles.index.name == "fid"
    with closing(sqlite3.connect(package)) as inside:
        names = [row[1] for row in inside.execute(f"PRAGMA table_info({STYLES})")]
        shapes = inside.execute("SELECT column_name FROM gpkg_geometry_columns").fetchall()
    assert names[:10] == [
        "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName",
        "styleQML", "styleSLD", "useAsDefault", "description",
    ]  # fmt: skip
    assert {*styles["f_geometry_column"]} == {name for (name,) in shapes}
    defaults = styles[styles["useAsDefault"]]["f_table_name"]
    assert sorted(defaults) == sorted(layer.name for layer in LAYERS if layer.shape)
    for style in styles.itertuples():
        told = pyogrio.read_info(package, layer=style.f_table_name)
        qml = ElementTree.fromstring(style.styleQML)
        words = [rule.get("filter", "") for rule in qml.iter("rule")]
        words += [
            option.get("value") for option in qml.iter("Option") if "expr" in option.get("name", "")
        ]
        named = set(re.findall(r'"([^"]+)"', " ".join(words)))
        sld = ElementTree.fromstring(style.styleSLD)
        named |= {e.text for e in sld.iter("{http://www.opengis.net/ogc}PropertyName")}
        assert named <= set(told["fields"]), style.styleName
        assert len(list(qml.iter("rule"))) == len(list(qml.iter("symbol")))


def test_styles_draw_every_street_in_one_colour(folder, exported):
    streets = pyogrio.read_dataframe(exported / "small.gpkg", layer="streets")
    for look in looks(TOTALS):
        if look.layer != "streets":
            continue
        drawn = np.zeros(len(streets), dtype=int)
        for rule in look.rules:
            if rule.condition.kind == "above":
                rank = streets[rule.condition.column]
                drawn += (rank > rule.condition.low) & (rank <= rule.condition.high)
        assert drawn.max() == 1
        column = look.rules[0].condition.column
        assert np.array_equal(drawn == 0, streets[column].isna())


@pytest.mark.parametrize("form", ["geoparquet", "geoparquet-2"])
def test_geoparquet_is_the_geopackage_in_other_words(exported, form):
    for layer in LAYERS:
        path = exported / f"small_{form}" / f"{layer.name}.parquet"
        package = pyogrio.read_dataframe(exported / "small.gpkg", layer=layer.name)
        if not layer.shape:
            table = pd.read_parquet(path)
            assert [*table.columns] == [*package.columns]
            assert len(table) == len(package)
            continue
        table = gpd.read_parquet(path)
        assert [*table.columns] == [*package.columns]
        assert table.crs.to_epsg() == 2326
        assert np.allclose(table.bounds, package.bounds, atol=1e-9, equal_nan=True)
        geo = json.loads(pq.read_schema(path).metadata[b"geo"])
        assert geo["version"] == {"geoparquet": "1.1.0", "geoparquet-2": "2.0.0"}[form]
        assert ("covering" in geo["columns"]["geometry"]) == (form == "geoparquet")


def test_geoparquet_2_is_refused_in_one_line_where_geopandas_lacks_it(
    folder, tmp_path, monkeypatch
):
    def old(*_args, **_words):
        raise ValueError("schema_version must be one of: '1.0.0', '1.1.0'")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", old)
    with pytest.raises(InputError, match=r"install geopandas 1\.2 and pyarrow 21 or newer"):
        export_run(read_run(folder), "geoparquet-2", tmp_path / "a")
    assert [*tmp_path.iterdir()] == []


def list_of_points(table):
    """East and north of points, ascending, as one list."""
    points = table.geometry.explode()  # those of tiles are multipoints of one
    return sorted(points.x) + sorted(points.y)


def test_tiles_that_had_to_be_coarser_are_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_tiles, "HIGHEST_ZOOM", vector_tiles.LOWEST_ZOOM)
    rng = np.random.default_rng(7)
    spots = gpd.points_from_xy(*rng.uniform(820_000, 820_100, (2, 3_000)))
    names = [rng.bytes(150).hex() for _ in spots]
    many = gpd.GeoDataFrame({"name": names}, geometry=spots, crs=2326)
    assert write_tiles(many, tmp_path / "many.pmtiles").startswith("At least one tile exceeded")
    assert write_tiles(many[:10], tmp_path / "few.pmtiles") == ""


def test_tiles_hold_every_shape_in_its_place(exported):
    folder = exported / "small_pmtiles"
    shaped = [layer for layer in LAYERS if layer.shape]
    names = {f"{layer.name}.pmtiles" for layer in shaped} | {"README.txt"}
    assert {path.name for path in folder.iterdir()} == names
    for layer in shaped:
        path = folder / f"{layer.name}.pmtiles"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # shapes rounded to a grid cross themselves
            tiles = pyogrio.read_dataframe(path)
        assert pyogrio.list_layers(path)[:, 0].tolist() == [layer.name]
        package = pyogrio.read_dataframe(exported / "small.gpkg", layer=layer.name)
        package = package[~package.geometry.isna()]
        tiles = tiles.to_crs(2326)
        assert np.allclose(tiles.total_bounds, package.total_bounds, atol=0.3)
        if (package.geom_type == "Point").all():
            assert len(tiles) == len(package)
            assert list_of_points(tiles) == pytest.approx(list_of_points(package), abs=0.3)
        elif layer.name == "streets":  # what is shorter than the grid's step is not in tiles
            drawn = {*zip(tiles["edge"], tiles["t0"], strict=True)}
            ends = zip(package["edge"], package["t0"], strict=True)
            lost = package[[end not in drawn for end in ends]]
            assert lost.length.max() < 0.2  # across a cell of the grid, corner to corner
            assert tiles.length.sum() == pytest.approx(package.length.sum(), rel=1e-3)
        elif layer.name in ("walls", "trips", "edges"):
            measure = "area" if layer.name == "walls" else "length"
            whole, cut = getattr(package, measure).sum(), getattr(tiles, measure).sum()
            assert cut == pytest.approx(whole, rel=2e-3)
    text = (folder / "README.txt").read_text()
    assert "trip_figures: a walk at one number" in text.split("Not in this export")[1]


@pytest.mark.parametrize("form", ["gpkg", "csv"])
def test_it_says_that_it_is_simulated_and_whose_data_it_is(exported, folder, form):
    readme = "small_README.txt" if form == "gpkg" else "small_csv/README.txt"
    text = (exported / readme).read_text()
    assert "All cameras and all people in these tables are simulated" in text
    assert "© OpenStreetMap contributors" in text
    assert "EPSG:2326" in text
    assert "Streets: walking network; walls: blocks\n" in text
    assert json.loads((folder / "manifest.json").read_text())["cite"] in text
    about = pyogrio.read_dataframe(exported / "small.gpkg", layer="about")
    assert set(about["text"]) <= set(text.splitlines())


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(folder, exported, tmp_path):
    finished = read_run(folder)
    export_run(finished, "gpkg", tmp_path / "small.gpkg")
    assert (tmp_path / "small.gpkg").read_bytes() == (exported / "small.gpkg").read_bytes()
    export_run(finished, "csv", tmp_path / "small_csv")
    for form in ("csv", "geoparquet", "geoparquet-2"):
        export_run(finished, form, tmp_path / f"small_{form}")
    assert len([*tmp_path.iterdir()]) == 5
    for path in tmp_path.glob("small_*/*"):
        assert path.read_bytes() == (exported / path.parent.name / path.name).read_bytes()
    for layer in LAYERS:
        if layer.name in ("cameras", "walls"):  # tiles of all take seconds
            path = tmp_path / f"{layer.name}.pmtiles"
            write_tiles(exported_table(finished, layer), path)
            assert path.read_bytes() == (exported / "small_pmtiles" / path.name).read_bytes()


# hostile texts


@pytest.mark.slow
def test_hostile_names_stay_names(folder, tmp_path):
    hostile = tmp_path / "hostile"
    shutil.copytree(folder, hostile)
    streets = gpd.read_parquet(hostile / "streets.parquet")
    names = [HOSTILE[i % len(HOSTILE)] for i in range(len(streets))]
    streets.assign(name=names).to_parquet(hostile / "streets.parquet")
    manifest = json.loads((hostile / "manifest.json").read_text())
    manifest["cite"] = "=1\n\x1b[31mred"
    (hostile / "manifest.json").write_text(json.dumps(manifest))
    finished = read_run(hostile)
    export_run(finished, "csv", tmp_path / "csv")
    export_run(finished, "gpkg", tmp_path / "x.gpkg")
    content = (tmp_path / "csv" / "streets.csv").read_bytes().decode("utf-8-sig")
    assert len(content.splitlines()) == len(streets) + 1
    table = pd.read_csv(tmp_path / "csv" / "streets.csv", keep_default_na=False)
    package = pyogrio.read_dataframe(tmp_path / "x.gpkg", layer="streets")
    for given_name, shown, kept in zip(names, table["name"], package["name"], strict=True):
        assert shown.removeprefix("'")[:1] != "\t"
        assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert not any(ord(c) < 32 for c in shown + (kept or ""))
        if given_name.isprintable():
            assert (kept or "") == given_name
            assert shown in (given_name, f"'{given_name}")
    assert "\x1b" not in (tmp_path / "csv" / "README.txt").read_text()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_no_text_is_taken_for_a_formula(texts):
    shown = plain_text(pd.DataFrame({"text": texts, "number": -1.0}))
    assert (shown["number"] == -1.0).all()
    for before, after in zip(texts, shown["text"], strict=True):
        assert not after.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
        assert after in (before, f"'{before}")


# what cannot be


def test_what_cannot_be_is_refused(folder, tmp_path):
    finished = read_run(folder)
    (tmp_path / "mine.txt").write_text("mine")
    for form, out, said in [
        (
            "shp",
            tmp_path / "a",
            '"shp" is not a format; choose gpkg, csv, geoparquet, geoparquet-2 or pmtiles',
        ),
        ("gpkg", tmp_path / "a.txt", "name it a.gpkg"),
        ("csv", tmp_path, r"holds files that are not of an export \(mine\.txt\)"),
        ("csv", tmp_path / "mine.txt", "is a file"),
        ("csv", tmp_path / "mine.txt" / "a", "cannot be written"),
        ("gpkg", tmp_path / "mine.txt" / "a.gpkg", "cannot be written"),
    ]:
        with pytest.raises(InputError, match=said) as refused:
            export_run(finished, form, out)
        assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def other_gpkg(path, layer="about", **columns):
    rows = pd.DataFrame(columns or {"subject": ["title"], "text": ["my survey"]})
    pyogrio.write_dataframe(rows, path, layer=layer, driver="GPKG")


OTHERS = {
    "empty": lambda path: path.touch(),
    "words": lambda path: path.write_text("dear"),
    "another GeoPackage": lambda path: other_gpkg(path, "survey", a=["x"]),
    "one with a layer about": other_gpkg,
    "one with other columns": lambda path: other_gpkg(path, a=["title"]),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_a_file_of_others_is_not_replaced(folder, tmp_path, make):
    make(tmp_path / "a.gpkg")
    before = (tmp_path / "a.gpkg").read_bytes()
    with pytest.raises(InputError, match=r"a\.gpkg: is not an earlier export of a run"):
        export_run(read_run(folder), "gpkg", tmp_path / "a.gpkg")
    assert (tmp_path / "a.gpkg").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]


def test_words_of_others_beside_a_geopackage_are_not_replaced(folder, tmp_path):
    (tmp_path / "a_README.txt").write_text("mine")
    with pytest.raises(InputError, match=r"a_README\.txt: is not an earlier export"):
        export_run(read_run(folder), "gpkg", tmp_path / "a.gpkg")
    assert (tmp_path / "a_README.txt").read_text() == "mine"


@pytest.mark.parametrize("form", ["gpkg", "csv"])
def test_an_export_replaces_an_earlier_one_and_keeps_a_link(folder, tmp_path, form):
    (tmp_path / "disk").mkdir()
    out, real = tmp_path / f"a.{form}", tmp_path / "disk" / f"b.{form}"
    export_run(read_run(folder), form, real)
    out.symlink_to(real)
    for _ in range(2):
        export_run(read_run(folder), form, out)
    assert out.readlink() == real
    beside = {"b.gpkg", "b_README.txt"} if form == "gpkg" else {"b.csv"}
    assert {path.name for path in real.parent.iterdir()} == beside


@pytest.mark.parametrize("form", ["gpkg", "csv"])
def test_a_full_disk_leaves_nothing(folder, tmp_path, monkeypatch, capsys, form):
    monkeypatch.chdir(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, hard))
    try:
        code = main(["export", str(folder), "--format", form, "--out", f"a.{form}"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert err.startswith(f"sim: a.{form}: ")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_a_damaged_run_is_refused_in_one_line(folder, tmp_path, capsys):
    half = tmp_path / "half"
    shutil.copytree(folder, half)
    (half / "trips.parquet").write_bytes(b"PAR1")
    assert main(["export", str(half)]) == 2
    (half / "exposure.parquet").unlink()
    assert main(["export", str(half), "--format", "csv"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["half"]


@pytest.mark.slow
def test_the_command_writes_beside_the_run(folder, tmp_path, capsys):
    run_folder = tmp_path / "small"
    shutil.copytree(folder, run_folder)
    assert main(["export", str(run_folder)]) == 0
    assert main(["export", str(run_folder), "--format", "csv"]) == 0
    out = capsys.readouterr().out.splitlines()
    names = ["small.gpkg", "small_README.txt", "small_csv", "small_csv/README.txt"]
    assert out == [str(tmp_path / name) for name in names]
    assert default_out(read_run(run_folder), "gpkg") == tmp_path / "small.gpkg"
