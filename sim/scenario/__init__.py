"""From a scenario in YAML to a run folder."""

TABLES = (
    "cameras", "sightings", "streets", "nodes", "edges", "walls", "places", "districts", "trips",
    "trips_geometry", "policies", "exposure",
)  # fmt: skip
"""Tables of a run folder, a parquet file each."""
