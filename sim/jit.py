"""The numba decorators of every kernel of the engine.

Kernels are compiled on first use, cached on disk, release the interpreter lock, and keep strict
floating point: no fastmath, so the same input gives the same bits on every thread count. Lean
kernels allocate nothing, so numba need not count references to the arrays that they read; those
counts are atomic and cost the sight kernel a third of its time, most of all on two threads.

What is cached on disk is checked by digests: a file that was cut short or changed counts as
missing, and the kernel is compiled again. Where no folder can be written there is no cache.
"""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.cpu import CPUTargetOptions

# it is made of numba's internals: with a numba that it was not tried with, compiling takes longer
LINKED: dict[str, Any] = {}
if numba.__version__.startswith("0.68."):
    from sim.linked_kernels import LinkedCompiler

    LINKED = {"pipeline_class": LinkedCompiler}

Function = TypeVar("Function", bound=Callable[..., object])

STRICT: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
INSIDE: dict[str, Any] = {**STRICT, "no_cpython_wrapper": True, **LINKED}
LEAN: dict[str, Any] = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}
"""The option is internal to numba; where it is gone, lean kernels are only slower."""


ZERO: Any = np.int64(0)
ONE: Any = np.int64(1)
"""Where counting begins: a plain 0 or 1 is a type of its own to numba, and what is given one is
compiled both for it and for numbers."""
KERNELS: list[Any] = []
"""Those that are kept on disk, of all modules loaded so far."""

_DIGEST_BYTES = hashlib.sha256().digest_size


class _CheckedFile(IndexDataCacheFile):
    """Numba's files of one kernel, each with the digest of its content before it."""

    def _load_index(self: Any) -> dict[Any, str]:
        with suppress(Exception):  # what is there may be of another build of numba
            version, stamp, overloads = pickle.loads(_read(self._index_path))
            if (version, stamp) == (self._version, self._source_stamp):
                return cast("dict[Any, str]", overloads)
        return {}

    def _save_index(self: Any, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self: Any, name: str) -> object:
        return pickle.loads(_read(self._data_path(name)))

    def _save_data(self: Any, name: str, data: object) -> None:
        self._write(self._data_path(name), data)

    def holds_any(self: Any) -> bool:
        """Return whether something compiled from the source as it is lies on disk."""
        return any(Path(self._data_path(name)).is_file() for name in self._load_index().values())

    def _write(self: Any, path: str, content: object) -> None:
        dumped = self._dump(content)
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(dumped).digest() + dumped)


def _read(path: str) -> bytes:
    """Return the content of a cache file.

    Raises
    ------
    OSError
        It is missing, or is not what was written; numba compiles again then.
    """
    content = Path(path).read_bytes()
    if hashlib.sha256(content[_DIGEST_BYTES:]).digest() != content[:_DIGEST_BYTES]:
        raise OSError(f"{path}: cut short or changed")
    return content[_DIGEST_BYTES:]


class _HealingCache(FunctionCache):
    """The cache of a kernel: whatever cannot be read or written costs a compilation, no run."""

    def __init__(self, function: Callable[..., object]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._cache_file = _CheckedFile(  # type: ignore[no-untyped-call]
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def load_overload(self, sig: object, target_context: object) -> object:
        """Return what was compiled earlier, None where there is none or it does not load."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # of any kind: what is there may be of another build of numba or LLVM
            return None

    def holds_any(self) -> bool:
        """Return whether the kernel was compiled before, for whatever it was given."""
        return bool(cast("Any", self._cache_file).holds_any())

    def save_overload(self, sig: object, data: object) -> None:
        """Keep what was compiled; a full disk or a folder that is gone is not an error."""
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def _compiled(function: Function, *, cache: bool = False, **options: object) -> Function:
    njit: Any = numba.njit  # its annotations leave these options out
    compiled = njit(**options)(function)
    if cache and hasattr(compiled, "_cache"):  # plain functions where numba is switched off
        with suppress(RuntimeError):  # no folder can be written: neither the package's nor home
            compiled._cache = _HealingCache(function)
            KERNELS.append(compiled)
    return cast("Function", compiled)


def on_disk(compiled: object) -> bool:
    """Return whether a kernel lies compiled on disk; True where it could not be kept."""
    cache = getattr(compiled, "_cache", None)
    return not isinstance(cache, _HealingCache) or cache.holds_any()


def kernel(function: Function) -> Function:
    """Compile `function` with numba on first use, without the interpreter lock, cached on disk."""
    return _compiled(function, cache=True, **STRICT)


def lean_kernel(function: Function) -> Function:
    """Compile a kernel that allocates nothing."""
    return _compiled(function, cache=True, **STRICT, **LEAN)


def inner(function: Function) -> Function:
    """Compile a kernel that only other kernels call: without an entrance from Python.

    It compiles in half of the time, and is kept on disk inside the kernels that call it.
    """
    return _compiled(function, **INSIDE)


def lean_inner(function: Function) -> Function:
    """Compile an inner kernel that allocates nothing."""
    return _compiled(function, **INSIDE, **LEAN)


def lean_inline(function: Function) -> Function:
    """Write a lean kernel into the loop that calls it: a call would cost more than its work."""
    return _compiled(function, inline="always", **STRICT, **LEAN)
