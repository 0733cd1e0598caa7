"""The run folder: its contract, written, read, compared and exported."""
