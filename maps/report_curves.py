"""The report's curves over the number of cameras, each with one sentence, from a run's summary.

It decides which figures stand together in a chart and which sentence is true of them; it computes
no figure of its own but the share of street length, which is a sum over the run's pieces. A
section whose figures a run does not have is left out, so that runs of earlier versions have a
report too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maps.answer import ANY_LENGTH, NEAR, SEEN_AT_ALL
from maps.charts import Band, Curve, Mark, count_axis, log_axis, share_axis
from maps.numbers import chance, number, percent, plain
from maps.page import HEADLINE_TASK, about
from maps.payload import critical_of
from maps.report_figures import (
    Figures,
    Section,
    figure,
    points,
    same,
    with_error,
)  # fmt: skip
from maps.report_texts import WORDS, words
from maps.run_folder import RunFolder

POINTS = 300
"""Points drawn of a curve that is known for every number of cameras."""
KNOWN_SIGHTINGS = ("1", "2", "3", "4")
SHOWN_STRETCH = "1.5"
CASES = ("low", "middle", "high")


def curve_sections(figures: Figures) -> Iterator[Section]:
    """Yield every section with curves whose figures the run has."""
    for section in (answered, streets, walks, tracked, dark, hiding, ways, crowd, faces, retraced):
        made = section(figures)
        if made is not None:
            yield made


def answered(f: Figures) -> Section | None:
    """How many walks someone who knew every camera could still make, by task."""
    path = ("answer", HEADLINE_TASK)
    if f.last(*path, ANY_LENGTH, "share") is None:
        return None
    ways = [(task, ANY_LENGTH) for task in f.tasks]
    ways.insert(f.tasks.index(HEADLINE_TASK) + 1, (HEADLINE_TASK, NEAR))
    curves = [
        Curve(
            f.totals, f.of_all("answer", task, way, "share"),
            words(task) if way == ANY_LENGTH else words("answer_near", task=words(task)),
            same(percent(f.last("answer", task, way, "share"))),
            task if way == ANY_LENGTH else f"{task} dashed", dots=True,
        )
        for task, way in ways
    ]  # fmt: skip
    says = words(
        "answer_says", n=f.n, unseen=percent(f.last("answer", SEEN_AT_ALL, ANY_LENGTH, "share")),
        share=percent(f.last(*path, ANY_LENGTH, "share")),
        share_se=points(f.last(*path, ANY_LENGTH, "se")),
        near=percent(f.last(*path, NEAR, "share")), near_se=points(f.last(*path, NEAR, "se")),
    )  # fmt: skip
    walks = f.run.summary.get("answer_walks") or {}
    note = words(
        "answer_note", walks=plain(f.last(*path, ANY_LENGTH, "n")),
        open=percent(f.last(*path, "open", ANY_LENGTH, "share")),
        closed=plain(walks.get("only_by_closed_ways")), beyond=plain(walks.get("beyond_the_area")),
    )  # fmt: skip
    drawn = f.chart("answer_axis", share_axis(*(c.y for c in curves)), curves)
    return Section("answer", says, [note], [drawn])


def streets(f: Figures) -> Section:
    """Share of street length seen, exactly, from the first-seen ranks of all pieces."""
    pieces = f.run.pieces[f.run.pieces["in_area"]]
    length = (pieces["t1"] - pieces["t0"]).to_numpy(np.float64)
    totals = np.unique(np.concatenate([np.linspace(0, f.totals[-1], POINTS), f.totals]))
    curves = []
    for task in f.tasks:
        rank = pieces[f"rank_{task}"].to_numpy(np.int64)
        order = np.argsort(rank, kind="stable")
        seen = np.concatenate([[0.0], np.cumsum(length[order])]) / max(length.sum(), 1e-9)
        share = seen[np.searchsorted(rank[order], totals, side="right")]
        curves.append(Curve(totals, share, words(task), same(percent(share[-1])), task))
    says = words(
        "streets_says", n=f.n, share=percent(f.last("coverage", HEADLINE_TASK)),
        detect=percent(f.last("coverage", f.tasks[0])),
        rest=percent(1 - f.last("coverage", f.tasks[0])),
    )  # fmt: skip
    note = words("streets_note", km=f"{length.sum() / 1000:,.1f}")
    drawn = f.chart("streets_axis", share_axis(*(c.y for c in curves)), curves)
    return Section("streets", says, [note], [drawn])


def walks(f: Figures) -> Section | None:
    """Median of typical walks seen by task, and how far walks differ for the headline task."""
    count = f.last("trips", HEADLINE_TASK, "observed_length", "n")
    if not count:
        return None
    path = ("trips", HEADLINE_TASK, "observed_length")
    low, high = (f.from_nothing(f.of_all(*path, name)) for name in ("p10", "p90"))
    curves = [
        Curve(
            f.x_from_nothing,
            f.from_nothing(f.of_all("trips", task, "observed_length", "p50")),
            words(task),
            same(percent(f.last("trips", task, "observed_length", "p50"))),
            task,
            dots=True,
        )
        for task in f.tasks
    ]
    gap = f.last("trips", HEADLINE_TASK, "longest_gap_m", "p50")
    some = f.last(*path, "p50") > 0
    says = words(
        "walks_says" if some else "walks_says_few", n=f.n, share=percent(f.last(*path, "p50")),
        gap="—" if gap is None else f"{gap:,.0f}",
        unseen=percent(f.last("trips", HEADLINE_TASK, "unseen_trips")),
    )  # fmt: skip
    drawn = f.chart(
        "walks_axis", share_axis(high, *(c.y for c in curves)), curves,
        [Band(f.x_from_nothing, low, high, HEADLINE_TASK)],
    )  # fmt: skip
    return Section("typical", says, [words("walks_note", walks=f"{count:,}")], [drawn])


def tracked(f: Figures) -> Section | None:
    """Median share of the time of typical walks on which a track holds, live and afterwards."""
    if f.last("trips", HEADLINE_TASK, "tracked_live", "p50") is None:
        return None
    curves = []
    for task in (task for task in f.tasks if task in (HEADLINE_TASK, "identify")):
        for kind in ("live", "afterwards"):
            path = ("trips", task, f"tracked_{kind}", "p50")
            if f.last(*path) is None:
                continue
            label = words(kind, task=words(task))
            style = task if kind == "live" else f"{task} dashed"
            y = f.from_nothing(f.of_all(*path))
            value = same(percent(f.last(*path)))
            curves.append(Curve(f.x_from_nothing, y, label, value, style, dots=True))
    says = words(
        "tracked_says", n=f.n,
        live=percent(f.last("trips", HEADLINE_TASK, "tracked_live", "p50")),
        afterwards=percent(f.last("trips", HEADLINE_TASK, "tracked_afterwards", "p50")),
    )  # fmt: skip
    rates = [
        (words(task), f.setting("tracking", "hit_rate", task))
        for task in (HEADLINE_TASK, "identify")
    ]
    live = f"live_by {f.setting('tracking', 'live_by')}"
    note = words(
        "tracked_note",
        walks=f"{f.last('trips', HEADLINE_TASK, 'tracked_live', 'n'):,}",
        hits=[
            joint.join(f"{name[at].lower()} {percent(rate)}" for name, rate in rates)
            for at, joint in enumerate((", ", "、"))
        ],
        memory=plain(f.setting("tracking", "memory_s")),
        live=words(live if live in WORDS else "live_by person"),
    )
    drawn = f.chart("tracked_axis", share_axis(*(c.y for c in curves)), curves)
    return Section("tracked", says, [note], [drawn])


def hiding(f: Figures) -> Section | None:
    """Residents behind the same unseen streets, with the spread over residents."""
    path = ("anonymity", "neighbours")
    if f.last(*path, "p50") is None or f.first(*path, "p50") is None:
        return None
    low, middle, high = (f.of_all(*path, name) for name in ("p10", "p50", "p90"))
    label, value = words("recognise"), same(number(f.last(*path, "p50")))
    curve = Curve(f.totals, middle, label, value, HEADLINE_TASK, dots=True)

    def least(at_least: float | None) -> list[str]:
        return words("at_least" if at_least else "roughly")

    before = words(
        "hiding_before", n=f.low_n, people=number(middle[0]),
        least=least(f.first(*path, "at_least")),
    )  # fmt: skip
    says = words(
        "hiding_says", n=f.n, people=number(middle[-1]), least=least(f.last(*path, "at_least")),
        before=before if len(middle) > 1 else "", seen=percent(f.last(*path, "door_seen")),
    )  # fmt: skip
    note = words(
        "hiding_note", n=f.n, at_least=percent(f.last(*path, "at_least")),
        homes=f"{f.last(*path, 'n'):,}",
    )  # fmt: skip
    band = Band(f.totals, low, high, HEADLINE_TASK)
    return Section(
        "hiding", says, [note], [f.chart("hiding_axis", count_axis(high), [curve], [band])]
    )


def dark(f: Figures) -> Section | None:
    """Largest connected unseen part by task, and the number of cameras at which it breaks."""
    found = {task: figure(f.run.summary, "percolation", task) for task in f.tasks}
    if any(figure(found[task], "largest_dark_share") is None for task in f.tasks):
        return None
    ranks = _ranks_here(f.run)
    curves = [_dark_curve(f, task, found[task]["largest_dark_share"], ranks) for task in f.tasks]
    critical = {task: critical_of(found[task]) for task in f.tasks}
    marks = [
        Mark(total, same(about(total)), task)
        for task, total in critical.items()
        if task == HEADLINE_TASK and total
    ]
    own = critical[HEADLINE_TASK]
    key = "dark_says_never" if own is None else "dark_says" if own else "dark_says_pieces"
    share = found[HEADLINE_TASK]["largest_dark_share"][-1][1]
    says = words(key, n=f.n, critical=about(own or 0), share=percent(share))
    by_task = [
        [f"{name} {n}" for name, n in zip(words(task), _critical(found[task], f.n), strict=True)]
        for task in f.tasks
    ]
    listed = [joint.join(pair[at] for pair in by_task) for at, joint in enumerate((", ", "、"))]
    drawn = f.chart("dark_axis", share_axis(1.0), curves, marks=marks)
    return Section("dark", says, [words("dark_note", critical=listed)], [drawn])


def _critical(part: Mapping[str, Any], n: str) -> list[str]:
    """Return the cameras that break the unseen network; of many fleets with the band."""
    total, low, high = (part.get(f"critical_total{end}") for end in ("", "_p5", "_p95"))
    own = words("never", n=n) if total is None else same(about(total))
    if low is None:
        return own
    key = "critical_from" if high is None else "critical_band"
    return words(key, own=own, low=about(low), high=about(high or 0))


def _dark_curve(
    f: Figures, task: str, steps: Sequence[Sequence[float]], ranks: NDArray[np.float64]
) -> Curve:
    """Draw a step function of cameras in the area over cameras in the city."""
    count, share = np.array(steps, np.float64).T
    from_total = np.concatenate([[0.0], ranks])[np.minimum(count, len(ranks)).astype(int)]
    x = np.concatenate([np.repeat(from_total, 2)[1:], f.totals[-1:]])
    return Curve(x, np.repeat(share, 2), words(task), same(percent(share[-1])), task)


def _ranks_here(run: RunFolder) -> NDArray[np.float64]:
    """City ranks of the cameras in the study area, ascending: the n-th is the total of n here."""
    ranks = run.heads["rank"].to_numpy(np.float64)[run.heads_here]
    return np.sort(ranks[ranks <= run.totals[-1]])


def ways(f: Figures) -> Section | None:
    """Least-seen walks of a subsample beside those walked, and walks without an unseen way."""
    least = ("trips", HEADLINE_TASK, "least_seen")
    if f.last(*least, SHOWN_STRETCH, "mean") is None:
        return None
    usual = ("trips", HEADLINE_TASK, "observed_length")
    shown: list[tuple[tuple[str, ...], list[str], str]] = [
        (usual, words("ways_usual"), HEADLINE_TASK)
    ]
    shown += [
        ((*least, stretch), words("ways_stretch", stretch=stretch), f"step{k}")
        for k, stretch in enumerate(f.last(*least), start=2)
    ]
    curves = [
        Curve(
            f.x_from_nothing, f.from_nothing(f.of_all(*path, "mean")), label,
            same(percent(f.last(*path, "mean"))), style, dots=True,
        )
        for path, label, style in shown
    ]  # fmt: skip
    none = [
        Curve(
            f.totals, f.of_all("trips", task, "no_unseen_walk"), words(task),
            same(percent(f.last("trips", task, "no_unseen_walk"))), task, dots=True,
        )
        for task in f.tasks
    ]  # fmt: skip
    one = (*least, SHOWN_STRETCH)
    says = words(
        "ways_says", n=f.n, usual=percent(f.last(*usual, "mean")),
        least=percent(f.last(*one, "mean")), least_se=points(f.last(*one, "se")),
        none=percent(f.last("trips", HEADLINE_TASK, "no_unseen_walk")),
        none_se=points(f.last("trips", HEADLINE_TASK, "no_unseen_walk_se")),
    )  # fmt: skip
    note = words(
        "ways_note", walks=f"{f.last(*one, 'n'):,}", all=f"{f.last(*usual, 'n'):,}",
        proven=percent(f.last("trips", HEADLINE_TASK, "least_seen_proven")),
    )  # fmt: skip
    charts = [
        f.chart("ways_axis", share_axis(*(c.y for c in curves)), curves),
        f.chart("ways_none_axis", share_axis(*(c.y for c in none)), none),
    ]
    return Section("ways", says, [note], charts)


def crowd(f: Figures) -> Section | None:
    """How many others share one to four sightings of a person."""
    path = ("anonymity", "unicity")
    known = [k for k in KNOWN_SIGHTINGS if f.last(*path, k) is not None]
    if len(known) < 2:
        return None
    curves = [
        Curve(
            f.totals, f.of_all(*path, k),
            words("crowd_points_1" if k == "1" else "crowd_points", k=k),
            same(number(f.last(*path, k))), f"step{k}", dots=True,
        )
        for k in known
    ]  # fmt: skip
    task = f.last("anonymity", "task") or HEADLINE_TASK
    detail = ("anonymity", "by_task", task, "unicity")
    sample = ("anonymity", "sample")
    people = plain(f.last(*sample, "represented"))
    says = words(
        "crowd_says", n=f.n, k=known[-1], people=people,
        minutes=f"{(f.last(*sample, 'bin_s') or np.nan) / 60:g}",
        one=with_error(f.last(*path, "1"), f.last(*detail, "1", "sharing_se")),
        more=with_error(f.last(*path, known[-1]), f.last(*detail, known[-1], "sharing_se")),
    )  # fmt: skip
    known_hours = f.last(*sample, "hours_known")
    note = words(
        "crowd_note", compared=plain(f.last(*sample, "compared")), people=people, k=known[-1],
        able=percent(f.last(*detail, known[-1], "eligible")),
        hours=["", ""] if known_hours else words("crowd_hours"),
    )  # fmt: skip
    drawn = f.chart("crowd_axis", log_axis(*(c.y for c in curves)), curves)
    return Section("crowd", says, [note], [drawn])


def faces(f: Figures) -> Section | None:
    """Faces a day and false alerts a day, with the range of named cases, on a log axis."""
    path = ("recognition", "cases")
    if any(f.last(*path, case, "false_alerts_per_day") is None for case in CASES):
        return None
    false = {case: f.of_all(*path, case, "false_alerts_per_day") for case in CASES}
    searched = f.of_all("recognition", "faces_per_day")
    value = {case: number(false[case][-1]) for case in CASES}
    right = {case: f.last(*path, case, "alert_is_right") for case in CASES}
    ordered = sorted(share for share in right.values() if share is not None)
    curves = [
        Curve(f.totals, searched, words("faces_searched"), same(number(searched[-1])), "step1",
              dots=True),
        Curve(f.totals, false["middle"], words("faces_false"),
              same(f"{value['middle']} ({value['low']}–{value['high']})"), HEADLINE_TASK,
              dots=True),
    ]  # fmt: skip
    says = words(
        "faces_says", n=f.n, gallery=plain(f.setting("recognition", "gallery")),
        faces=number(searched[-1]), right=chance(right["middle"]),
        right_low=chance(ordered[0] if ordered else None),
        right_high=chance(ordered[-1] if ordered else None), **value,
    )  # fmt: skip
    table = {
        "head": [words("faces_case", n=f.n), words("faces_case_false"), words("faces_case_right")],
        "rows": [[words(case), same(value[case]), same(chance(right[case]))] for case in CASES],
    }
    drawn = f.chart(
        "faces_axis", log_axis(searched, *false.values()), curves,
        [Band(f.totals, false["low"], false["high"], HEADLINE_TASK)],
    )  # fmt: skip
    task = words(f.last("recognition", "task") or "identify")
    return Section("faces", says, [words("faces_note", task=task)], [drawn], table)


def retraced(f: Figures) -> Section | None:
    """How much of a walk can be retraced between identifications; never a headline."""
    path = ("trips", HEADLINE_TASK, "reconstructed")
    if f.last(*path, "mean") is None:
        return None
    tasks = [task for task in f.tasks if f.last("trips", task, "reconstructed", "mean")]
    curves, bands = [], []
    for task in tasks:
        own = ("trips", task, "reconstructed")
        mean, error = f.of_all(*own, "mean"), f.of_all(*own, "se")
        value = same(f"{percent(mean[-1])} ± {points(error[-1])}")
        curves.append(Curve(f.totals, mean, words(task), value, task, dots=True))
        bands.append(Band(f.totals, mean - error, mean + error, task))
    says = words(
        "retraced_says", n=f.n, share=percent(f.last(*path, "mean")),
        error=points(f.last(*path, "se")), sigma=plain(f.setting("trips", "taste")),
    )  # fmt: skip
    note = words("retraced_note", walks=f"{f.last(*path, 'n'):,}")
    drawn = f.chart("retraced_axis", share_axis(*(band.high for band in bands)), curves, bands)
    return Section("retraced", says, [note], [drawn], minor=True)
