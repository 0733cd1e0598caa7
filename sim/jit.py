"""The numba decorators of every kernel of the engine.

Kernels are compiled on first use, cached on disk, release the interpreter lock, and keep strict
floating point: no fastmath, so the same input gives the same bits on every thread count.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile `function` with numba on first use, without the interpreter lock, cached on disk."""
    return cast("Function", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inner(function: Function) -> Function:
    """Compile a kernel that only other kernels call: without an entrance from Python.

    It compiles in two thirds of the time, and is kept on disk inside the kernels that call it.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("Function", numba.njit(nogil=True, error_model="numpy", **options)(function))
