"""Numbers in sentences."""

from __future__ import annotations


def counted(count: int, noun: str, many: str = "") -> str:
    """Return a count with its noun, singular for one: "1 cell", "0 cells", "4,000 cells".

    Parameters
    ----------
    count
        How many.
    noun
        What one is called.
    many
        What several are called, where that is more than an s.
    """
    return f"{count:,} {noun if count == 1 else many or f'{noun}s'}"
