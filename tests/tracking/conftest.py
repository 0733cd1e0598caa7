"""Let the tests of a room import the oracles as `oracles.…`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
