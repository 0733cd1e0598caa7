"""A desk on which the commands of the pages run: files of the names that the pages use.

The pages speak of extracts and graphs that are too large to ship. Here the same names hold one
small quarter, drawn by hand in Mong Kok, and the scenarios ask for few people, so that every
command of the pages runs in seconds. What it prints then is of course not what the pages quote;
that a page's figures are true is for the commands beside them.
"""

import itertools
import json
import shutil

import geopandas as gpd
import numpy as np
import osmium
import osmnx
import shapely
import yaml
from city.drawn_planet import MIDDLE, SOUTH, STEP, WEST, quarter
from osmium.osm.mutable import Node, Relation, Way

from sim.area import district_outlines
from sim.city.bundle import save_bundle
from sim.city.from_files import import_files

EXTRACTS = ("las_palmas", "helsinki", "central_tst", "my_city")
WAN_CHAI = (0.012, -0.036)
"""Degrees from the drawn quarter to another district."""
FEW_PEOPLE, FEW_TOTALS, FEW_FLEETS = 30, [4000, 60000], 2
MY_SCENARIO = """\
name: my
area: mong_kok
cameras: {totals: [4000, 60000]}
trips: {people: 30}
seed: 7
"""
LATITUDE, LONGITUDE = (float(degrees) for degrees in MIDDLE.split(","))


def furnish(folder, scenarios):
    """Put every file that the pages name into `folder`, and bundles into `folder/bundles`."""
    planet = quarter()
    _cameras(planet)
    for name in EXTRACTS:
        extract(planet, folder / f"{name}.osm.pbf")
    extract(planet, folder / "hong-kong-latest.osm.pbf", WAN_CHAI)
    _streets(planet, folder)
    _tables(folder)
    _scenarios(scenarios, folder / "scenarios")
    shutil.copy(folder / "scenarios" / "mong_kok_core.yaml", folder)
    (folder / "my.yaml").write_text(MY_SCENARIO, encoding="utf-8")
    city = import_files([folder / "my_city.osm.pbf"], "quarter")
    for name in ("mong_kok", "central", "helsinki", "las_palmas", "hong_kong", "my_city"):
        save_bundle(city, folder / "bundles" / name)


def extract(planet, path, moved=(0.0, 0.0)):
    """Write the planet as an OpenStreetMap extract, moved by degrees east and north."""
    path.unlink(missing_ok=True)
    writer = osmium.SimpleWriter(str(path))
    for number, (lon, lat, tags) in sorted(planet.nodes.items()):
        place = (lon + moved[0], lat + moved[1])
        writer.add_node(Node(id=number, location=place, tags=tags))
    for number, (nodes, tags) in sorted(planet.ways.items()):
        writer.add_way(Way(id=number, nodes=nodes, tags=tags))
    for number, (members, tags) in sorted(planet.relations.items()):
        writer.add_relation(Relation(id=number, members=members, tags=tags))
    writer.close()


def _cameras(planet):
    """Four mapped cameras on the corners of the quarter."""
    for number in range(4):
        place = (WEST + STEP * (number + 1) + 0.0001, SOUTH + STEP * (number + 1) + 0.0001)
        told = {"man_made": "surveillance", "camera:direction": str(90 * number)}
        planet.nodes[8100 + number] = (*place, told)


def _streets(planet, folder):
    """The quarter's streets as osmnx saves a graph, as buses use them, and its outline."""
    rows = []
    for number, (nodes, tags) in planet.ways.items():
        if "highway" not in tags:
            continue
        for u, v in itertools.pairwise(nodes):
            line = shapely.LineString([planet.nodes[u][:2], planet.nodes[v][:2]])
            rows.append({"u": u, "v": v, "key": 0, "osmid": number, **tags, "geometry": line})
    edges = gpd.GeoDataFrame(rows, crs="EPSG:4326")
    used = sorted({*edges["u"], *edges["v"]})
    spots = [shapely.Point(planet.nodes[number][:2]) for number in used]
    nodes = gpd.GeoDataFrame({"osmid": used}, geometry=spots, crs="EPSG:4326")
    nodes["x"], nodes["y"] = nodes.geometry.x, nodes.geometry.y
    nodes.to_file(folder / "walk_graph.gpkg", layer="nodes", driver="GPKG")
    edges.to_file(folder / "walk_graph.gpkg", layer="edges", driver="GPKG")
    keyed = nodes.set_index("osmid"), edges.set_index(["u", "v", "key"])
    attributes = {"crs": "EPSG:4326", "simplified": True}  # as graphs whose edges have geometry are
    graph = osmnx.convert.graph_from_gdfs(*keyed, graph_attrs=attributes)
    osmnx.save_graphml(graph, folder / "my_graph.graphml")
    bus_streets().to_file(folder / "hong_kong_streets.gpkg", layer="edges", driver="GPKG")
    houses = [
        shapely.box(x, y, x + STEP / 2, y + STEP / 2)
        for x in (WEST + STEP * (column + 0.25) for column in range(7))
        for y in (SOUTH + STEP * (row + 0.25) for row in range(7))
    ]
    frame = gpd.GeoDataFrame({"building": ["yes"] * len(houses)}, geometry=houses, crs="EPSG:4326")
    frame.to_file(folder / "buildings.geojson", driver="GeoJSON")
    spot = gpd.GeoSeries([shapely.Point(LONGITUDE, LATITUDE)], crs="EPSG:4326").to_crs("EPSG:2326")
    outline = gpd.GeoDataFrame(geometry=spot.buffer(300).to_crs("EPSG:4326"))
    outline.to_file(folder / "study.geojson", driver="GeoJSON")


def bus_streets(pitch=80.0):
    """Streets of a grid over all of Yau Tsim Mong, in the form of those that buses use."""
    outline = district_outlines()["Yau Tsim Mong"]
    west, south, east, north = outline.bounds
    columns, rows = np.arange(west, east, pitch), np.arange(south, north, pitch)
    grid = np.stack(np.meshgrid(columns, rows, indexing="ij"), axis=-1)
    number = np.arange(columns.size * rows.size).reshape(columns.size, rows.size)
    inside = shapely.contains_xy(outline, grid[..., 0], grid[..., 1])
    ends = []
    for here, there in ((np.s_[:-1, :], np.s_[1:, :]), (np.s_[:, :-1], np.s_[:, 1:])):
        both = inside[here] & inside[there]
        ends.append((number[here][both], number[there][both], grid[here][both], grid[there][both]))
    u, v, begin, end = (np.concatenate(parts) for parts in zip(*ends, strict=True))
    lines = shapely.linestrings(np.stack([begin, end], axis=1))
    table = {"u": u, "v": v, "routes_uv": 3, "routes_vu": 1, "district": "X"}
    return gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:2326").to_crs("EPSG:4326")


def _tables(folder):
    """Own walks, tables of trips and people, lists of cameras and points."""
    near = [(LONGITUDE + STEP * k / 2, LATITUDE) for k in range(-4, 5)]
    points = "".join(f'<trkpt lon="{x:.6f}" lat="{y:.6f}"/>' for x, y in near)
    head = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    track = f"{head}<trk><name>To work</name><trkseg>{points}</trkseg></trk></gpx>"
    (folder / "my_walks.gpx").write_text(track, encoding="utf-8")
    ends = ",".join(f"{degrees:.5f}" for degrees in (*near[0], *near[-1]))
    columns = "origin_lon,origin_lat,destination_lon,destination_lat,count"
    (folder / "survey.csv").write_text(f"{columns}\n{ends},40\n", encoding="utf-8")
    people = gpd.GeoDataFrame(
        {"t_pop": [5000]}, geometry=[shapely.Point(near[4]).buffer(STEP * 2)], crs="EPSG:4326"
    )
    people.to_file(folder / "grid.geojson", driver="GeoJSON")
    places = "".join(f"{x:.6f},{y:.6f},2\n" for x, y in near)
    (folder / "my_places.csv").write_text(f"lon,lat,weight\n{places}", encoding="utf-8")
    heads = "".join(f"{x:.6f},{y:.6f},90,police\n" for x, y in near)
    (folder / "my_cameras.csv").write_text(f"lon,lat,heading,owner\n{heads}", encoding="utf-8")
    listed = "north,east,bearing\n819900,835500,90\n819950,835600,180\n"
    (folder / "list.csv").write_text(listed, encoding="utf-8")
    camera = {"type": "node", "id": 1, "lon": near[0][0], "lat": near[0][1]}
    camera["tags"] = {"man_made": "surveillance"}
    (folder / "overpass.json").write_text(json.dumps({"elements": [camera]}), encoding="utf-8")


def _scenarios(source, folder):
    """The project's scenarios, each for few people, few totals and two values of a matrix."""
    folder.mkdir()
    for path in source.glob("*.yaml"):
        shutil.copy(path, folder)
        less(folder / path.name)


def less(path):
    """Rewrite a scenario so that it runs in a second: named walks of elsewhere are left out."""
    asked = yaml.safe_load(path.read_text(encoding="utf-8"))
    trips = asked.get("trips")
    if isinstance(trips, dict):
        trips["people"] = min(FEW_PEOPLE, trips.get("people", FEW_PEOPLE))
        if asked.get("area") != "mong_kok_core":
            trips.pop("walks", None)
    if "ensemble" in asked:
        asked["ensemble"]["fleets"] = min(FEW_FLEETS, asked["ensemble"]["fleets"])
    totals = asked.get("cameras", {}).get("totals")
    if isinstance(totals, list) and totals[-1] == FEW_TOTALS[-1]:  # of the whole city
        asked["cameras"]["totals"] = FEW_TOTALS
    matrix = asked.get("matrix", {})
    for number, key in enumerate(matrix):
        matrix[key] = matrix[key][: 2 if number < 2 else 1]
    path.write_text(yaml.safe_dump(asked, allow_unicode=True, sort_keys=False), encoding="utf-8")
