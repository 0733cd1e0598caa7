"""A web server on this machine that answers as the Government's ArcGIS server does."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import official_town as town
import shapely

from sim.city.sources.official_server import SERVICES

NETWORK, BUILDINGS, POSTS, BRIDGES, PAVEMENTS, TREES = (
    SERVICES[f"official_{name}"].path
    for name in ("network", "buildings", "lamp_posts", "footbridges", "pavements", "trees")
)


class Script:
    """What the server knows, how it misbehaves, and what it was asked."""

    def __init__(self, layers, most=1000):
        self.layers = {path: features(records) for path, records in layers.items()}
        self.most = most
        self.faults = []
        self.asked = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.url = ""

    def answer(self, path, form):
        """Return (status, body) for a question."""
        with self.lock:
            self.asked.append((path, form))
            for fault in list(self.faults):
                found = fault(path, form)
                if found is not None:
                    return found
        name = path.strip("/").removesuffix("/query")
        if name not in self.layers:
            return 404, "<html>Not Found</html>"
        return 200, json.dumps(self.found(self.layers[name], form))

    def found(self, features, form):
        """Return what a query finds, as the server writes it."""
        assert form["geometryType"] == "esriGeometryEnvelope"
        assert form["inSR"] == "2326"
        box = shapely.box(*map(float, form["geometry"].split(",")))
        here = [f for f in features if shapely.intersects(box, f["shape"])]
        numbers = [f["attributes"]["OBJECTID"] for f in here]
        if form.get("returnCountOnly") == "true":
            return {"count": len(here)}
        if form.get("returnIdsOnly") == "true":
            return {"objectIdFieldName": "OBJECTID", "objectIds": numbers}
        assert form["outSR"] == "2326"
        if "objectIds" in form:
            wanted = [int(one) for one in form["objectIds"].split(",")]
            some, more = [f for f in here if f["attributes"]["OBJECTID"] in wanted], False
        else:
            start = int(form["resultOffset"])
            size = min(int(form["resultRecordCount"]), self.most)
            some, more = here[start : start + size], start + size < len(here)
        about = {"spatialReference": {"wkid": 102140, "latestWkid": 2326}}
        if form.get("returnZ") == "true":
            about["hasZ"] = True
        told = [{k: f[k] for k in ("attributes", "geometry")} for f in some]
        return about | {"features": told} | ({"exceededTransferLimit": True} if more else {})


def features(records):
    found = []
    for fields, shape in town.numbered(records):
        depth = 1 if isinstance(shape[0], float) else 3 if isinstance(shape[0][0], list) else 2
        geometry = {"x": shape[0], "y": shape[1]} if depth == 1 else None
        geometry = geometry or {"paths": [shape]} if depth < 3 else {"rings": shape}
        flat = [shape] if depth == 1 else shape if depth == 2 else shape[0]
        found.append(
            {
                "attributes": fields,
                "geometry": geometry,
                "shape": shapely.MultiPoint([point[:2] for point in flat]).convex_hull,
            }
        )
    return found


def times(count, status=200, body="", when=lambda _form: True):
    """Return a fault: the first so many questions of a kind are answered so."""
    left = [count]

    def fault(_path, form):
        if left[0] and when(form):
            left[0] -= 1
            return status, body
        return None

    return fault


@contextmanager
def running(layers, most=1000):
    """Run a server on a free port; yield its script."""
    script = Script(layers, most)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            with script.lock:
                script.at_once += 1
                script.most_at_once = max(script.most_at_once, script.at_once)
            try:
                parts = urlsplit(self.path)
                form = {key: values[0] for key, values in parse_qs(parts.query).items()}
                status, body = script.answer(parts.path, form)
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                cut = body.endswith("…")
                self.wfile.write(data[: len(data) // 2] if cut else data)
            finally:
                with script.lock:
                    script.at_once -= 1

        def log_message(self, *_words):
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{web.server_port}"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
