"""Import official layers of the real sizes, made up: what the whole territory would cost.

A grid of 464,647 ways with heights, crossings and street codes, and 342,223 blocks (podiums, towers
on every third, sheds without heights on every seventh), as an ArcGIS server writes them. Usage:

    python benchmarks/official_layers.py FOLDER            from files
    python benchmarks/official_layers.py FOLDER --fetch    from a server on this machine, in pages

The server is a process of its own and answers from memory; pauses between questions, which are
for a real server's sake, are counted and not waited.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import shapely

from sim.area import HONG_KONG_CRS
from sim.city.bundle import save_bundle
from sim.city.fetch_official import fetch_official
from sim.city.from_files import import_files
from sim.city.model import City
from sim.city.sources.named_areas import WantedArea
from sim.city.sources.official_server import SERVICES

WEST, SOUTH, PITCH = 800_000.0, 805_000.0, 60.0
COLUMNS, ROWS, BLOCKS, POSTS, BRIDGES = 482, 483, 342_223, 143_581, 1_185
PAVED, TREES = 64_644, 100_000
"""About so many areas of ground; how many roadside trees there are is a guess."""
TERMS = {"hasZ": True, "spatialReference": {"wkid": 102140, "latestWkid": 2326}}


def ways() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield a footway or crossing between each two neighbouring junctions, with a bend."""
    number = 0
    for column in range(COLUMNS):
        for row in range(ROWS):
            x, y = WEST + column * PITCH, SOUTH + row * PITCH
            for east, north in ((PITCH, 0.0), (0.0, PITCH)):
                if (east and column == COLUMNS - 1) or (north and row == ROWS - 1):
                    continue
                number += 1
                bend = [x + east / 2 + 3, y + north / 2 + 3, 5.0]
                fields = {
                    "OBJECTID": number, "PedestrianRouteID": 220_900_000 + number, "Location": 1,
                    "FeatureType": 1 if number % 9 else 30, "WeatherProof": 2, "Enabled": 1,
                    "Direction": 0, "ST_CODE": 19999 if number % 3 else None,
                    "StreetNameEN": f"SAMPLE STREET {row if east else column}",
                    "StreetNameTC": "樣本街", "LastAmendmentDate": 1_758_729_600_000,
                }  # fmt: skip
                yield fields, {"paths": [[[x, y, 5.0], bend, [x + east, y + north, 5.0]]]}


def blocks() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield blocks of eight vertices between the streets."""
    number = 0
    for column in range(COLUMNS - 1):
        for row in range(ROWS - 1):
            here = [(0, 0, 36, 36, "Podium", 5.0, 20.0)]
            if (column + row) % 3 == 0:
                here.append((5, 5, 25, 25, "Tower", 20.0, 60.0))
            if (column + row) % 7 == 0:
                here.append((30, 38, 33, 41, "Temporary Structure", None, None))
            for x0, y0, x1, y1, kind, base, top in here:
                if number == BLOCKS:
                    return
                number += 1
                x, y = WEST + column * PITCH + 12, SOUTH + row * PITCH + 12
                across, along = (x0, (x0 + x1) / 2, x1), (y0, (y0 + y1) / 2, y1)
                ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
                fields = {
                    "OBJECTID": number, "BuildingBlockType": kind, "Status": "Active",
                    "BaseHeight": base, "TopHeight": top, "BuildingNameEN": "SAMPLE PLAZA",
                }  # fmt: skip
                yield fields, {"rings": [[[x + across[i], y + along[k]] for i, k in ring]]}


def write(path: Path, records: Iterator[tuple[dict[str, object], dict[str, object]]]) -> int:
    """Write records as the server does; return how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(TERMS)[:-1] + ', "features": [')
        for count, (fields, geometry) in enumerate(records, 1):
            record = {"attributes": fields, "geometry": geometry}
            file.write((",\n" if count > 1 else "") + json.dumps(record, ensure_ascii=False))
        file.write("]}")
    return count


def posts() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield lamp posts along the streets that run north."""
    for number in range(POSTS):
        column, row = number % COLUMNS, number // COLUMNS
        fields = {"OBJECTID": number + 1, "LAMP_NO": f"AA{number}", "PRIMARY_ST": None}
        yield fields, {"x": WEST + column * PITCH + 2, "y": SOUTH + row * PITCH + 30}


def bridges() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield footbridges over streets that run east, as long as a block."""
    for number in range(BRIDGES):
        column, row = number * 17 % (COLUMNS - 1), number % ROWS
        x, y = WEST + column * PITCH, SOUTH + row * PITCH + 6
        fields = {"OBJECTID": number + 1, "STRUCT_NO": f"KF{number}"}
        ring = [[x, y], [x, y + 4], [x + PITCH, y + 4], [x + PITCH, y], [x, y]]
        yield fields, {"rings": [ring]}


def roads() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield carriageways with a footway on each side, a stretch of a street that runs east each."""
    number, stretch = 0, COLUMNS * ROWS * 3 // PAVED + 1
    across = [(2, -6.0, -3.0), (1, -3.0, 3.0), (2, 3.0, 6.0)]
    for row in range(ROWS):
        for kind, low, high in across:
            for part in range(0, COLUMNS - 1, stretch):
                number += 1
                x, y = WEST + part * PITCH, SOUTH + row * PITCH
                east = x + PITCH * stretch
                ring = [[x, y + low], [x, y + high], [east, y + high], [east, y + low]]
                fields = {"OBJECTID": number, "FEAT_TYPE": kind, "LVL": 0, "SUR_TYPE_1": 1}
                yield fields, {"rings": [[*ring, ring[0]]]}


def trees() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield roadside trees."""
    for number in range(TREES):
        column, row = number % COLUMNS, number // COLUMNS
        fields = {"OBJECTID": number + 1, "TREE_ID": f"RTR{number}", "DBH": 100 + number % 400,
                  "SPECIES_NAME": None}  # fmt: skip
        yield fields, {"x": WEST + column * PITCH + 20, "y": SOUTH + row * PITCH + 5}


def serve(port: Connection) -> None:
    """Answer as the Government's server does: counts and pages of whole layers."""
    layers = {
        SERVICES[name].path: [
            json.dumps({"attributes": fields, "geometry": geometry}) for fields, geometry in made()
        ]
        for name, made in (
            ("official_network", ways), ("official_buildings", blocks),
            ("official_lamp_posts", posts), ("official_footbridges", bridges),
            ("official_pavements", roads), ("official_trees", trees),
        )
    }  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            form = {key: values[0] for key, values in parse_qs(parts.query).items()}
            rows = layers[parts.path.strip("/").removesuffix("/query")]
            if form.get("returnCountOnly") == "true":
                body = json.dumps({"count": len(rows)})
            else:
                start, size = int(form["resultOffset"]), int(form["resultRecordCount"])
                more = {"exceededTransferLimit": start + size < len(rows)}
                head = json.dumps(TERMS | more)[:-1]
                body = f'{head}, "features": [{",".join(rows[start : start + size])}]}}'
            data = body.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.send(web.server_port)
    web.serve_forever()


def fetched(folder: Path) -> City:
    """Return the territory as a server on this machine gives it."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    east, north = WEST + COLUMNS * PITCH, SOUTH + ROWS * PITCH
    box = shapely.box(WEST, SOUTH, east, north)
    area = WantedArea("territory", "", box, HONG_KONG_CRS)
    waits: list[float] = []
    begun, wall = time.process_time(), time.monotonic()
    try:
        city = fetch_official(
            area, "territory", folder / "kept", f"http://127.0.0.1:{port}", wait=waits.append
        )
    finally:
        server.terminate()
    print(f"fetched and imported: {time.process_time() - begun:.0f} s of processor time, "
          f"{time.monotonic() - wall:.0f} s on the wall; {sum(waits):.0f} s of pauses in up to "
          "three lanes were left out")  # fmt: skip
    return city


def main() -> None:
    """Make the layers, import them, and say what it took."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    begun, wall = time.process_time(), time.monotonic()
    if "--fetch" in sys.argv:
        city = fetched(folder)
    else:
        files = [folder / "PedestrianRoute.json", folder / "Building.json"]
        write(files[0], ways())
        write(files[1], blocks())
        begun, wall = time.process_time(), time.monotonic()
        city = import_files(files, "territory")
    save_bundle(city, folder / "territory")
    print(
        f"in all {time.process_time() - begun:.0f} s of "
        f"processor time, {time.monotonic() - wall:.0f} s on the wall, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB; "
        f"{len(city.streets.edges):,} edges, {len(city.walls.footprints):,} footprints"
    )


if __name__ == "__main__":
    main()
