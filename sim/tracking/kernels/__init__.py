"""Compiled loops over walks and streets, on plain arrays in metres and seconds.

The surfaces of `sim.tracking` check and allocate; nothing here does either.
"""
