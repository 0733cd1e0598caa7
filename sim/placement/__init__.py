"""Which cameras come first: strategies rank places, growth says how many and when."""

from sim.placement.ground import Aims, Ground, HeadOrder
from sim.placement.placing import place

__all__ = ["Aims", "Ground", "HeadOrder", "place"]
