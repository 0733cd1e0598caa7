"""From a scenario and a city to results: one pipeline, its stages and their cache."""
