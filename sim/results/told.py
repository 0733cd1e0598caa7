"""What a run folder tells in JSON, and how one that is damaged is reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.errors import InputError, one_line

LARGEST_JSON_MB = 100
AGAIN = "run the scenario again"
"""What to do about a folder that is damaged."""
LONGEST_REASON = 200


class _Told(dict[str, Any]):
    """A part of summary.json or manifest.json; a key that it lacks is said in one line."""

    def __missing__(self, key: str) -> Any:  # noqa: ANN401 - JSON
        raise InputError(f"the summary or manifest of a run lacks {key!r}; {AGAIN}")


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object whose missing keys are reported in one line.

    Raises
    ------
    InputError
        The file is missing, too large or not a JSON object.
    """
    if not path.is_file():
        raise InputError(f"{path.parent}: no {path.name}; give a folder that `sim run` left")
    if path.stat().st_size > LARGEST_JSON_MB * 1_000_000:
        raise InputError(f"{path}: is larger than {LARGEST_JSON_MB} MB, so no part of a run")
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_hook=_Told)
    except (ValueError, OSError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({reason(error)}); {AGAIN}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object; {AGAIN}")
    return content


def reason(error: Exception) -> str:
    """Return the first line of an error, short enough for a message."""
    words = str(error).splitlines() or [type(error).__name__]
    return one_line(words[0])[:LONGEST_REASON]
