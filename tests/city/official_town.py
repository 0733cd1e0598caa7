"""A made-up few streets in the forms in which the Government's servers and files write layers."""

import json

import geopandas as gpd
import shapely

WEST, SOUTH = 835400.0, 819900.0
GROUND = 5.0
WORDS = {
    "FeatureType": {
        1: "Footway", 2: "Footbridge", 4: "Subway", 8: "Escalator", 10: "Lift", 12: "Staircase",
        30: "Signalised Crossing",
    },
    "Location": {1: "Outdoor", 2: "Indoor"},
    "WeatherProof": {1: "Covered", 2: "NonCovered"},
    "Enabled": {1: "True", 2: "False"},
}  # fmt: skip
"""The same codes as words, as whole-layer files have them."""


def way(path, kind=1, **fields):
    """A record of the pedestrian network: vertices (x, y, z), x and y from the town's corner."""
    line = [[WEST + x, SOUTH + y, z] for x, y, z in path]
    known = {
        "FeatureType": kind, "Location": 1, "WeatherProof": 2, "Enabled": 1, "Direction": 0,
        "AliasNameEN": None, "AliasNameTC": None, "StreetNameEN": None, "StreetNameTC": "",
        "ST_CODE": None, "BuildingID_1": None, "AccessTimeID": None,
    }  # fmt: skip
    return known | fields, line


def street(path, kind=1, **fields):
    """A footway of a street with a code, at ground level."""
    named = {"ST_CODE": 19999, "StreetNameEN": "SAMPLE STREET", "StreetNameTC": "樣本街"}
    return way([(x, y, GROUND) for x, y in path], kind, **(named | fields))


def block(kind, box, base, top, **fields):
    """A record of the building layer, its outline a box from the town's corner."""
    x0, y0, x1, y1 = box
    ring = [(x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0, y0)]
    known = {"BuildingBlockType": kind, "Status": "Active", "BaseHeight": base, "TopHeight": top}
    return known | fields, [[[WEST + x, SOUTH + y] for x, y in ring]]


def post(number, x, y):
    """A record of the lamp posts."""
    known = {"LAMP_NO": number, "DISTRICT": "Yau Tsim Mong", "PRIMARY_ST": None}
    return known, [WEST + x, SOUTH + y]


def numbered(records, key="OBJECTID"):
    """Number records from 1, in two of their fields."""
    return [
        ({"OBJECTID": i, "PedestrianRouteID": 220900000 + i} | fields, shape)
        for i, (fields, shape) in enumerate(records, 1)
    ]


def esri(path, records, **members):
    """Write records as the ArcGIS server does, HK80 metres."""
    name = {1: "x", 2: "paths", 3: "rings"}
    features = []
    for fields, shape in numbered(records):
        depth = 1 if isinstance(shape[0], float) else 3 if isinstance(shape[0][0], list) else 2
        geometry = {"x": shape[0], "y": shape[1]} if depth == 1 else None
        geometry = geometry or {name[depth]: [shape] if depth == 2 else shape}
        features.append({"attributes": fields, "geometry": geometry})
    about = {"hasZ": True, "spatialReference": {"wkid": 102140, "latestWkid": 2326}}
    text = json.dumps(about | {"features": features} | members, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def geojson(path, records, *, words=True, **members):
    """Write records as a whole-layer file does: degrees, codes as words, no crs."""
    features = []
    for fields, shape in numbered(records):
        if words:
            fields |= {
                name: table.get(fields[name], fields[name])
                for name, table in WORDS.items()
                if name in fields
            }
        kind = "LineString"
        if isinstance(shape[0], float):
            kind = "Point"
        elif isinstance(shape[0][0], list):
            kind = "Polygon"
        geometry = shapely.from_geojson(json.dumps({"type": kind, "coordinates": shape}))
        degrees = gpd.GeoSeries([geometry], crs=2326).to_crs(4326).iloc[0]
        text = shapely.to_geojson(shapely.force_2d(degrees))
        written = json.loads(text)
        if kind == "LineString":
            flat = written["coordinates"]
            written["coordinates"] = [
                [round(x, 8), round(y, 8), z] for (x, y), (_, _, z) in zip(flat, shape, strict=True)
            ]
        features.append({"type": "Feature", "geometry": written, "properties": fields})
    text = json.dumps({"type": "FeatureCollection", "features": features} | members)
    path.write_text(text, encoding="utf-8")
    return path


def grid(columns=4, rows=4, pitch=80.0):
    """Footways of a grid of streets, a record between each two junctions."""
    across = [
        street([(c * pitch, r * pitch), ((c + 1) * pitch, r * pitch)])
        for r in range(rows)
        for c in range(columns - 1)
    ]
    along = [
        street([(c * pitch, r * pitch), (c * pitch, (r + 1) * pitch)])
        for r in range(rows - 1)
        for c in range(columns)
    ]
    return across + along


def bridge():
    """A footbridge over the first street, stairs up at its west end and a lift at its east end."""
    return [
        way([(20, 0, GROUND), (20, 10, 11.5)], 12),
        way([(20, 10, 11.5), (80, 10, 11.5)], 2, AliasNameEN="Sample Footbridge"),
        way([(80, 10, 11.5), (80, 0, 11.5)], 2, AliasNameEN="Sample Footbridge"),
        way([(80, 0, 11.5), (80, 0, GROUND)], 10),
    ]


def houses(columns=3, rows=3, pitch=80.0, set_back=12.0):
    """A tower on a podium in every block of the grid."""
    found = []
    for c in range(columns):
        for r in range(rows):
            x0, y0 = c * pitch + set_back, r * pitch + set_back
            x1, y1 = (c + 1) * pitch - set_back, (r + 1) * pitch - set_back
            found.append(block("Podium", (x0, y0, x1, y1), GROUND, 20.0))
            found.append(block("Tower", (x0 + 5, y0 + 5, x1 - 5, y1 - 5), 20.0, 68.0))
    return found


def posts(columns=4, rows=3, pitch=80.0):
    """Lamp posts along the streets that run north."""
    return [
        post(f"AA{c}{r}", c * pitch + 2.0, r * pitch + 40.0)
        for c in range(columns)
        for r in range(rows)
    ]
