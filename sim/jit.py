"""One numba decorator for every kernel of the engine.

Kernels are compiled on first use, cached on disk, release the interpreter lock, and keep strict
floating point: no fastmath, so the same input gives the same bits on every thread count.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile `function` with numba on first use, without the interpreter lock, cached on disk."""
    return cast("Function", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
