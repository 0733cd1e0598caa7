"""Build `sight.c` on the spot with gcc and run it on the engine's own arrays."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from sim.city.ground import Relief
from sim.sight.arrays import FieldArrays, Rows, Scratch, StreetScene, WallScene

POINTER = ctypes.c_void_p
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
"""No fused multiply-add: the same bits as the engine, which keeps strict floating point."""


class _Grid(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_double) for name in ("west", "south", "cell")),
        *((name, ctypes.c_int64) for name in ("columns", "rows")),
        *((name, POINTER) for name in ("ptr", "item", "line", "first")),
    )


class _Heads(ctypes.Structure):
    _fields_ = tuple((name, POINTER) for name in FieldArrays._fields)


class _Streets(ctypes.Structure):
    _fields_ = (("grid", _Grid), ("edge", POINTER), ("deck", POINTER), ("start", POINTER))


class _Walls(ctypes.Structure):
    _fields_ = (("grid", _Grid), ("top", POINTER))


class _Work(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_int64), ("room", ctypes.c_int64),
        *((name, POINTER) for name in ("piece", "wall", "shadow", "open", "depth", "chosen",
                                       "head", "edge", "task", "begin", "end")),
    )  # fmt: skip


def compiler() -> str | None:
    """Path of gcc, if there is one."""
    return shutil.which("gcc")


class PlainC:
    """The kernel in C, ready to be called like `see_heads`."""

    def __init__(self) -> None:
        source = Path(__file__).with_name("sight.c")
        self._folder = tempfile.TemporaryDirectory()
        library = Path(self._folder.name) / "sight.so"
        command = [compiler() or "gcc", *FLAGS, "-o", str(library), str(source), "-lm"]
        subprocess.run(command, check=True)
        self._see = ctypes.CDLL(str(library)).see_heads
        self._see.restype = ctypes.c_int64

    def see_heads(
        self, order: np.ndarray, begin: int, stop: int,
        heads: FieldArrays, streets: StreetScene, walls: WallScene, relief: Relief,
        scratch: Scratch, out: Rows,
    ) -> tuple[int, int]:  # fmt: skip
        """Do what `sim.sight.kernels.see_heads` does on level ground."""
        assert not len(relief.head)
        all_heads = _Heads(*(column.ctypes.data for column in heads))
        way = _Streets(_grid(streets.grid), *(c.ctypes.data for c in streets[1:4]))
        wall = _Walls(_grid(walls.grid), walls.top.ctypes.data)
        room = (scratch.piece, scratch.wall, scratch.shadow, scratch.free, scratch.depth,
                scratch.chosen, *out)  # fmt: skip
        work = _Work(len(scratch.chosen), len(out.head), *(c.ctypes.data for c in room))
        rows = ctypes.c_int64()
        reached = self._see(
            POINTER(order.ctypes.data), ctypes.c_int64(begin), ctypes.c_int64(stop),
            ctypes.byref(all_heads), ctypes.byref(way), ctypes.byref(wall), ctypes.byref(work),
            ctypes.byref(rows),
        )  # fmt: skip
        return int(reached), int(rows.value)


def _grid(grid) -> _Grid:
    return _Grid(
        grid.west, grid.south, grid.cell, grid.columns, grid.rows, grid.cell_ptr.ctypes.data,
        grid.item.ctypes.data, grid.line.ctypes.data, grid.first.ctypes.data,
    )  # fmt: skip
