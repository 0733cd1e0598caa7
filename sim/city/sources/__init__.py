"""Where a city comes from: files, OpenStreetMap extracts and the built-in sample."""
