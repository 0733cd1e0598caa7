"""report.html: the figures of a run over the number of cameras, to read, print and cite.

Plain HTML with pictures drawn here as SVG, no script, in both languages one under the other. Every
curve stands with one sentence that says what it means; every figure comes from the run folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from maps.page import page_facts, page_template, percent, write_aside
from maps.run_folder import RunFolder, read_run_folder
from maps.texts import LANGUAGES, TEXTS, text

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 96, 12, 34
POINTS = 300
"""Points drawn of a curve; the curve itself has one for every rank."""
COLOURS = {"detect": "#2f6f9f", "observe": "#2a8a6b", "recognise": "#b3261e", "identify": "#6b3fa0"}


class Curve(NamedTuple):
    """A line of a chart: numbers of cameras, shares 0…1, label, and colour."""

    totals: NDArray[np.float64]
    shares: NDArray[np.float64]
    label: str
    colour: str


class Section(NamedTuple):
    """A chart with its title and sentence, each as [English, Chinese]."""

    title: list[str]
    says: list[str]
    chart: Markup


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
    facts = page_facts(run)
    sections = [_streets(run), _walks(run), _tracked(run)]
    page = page_template("report.html").render(
        facts=facts,
        texts=TEXTS,
        sections=[section for section in sections if section is not None],
        steps=run.summary["steps"],
        tasks=run.tasks,
        percent=percent,
        area=run.summary["area"],
    )
    return write_aside(Path(run_folder) / "report.html", page)


def _both(key: str, **values: object) -> list[str]:
    return [text(key, language, **values) for language in LANGUAGES]


def _streets(run: RunFolder) -> Section:
    """Share of street length seen, exactly, from the first-seen ranks of all pieces."""
    pieces = run.pieces[run.pieces["in_area"]]
    length = (pieces["t1"] - pieces["t0"]).to_numpy(np.float64)
    highest = run.totals[-1]
    totals = np.linspace(0, highest, POINTS)
    curves = []
    for task in run.tasks:
        rank = pieces[f"rank_{task}"].to_numpy(np.int64)
        order = np.argsort(rank, kind="stable")
        seen = np.concatenate([[0.0], np.cumsum(length[order])]) / max(length.sum(), 1e-9)
        shares = seen[np.searchsorted(rank[order], totals, side="right")]
        curves.append(Curve(totals, shares, text(task, "en"), COLOURS[task]))
    last = run.summary["steps"][-1]["coverage"]["recognise"]
    says = _both("report_streets_says", n=f"{highest:,}", share=percent(last))
    return Section(_both("report_streets"), says, chart(curves, highest))


def _walks(run: RunFolder) -> Section | None:
    """Median of typical walks seen, by task, at the totals of the scenario."""
    curves = _by_total(run, "observed_length", run.tasks)
    if curves is None:
        return None
    last = run.summary["steps"][-1]["trips"]["recognise"]
    gap = last["longest_gap_m"]["p50"]
    values = {"n": f"{run.totals[-1]:,}", "share": percent(last["observed_length"]["p50"])}
    says = _both("report_walks_says", gap="—" if gap is None else f"{gap:,.0f}", **values)
    return Section(_both("report_walks"), says, chart(curves, run.totals[-1]))


def _tracked(run: RunFolder) -> Section | None:
    """Median expected share of typical walks on which a track holds."""
    tasks = [task for task in run.tasks if task in ("recognise", "identify")]
    curves = _by_total(run, "tracked_live", tasks)
    if curves is None:
        return None
    says = _both("report_tracked_says", n=f"{run.totals[-1]:,}")
    return Section(_both("report_tracked"), says, chart(curves, run.totals[-1]))


def _by_total(run: RunFolder, figure: str, tasks: Sequence[str]) -> list[Curve] | None:
    curves = []
    for task in tasks:
        median = [step["trips"][task][figure]["p50"] for step in run.summary["steps"]]
        if any(value is None for value in median):
            return None
        shares = np.array([0.0, *median])
        totals = np.array([0.0, *run.totals])
        curves.append(Curve(totals, shares, text(task, "en"), COLOURS[task]))
    return curves


def chart(curves: Sequence[Curve], highest: int) -> Markup:
    """Draw curves of shares over the number of cameras as SVG."""
    top = max(0.1, *(float(np.nanmax(curve.shares)) for curve in curves))
    top = float(np.ceil(top * 10) / 10)
    parts = [*_share_axis(top), *_total_axis(highest)]
    ends = sorted(curves, key=lambda curve: -curve.shares[-1])
    lowest = -np.inf
    for curve in ends:
        x = LEFT + curve.totals / highest * (WIDTH - LEFT - RIGHT)
        y = TOP + (1 - curve.shares / top) * (HEIGHT - TOP - BOTTOM)
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        lowest = max(lowest + 15, float(y[-1]) + 4)  # labels must not lie on one another
        parts.append(f'<polyline points="{line}" stroke="{curve.colour}"/>')
        parts.append(
            f'<text x="{WIDTH - RIGHT + 6}" y="{lowest:.1f}" fill="{curve.colour}">'
            f"{escape(curve.label)}</text>"
        )
    return Markup(  # every label above is escaped
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg>'
    )


def _share_axis(top: float) -> list[str]:
    parts = []
    for share in np.linspace(0, top, 5):
        y = TOP + (1 - share / top) * (HEIGHT - TOP - BOTTOM)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" class="end">{100 * share:g}%</text>')
    return parts


def _total_axis(highest: int) -> list[str]:
    parts = []
    for total in np.linspace(0, highest, 5).round().astype(int):
        x = LEFT + total / highest * (WIDTH - LEFT - RIGHT)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 12}" class="middle">{total:,}</text>')
    return parts
