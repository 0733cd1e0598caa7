"""Compiled loops of the lives of residents; what calls them is beside in `sim.days`."""
