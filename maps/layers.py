"""What the map can show besides streets: owners of cameras, districts, sensitive places counted.

It takes figures that the run gives, unchanged, and gives none where the run gives none. Sensitive
places are one number for all of them together: none of them is named or placed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.names import clean_name, name_pair
from maps.run_folder import RunFolder

FEWEST_DISTRICTS = 2
FEWEST_PLACES = 5
"""Of fewer sensitive places nothing is said, for it would tell of single ones."""


def layers(run: RunFolder) -> dict[str, Any]:
    """Return owners, and the shares of districts and sensitive places at each total.

    Returns
    -------
    dict
        owners (as `owner_codes` numbers them), districts (name, steps of {task: share}) and
        sensitive (places, steps of {task: share}), empty or None where there is nothing to show.
    """
    return {
        "owners": _owners(run),
        "districts": _districts(run),
        "sensitive": _sensitive(run),
    }


def owner_codes(run: RunFolder) -> NDArray[np.int64]:
    """Return the place of each camera's owner in the list of owners."""
    names = _owner_column(run).map(clean_name)
    return np.asarray(np.searchsorted(np.array(_owners(run), object), names.to_numpy(object)))


def _owners(run: RunFolder) -> list[str]:
    return sorted({clean_name(owner) for owner in _owner_column(run).unique()})


def _owner_column(run: RunFolder) -> pd.Series[str]:
    column: pd.Series[str] = run.heads.get("owner", pd.Series("", index=run.heads.index))
    return column


def _rows(run: RunFolder, by: str) -> pd.DataFrame:
    if run.exposure is None:
        return pd.DataFrame()
    return run.exposure[(run.exposure["by"] == by) & run.exposure["share_seen"].notna()]


def _steps(rows: pd.DataFrame, run: RunFolder) -> list[dict[str, float]] | None:
    """Return the shares of one group by total and task; None unless all are there."""
    keys = zip(rows["total"].astype(int), rows["task"].astype(str), strict=True)
    shares = dict(zip(keys, rows["share_seen"].astype(float).round(5), strict=True))
    if any((total, task) not in shares for total in run.totals for task in run.tasks):
        return None
    return [{task: shares[total, task] for task in run.tasks} for total in run.totals]


def _districts(run: RunFolder) -> list[dict[str, Any]]:
    rows = _rows(run, "district")
    outlined = run.districts[run.districts["kind"] == "district"]
    found = []
    for name, name_zh in zip(outlined["name"], outlined["name_zh"], strict=True):
        steps = _steps(rows[rows["group"] == name], run) if len(rows) else None
        if steps:
            found.append({"name": name_pair(name, name_zh), "steps": steps})
    return found if len(found) >= FEWEST_DISTRICTS else []


def _sensitive(run: RunFolder) -> dict[str, Any] | None:
    rows = _rows(run, "place")
    rows = rows[rows["group"] == "sensitive"] if len(rows) else rows
    steps = _steps(rows, run) if len(rows) else None
    places = int(rows["places"].max()) if steps else 0
    return {"places": places, "steps": steps} if places >= FEWEST_PLACES else None
