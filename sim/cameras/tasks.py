"""The four tasks of a picture, by name, apart so that they are known without loading numpy."""

from __future__ import annotations

from typing import Literal, get_args

Task = Literal["detect", "observe", "recognise", "identify"]
Hours = Literal["day", "night"]
"""When cameras look: the names of `sim.cameras.hours.PIXEL_FACTORS`."""
Trees = Literal["none", "crowns"]
"""What trees hide from cameras: nothing, or what is behind their crowns."""
TASKS: tuple[str, ...] = get_args(Task)
"""The four tasks, from the loosest to the strictest."""
