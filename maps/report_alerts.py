"""Sections on alerts, wrongful stops and oversight, from summary.json; sentences for the page too.

The range over named cases stands before the middle case; what the police state stands beside it
with what it says nothing for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maps.charts import Pair
from maps.numbers import chance, number, percent, plain
from maps.report_figures import Figures, Section, same
from maps.report_texts import words
from maps.stops import (
    CLAIM,
    COUNTED,
    alerts_sentences,
    logs_sentence,
    power_of,
    regimes_sentence,
)


def alert_sections(f: Figures) -> Iterator[Section]:
    """Yield the sections, none for a run of before there were such figures or without walks."""
    step = f.run.summary["steps"][-1]
    if not step.get("alerts"):
        return
    yield alerts(f, step["alerts"])
    oversight = f.run.summary.get("oversight")
    if oversight:
        yield regimes(f, oversight)
        yield logs(f, oversight)


def alerts(f: Figures, found: dict[str, Any]) -> Section:
    """Return wrongful stops a year at the largest total, by who reads faces."""
    says, *notes = alerts_sentences(f.run.summary)
    rows = [
        [
            words(f"alerts {who}"), same(number(found["searched"][who]["faces_per_day"])),
            *(same(number(ends[end])) for end in ("lowest", "middle", "highest")),
        ]
        for who, ends in found["wrongful_stops"].items()
    ]  # fmt: skip
    head = [
        words("alerts_who", n=f.n),
        *(words(f"alerts_{name}") for name in ("faces", "lowest", "middle", "highest")),
    ]
    if found["wrongful_stops"][CLAIM]["highest"] > 0:
        notes.append(_people(found["middle"]))
    table = {"head": head, "rows": rows}
    return Section("alerts", says, [*notes, words("alerts_note")], [], table)


def _people(middle: dict[str, Any]) -> Pair:
    """Return whom wrongful and right stops befall in the middle case."""
    return words(
        "alerts_people", listed=number(middle["listed"]), once=chance(middle["right"]["stop_once"]),
        people=_from_to(middle["people_fewest"], middle["people_most"]),
        found=_from_to(middle["found_fewest"], middle["found_most"]),
    )  # fmt: skip


def _from_to(low: float, high: float) -> list[str]:
    written = number(low), number(high)
    return same(written[0]) if written[0] == written[1] else [" to ".join(written),
                                                               " 至 ".join(written)]  # fmt: skip


def regimes(f: Figures, oversight: dict[str, Any]) -> Section:
    """Return four regimes side by side."""
    says = regimes_sentence(f.run.summary)
    rows = [
        [
            words(f"regime {row['regime']}"), same(percent(row["tracked_live"])),
            same(percent(row["tracked_afterwards"])), same(number(row["wrongful_stops"])),
            same(f"{number(row['lowest'])}–{number(row['highest'])}"),
        ]
        for row in oversight["regimes"]
    ]  # fmt: skip
    head = [
        words("regimes_rule", n=f.n),
        *(words(f"regimes_{name}") for name in ("live", "afterwards", "stops", "range")),
    ]
    return Section("regimes", says, [words("regimes_note")], [], {"head": head, "rows": rows})


def logs(f: Figures, oversight: dict[str, Any]) -> Section:
    """Return by what is logged how surely one misuser is found."""
    audit, power = oversight["audit"], power_of(oversight)
    months = list(power[COUNTED])
    head = [
        words("logs_logged"),
        *(words("logs_month" if m == 1 else "logs_months", n=m) for m in months),
    ]
    rows = [
        [words(f"log {name}"), *(same(chance(found[m])) for m in months)]
        for name, found in power.items()
    ]
    note = words(
        "logs_note", searches=plain(audit["searches"]), alarm=percent(audit["false_alarm"]),
        checked=plain(round(1 / audit["checked"])),
    )  # fmt: skip
    return Section("logs", logs_sentence(f.run.summary), [note], [], {"head": head, "rows": rows})
