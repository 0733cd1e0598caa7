"""Numbers as the pages write them: estimates to as many digits as they bear."""

from __future__ import annotations

import numpy as np


def number(value: float | None) -> str:
    """Write a count that is an estimate: three figures at most, two below a hundred.

    Parameters
    ----------
    value
        The count; a dash stands for None and for what is not finite.
    """
    if value is None or not np.isfinite(value):
        return "—"
    if value == 0:
        return "0"
    digits = (3 if abs(value) >= 100 else 2) - 1 - int(np.floor(np.log10(abs(value))))
    rounded = round(value, digits)
    return f"{rounded:,.0f}" if digits <= 0 else f"{rounded:,.{digits}f}"


def percent(share: float | None) -> str:
    """Write a share of 0…1 as the page does: whole percent, tenths below ten.

    Parameters
    ----------
    share
        0 to 1; a dash stands for None.
    """
    if share is None:
        return "—"
    value = 100 * share
    return f"{value:.0f}%" if value >= 9.95 or value < 0.05 else f"{value:.1f}%"


def chance(share: float | None) -> str:
    """Write a chance as percent; what is nearly sure is not written as sure.

    Parameters
    ----------
    share
        0 to 1; a dash stands for None.
    """
    nearly = share is not None and 0.995 <= share < 1
    return f"{min(100 * (share or 0), 99.9):.1f}%" if nearly else percent(share)


def plain(count: float | None) -> str:
    """Write a number that is known in full.

    Parameters
    ----------
    count
        The number; a dash stands for None.
    """
    return "—" if count is None else f"{count:,g}" if count < 1000 else f"{count:,.0f}"
