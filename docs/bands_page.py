"""Writes the figures of docs/bands.md: `python docs/bands_page.py BANDS.json FACTORIAL.json`.

The first file is what `sim bands scenarios/as_announced.yaml --seeds 20` leaves behind, the second
what the same with `--factorial --cases strategy,street_share --seeds 5` does. A test runs both
commands again and compares the page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maps.answer import of_a_hundred

PAGE = Path(__file__).parent / "bands.md"
BEGIN, END = "<!-- written by docs/bands_page.py -->", "<!-- end of what it writes -->"
Content = Mapping[str, Any]


def block(content: Content, factorial: Content) -> str:
    """Return what stands between the marks on the page."""
    return "\n\n".join([_sentence(content), _assumptions(content), _together(factorial)])


def _rows(content: Content, name: str) -> list[Content]:
    return [
        row
        for row in content[name]
        if (row["task"], row["figure"]) == ("recognise", "answer")
    ]  # fmt: skip


def _whole(share: float) -> str:
    """Return so many of 100; the tables are narrow, so it is a sign for fewer than one."""
    said = of_a_hundred(share, "en")
    return {"fewer than 1": "<1", "more than 99": ">99"}.get(said, said)


def _sentence(content: Content) -> str:
    said = []
    for total in (4_000, 60_000):
        (chance,) = (row for row in _rows(content, "chance") if row["total"] == total)
        (spread,) = (row for row in _rows(content, "range") if row["total"] == total)
        mean, p5, p95, low, high = (
            of_a_hundred(share, "en")
            for share in (*(chance[key] for key in ("mean", "p5", "p95")), spread["lowest"],
                          spread["highest"])
        )  # fmt: skip
        said.append(f"{mean} ({p5} to {p95} by chance; {low} to {high} over the named cases)")
    return (
        "**In the core of Mong Kok, under the [announced plan](plan.md), so many of 100 everyday "
        "walks could still be made\nwithout being recognised, by someone who knew every camera of "
        f"the plan:\nat 4,000 cameras {said[0]},\nat 60,000 cameras {said[1]}.**\n"
        "Quote the range of scenarios, with its cases named."
    )


def _assumptions(content: Content) -> str:
    totals = [row["total"] for row in _rows(content, "chance")]
    lines = [
        "## What each assumption does",
        "",
        "Walks of 100 that could still be made without being recognised, by someone who knew every "
        "camera of the\nplan (`sim bands scenarios/as_announced.yaml --seeds 20`). Each line "
        "varies one assumption and gives the lowest\nand the highest mean over 20 seeds, and which "
        "level has it.",
        "",
        "| assumption | " + " | ".join(f"{total:,} cameras" for total in totals) + " |",
        "|---|" + "---|" * len(totals),
        _line("the plan as announced", [_whole(row["mean"]) for row in _rows(content, "chance")]),
        _line(
            "by chance (5–95 %)",
            [f"{_whole(row['p5'])}–{_whole(row['p95'])}" for row in _rows(content, "chance")],
        ),
    ]
    lines += [_line(f"`{factor}`", _ends(content, factor)) for factor in content["factors"]]
    lines.append(
        _line(
            "range of all",
            [f"{_whole(row['lowest'])}–{_whole(row['highest'])}"
             for row in _rows(content, "range")],
        )
    )  # fmt: skip
    return "\n".join(lines)


def _ends(content: Content, factor: str) -> list[str]:
    """Return the lowest and the highest mean over the levels of a factor, at each total."""
    rows = [row for row in _rows(content, "decomposition") if row["factor"] == factor]
    return [
        f"{_whole(row['lowest'])} ({row['lowest_level']}) – "
        f"{_whole(row['highest'])} ({row['highest_level']})"
        if row["highest"] > row["lowest"]
        else "no difference"
        for row in rows
    ]


def _together(content: Content) -> str:
    """Return two assumptions varied together, and what each makes of the variance."""
    strategies, shares = (content["factors"][name]["levels"] for name in
                          ("strategy", "street_share"))  # fmt: skip
    base = {name: content["factors"][name]["scenario"] for name in ("strategy", "street_share")}
    means = {
        (row["changes"].get("strategy", base["strategy"]),
         row["changes"].get("street_share", base["street_share"]), row["total"]): row["mean"]
        for row in _rows(content, "cases")
    }  # fmt: skip
    totals = [row["total"] for row in _rows(content, "chance")]
    own = {(*base.values(), row["total"]): row["mean"] for row in _rows(content, "chance")}
    means = {**own, **means}
    lines = [
        "## Two assumptions together",
        "",
        "The same figure, mean over 5 seeds: `sim bands scenarios/as_announced.yaml --factorial "
        "--cases\nstrategy,street_share --seeds 5`.",
        "",
        "| strategy, street share | " + " | ".join(f"{total:,}" for total in totals) + " |",
        "|---|" + "---:|" * len(totals),
    ]
    for strategy in strategies:
        for share in sorted(shares, key=("low", "middle", "high").index):
            cells = [_whole(means[strategy, share, total]) for total in totals]
            lines.append(_line(f"{strategy}, {share}", cells))
    parts = {row["factor"]: row["share_of_variance"] for row in _rows(content, "decomposition")
             if row["total"] == 60_000}  # fmt: skip
    street, place, chance, both = (
        f"{100 * parts[name]:.0f} %"
        for name in ("street_share", "strategy", "seed", "factors together")
    )
    last = [mean for (_, _, total), mean in means.items() if total == 60_000]
    lines += [
        "",
        f"Together they reach further than one at a time: at 60,000 cameras from "
        f"{of_a_hundred(min(last), 'en')} to {of_a_hundred(max(last), 'en')} of 100.",
        "",
        f"Of the variance over these cells at 60,000 cameras, street share makes {street}, "
        f"strategy {place}, both together beyond\ntheir sum {both}, and seeds {chance}.",
        "",
        "These shares are those of a balanced analysis of variance in which each level counts "
        "alike. They say how\nmuch a case matters *over the levels named*, not how likely any is: "
        "another list of levels gives others.",
    ]
    return "\n".join(lines)


def _line(name: str, cells: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def on_page() -> str:
    """Return what stands between the marks on the page now."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


if __name__ == "__main__":
    found = [json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:3]]
    above, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    below = rest.partition(END)[2]
    PAGE.write_text(f"{above}{BEGIN}\n\n{block(*found)}\n\n{END}{below}", encoding="utf-8")
