"""The run folder's contract: its files, as docs/run-folder.md describes them."""

TABLES = (
    "cameras", "sightings", "streets", "nodes", "edges", "walls", "places", "districts", "trips",
    "trips_geometry", "policies", "exposure",
)  # fmt: skip
"""Tables of a run folder, a parquet file each."""
RUN_FILES = frozenset(f"{name}.parquet" for name in TABLES) | {
    "summary.json", "manifest.json", "map.html", "report.html",
}  # fmt: skip
"""All that a run folder holds; one that holds anything else is not replaced."""
