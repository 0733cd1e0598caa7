"""report.html: the figures of a run over the number of cameras, to read, print and cite.

Plain HTML with pictures drawn here as SVG, no script, in two languages of which one is shown. Two
pages are for a reader (`maps.report_reader`), all else is their appendix. Every curve stands with
one sentence that says what it means; every figure comes from the run folder. What the appendix
draws and says is decided in `maps.report_curves`, `maps.report_tables`,
`maps.report_alerts`, `maps.report_sensitivity` and `maps.weeks`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maps.charts import Pair
from maps.numbers import percent
from maps.page import page_asset, page_facts, page_template, write_page
from maps.report_alerts import alert_sections
from maps.report_curves import curve_sections
from maps.report_figures import Figures, Section, of_proxy, same
from maps.report_reader import brief, reader
from maps.report_sensitivity import sensitivity
from maps.report_tables import glance, table_sections
from maps.report_texts import ASSUMPTIONS, words
from maps.run_folder import RunFolder, read_run_folder
from maps.texts import TEXTS, is_proxy, texts_of
from maps.weeks import weeks_section
from sim.errors import InputError
from sim.results.contract import fleets_of

OF_STREETS = ("streets", "dark")
"""Sections that are about streets alone and hold on the bus-street proxy too."""


def write_report(run_folder: Path, run: RunFolder | None = None) -> Path:
    """Write report.html into a finished run folder and return its path.

    Parameters
    ----------
    run_folder
        A folder that `sim run` has finished.
    run
        The folder as already read, where it is.

    Raises
    ------
    InputError
        The folder is not a finished run, or was written by another version.
    """
    run = run or read_run_folder(Path(run_folder))
    return write_page(Path(run_folder) / "report.html", report_of(run, Path(run_folder)))


def report_of(run: RunFolder, folder: Path) -> str:
    """Return the report of a run.

    Parameters
    ----------
    run
        As read.
    folder
        What errors call it.

    Raises
    ------
    InputError
        A table or a JSON file of it is not as a run writes it.
    """
    facts = page_facts(run)
    figures = Figures(run, facts["city"])
    sections = [*curve_sections(figures), *_tables(figures, folder)]
    heads: list[Pair] = [words("all_seen"), words("all_tracked")]
    if is_proxy(run.summary):
        sections = [_labelled(section) for section in sections]
        heads = [of_proxy(head) for head in heads]
    return page_template("report.html").render(
        style=page_asset("report.css"),
        facts=facts,
        texts=texts_of(run.summary),
        words=words,
        sections=sorted(sections, key=lambda section: section.minor),
        glance=glance(figures),
        reader=reader(figures),
        brief=brief,
        rows=_rows(run),
        walk_heads=heads,
        assumptions=[(words(way), what) for way, what in ASSUMPTIONS],
        tasks=run.tasks,
        fleets=fleets_of(run.summary),
        area=run.summary["area"],
        streetside=_street_share(facts),
    )


def _labelled(section: Section) -> Section:
    """Return a section whose sentence and charts say first that its trips are not walks."""
    if section.name in OF_STREETS:
        return section
    charts = [drawn._replace(title=of_proxy(drawn.title)) for drawn in section.charts]
    return section._replace(says=of_proxy(section.says), charts=charts)


def _tables(figures: Figures, folder: Path) -> list[Section]:
    try:
        weeks, drawn = weeks_section(figures), sensitivity(figures)
        return [
            *alert_sections(figures), *([] if weeks is None else [weeks]), *table_sections(figures),
            *([] if drawn is None else [drawn]),
        ]  # fmt: skip
    except InputError:
        raise
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise InputError(
            f"{folder}: policies.parquet, exposure.parquet, bands.json or sensitivity.json is not "
            f"as a run writes it ({type(error).__name__}: {error}); run the scenario again"
        ) from error


def _rows(run: RunFolder) -> list[list[Pair]]:
    """Return every total and task as a row of the table."""
    return [
        [
            same(f"{step['total']:,}"),
            words(task),
            same(f"{step['cameras']:,}"),
            same(percent(step["coverage"][task])),
            same(percent(step["trips"][task]["observed_length"]["p50"])),
            same(percent(step["trips"][task]["tracked_live"]["p50"])),
        ]
        for step in run.summary["steps"]
        for task in run.tasks
    ]


def _street_share(facts: dict[str, Any]) -> list[str]:
    """Return which case of how many cameras watch a street the run takes."""
    key = f"share_{facts['street_share']}"
    share = words(key) if key in TEXTS else [facts["street_share"]] * 2
    return words("street_share", share=share)
