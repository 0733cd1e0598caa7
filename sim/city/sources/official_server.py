"""The Government's ArcGIS server: layers of a box, page by page, counted against its own count.

Pages are kept on disk as they come, so that a fetch goes on where it was stopped. At most three
questions are under way. What comes out is a file a layer, in the form that a browser would save.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any, NamedTuple, NoReturn

from sim.city.sources.official_layers import Layer, lacks
from sim.city.sources.server import GarbageError, NoAnswerError, Server, TooMuchError
from sim.errors import InputError
from sim.wording import counted

CSDI = "https://portal.csdi.gov.hk/server/rest/services/common"
AT_ONCE = 3
PAGE = 2000
"""Records asked for at a time; the service gives no more than 3,000."""
IDS_AT_ONCE = 150
LARGEST_PAGE_MB = 64
MOST_RECORDS = 1_000_000
REFUSES = frozenset({403})
"""The service answers so when it is asked too often; it is asked again later."""
FIRST_RECORDS = 20


class Service(NamedTuple):
    """A layer at the server."""

    title: str
    path: str
    """After the address of the server, up to "/query"."""
    needed: bool
    """Whether there is no city without it."""


SERVICES: dict[Layer, Service] = {
    "official_network": Service(
        "PedestrianRoute", "landsd_rcd_1637222018065_52265/MapServer/0", True
    ),
    "official_buildings": Service("Building", "landsd_rcd_1637211194312_35158/MapServer/0", True),
    "official_lamp_posts": Service("Lamppost", "hyd_rcd_1629267205229_84645/MapServer/0", False),
    "official_footbridges": Service("STR_FB", "hyd_rcd_1632360512481_74705/MapServer/0", False),
    "official_pavements": Service("INV_PG", "hyd_rcd_1632210918434_60749/MapServer/0", False),
    "official_trees": Service("RoadsideTree", "hyd_rcd_1632210213867_60179/MapServer/0", False),
}


@dataclass(frozen=True)
class Page:
    """What an answer holds: a count, ids, or records."""

    count: int | None
    ids: tuple[int, ...]
    """All that match, or those of the records."""
    fields: frozenset[str]
    """Of the first records."""
    exceeded: bool
    """Whether the server has more."""


class Fetched(NamedTuple):
    """A layer that came whole."""

    path: Path
    source: dict[str, Any]
    """From where, when, how many records, and one digest over all answers."""


def read_page(path: Path) -> Page:
    """Read a kept answer (gzip).

    Raises
    ------
    GarbageError
        It is cut off, no JSON, the error of the server, or neither count, ids nor records.
    TooMuchError
        It is larger than a page may be.
    """
    found = _content(path)
    count, ids, records = found.get("count"), found.get("objectIds"), found.get("features")
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        return Page(count, (), frozenset(), False)
    if "objectIds" in found and (ids is None or isinstance(ids, list)):
        return Page(None, _whole(ids or []), frozenset(), False)
    if not isinstance(records, list):
        raise GarbageError("answers neither count, ids nor records, with status 200")
    attributes = [one.get("attributes") if isinstance(one, dict) else None for one in records]
    if not all(isinstance(one, dict) for one in attributes):
        raise GarbageError("answers records without attributes")
    fields = frozenset(name for one in attributes[:FIRST_RECORDS] for name in one or ())
    known = _whole([one.get("OBJECTID") for one in attributes if one is not None])
    return Page(None, known, fields, bool(found.get("exceededTransferLimit")))


def _content(path: Path) -> dict[str, Any]:
    """Return an answer as JSON has it; an error with status 200 is one all the same."""
    try:
        with gzip.open(path) as file:
            text = file.read(LARGEST_PAGE_MB * 1_000_000 + 1)
        if len(text) > LARGEST_PAGE_MB * 1_000_000:
            raise TooMuchError(f"an answer of more than {LARGEST_PAGE_MB} MB")
        found = json.loads(text, parse_constant=_no_number)
    except (OSError, EOFError, zlib.error) as error:
        raise GarbageError("a kept answer is damaged") from error
    except (ValueError, RecursionError) as error:
        raise GarbageError("answers no JSON, or it was cut off, with status 200") from error
    if not isinstance(found, dict):
        raise GarbageError("answers something else than records, with status 200")
    wrong = found.get("error")
    if wrong:
        said = wrong if isinstance(wrong, dict) else {"message": wrong}
        words = " ".join(f"{said.get('code', '')} {said.get('message', '')}".split())[:80]
        raise GarbageError(f"answers an error with status 200 ({words})")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _whole(ids: list[Any]) -> tuple[int, ...]:
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in ids):
        raise GarbageError("answers records without a number in OBJECTID")
    return tuple(ids)


class OfficialLayer:
    """One layer at the server, and the box that is asked for."""

    def __init__(
        self,
        layer: Layer,
        box: tuple[float, float, float, float],
        kept: Path,
        url: str = CSDI,
        *,
        say: Callable[[str], None] = lambda _line: None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.layer, self.service = layer, SERVICES[layer]
        self._box = ",".join(f"{side:.0f}" for side in box)
        address = f"{url.rstrip('/')}/{self.service.path}/query"
        self._lanes = [
            Server(
                self.service.title, address, "GET", kept, ".json", read_page, say, wait,
                also_busy=REFUSES,
            )
            for _ in range(AT_ONCE)
        ]  # fmt: skip
        self.host, self._say = self._lanes[0].host, say
        self._answers: list[Path] = []
        self._lock = Lock()

    def fetch(self, folder: Path) -> Fetched:
        """Fetch the layer into a folder.

        Raises
        ------
        InputError
            The box holds nothing, or more than `MOST_RECORDS`.
        NoAnswerError
            The server does not answer after all tries, has changed, or records stay missing.
        """
        count = self._count()
        if not count:
            raise InputError(
                f"{self.service.title}: {self.host} knows nothing in that area; check the place"
            )
        if count > MOST_RECORDS:
            raise InputError(
                f"{self.service.title}: {count:,} records are more than {MOST_RECORDS:,}; "
                "take a smaller area, or import a file of the whole layer"
            )
        self._say(f"{self.service.title}: {counted(count, 'record')}")
        pages = self._pages(count)
        wanted = self._completed(pages, count)
        path = folder / f"{self.service.title}.json"
        with path.open("w", encoding="utf-8") as file:
            _join(file, [page for page, _ in pages], wanted)
        return Fetched(path, self._source(len(wanted)))

    def _ask(self, lane: int, **form: str) -> tuple[Path, Page]:
        """Ask a question of the box, unless its answer is kept."""
        box = {
            "where": "1=1", "geometry": self._box, "geometryType": "esriGeometryEnvelope",
            "inSR": "2326", "spatialRel": "esriSpatialRelIntersects", "f": "json",
        }  # fmt: skip
        try:
            found = self._lanes[lane].answer({**box, **form})
        except TooMuchError as error:
            raise self._no_answer(str(error)) from error
        with self._lock:
            self._answers.append(found[0])
        return found

    def _no_answer(self, what: str) -> NoAnswerError:
        return NoAnswerError(
            f"{self.service.title} at {self.host}",
            f"{what}; try later, or save the layer from a browser and import it; "
            "finished answers are kept",
        )

    def _count(self) -> int:
        path, page = self._ask(0, returnCountOnly="true")
        if page.count is None:
            path.unlink(missing_ok=True)
            raise self._no_answer("gives no count")
        return page.count

    def _records(self, lane: int, **form: str) -> tuple[Path, Page]:
        return self._ask(lane, outFields="*", outSR="2326", returnZ="true", **form)

    def _pages(self, count: int) -> list[tuple[Path, Page]]:
        """Return the pages; the first tells how many records the server gives at a time."""
        first = self._page(0, 0, PAGE)
        missing = lacks(self.layer, first[1].fields)
        if missing is not None:
            raise self._no_answer(f"has no field {missing}: the layer has changed")
        size = len(first[1].ids) if first[1].exceeded else PAGE
        rest = range(1, math.ceil(count / size))
        return [first, *self._in_lanes(lambda lane, number: self._page(lane, number, size), rest)]

    def _page(self, lane: int, number: int, size: int) -> tuple[Path, Page]:
        return self._records(
            lane, orderByFields="OBJECTID", resultOffset=str(number * size),
            resultRecordCount=str(size),
        )  # fmt: skip

    def _in_lanes(
        self, ask: Callable[[int, Any], tuple[Path, Page]], what: Iterable[Any]
    ) -> list[tuple[Path, Page]]:
        """Ask several questions, three at a time; after a failure no more are begun."""
        every = list(what)
        failed: list[BaseException] = []

        def lane(number: int) -> Iterator[tuple[int, tuple[Path, Page]]]:
            for place in range(number, len(every), AT_ONCE):
                if failed:
                    return
                try:
                    yield place, ask(number, every[place])
                except BaseException as error:
                    failed.append(error)
                    raise

        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                lanes = list(pool.map(lambda number: list(lane(number)), range(AT_ONCE)))
            except KeyboardInterrupt as stop:
                failed.append(stop)
                raise
        return [found for _, found in sorted(pair for one in lanes for pair in one)]

    def _completed(self, pages: list[tuple[Path, Page]], count: int) -> set[int]:
        """Return the ids of all records; those that no page holds are asked for by their ids."""
        got = {one for _, page in pages for one in page.ids}
        paged = {path for path, _ in pages}
        if len(got) == count:
            return got
        self._say(f"{self.service.title}: {len(got):,} of {count:,} came; asking for the others")
        _, every = self._ask(0, returnIdsOnly="true")
        wanted = set(every.ids)
        missing = sorted(wanted - got)
        groups = [missing[k : k + IDS_AT_ONCE] for k in range(0, len(missing), IDS_AT_ONCE)]
        pages += self._in_lanes(
            lambda lane, ids: self._records(lane, objectIds=",".join(map(str, ids))), groups
        )
        left = wanted - {one for _, page in pages for one in page.ids}
        if left or not wanted:
            for path in set(self._answers) - paged:  # the next fetch counts again
                path.unlink(missing_ok=True)
            raise NoAnswerError(
                f"{self.service.title} at {self.host}",
                f"says {counted(count, 'record')} and gives {len(wanted) - len(left):,}; the "
                "layer is being changed or broken; try later, or import a file saved from a "
                "browser",
            )
        return wanted

    def _source(self, count: int) -> dict[str, Any]:
        files = [path for path in dict.fromkeys(self._answers) if path.is_file()]
        dates = sorted(path.stat().st_mtime for path in files)
        digest = hashlib.sha256()
        for path in sorted(files):
            digest.update(gzip.decompress(path.read_bytes()))
        return {
            "layer": self.service.title,
            "server": self.host,
            "box": self._box,
            "records": count,
            "answers": len(files),
            "sha256": digest.hexdigest(),
            "fetched": [_day(dates[0]), _day(dates[-1])],
        }


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _join(file: IO[str], pages: list[Path], wanted: set[int]) -> None:
    """Write the wanted records of pages into one file, each once."""
    left, first = set(wanted), True
    for path in dict.fromkeys(pages):
        found = _content(path)
        if first:
            kept: Mapping[str, Any] = {
                name: found[name] for name in ("hasZ", "hasM", "spatialReference") if name in found
            }
            file.write(json.dumps(kept)[:-1] + (", " if kept else "") + '"features": [')
        for record in found["features"]:
            number = record["attributes"]["OBJECTID"]
            if number in left:
                left.discard(number)
                file.write(("" if first else ",\n") + json.dumps(record, ensure_ascii=False))
                first = False
    file.write("]}")
