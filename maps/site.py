"""A folder for any static host: an index of runs, each with its picture, sentence and pages.

It reads run folders, copies the pages that they hold and writes one index of plain HTML, in both
languages, without script. Links are relative, so the folder may stand anywhere; nothing in it asks
for anything beyond it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from markupsafe import Markup

from maps.answer import answer_of, band_words, doubt_of, is_answered, of_a_hundred, span
from maps.numbers import percent
from maps.page import HEADLINE_TASK, page_asset, page_facts, page_template, picture_of
from maps.run_folder import RunFolder, read_run_folder
from maps.texts import LANGUAGES, closed_up, text, texts_of
from sim.atomic_write import FolderKind, replace_folder
from sim.errors import InputError

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""The index runs no script and asks for nothing."""
MARK = "site.txt"
MARKED = "Written by `sim site`, which may write this folder anew.\n"
"""A folder that holds it was written here, and may be replaced."""
_FOLDER = re.compile(r"[a-z0-9][a-z0-9-]*")
"""What the folder of a run may be called."""
PAGES = ("map.html", "report.html")
MOST_RUNS = 200
LONGEST_FOLDER = 60
WORDS = {
    "title": (
        "How many walks can still be made unrecognised?",
        "還有多少路程，走完全程也不會被認出？",
    ),
    "lead": (
        "Simulations of walking under cameras. Each card is one run: open its map to move the "
        "number of cameras and to try a walk of your own, or its report for every figure.",
        "在鏡頭下步行的模擬。每張卡為一次模擬：打開地圖，可改變鏡頭數目、試走自己的路程；打開報告，"
        "可看所有數字。",
    ),
    "map": ("Open the map", "打開地圖"),
    "report": ("Read the report", "閱讀報告"),
    "picture": (
        "Streets at {high} cameras: thick where nobody could be recognised, thin where one could "
        "be, dashed where only with more than {low} cameras",
        "有 {high} 個鏡頭時的街道：粗線的不會被認出，幼線的可能被認出，虛線的多於 {low} 個鏡頭時"
        "才會",
    ),
    "scenario": ("Settings “{name}”, seed {seed}", "模擬設定：「{name}」，隨機種子 {seed}"),
    "beside": ("Side by side", "並排比較"),
    "beside_means": (
        "Of 100 everyday walks, those that can be made without being recognised by someone who "
        "knew every camera of the plan, and what other placements, just as likely, give; below it, "
        "the street length on which a face turned towards the camera could be recognised, and the "
        "median of typical walks.",
        "每 100 程日常步行，清楚計劃中每個鏡頭位置的人可走完全程也不被認出的程數，及同樣數目、換成"
        "其他同樣可能的位置時的範圍；下方為走過時面向鏡頭便可能被認出的街道比例，以及一般路程的中位數。",
    ),
    "streets": ("streets", "街道"),
    "over": ("over the named cases {range}", "各種情況之間 {range} 程"),
    "run": ("Run", "模擬"),
    "cameras": ("{n} cameras", "{n} 個鏡頭"),
    "walk": ("walk", "路程"),
    "sources": ("Sources", "資料來源"),
    "network": (
        "These pages send and store nothing. Nothing here is evidence of any camera or of any "
        "person.",
        "這些網頁不傳送、不儲存任何資料，亦不能用作任何鏡頭或任何人的證據。",
    ),
}  # fmt: skip
"""Words of the index as (English, Chinese)."""


def write_site(run_folders: Sequence[Path], out: Path) -> Path:
    """Write an index of finished runs with copies of their pages; return the path of the index.

    Parameters
    ----------
    run_folders
        Folders that `sim run` has finished, in the order of the index.
    out
        Folder to write: a new one, an empty one, or one that this function wrote before, which is
        replaced once the new one is whole.

    Raises
    ------
    InputError
        A folder that is not a finished run or has no pages; an `out` that holds something else.
    """
    out = Path(out)
    if not 1 <= len(run_folders) <= MOST_RUNS:
        raise InputError(f"{len(run_folders)} runs; give 1 to {MOST_RUNS}")
    names = _folder_names(run_folders)
    with replace_folder(out, SITE_FOLDER) as new:
        cards = []
        for folder, name in zip(map(Path, run_folders), names, strict=True):
            cards.append(_card(read_run_folder(folder), name))
            _copy_pages(folder, new / name)
        _write(new / "index.html", _index(cards))
        _write(new / MARK, MARKED)
    return out / "index.html"


def _owns(parts: tuple[str, ...]) -> bool:
    """Return whether `write_site` writes a file or folder of that path."""
    if len(parts) == 1:
        return parts[0] in ("index.html", MARK) or _FOLDER.fullmatch(parts[0]) is not None
    return len(parts) == 2 and parts[1] in PAGES and _FOLDER.fullmatch(parts[0]) is not None


def _is_site(folder: Path) -> bool:
    """Return whether a folder holds the mark of a site, and pages alone in its folders."""
    with suppress(OSError):
        below = [path for path in folder.iterdir() if path.name not in ("index.html", MARK)]
        return (folder / MARK).read_bytes() == MARKED.encode() and all(
            path.is_dir() and not path.is_symlink() and any(path.iterdir()) for path in below
        )
    return False


SITE_FOLDER = FolderKind("a site", _owns, _is_site)
"""A site replaces an earlier site and nothing else."""


def _folder_names(run_folders: Sequence[Path]) -> list[str]:
    """Return a folder name for each run that any host and any address can carry."""
    names: list[str] = []
    for folder in run_folders:
        plain = re.sub(r"[^a-z0-9]+", "-", Path(folder).resolve().name.lower()).strip("-")
        name = plain[:LONGEST_FOLDER] or "run"
        same = sum(re.fullmatch(rf"{re.escape(name)}(?:-\d+)?", other) is not None
                   for other in names)  # fmt: skip
        candidate = name if not same else f"{name}-{same + 1}"
        while candidate in names:
            same += 1
            candidate = f"{name}-{same + 1}"
        names.append(candidate)
    return names


def _copy_pages(folder: Path, target: Path) -> None:
    target.mkdir()
    for page in PAGES:
        if not (folder / page).is_file():
            raise InputError(f"{folder}: no {page}; write it with `sim map {folder}`")
        shutil.copyfile(folder / page, target / page)


def _card(run: RunFolder, name: str) -> dict[str, Any]:
    """Return what the index shows of one run."""
    facts = page_facts(run)
    low, high = (f"{end:,}" for end in facts["ends"])
    scenario = [words.format(name=facts["scenario"], seed=facts["seed"])
                for words in WORDS["scenario"]]  # fmt: skip
    return {
        "folder": name,
        "facts": facts,
        "answered": is_answered(run.summary),
        "over": dict(zip(("low", "high"), (_over(run, n) for n in facts["ends"]), strict=True)),
        "picture": Markup(picture_of(run, f"of-{name}")),
        "pictured": [words.format(low=low, high=high) for words in WORDS["picture"]],
        "simulated": texts_of(run.summary)["simulated"],
        "scenario": scenario,
        "steps": {step["total"]: _shares(run, step) for step in run.summary["steps"]},
    }


def _over(run: RunFolder, total: int) -> list[str] | None:
    """Return the range of the answer over the named cases in words, where it is known."""
    doubt = doubt_of(run.summary, total)
    if doubt.lowest is None or doubt.highest is None:
        return None
    ends = [span(doubt.lowest, doubt.highest, language) for language in LANGUAGES]
    english, chinese = (words.format(range=end)
                        for words, end in zip(WORDS["over"], ends, strict=True))  # fmt: skip
    return [english, closed_up(chinese)]


def _shares(run: RunFolder, step: dict[str, Any]) -> dict[str, Any]:
    """Return what the table of runs says of one total."""
    seen = step["coverage"][HEADLINE_TASK]
    walks = step["trips"][HEADLINE_TASK]["observed_length"]
    share, doubt = answer_of(step, HEADLINE_TASK)[0], doubt_of(run.summary, step["total"])
    said: dict[str, list[str]] = {}
    answered = share if is_answered(run.summary) else None
    of_hundred = () if answered is None else (of_a_hundred(answered, one) for one in LANGUAGES)
    for language, words in zip(LANGUAGES, of_hundred, strict=False):  # none without an answer
        of = text("answer_of", language, of=words)
        said.setdefault("answer", []).append(closed_up(of))
        if band := band_words(doubt, language):
            said.setdefault("band", []).append(band)
    return {
        **said,
        "seen": percent(seen),
        "width": f"{100 * seen:.1f}",
        "walk": percent(walks["p50"]) if walks["n"] else "",
    }


def _shared_totals(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the totals that every run knows, where there are runs to compare."""
    if len(cards) < 2:
        return []
    shared = set.intersection(*(set(card["steps"]) for card in cards))
    return [
        {"total": total, "words": [words.format(n=f"{total:,}") for words in WORDS["cameras"]]}
        for total in sorted(shared)
    ]


def _index(cards: list[dict[str, Any]]) -> str:
    sources = dict.fromkeys(source for card in cards for source in card["facts"]["sources"])
    return page_template("site.html").render(
        policy=POLICY,
        style=page_asset("site.css"),
        cards=cards,
        totals=_shared_totals(cards),
        words=WORDS,
        sources=sources,
    )


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
