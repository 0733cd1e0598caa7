"""A data set of finished runs for a repository: tables, data dictionary, licences, checksums.

    python benchmarks/data_set.py out/as_announced out/yau_tsim_mong out/hong_kong --out data_set

Each RUN is a run folder of this version, named in the tables by its folder. The folder written
holds tables of all runs together, as Parquet and as CSV (streets as GeoParquet only), and what
docs/data-sheet.md says. Nothing in it depends on the hour: the same runs, the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import geopandas as gpd
import pandas as pd

import sim
from sim.atomic_write import FolderKind, replace_folder
from sim.errors import InputError
from sim.results.contract import BBOX, NEVER, TABLES, WITH_BOXES, Column, packing
from sim.results.exported import plain_text
from sim.results.metrics import FIGURES, error_of, figures_of
from sim.results.uncertainty import band

TITLE = "hk-camera-sim: data set of reference runs"
WGS84 = 4326
UNITS = {"count": "cameras", "share": "share", "metres": "m"}
RUN = Column("run", "text", "", "name of the run: the table runs says what it is")
RUNS = (
    RUN,
    Column("area", "text", "", "name of the study area"),
    Column("scenario", "text", "", "name of the scenario"),
    Column("scenario_digest", "text", "", "SHA-256 of the scenario as resolved"),
    Column("version", "text", "", "version of hk-camera-sim that ran it"),
    Column("seed", "int64", "", "seed of the run; fleets take those that follow it"),
    Column("fleets", "int64", "", "equally possible placements of which figures are means"),
    Column("people", "int64", "people", "simulated people asked for"),
    Column("simulated", "bool", "", "whether every camera is simulated"),
    Column("street_km", "float64", "km", "length of the streets of the study area"),
    Column("streets", "text", "", "which network the streets are"),
    Column("walls", "text", "", "footprints, blocks (inferred from streets), mixed or none"),
    Column("trips", "text", "", "whether trips are walks, or what they are instead"),
    Column("attribution", "text", "", "whose data it rests on, by semicolons"),
    Column("licence", "text", "", "licences of that data, by semicolons"),
    Column("cite", "text", "", "how to cite the run"),
)
_AT = tuple(TABLES["fleets"].column(name) for name in ("total", "task"))
FIGURE_ROWS = (
    RUN,
    *_AT,
    Column("figure", "text", "", "name of the figure, as `sim compare` has it"),
    Column("words", "text", "", "the figure in words"),
    Column("unit", "text", "", "unit of its values: cameras, share or m"),
    Column("value", "float64", "", "its value, a mean over fleets; empty where there is none"),
    Column("se", "float64", "", "standard error over people and fleets, empty where not known"),
    Column("p5", "float64", "", "end of the band in which one more fleet lies in 9 of 10 cases"),
    Column("p50", "float64", "", "middle over fleets"),
    Column("p95", "float64", "", "other end of that band; empty with one fleet"),
)


class Part(NamedTuple):
    """A table of the data set: what a row is, its columns, and whether it has geometry."""

    row: str
    columns: tuple[Column, ...]
    shape: bool = False


def _of_runs(name: str) -> Part:
    """Return a table of the run folder, of all runs together."""
    table = TABLES[name]
    shaped = "geometry" in table.names()
    boxes = [column for column in TABLES["edges"].columns if column.name == BBOX and shaped]
    kept = tuple(c._replace(optional=False) for c in (*table.columns, *boxes))
    return Part(f"{table.row}, in one run", (RUN, *kept), shaped)


PARTS = {
    "runs": Part("a run", RUNS),
    "figures": Part("a figure of a run at one number of cameras for one task", FIGURE_ROWS),
    **{name: _of_runs(name) for name in ("fleets", "exposure", "policies", "streets")},
}
"""Every table of the data set."""
MEANINGS = {"geometry": "its geometry in longitude and latitude (EPSG:4326)", BBOX: "bounds of it"}
README = "README.md"


def main(words: Sequence[str] | None = None) -> int:
    """Write the data set that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(words)
    try:
        write(asked.runs, asked.out)
    except InputError as error:
        print(f"data_set: {error}", file=sys.stderr)
        return 2
    print(asked.out)
    return 0


def write(folders: Sequence[Path], out: Path) -> None:
    """Write the data set of these run folders into a folder, whole or not at all."""
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) < len(names):
        raise InputError(f"runs are named by their folders, and two have one name: {names}")
    runs = {name: sim.read_run(folder) for name, folder in zip(names, folders, strict=True)}
    tables = {name: table(name, runs) for name in PARTS}
    with replace_folder(out, KIND) as made:
        for name, content in tables.items():
            _write_table(content, made, name)
        _write_table(data_dictionary(), made, "data_dictionary")
        (made / README).write_text(readme(tables), encoding="utf-8")
        (made / "LICENCE.md").write_text(licence(tables["runs"]), encoding="utf-8")
        (made / "CITATION.cff").write_text(citation(tables["runs"]), encoding="utf-8")
        written = sorted(path for path in made.iterdir())
        lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in written]
        (made / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def table(name: str, runs: dict[str, sim.Run]) -> pd.DataFrame:
    """Return one table of the data set with the columns that the dictionary says."""
    part = PARTS[name]
    if name == "runs":
        rows = pd.DataFrame([_about(called, run) for called, run in runs.items()])
    elif name == "figures":
        rows = pd.DataFrame([row for called, run in runs.items() for row in _figures(called, run)])
    else:
        rows = pd.concat(_tables(name, runs), ignore_index=True)
    columns = {c.name: c for c in part.columns if c.name != BBOX}
    rows = rows.reindex(columns=[*columns])
    kinds = {n: _kind(c) for n, c in columns.items() if c.type != "geometry"}
    return rows.astype(kinds)


def _kind(column: Column) -> str:
    if column.name.startswith("rank_"):
        return "Int32"  # empty where no camera sees it
    return "str" if column.type == "text" else column.type


def _tables(name: str, runs: dict[str, sim.Run]) -> Iterator[pd.DataFrame]:
    """Yield a table of each run, geometry in longitude and latitude."""
    for called, run in runs.items():
        if not PARTS[name].shape:
            yield pd.read_parquet(run.folder / TABLES[name].file).assign(run=called)
            continue
        shapes = run.geometry(name)
        for column in [c for c in shapes if c.startswith("rank_")]:
            shapes[column] = shapes[column].astype("Int32").where(shapes[column] != NEVER)
        yield shapes.to_crs(WGS84).assign(run=called)


def _about(called: str, run: sim.Run) -> dict[str, object]:
    manifest, summary = run.manifest, run.summary
    area, data = summary["area"], manifest["data"]
    return {
        "run": called,
        "area": area["name"],
        "scenario": summary["scenario"],
        "scenario_digest": manifest["scenario_digest"],
        "version": manifest["packages"]["hk-camera-sim"],
        "seed": manifest["seed"],
        "fleets": summary["ensemble"]["fleets"],
        "people": manifest["scenario"]["trips"]["people"],
        "simulated": summary["simulated"],
        **{name: area[name] for name in ("street_km", "streets", "walls", "trips")},
        "attribution": "; ".join(data["attribution"]),
        "licence": "; ".join(data["licence"]),
        "cite": manifest["cite"],
    }


def _figures(called: str, run: sim.Run) -> Iterator[dict[str, object]]:
    """Yield every figure of a run with its error and its band over fleets."""
    values = run.fleets.groupby(["total", "task", "figure"])["value"]
    over_fleets = {key: band(group.to_numpy()) for key, group in values}
    for step in run.summary["steps"]:
        for task in run.summary["tasks"]:
            found = figures_of(step, task, run.summary["percolation"])
            for name, value in found.items():
                ends = over_fleets.get((step["total"], task, name), {})
                yield {
                    "run": called,
                    "total": step["total"],
                    "task": task,
                    "figure": name,
                    "words": FIGURES[name].words,
                    "unit": UNITS[FIGURES[name].form],
                    "value": value,
                    "se": error_of(step, task, name),
                    **{end: ends.get(end) for end in ("p5", "p50", "p95")},
                }


def _write_table(content: pd.DataFrame, folder: Path, name: str) -> None:
    path = folder / f"{name}.parquet"
    if isinstance(content, gpd.GeoDataFrame):
        packed = packing([*content.columns, BBOX])
        content.to_parquet(path, index=False, **WITH_BOXES, **packed)
        return
    content.to_parquet(path, index=False, **packing(content.columns))
    plain_text(content).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def data_dictionary() -> pd.DataFrame:
    """Return every column of every table with its unit, type and meaning."""
    rows = [
        (name, c.name, c.type, "degrees" if c.name in MEANINGS else c.unit,
         MEANINGS.get(c.name, c.meaning))
        for name, part in PARTS.items()
        for c in part.columns
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "meaning"])


def readme(tables: dict[str, pd.DataFrame]) -> str:
    """Return what the data set is, for whoever finds it without the program."""
    runs = tables["runs"]
    real = "" if runs["simulated"].all() else " but for those of maps and lists that status names"
    lines = [
        f"# {TITLE}", "",
        "What can still be walked unseen as surveillance cameras grow in number: figures of "
        "simulated runs, with their bands, and the streets with the number of cameras from which "
        "on each is seen.", "",
        f"**All cameras are simulated{real}, and so are all people.** No place of a real camera "
        "and no real person is in it. Streets, census figures and stations are real.", "",
        "| table | rows | a row is | files |", "|---|---|---|---|",
        *(
            f"| {name} | {len(tables[name])} | {part.row} | {name}.parquet"
            f"{'' if part.shape else f', {name}.csv'} |"
            for name, part in PARTS.items()
        ), "",
        "data_dictionary.csv says of every column its type, unit and meaning. CSV files are UTF-8; "
        "texts that a spreadsheet would run as a formula begin with an apostrophe. streets.parquet "
        "is GeoParquet 1.1 in longitude and latitude. `sha256sum -c SHA256SUMS` checks the files.",
        "", "## Runs", "",
        *(f"- **{row.run}**: {row.cite}" for row in runs.itertuples()), "",
        "A run is made again by its scenario (same name in the program's folder scenarios), "
        "version and seed: the same figures. LICENCE.md says under which terms the data may be "
        "used, CITATION.cff how to cite it.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def licence(runs: pd.DataFrame) -> str:
    """Return the terms of the data, with the attributions of every source."""
    owners = sorted({name for text in runs["attribution"] for name in text.split("; ")})
    terms = sorted({name for text in runs["licence"] for name in text.split("; ")})
    if not any(name.startswith("ODbL") for name in terms):
        raise InputError("no run rests on OpenStreetMap, for whose licence the data set is made")
    lines = [
        "# Licence and attribution", "",
        "This database is made available under the Open Database License 1.0 "
        "(https://opendatacommons.org/licenses/odbl/1-0/): it is derived in part from "
        "OpenStreetMap, © OpenStreetMap contributors (https://www.openstreetmap.org/copyright). "
        "Whoever passes it on, changed or not, keeps this notice and the licence.", "",
        "It holds figures derived from open data of the Government of the Hong Kong Special "
        "Administrative Region and of the MTR Corporation, by DATA.GOV.HK "
        "(https://data.gov.hk/en/terms-and-conditions) and the CSDI portal "
        "(https://portal.csdi.gov.hk). They own the intellectual property rights in that data, and "
        "neither they nor OpenStreetMap endorse this data set.", "",
        "Sources named by the runs:", "", *(f"- {name}" for name in owners), "",
        "Licences named by the runs:", "", *(f"- {name}" for name in terms),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def citation(runs: pd.DataFrame) -> str:
    """Return CITATION.cff of the data set; whoever deposits it adds its date and DOI."""
    digests = ", ".join(f"{row.run} {row.scenario_digest[:12]}" for row in runs.itertuples())
    return (
        "cff-version: 1.2.0\n"
        'message: "If you use this data set, please cite it, and name the run and its digest."\n'
        f'title: "{TITLE}"\n'
        "type: dataset\n"
        "authors:\n"
        '  - name: "The hk-camera-sim contributors"\n'
        f'version: "{version("hk-camera-sim")}"\n'
        "license: ODbL-1.0\n"
        f'abstract: "Simulated runs: {digests}. All cameras and people are simulated."\n'
        "keywords: [surveillance, visibility, OpenStreetMap, Hong Kong, walking]\n"
    )


FILES = frozenset(
    {README, "LICENCE.md", "CITATION.cff", "SHA256SUMS"}
    | {f"{name}.{form}" for name in (*PARTS, "data_dictionary") for form in ("parquet", "csv")}
)
KIND = FolderKind(
    "a data set of runs",
    lambda parts: len(parts) == 1 and parts[0] in FILES,
    lambda folder: (
        (folder / README).is_file()
        and (folder / README).read_text(encoding="utf-8").startswith(f"# {TITLE}")
    ),
)


if __name__ == "__main__":
    sys.exit(main())
