"""A brief of a run: one page to quote from, one page of questions to a councillor.

Plain HTML for A4, without script, one language a file. Figures come from the run folder: the
answer, its band by chance, its range over named cases, and how far each assumption moves it, by
which the questions are ordered.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from maps.answer import (
    HEADLINE_TASK,
    SEEN_AT_ALL,
    Doubt,
    answer_of,
    check_answered,
    doubt_of,
    ends_of,
    has_doubt,
    of_a_hundred,
    span,
)
from maps.brief_texts import WORDS
from maps.names import clean_name
from maps.page import class_ends, page_asset, page_facts, page_template
from maps.report_tables import case_name, factor_name, level_name
from maps.run_folder import RunFolder, read_run_folder
from maps.texts import LANGUAGES, closed_up, on_listed_poles, texts_of
from maps.unpublished import ITEMS, WAYS, Item
from sim.atomic_write import replace_text
from sim.errors import InputError
from sim.results.contract import (
    BRIEFS,
    ERROR_OF_BLOCKS,
    FEWEST_FOR_BAND,
    TITLES,
    WITH_BLOCKS,
)

MOST_MOVING = 3
MAY = ("may_sentence", "may_row", "may_bound")
MAY_NOT = ("not_place", "not_police", "not_safe", "not_single", "not_elsewhere")


class Brief(NamedTuple):
    """What was written.

    Attributes
    ----------
    path
        The HTML file.
    whole
        Whether band and range are in it.
    """

    path: Path
    whole: bool


class Effect(NamedTuple):
    """How far one assumption moves the answer.

    Attributes
    ----------
    factor
        A case of `sim bands`, or `WAYS`.
    ends
        At both numbers of cameras of which the headline tells: total, lowest share and its level,
        highest share and its level.
    """

    factor: str
    ends: tuple[tuple[int, float, str, float, str], ...]

    @property
    def size(self) -> float:
        """The greater of the two differences between highest and lowest."""
        return max(high - low for _, low, _, high, _ in self.ends)


def write_brief(folder: Path, language: str, out: Path | None = None) -> Brief:
    """Write the brief of a run.

    Parameters
    ----------
    folder
        Of a finished run.
    language
        "en" or "zh".
    out
        The HTML file; an older one is replaced once the new one is whole. In the run folder by
        default.

    Raises
    ------
    InputError
        The run has no answer: no typical walks, or streets of buses only; or `out` is no HTML
        file in a folder that is there.
    """
    run = read_run_folder(folder)
    check_answered(folder, run.summary)
    target = folder / BRIEFS[language] if out is None else out
    if target.suffix not in (".html", ".htm"):
        raise InputError(f"{target}: a brief is an HTML file; give a name that ends in .html")
    if not target.parent.is_dir():
        raise InputError(f"{target}: there is no folder {target.parent}; make it first")
    replace_text(target, _Page(run, language).html())
    return Brief(target, has_doubt(run.summary))


def effects_of(run: RunFolder) -> list[Effect]:
    """Return how far each assumption moves the answer in a run, the farthest first.

    Those that `sim bands` varied come from its bands.json, if it is of this run's scenario and
    stands in the folder; the run itself says what open subways, indoor and roofed ways do.
    """
    ends = _ends(run)
    found = [*_varied(run, ends), *_ways(run, ends)]
    return sorted(found, key=lambda effect: -effect.size)


def _ends(run: RunFolder) -> tuple[int, int]:
    """Return the numbers of cameras of which the headline tells."""
    first, last = ends_of(run.summary)
    return int(first["total"]), int(last["total"])


def _varied(run: RunFolder, ends: tuple[int, int]) -> Iterator[Effect]:
    """Yield what `sim bands` found, without chance."""
    own = {key: value for key, value in run.manifest["scenario"].items() if key not in TITLES}
    if run.bands is None or run.bands["scenario"] != own:
        return
    rows = {
        (row["factor"], row["total"]): row
        for row in run.bands["decomposition"]
        if (row["task"], row["figure"]) == (HEADLINE_TASK, "answer")
        and row["lowest_level"] is not None
    }
    for factor in dict.fromkeys(factor for factor, _ in rows):
        moved = [rows.get((factor, total)) for total in dict.fromkeys(ends)]
        if None not in moved:
            yield Effect(
                factor,
                tuple(
                    (row["total"], row["lowest"], row["lowest_level"], row["highest"],
                     row["highest_level"])
                    for row in moved if row is not None
                ),
            )  # fmt: skip


def _ways(run: RunFolder, ends: tuple[int, int]) -> Iterator[Effect]:
    """Yield what opening subways, indoor and roofed ways does, if the run says it."""
    moved = []
    for total in dict.fromkeys(ends):
        step = run.summary["steps"][run.totals.index(total)]
        closed = answer_of(step, HEADLINE_TASK)[0]
        opened = answer_of(step, HEADLINE_TASK, ways_open=True)[0]
        if closed is None or opened is None:
            return
        moved.append((total, closed, "closed", opened, "open"))
    yield Effect(WAYS, tuple(moved))


class _Page:
    """One brief in one language."""

    def __init__(self, run: RunFolder, language: str) -> None:
        self.run, self.language, self.place = run, language, LANGUAGES.index(language)
        self.facts = page_facts(run)
        self.city = self.facts["city"][self.place]
        self.effects = effects_of(run)
        self.ordered = any(effect.factor != WAYS for effect in self.effects)

    def html(self) -> str:
        """Return the file."""
        measured, others = self._questions()
        note = "page_note" if self.run.summary["simulated"] else "page_note_real"
        if on_listed_poles(self.run.summary):
            note = "page_note_listed"
        return page_template("brief.html").render(
            style=page_asset("brief.css"),
            language="zh-Hant-HK" if self.language == "zh" else "en",
            say=self._say,
            title=self._say("title", area=self.facts["area"][self.place]),
            badge=texts_of(self.run.summary)["simulated"][self.place],
            headline=self.facts["headline"][self.place],
            note=self.facts["headline_note"][self.place],
            rows=[self._row(total) for total in class_ends(self.run.totals)],
            band="band_own" if self._doubt(_ends(self.run)[1]).own else "band",
            sure=[*(self._say(key, **values) for key, values in self._sure()), *self._blocks()],
            metres=self._metres(),
            may=[self._say(key) for key in MAY],
            may_not=[self._say(key) for key in MAY_NOT],
            moves=[self._moved(effect) for effect in self._most_moving()],
            cite=self.facts["cite"],
            digest=clean_name(self.run.manifest["scenario_digest"], 64),
            sources=self.facts["sources"],
            city=self.city,
            ordered=self.ordered,
            measured=measured,
            others=others,
            said=(self.run.summary.get("plan") or {}).get("name", "").startswith(
                ("as_announced", "announced_")
            ),
            page_note=self._say(note),
        )  # fmt: skip

    def _say(self, key: str, **values: object) -> str:
        said = WORDS[key][self.place].format(**values)
        return closed_up(said) if self.language == "zh" else said

    def _of_100(self, share: float | None) -> str:
        return "—" if share is None else of_a_hundred(share, self.language)

    def _from_to(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return "—"
        return span(low, high, self.language)

    def _band(self, doubt: Doubt) -> str:
        if doubt.p5 is None:
            return "—"
        band = self._from_to(doubt.p5, doubt.p95)
        if doubt.own:
            return band
        return self._say("around", mean=self._of_100(doubt.mean), band=band)

    def _doubt(self, total: int) -> Doubt:
        return doubt_of(self.run.summary, total)

    def _row(self, total: int) -> dict[str, str]:
        """Return a line of the table of the answer."""
        step = self.run.summary["steps"][self.run.totals.index(total)]
        doubt = self._doubt(total)
        cases = [case_name(case)[self.place] for case in (doubt.lowest_case, doubt.highest_case)
                 if case is not None]  # fmt: skip
        return {
            "total": f"{total:,}",
            "answer": self._of_100(answer_of(step, HEADLINE_TASK)[0]),
            "band": self._band(doubt),
            "range": self._from_to(doubt.lowest, doubt.highest),
            "cases": " – ".join(cases),
            "not_seen": self._of_100(answer_of(step, SEEN_AT_ALL)[0]),
            "walked": self._of_100(step["trips"][HEADLINE_TASK].get("unseen_trips")),
        }

    def _sure(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Yield how the band and the range are to be read, or that there are none."""
        doubt = self._doubt(_ends(self.run)[1])
        if doubt.p5 is None:
            yield "sure_one", {}
        else:
            few = "_few" if (doubt.draws or 0) < FEWEST_FOR_BAND else ""
            yield f"sure_{'fleets' if doubt.own else 'seeds'}{few}", {"n": doubt.draws}
        yield "sure_no_range" if doubt.lowest is None else "sure_range", {}

    def _blocks(self) -> Iterator[str]:
        """Yield what is known of the error of walls that are inferred from streets, if any are."""
        if self.run.summary["area"].get("walls") in WITH_BLOCKS:
            yield ERROR_OF_BLOCKS[self.language]

    def _metres(self) -> str:
        """Return how far the cameras of the run recognise, the farthest; a dash without any."""
        ranges = self.run.heads[f"range_{HEADLINE_TASK}"].to_numpy(float)
        return f"{ranges.max():.0f}" if len(ranges) else "—"

    def _most_moving(self) -> list[Effect]:
        return [effect for effect in self.effects if effect.size > 0][:MOST_MOVING]

    def _moved(self, effect: Effect) -> dict[str, str]:
        """Return one assumption and what it does at the ends."""
        name = self._say(WAYS) if effect.factor == WAYS else factor_name(effect.factor)[self.place]
        if effect.size == 0:
            return {"name": name, "does": self._say("moves_not")}
        joint = "; " if self.language == "en" else "；"
        return {"name": name, "does": joint.join(map(self._at, effect.ends, [effect] * 2))}

    def _at(self, end: tuple[int, float, str, float, str], effect: Effect) -> str:
        total, low, low_level, high, high_level = end
        if low == high:
            return self._say("moves_not_at", n=f"{total:,}")
        ways = effect.factor == WAYS
        levels = [
            self._say(f"ways_{level}") if ways else level_name(level)[self.place]
            for level in (low_level, high_level)
        ]
        return self._say(
            "moves_at", n=f"{total:,}", low=self._of_100(low), high=self._of_100(high),
            low_level=levels[0], high_level=levels[1],
        )  # fmt: skip

    def _questions(self) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """Return the questions that move the answer, the farthest first, and the others.

        Where nobody measured it they are all asked in their own order.
        """
        if not self.ordered:
            return [self._asked(item) for item in ITEMS], []
        place = {effect.factor: n for n, effect in enumerate(self.effects)}
        moving = sorted(
            (item for item in ITEMS if item.factor in place), key=lambda item: place[item.factor]
        )
        others = [item for item in ITEMS if item.factor not in place]
        return [self._asked(item) for item in moving], [self._asked(item) for item in others]

    def _asked(self, item: Item) -> dict[str, str]:
        effects = [effect for effect in self.effects if effect.factor == item.factor]
        return {
            "question": item.question[self.place].format(last=f"{_ends(self.run)[1]:,}"),
            "effect": self._moved(effects[0])["does"] if effects else "",
            "assumed": item.stands_in[self.place],
            "who": item.who[self.place],
        }
