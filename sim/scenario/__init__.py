"""From a scenario in YAML to a run folder."""
