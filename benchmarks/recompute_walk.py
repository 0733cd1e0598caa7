"""Recompute one named walk's observed share from a run folder alone, with shapely, by sampling.

    python benchmarks/recompute_walk.py out/mong_kok 0 60000 recognise

It reads cameras, walls, edges and which of them the walk takes, takes a point every 10 cm, and asks
of each camera whether the straight line to it is free. Nothing of `sim` is used for that: an
independent check of the share that the engine finds from the same folder.
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.results.run import read_run

STEP_M = 0.1


def recompute(folder: Path, number: int, total: int, task: str) -> tuple[str, float, float]:
    """Return the walk's name, the share of it seen by sampling, and the share the engine finds."""
    walks = pd.read_parquet(folder / "trips.parquet")
    walk = walks[walks["named"]].iloc[number]
    line = _line(folder, walk)
    cameras = gpd.read_parquet(folder / "cameras.parquet")
    cameras = cameras[cameras["rank"] <= total]
    walls = gpd.read_parquet(folder / "walls.parquet").geometry.to_numpy()
    t = np.arange(STEP_M / 2, line.length, STEP_M)
    points = shapely.line_interpolate_point(line, t)
    decks = _decks(folder, points)
    seen = np.zeros(len(t), bool)
    tree = shapely.STRtree(walls)
    for camera in cameras.itertuples():
        at = np.flatnonzero(_in_field(camera, points, task) & (decks == camera.deck) & ~seen)
        if not len(at):
            continue
        lines = np.array([shapely.LineString([camera.geometry, point]) for point in points[at]])
        # a line that only touches an outline is free: count what runs through the inside
        line, wall = tree.query(lines, predicate="intersects")
        inside = shapely.length(shapely.intersection(lines[line], walls[wall])) > 1e-6
        hidden = np.zeros(len(at), bool)
        hidden[line[inside]] = True
        seen[at[~hidden]] = True
    table = read_run(folder).trip_figures(named=True)
    row = table[(table.trip == walk.trip) & (table.total == total) & (table.task == task)]
    return walk["name"], float(seen.mean()), float(row.observed_length.iloc[0])


def _line(folder: Path, walk: pd.Series) -> shapely.LineString:
    edges = gpd.read_parquet(folder / "edges.parquet").set_index("edge").geometry
    parts = edges.loc[walk["edges"]].to_numpy()
    parts = np.where(walk["backward"], shapely.reverse(parts), parts)
    return shapely.remove_repeated_points(shapely.linestrings(shapely.get_coordinates(parts)))


def _decks(folder: Path, points: np.ndarray) -> np.ndarray:
    edges = gpd.read_parquet(folder / "edges.parquet")
    nearest = shapely.STRtree(edges.geometry.to_numpy()).nearest(points)
    return edges["deck"].to_numpy(object)[nearest]


def _in_field(camera, points: np.ndarray, task: str) -> np.ndarray:
    dx, dy = shapely.get_x(points) - camera.x, shapely.get_y(points) - camera.y
    distance = np.hypot(dx, dy)
    aside = (np.degrees(np.arctan2(dx, dy)) - camera.heading + 180) % 360 - 180
    return (
        (distance >= camera.near)
        & (distance <= getattr(camera, f"range_{task}"))
        & (np.abs(aside) <= camera.field_of_view / 2)
    )


if __name__ == "__main__":
    run, number, total, task = sys.argv[1:]
    name, sampled, stated = recompute(Path(run), int(number), int(total), task)
    print(f"{name}, {task} at {total}: sampled {sampled:.4f}, run {stated:.4f}")
