"""A file is whole or not there: written beside its place, and moved into it when finished.

It knows neither what is written nor for whom; folders, which are replaced, have their own way.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from sim.errors import InputError


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the path and move into place.

    Parameters
    ----------
    path
        Where the file shall stand; one that stands there is replaced.
    write
        Called with the path to write to.

    Raises
    ------
    InputError
        It cannot be written there; what stood there still does.
    """
    aside = ""
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        os.close(handle)
        write(Path(aside))
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another") from error
    finally:
        if aside and os.path.lexists(aside):
            Path(aside).unlink()
