"""The page's benchmark: one command prints sizes, writing times and frames.

    python benchmarks/page.py out/hong_kong out/mong_kok [--pieces 100000] [--out FILE]

Takes finished runs. Each is written as a page, opened from disk in headless Chromium without a GPU
and with the network cut, and its slider is moved: by jumps to any number of cameras, then dragged
from none to all in 60 steps; "rest" is the largest unseen part, which a page of many pieces works
out only once the slider rests. A run of more than `--pieces` pieces is measured
a second time with that many, and its streets are given to the peers with one rank each: folium's
GeoJson, pydeck and lonboard. Their pages ask a CDN for the scripts that draw, so without a network
they draw nothing: they are measured by size and writing time. Install benchmarks/requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "maps")]

from chromium import FLAGS

from maps import write_map
from maps.page import page_of
from maps.run_folder import RunFolder, read_run_folder

ROUNDS = 3
FRAMES = 60
FIRST_PICTURE = """
const done = arguments[0];
const look = () => document.documentElement.classList.contains("ready")
  ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))
  : setTimeout(look, 5);
look();
"""
MOVE_SLIDER = """
const [count, drag, done] = arguments;
const { panel } = Unseen, { light } = panel.sheets, taken = [];
for (let i = 0; i < count; i++) {
  const began = performance.now();
  const place = drag ? i : i * 37 % count;
  panel.state.total = Math.round((panel.highest * place) / (count - 1));
  panel.refresh();
  cancelAnimationFrame(light._request);
  light._request = 0;
  light._draw();
  light._context.getImageData(0, 0, 1, 1);  // wait until all is painted
  taken.push(performance.now() - began);
}
done(taken);
"""
REST_SLIDER = """
const { dark, highest, state } = Unseen.panel;
dark.known.clear();
return Array.from({ length: 20 }, (_, i) => {
  const began = performance.now();
  dark.largest(state.task, Math.round((highest * (i + 0.5)) / 20));
  return performance.now() - began;
});
"""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    given.add_argument("--pieces", type=int, default=100_000)
    given.add_argument("--out", type=Path, help="JSON file for the tables")
    given = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages, peers = measured(given.runs, given.pieces, Path(folder))
    show(pages)
    show(peers)
    if given.out:
        about = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()}
        given.out.write_text(json.dumps({"about": about, "pages": pages, "peers": peers}, indent=1))


def measured(runs: list[Path], pieces: int, folder: Path) -> tuple[list[dict], list[dict]]:
    """Rows of both tables."""
    browser = chromium()
    pages, peers = [], []
    for path in runs:
        copy = shutil.copytree(path, folder / path.name)
        taken = timed(lambda copy=copy: write_map(copy))
        run = read_run_folder(copy)
        pages.append(row(run, path.name, copy / "map.html", taken, browser))
        if len(run.pieces) > pieces:
            part = trimmed(run, pieces)
            page = folder / "part.html"
            taken = timed(lambda part=part, page=page: page.write_text(page_of(part)))
            pages.append(row(part, f"{path.name}, a part", page, taken, browser))
            peers = [of(part, folder) for of in (folium_row, pydeck_row, lonboard_row)]
            name = "ours (4 tasks, cameras, walls, slider)"
            peers.insert(0, {"page": name, "MB": pages[-1]["MB"], "written in s": taken})
    if browser:
        browser.quit()
    return pages, peers


def trimmed(run: RunFolder, pieces: int) -> RunFolder:
    """The first edges of a run, with so many pieces at most."""
    last = run.pieces["edge"].iloc[pieces]
    return replace(
        run,
        edges=run.edges[run.edges["edge"] < last].reset_index(drop=True),
        pieces=run.pieces[run.pieces["edge"] < last].reset_index(drop=True),
        sightings=None if run.sightings is None else run.sightings[run.sightings["edge"] < last],
    )


def timed(write: Callable[[], object]) -> float:
    """Seconds in the median; the first call, which compiles templates, is not counted."""
    write()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        write()
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken), 2)


def row(run: RunFolder, name: str, page: Path, taken: float, browser) -> dict:
    found = {
        "page": name, "pieces": len(run.pieces), "cameras": len(run.heads),
        "MB": round(page.stat().st_size / 1e6, 2), "written in s": taken,
    }  # fmt: skip
    if browser is None:
        return found
    first, jumps, drags, rests = [], [], [], []
    for _ in range(ROUNDS):
        browser.get("about:blank")
        browser.get(page.as_uri())
        first.append(browser.execute_async_script(FIRST_PICTURE))
        jumps += browser.execute_async_script(MOVE_SLIDER, FRAMES, False)
        drags += browser.execute_async_script(MOVE_SLIDER, FRAMES, True)
        rests += browser.execute_script(REST_SLIDER)
    found["first picture s"] = round(statistics.median(first) / 1000, 2)
    for name, frames in (("drag", drags), ("jump", jumps)):
        found[f"{name} ms, median"] = round(statistics.median(frames), 1)
        found[f"{name} ms, 90 %"] = round(float(np.quantile(frames, 0.9)), 1)
    found["rest ms, median"] = round(statistics.median(rests), 1)
    return found


def chromium():
    """A browser without GPU and network, or None."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    try:
        from selenium import webdriver
    except ImportError:
        webdriver = None
    if not (binary and driver and webdriver):
        print("no Chromium, chromedriver or selenium: pages are not drawn", file=sys.stderr)
        return None
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    browser.set_script_timeout(120)
    browser.execute_cdp_cmd("Network.enable", {})
    cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", cut)
    return browser


def streets(run: RunFolder) -> gpd.GeoDataFrame:
    """What the peers draw: each piece as it lies, with its first-seen rank for one task."""
    frame = run.pieces[["rank_recognise", "geometry"]].to_crs("EPSG:4326")
    return frame.set_geometry(shapely.set_precision(frame.geometry.to_numpy(), 1e-6))


def peer(name: str, package: str, run: RunFolder, folder: Path, write) -> dict:
    """Size and writing time of a peer's page, once: they take long."""
    try:
        label = f"{name} {version(package)}"
    except ImportError:
        return {"page": name, "MB": None, "written in s": None, "note": "not installed"}
    frame, page = streets(run), folder / f"{package}.html"
    began = time.perf_counter()
    write(frame, page)
    taken = time.perf_counter() - began
    return {"page": label, "MB": round(page.stat().st_size / 1e6, 2),
            "written in s": round(taken, 2), "note": "draws nothing without a network"}  # fmt: skip


def folium_row(run: RunFolder, folder: Path) -> dict:
    def write(frame: gpd.GeoDataFrame, page: Path) -> None:
        import folium

        west, south, east, north = frame.total_bounds
        drawn = folium.Map([(south + north) / 2, (west + east) / 2], tiles=None)
        folium.GeoJson(frame).add_to(drawn)
        drawn.save(page)

    return peer("folium GeoJson", "folium", run, folder, write)


def pydeck_row(run: RunFolder, folder: Path) -> dict:
    def write(frame: gpd.GeoDataFrame, page: Path) -> None:
        import pydeck

        rows = [
            {"path": np.round(shapely.get_coordinates(line), 6).tolist(), "rank": rank}
            for line, rank in zip(frame.geometry, frame["rank_recognise"].tolist(), strict=True)
        ]
        layer = pydeck.Layer("PathLayer", rows, get_path="path", width_min_pixels=1)
        pydeck.Deck([layer], map_provider=None).to_html(str(page), open_browser=False)

    return peer("pydeck", "pydeck", run, folder, write)


def lonboard_row(run: RunFolder, folder: Path) -> dict:
    def write(frame: gpd.GeoDataFrame, page: Path) -> None:
        import lonboard

        lonboard.Map(lonboard.PathLayer.from_geopandas(frame)).to_html(page)

    return peer("lonboard", "lonboard", run, folder, write)


def show(rows: list[dict]) -> None:
    """Print a table in Markdown."""
    if not rows:
        return
    names = list(dict.fromkeys(name for found in rows for name in found))
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|")
    for found in rows:
        cells = ("–" if (value := found.get(name)) is None else value for name in names)
        print("| " + " | ".join(f"{c:,}" if isinstance(c, int) else str(c) for c in cells) + " |")
    print()


if __name__ == "__main__":
    main()
