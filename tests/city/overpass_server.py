"""An Overpass and Nominatim server on this machine: real-form answers, and real-form failures.

It reads the queries that it is sent, statement by statement, and picks from a small planet (drawn
by hand, or an extract). Failures are given one to a request, before it begins to answer well.
"""

import gzip
import json
import os
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import quoteattr

import shapely

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<osm version="0.6" generator="Overpass API 0.7.62.8 e802775f">\n'
    "<note>The data included in this document is from www.openstreetmap.org. The data is made "
    'available under ODbL.</note>\n<meta osm_base="2026-11-20T03:04:05Z"/>\n\n'
)
FOOT = "\n</osm>\n"
PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 '
    'Strict//EN"\n    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns='
    '"http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n<head>\n  <title>OSM3S Response'
    '</title>\n </head>\n<body>\n\n<p><strong style="color:#FF0000">Error</strong>: runtime error: '
    "open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::%s. </p>\n\n"
    "</body>\n</html>\n"
)
TIMED_OUT = 'runtime error: Query timed out in "query" at line 1 after 181 seconds.'
OUT_OF_MEMORY = "runtime error: Query run out of memory using about 512 MB of RAM."
BUSY = (
    "runtime error: open64: 0 Success /osm3s_osm_base "
    "Dispatcher_Client::request_read_and_idx::rate_limited. Please check /api/status."
)


class Planet:
    """Nodes {id: (lon, lat, tags)}, ways {id: (nodes, tags)}, relations {id: (members, tags)}."""

    def __init__(self, nodes, ways, relations=None):
        self.nodes, self.ways, self.relations = nodes, ways, relations or {}
        self.node_ids, self.way_ids = list(nodes), list(ways)
        self.points = shapely.STRtree(shapely.points([nodes[n][:2] for n in nodes]))
        self.lines = shapely.STRtree([self._line(refs) for refs, _ in ways.values()])
        self.through = {}
        for number, (refs, _) in ways.items():
            for node in refs:
                self.through.setdefault(node, set()).add(("way", number))

    def _line(self, refs):
        places = [self.nodes[n][:2] for n in refs if n in self.nodes]
        return shapely.LineString(places * 2 if len(places) == 1 else places)

    @classmethod
    def read(cls, path):
        import osmium

        nodes, ways, relations = {}, {}, {}
        for item in osmium.FileProcessor(str(path)):
            tags = {tag.k: tag.v for tag in item.tags}
            if item.is_node():
                nodes[item.id] = (item.location.lon, item.location.lat, tags)
            elif item.is_way():
                ways[item.id] = ([n.ref for n in item.nodes], tags)
            elif item.is_relation():
                members = [(m.type, m.ref, m.role) for m in item.members]
                relations[item.id] = (members, tags)
        return cls(nodes, ways, relations)

    def tags(self, item):
        kind, number = item
        return getattr(self, f"{kind}s")[number][-1]

    def inside(self, box):
        """What an Overpass server finds in a box: ways that cross it too, relations by members."""
        south, west, north, east = box
        shape = shapely.box(west, south, east, north)
        nodes = self.points.query(shape, predicate="intersects")
        ways = self.lines.query(shape, predicate="intersects")
        found = {("node", self.node_ids[i]) for i in nodes}
        found |= {("way", self.way_ids[i]) for i in ways}
        for i, (members, _) in self.relations.items():
            if any((KINDS[kind], ref) in found for kind, ref, _ in members):
                found.add(("relation", i))
        return found

    def below(self, items):
        """Members of relations and nodes of ways, as ">" gives them."""
        found = set()
        for kind, number in items:
            if kind == "relation":
                members, _ = self.relations[number]
                found |= {(KINDS[k], r) for k, r, _ in members if KINDS[k] != "relation"}
        found = {i for i in found if i[1] in getattr(self, f"{i[0]}s")}
        ways = [number for kind, number in found | items if kind == "way"]
        return found | {("node", n) for w in ways for n in self.ways[w][0] if n in self.nodes}


KINDS = {"n": "node", "w": "way", "r": "relation"}


def evaluate(planet, query):
    """The answer to a query in the few forms of the language that are used here."""
    settings, *statements = _statements(query)
    assert re.fullmatch(r"\[out:xml\]\[timeout:\d+\]\[maxsize:\d+\]", settings), settings
    last, found = statements[-1], set()
    assert last == "out body", last
    cache = {}
    for statement in statements[:-1]:
        found = _run(planet, statement, found, cache)
    return found


def _statements(text):
    """Cut at semicolons that stand in no brackets and no quotes."""
    parts, depth, quoted, word = [], 0, False, ""
    for letter in text:
        quoted ^= letter == '"'
        if not quoted:
            depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth == 0 and not quoted:
            parts.append(word)
            word = ""
        else:
            word += letter
    assert not word, f"no semicolon after {word}"
    return parts


def _run(planet, statement, given, cache):
    if statement == "._":
        return given
    if statement == ">":
        return planet.below(given)
    if statement.startswith("("):
        return set().union(*(_run(planet, s, given, cache) for s in _statements(statement[1:-1])))
    kinds, rest = re.fullmatch(r"(nwr|node|way|relation)(.*)", statement).groups()
    kinds = {"nwr": ("node", "way", "relation")}.get(kinds, (kinds,))
    if rest.startswith("(w)"):
        found, rest = {i for i in planet.below(given) if i[0] == "node"}, rest[3:]
    elif rest.startswith("(bn)"):
        found = set().union(*(planet.through.get(n, ()) for kind, n in given if kind == "node"))
        rest = rest[4:]
    else:
        box = re.search(r"\(([-\d.]+),([-\d.]+),([-\d.]+),([-\d.]+)\)$", rest)
        sides = tuple(map(float, box.groups()))
        found = cache.setdefault(sides, None) or planet.inside(sides)
        cache[sides], rest = found, rest[: box.start()]
    found = {item for item in found if item[0] in kinds}
    for key, sign, value in re.findall(r'\["([^"]+)"(?:(=|~)"([^"]+)")?\]', rest):
        found = {item for item in found if _fits(planet.tags(item).get(key), sign, value)}
    return found


def _fits(own, sign, value):
    if own is None:
        return False
    return not sign or (own == value if sign == "=" else re.search(value, own) is not None)


def as_xml(planet, items, remark=""):
    lines = [HEAD]
    for kind in ("node", "way", "relation"):
        for number in sorted(n for k, n in items if k == kind):
            *what, tags = getattr(planet, f"{kind}s")[number]
            inner = [f"    <tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]
            place = ""
            if kind == "node":
                place = f' lat="{what[1]:.7f}" lon="{what[0]:.7f}"'
            elif kind == "way":
                inner = [f'    <nd ref="{n}"/>' for n in what[0]] + inner
            else:
                inner = [
                    f'    <member type="{KINDS[k]}" ref="{r}" role={quoteattr(role)}/>'
                    for k, r, role in what[0]
                ] + inner
            begin = f'  <{kind} id="{number}"{place}'
            lines.append(
                "\n".join([f"{begin}>", *inner, f"  </{kind}>\n"] if inner else [f"{begin}/>\n"])
            )
    note = f"\n<remark> {remark} </remark>" if remark else ""
    return "".join(lines) + note + FOOT


class Script:
    """What the server does: failures in turn, then good answers; and what it was asked."""

    def __init__(self, planet=None, places=None):
        self.planet, self.places = planet, places or {}
        self.failures, self.for_ever = [], None
        self.asked, self.agents = [], []
        self.at_once = self.most_at_once = 0
        self.interrupt_after = None
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20  # head and body in one packet, or each answer waits for an acknowledgement

    def log_message(self, *_words):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert self.path == "/api/interpreter", self.path
        query = parse_qs(body)["data"][0]
        self._answer(query, lambda: as_xml(self.script.planet, evaluate(self.script.planet, query)))

    def do_GET(self):
        words = parse_qs(urlsplit(self.path).query)["q"][0]
        found = self.script.places.get(words, [])
        self._answer(words, lambda: json.dumps(found))

    @property
    def script(self):
        return self.server.script

    def _answer(self, question, make):
        script = self.script
        with script.lock:
            script.asked.append(question)
            script.agents.append(self.headers["User-Agent"])
            script.at_once += 1
            script.most_at_once = max(script.most_at_once, script.at_once)
            failure = script.failures.pop(0) if script.failures else script.for_ever
        try:
            if failure is None:
                self._send(200, make())
            else:
                failure(self, make)
        finally:
            with script.lock:
                script.at_once -= 1

    def _send(self, status, text, headers=(), *, promised=None):
        data = text.encode() if isinstance(text, str) else text
        zipped = "gzip" in self.headers.get("Accept-Encoding", "") and promised is None
        data = gzip.compress(data) if zipped else data
        self.send_response(status)
        for key, value in headers:
            self.send_header(key, value)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(promised or len(data)))
        self.end_headers()
        self.wfile.write(data)


def busy(status, retry_after=None):
    headers = [("Retry-After", str(retry_after))] if retry_after else []
    page = PAGE % ("rate_limited" if status == 429 else "timeout")
    return lambda handler, _make: handler._send(status, page, headers)


def cut(handler, make):
    """Half of the promised answer, then the line goes dead."""
    text = make().encode()
    handler._send(200, text[: len(text) // 2], promised=len(text))
    handler.close_connection = True


def dropped(handler, _make):
    """No answer at all."""
    handler.close_connection = True


def half(handler, make):
    """Half an answer that claims to be whole."""
    text = make()
    handler._send(200, text[: len(text) // 2])


def page(handler, _make):
    handler._send(200, "<html><head><title>Wi-Fi login</title></head><body>Welcome</body></html>")


def saying(remark):
    """An answer that ends early with a remark, with status 200."""
    return lambda handler, _make: handler._send(200, as_xml(handler.script.planet, set(), remark))


def sending(text):
    return lambda handler, _make: handler._send(200, text)


@contextmanager
def running(planet=None, places=None):
    """Yield the script of a running server, with its addresses `overpass` and `nominatim`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.script = script = Script(planet, places)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    script.nominatim = f"http://127.0.0.1:{server.server_port}"
    script.overpass = f"{script.nominatim}/api"
    try:
        with mock.patch.dict(os.environ, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}):
            yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
