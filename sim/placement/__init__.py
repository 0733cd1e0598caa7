"""Which cameras come first: strategies rank places, growth says how many and when."""

from sim.placement.growth import place

__all__ = ["place"]
