"""Every placement strategy on the same streets, as one picture.

    python benchmarks/gallery.py docs/strategies.png [--area mong_kok_core] [--heads 40]

Each panel holds the same streets and the same number of simulated heads, and draws what they see.
Needs matplotlib, which the package itself does not.
"""

import argparse
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import geopandas as gpd
import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PolyCollection
from PIL import Image

import sim
from sim.cameras.optics import TASKS
from sim.city.linear_referencing import pieces_between
from sim.placement.parameters import Objective
from sim.placement.strategies.registry import STRATEGIES
from sim.sight.arrays import NEVER
from sim.sight.isovist import isovist_polygons

TASK = "recognise"
DRAWN = tuple(name for name in STRATEGIES if name != "empirical")
"""All but the one that docs/real-networks.md is about: with the key they fill three rows."""
SAYS = {
    "random": "anywhere, by lot",
    "even": "as far apart as can be",
    "junctions": "crossings of the widest streets",
    "betweenness": "where most people walk",
    "transit": "nearest to station exits",
    "places": "nearest to stations and markets",
    "population": "in proportion to residents",
    "points": "around two points of the user",
    "equity": "the least seen square next",
    "greedy_cover": "most new street each time",
    "greedy_trips": "most walks not seen yet",
}
PAPER, BUILDING, STREET, INK = "#ffffff", "#e9e6df", "#d3cfc5", "#22252b"
FAR, NEAR, SEEN, HEAD, AIM = "#f2bd3d", "#ee7d2b", "#c1274b", "#15294b", "#12857a"
PANEL_INCHES = 2.75
ABOVE, BETWEEN, BELOW = 0.78, 0.66, 0.34
"""Inches above the first row, above each panel, and below the last row."""


def users_points(city):
    """Two points for strategy points: the first station and the first market, weights 2 and 1."""
    spots = [city.places.of(kind).geometry.iloc[0] for kind in ("station", "market")]
    return gpd.GeoDataFrame({"weight": [2.0, 1.0]}, geometry=spots, crs=city.area.crs)


def seen_pieces(city, seen):
    """Pieces of streets in the area that someone is recognised on."""
    a = seen.first_seen.arrays
    edge = np.repeat(np.arange(len(a.piece_ptr) - 1), np.diff(a.piece_ptr))
    drawn = a.in_area & (a.rank[:, TASKS.index(TASK)] < NEVER) & (a.end - a.start > 0.01)
    return pieces_between(city.streets.arrays, edge[drawn], a.start[drawn], a.end[drawn])


def lines_of(shapes, **style):
    return LineCollection([shapely.get_coordinates(shape) for shape in shapes], **style)


def polygons_of(shapes, **style):
    parts = shapely.get_parts(shapes)
    rings = [shapely.get_coordinates(part.exterior) for part in parts if not part.is_empty]
    return PolyCollection(rings, **style)


def draw(axes, city, fleet, name, aims):
    """One panel: buildings, streets, what the heads see, the sites."""
    seen, heads = sim.see(city, fleet), fleet.arrays
    far = shapely.intersection(isovist_polygons(city.walls, fleet), city.area.polygon)
    near = shapely.intersection(
        far, shapely.buffer(shapely.points(heads.x, heads.y), heads.reach[:, TASKS.index(TASK)])
    )
    ground(axes, city)
    axes.add_collection(polygons_of(far, fc=FAR, ec="none", alpha=0.6))
    axes.add_collection(polygons_of(near, fc=NEAR, ec="none", alpha=0.85))
    axes.add_collection(lines_of(seen_pieces(city, seen), color=SEEN, lw=1.5, capstyle="round"))
    sites = fleet.heads.drop_duplicates("site")
    axes.plot(sites["x"], sites["y"], "o", ms=2.9, color=HEAD, mec="white", mew=0.4)
    if name == "points":
        points = aims.points.geometry
        axes.plot(points.x, points.y, "*", ms=10, color=AIM, mec="white", mew=0.6)
    share = seen.first_seen.coverage(len(fleet))
    axes.text(0, 1.085, name, transform=axes.transAxes, fontsize=11.5, fontweight="bold", color=INK)
    axes.text(0, 1.022, SAYS.get(name, ""), transform=axes.transAxes, fontsize=8.4, color=INK)
    axes.text(1, 1.085, f"{100 * share[TASK]:.1f} %", transform=axes.transAxes, fontsize=11.5,
              fontweight="bold", color=SEEN, ha="right")  # fmt: skip
    axes.text(1, 1.022, f"{100 * share['detect']:.0f} %", transform=axes.transAxes, fontsize=8.4,
              color="#8a6a10", ha="right")  # fmt: skip


def ground(axes, city):
    """Buildings and streets."""
    west, south, east, north = city.area.polygon.bounds
    walls = shapely.intersection(city.walls.footprints.geometry.to_numpy(), city.area.polygon)
    areas = shapely.get_parts(walls)
    areas = areas[shapely.get_type_id(areas) == 3]
    axes.set_facecolor(PAPER)
    axes.add_collection(polygons_of(areas, fc=BUILDING, ec="none"))
    axes.add_collection(lines_of(city.streets.edges.geometry, color=STREET, lw=0.7))
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal", xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set_visible(False)


def key(axes, city, heads):
    """The last panel: what the colours mean, and how long 100 m are."""
    west, _, east, _ = city.area.polygon.bounds
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    axes.set_facecolor("white")
    for side in axes.spines.values():
        side.set_visible(False)
    rows = [
        (0.90, FAR, 0.8, "someone can be detected"),
        (0.80, NEAR, 1.0, "a face turned to the camera\ncan be recognised"),
    ]
    for y, colour, alpha, words in rows:
        axes.add_patch(plt.Rectangle((0.02, y - 0.028), 0.11, 0.056, fc=colour, alpha=alpha))
        axes.text(0.18, y, words, va="center", fontsize=8.6, color=INK)
    axes.plot([0.02, 0.13], [0.70, 0.70], color=SEEN, lw=2.2)
    axes.text(0.18, 0.70, "streets where it can", va="center", fontsize=8.6, color=INK)
    axes.plot(0.075, 0.61, "o", ms=5, color=HEAD, mec="white")
    axes.text(0.18, 0.61, "pole with 1 to 4 cameras", va="center", fontsize=8.6, color=INK)
    axes.plot(0.075, 0.52, "*", ms=10, color=AIM, mec="white")
    axes.text(0.18, 0.52, "point of the user (weights 2, 1)", va="center", fontsize=8.6, color=INK)
    axes.text(0.02, 0.385, "1.8 %", fontsize=11.5, fontweight="bold", color=SEEN, va="center")
    axes.text(0.22, 0.385, "of street length: recognised", fontsize=8.6, color=INK, va="center")
    axes.text(0.02, 0.31, "13 %", fontsize=8.6, color="#8a6a10", va="center")
    axes.text(0.22, 0.31, "of street length: detected", fontsize=8.6, color=INK, va="center")
    axes.plot([0.02, 0.02 + 200 / (east - west)], [0.19, 0.19], color=INK, lw=1.8)
    axes.text(0.02, 0.135, "200 m", fontsize=8.6, color=INK, va="center")


def picture(city, heads, aims, path):
    # the halo counts too: every street that is drawn is counted, and every head is drawn
    whole = replace(city, area=replace(city.area, polygon=city.area.region))
    columns = 4
    rows = -(-(len(DRAWN) + 1) // columns)
    west, south, east, north = whole.area.polygon.bounds
    tall = PANEL_INCHES * (north - south) / (east - west)
    height = ABOVE + rows * (tall + BETWEEN) + BELOW
    figure, panels = plt.subplots(rows, columns, figsize=(11.6, height), facecolor="white")
    for axes, name in zip(panels.flat, DRAWN, strict=False):
        fleet = sim.place(whole, heads, strategy=name, share_rule="direct", street_share="high",
                          aims=aims, seed=7)  # fmt: skip
        draw(axes, whole, fleet, name, aims)
    for axes in panels.flat[len(DRAWN) + 1 :]:
        axes.set_visible(False)
    key(panels.flat[len(DRAWN)], whole, heads)
    figure.subplots_adjust(left=0.018, right=0.982, bottom=BELOW / height, wspace=0.055,
                           top=1 - (ABOVE + BETWEEN) / height, hspace=BETWEEN / tall)  # fmt: skip
    figure.text(0.018, 1 - 0.42 / height, f"{len(DRAWN)} ways to place {heads} cameras",
                fontsize=17, fontweight="bold", color=INK)  # fmt: skip
    figure.text(0.018, 1 - 0.70 / height, f"{city.area.name}, the same streets {len(DRAWN)} "
                "times. All cameras are simulated; none of them stands there.",
                fontsize=10, color=INK)  # fmt: skip
    figure.text(0.018, 0.11 / height, "Streets and blocks © OpenStreetMap contributors, ODbL 1.0. "
                "Simulated with hk-camera-sim (benchmarks/gallery.py).",
                fontsize=8, color=INK)  # fmt: skip
    drawn = BytesIO()
    figure.savefig(drawn, dpi=120, facecolor="white", metadata={"Software": None})
    plt.close(figure)
    # few colours make a small file; this method keeps the rare ones
    few = Image.open(drawn).convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=0)
    few.save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("--area", default="mong_kok_core")
    parser.add_argument("--heads", type=int, default=40)
    options = parser.parse_args()
    city = sim.load_city(options.area)
    aims = Objective(points=users_points(city))
    picture(city, options.heads, aims, options.picture)


if __name__ == "__main__":
    main()
