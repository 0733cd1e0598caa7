"""What may be quoted of a run: the answer, what it counts, band and range, digest, citation."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from maps.answer import check_answered, has_doubt
from maps.page import page_facts
from maps.run_folder import read_run_folder
from maps.texts import LANGUAGES, text


class Quotation(NamedTuple):
    """What may be quoted.

    Attributes
    ----------
    lines
        The sentence; what it counts and how sure it is; where it comes from.
    whole
        Whether band and range are among it.
    """

    lines: tuple[str, ...]
    whole: bool


def quotation(folder: Path, language: str) -> Quotation:
    """Return what may be quoted of a run.

    Parameters
    ----------
    folder
        Of a finished run.
    language
        "en" or "zh".

    Raises
    ------
    InputError
        The run has no answer: no typical walks, or streets of buses only.
    """
    run = read_run_folder(folder)
    check_answered(folder, run.summary)
    said, number = page_facts(run), LANGUAGES.index(language)
    source = text(
        "quote_source", language,
        digest=str(run.manifest["scenario_digest"])[:12], cite=str(run.manifest["cite"]),
    )  # fmt: skip
    lines = (said["headline"][number], said["headline_note"][number], source)
    return Quotation(lines, has_doubt(run.summary))
