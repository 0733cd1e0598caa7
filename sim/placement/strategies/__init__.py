"""Placement strategies, one file each; `sim.placement.strategies.registry` knows them by name."""
