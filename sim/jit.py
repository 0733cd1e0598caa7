"""The numba decorators of every kernel of the engine.

Kernels are compiled on first use, cached on disk, release the interpreter lock, and keep strict
floating point: no fastmath, so the same input gives the same bits on every thread count. Lean
kernels allocate nothing, so numba need not count references to the arrays that they read; those
counts are atomic and cost the sight kernel a third of its time, most of all on two threads.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core.cpu import CPUTargetOptions

Function = TypeVar("Function", bound=Callable[..., object])

STRICT: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
INSIDE: dict[str, Any] = {**STRICT, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
LEAN: dict[str, Any] = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}
"""The option is internal to numba; where it is gone, lean kernels are only slower."""


def _compiled(function: Function, **options: object) -> Function:
    njit: Any = numba.njit  # its annotations leave these options out
    return cast("Function", njit(**options)(function))


def kernel(function: Function) -> Function:
    """Compile `function` with numba on first use, without the interpreter lock, cached on disk."""
    return _compiled(function, cache=True, **STRICT)


def lean_kernel(function: Function) -> Function:
    """Compile a kernel that allocates nothing."""
    return _compiled(function, cache=True, **STRICT, **LEAN)


def inner(function: Function) -> Function:
    """Compile a kernel that only other kernels call: without an entrance from Python.

    It compiles in two thirds of the time, and is kept on disk inside the kernels that call it.
    """
    return _compiled(function, **INSIDE)


def lean_inner(function: Function) -> Function:
    """Compile an inner kernel that allocates nothing."""
    return _compiled(function, **INSIDE, **LEAN)


def lean_inline(function: Function) -> Function:
    """Write a lean kernel into the loop that calls it: a call would cost more than its work."""
    return _compiled(function, inline="always", **STRICT, **LEAN)
