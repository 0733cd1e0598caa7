"""What was substituted, guessed or left out before a figure was made, where the reader sees it.

One list for the closing table, the map's foot and the report: sentences in English and Chinese,
made of the counts that every stage keeps in its report. A stage that works as asked adds none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.cameras.hours import PIXEL_FACTORS
from sim.cameras.tasks import Hours
from sim.city.model import City
from sim.city.roofs import without
from sim.results.contract import ERROR_OF_BLOCKS, WITH_BLOCKS
from sim.trips.model import Trips
from sim.wording import counted

LEFT_OUT_KM = 0.5
"""Streets left out are told from this length on."""


class Note(NamedTuple):
    """A sentence in two languages."""

    en: str
    zh: str


def notes(
    city: City,
    trips: Trips,
    people: int,
    cameras: Mapping[str, int] | None = None,
    hours: Hours = "day",
) -> list[dict[str, str]]:
    """Return what the reader of the figures should know, each {"en": …, "zh": …}.

    Parameters
    ----------
    city
        As simulated.
    trips
        As simulated.
    people
        Asked for in the scenario.
    cameras
        Counts of the fleet's report.
    hours
        At which cameras look.
    """
    found = [
        *_of_hours(hours),
        *_of_walls(city),
        *_of_trees(city),
        *_of_places(city),
        *_of_streets(city),
        *_of_cameras(cameras or {}),
        *_of_sites(cameras or {}),
        *_of_masks(city),
        *_of_trips(trips, people),
    ]
    return [note._asdict() for note in found]


def _of_hours(hours: Hours) -> Iterator[Note]:
    factor = PIXEL_FACTORS[hours]
    if factor != 1:
        yield Note(
            f"By night: every task, and software, needs {factor:g} times the pixels that it needs "
            "by day (assumption).",
            f"以夜間計：每項清晰度和軟件所需的像素均為日間的 {factor:g} 倍（假設）。",
        )


def _of_walls(city: City) -> Iterator[Note]:
    kind, report = city.walls.kind, city.walls.report
    if kind == "blocks":
        yield Note(
            "No building is mapped here: all façades are inferred from the streets.",
            "此區沒有建築物資料，外牆全部按街道推算。",
        )
    if kind == "mixed":
        km2 = report.get("unmapped_km2", 0.0)
        yield Note(
            f"On {km2:.1f} km² beside dense streets hardly a building is mapped: façades are "
            "inferred there from the streets.",
            f"約 {km2:.1f} 平方公里的密集街道旁幾乎沒有建築物資料，外牆按街道推算。",
        )
    if kind in WITH_BLOCKS:
        yield Note(**ERROR_OF_BLOCKS)
    mapped = int((city.walls.footprints["kind"] == "footprint").sum())
    unknown = mapped - int(city.walls.footprints["height"].notna().sum())
    if mapped and unknown:
        yield Note(
            f"Without a known height, so taller than any camera: {unknown:,} of "
            f"{counted(mapped, 'mapped building')}.",
            f"{mapped:,} 座建築物中有 {unknown:,} 座高度不明，當作比任何鏡頭都高。",
        )
    yield from _of_outlines(city.provenance.get("left_out_while_reading") or {})


def _of_trees(city: City) -> Iterator[Note]:
    count = len(city.crown_arrays.x)
    if count:
        yield Note(
            f"The crowns of {counted(count, 'tree')} hide what is behind them: opaque all year, "
            "as large as species and trunk make likely (assumption). The fields of view drawn on "
            "the map are "
            "without them.",
            f"{count:,} 棵樹的樹冠遮擋其後的視線：全年不透明，大小按樹種和樹幹推算（假設）。"
            "地圖所繪的視野不計樹冠。",
        )


def _of_outlines(counts: Mapping[str, float]) -> Iterator[Note]:
    cut = int(counts.get("buildings_cut_or_crossing", 0))
    gone = int(counts.get("buildings_without_outline", 0))
    if cut or gone:
        yield Note(
            f"Buildings whose outline the map holds only in part: {cut:,} drawn as far as it goes, "
            f"{gone:,} left out.",
            f"{cut:,} 座建築物的輪廓不完整，只畫出已知部分；另有 {gone:,} 座未能畫出。",
        )


def _of_places(city: City) -> Iterator[Note]:
    yield from _of_given_places(city.provenance.get("left_out_while_reading") or {})
    said = city.provenance.get("assumptions") or []
    in_chinese = {
        "homes:": "住處並無資料，按街道平均分佈（見英文說明）。",
        "offices:": "辦公地點資料不足，按街道平均分佈（見英文說明）。",
    }
    for text in said:
        for prefix, chinese in in_chinese.items():
            if text.startswith(prefix):
                yield Note(f"{text[0].upper()}{text[1:]}.", chinese)


def _of_given_places(counts: Mapping[str, float]) -> Iterator[Note]:
    given = int(counts.get("places_given", 0))
    same, outside = (
        int(counts.get(f"places_{what}", 0)) for what in ("mapped_and_given", "outside")
    )
    rows = int(sum(n for name, n in counts.items() if name.startswith("places_left_out_")))
    if given:
        yield Note(
            f"{counted(given, 'place is', 'places are')} of a file that was given ({outside:,} "
            "beyond "
            f"the streets; rows left out: {rows:,}); places on the map taken for one of them: "
            f"{same:,}.",
            f"{given:,} 個地點來自用戶檔案（{outside:,} 個在街道範圍外；{rows:,} 行未有採用）；"
            f"地圖上 {same:,} 個地點視為相同。",
        )


def _of_streets(city: City) -> Iterator[Note]:
    km = {
        "private": city.streets.report.get("dropped_private_km", 0.0),
        "unconnected": city.streets.report.get("dropped_unconnected_km", 0.0),
        "far from their junctions": city.streets.report.get("dropped_far_from_junctions_km", 0.0),
    }
    told = {reason: length for reason, length in km.items() if length >= LEFT_OUT_KM}
    if told:
        words = ", ".join(f"{length:.1f} km {reason}" for reason, length in told.items())
        total = sum(told.values())
        yield Note(
            f"Streets left out: {words}.",
            f"沒有計算的街道共 {total:.1f} 公里（私家路、不相連或資料不符）。",
        )


LEANT_TO: Mapping[str, Note] = MappingProxyType(
    {
        "points": Note("points to watch", "個指定地點"),
        "transit": Note("stations and exits", "個車站及出口"),
        "places": Note("places named", "個所列地點"),
    }
)
"""What strategies that rank by distance lean towards."""


def _of_cameras(counts: Mapping[str, int]) -> Iterator[Note]:
    for name, (what, in_chinese) in LEANT_TO.items():
        spots = counts.get(f"{name}_watched", 0)
        if spots:
            half, farthest = counts[f"{name}_half_within_m"], counts[f"{name}_farthest_m"]
            yield Note(
                f"Of the simulated cameras, half stand within {half:,} m of one of the {spots:,} "
                f"{what}, the farthest {farthest:,} m away.",
                f"半數模擬鏡頭距離 {spots:,} {in_chinese}之一不超過 {half:,} 米，最遠的相距 "
                f"{farthest:,} 米。",
            )


def _of_sites(counts: Mapping[str, int]) -> Iterator[Note]:
    """Yield what listed poles and zones leave of the places for cameras."""
    left = counts.get("sites_left", 0)
    if "poles_listed" in counts:
        reasons = {
            "outside the region": ("poles_elsewhere", "在模擬範圍外"),
            "more than 60 m from every street": ("poles_off_streets", "距離街道超過 60 米"),
            "inside buildings": ("poles_in_buildings", "在建築物內"),
        }
        gone = {words: counts[key] for words, (key, _) in reasons.items() if counts[key]}
        told = "; ".join(f"{count:,} {words}" for words, count in gone.items())
        in_chinese = "；".join(
            f"{counts[key]:,} 支{words}" for key, words in reasons.values() if counts[key]
        )
        moved = counts.get("poles_moved", 0)
        yield Note(
            f"Simulated cameras hang on {left:,} of {counted(counts['poles_listed'], 'pole')} "
            "listed, "
            f"and nowhere else{f' (left out: {told})' if told else ''}; moved out of inferred "
            f"blocks to their street: {moved:,}. Of listed poles there are "
            "statistics alone, no way and no list of cameras.",
            f"模擬鏡頭只掛在名單上 {counts['poles_listed']:,} 支燈柱中的 {left:,} 支"
            f"{f'（未採用：{in_chinese}）' if in_chinese else ''}；由推算街區移到街上的有 "
            f"{moved:,} 支；只提供統計，不提供路線或鏡頭名單。",
        )
    gone_to_zones = counts.get("sites_excluded", 0)
    if gone_to_zones:
        yield Note(
            f"Of {counted(gone_to_zones + left, 'place')} for simulated cameras, those in zones "
            f"kept free carry none: {gone_to_zones:,}. Cameras further away may still see into "
            "the zones.",
            f"{gone_to_zones:,} 個位置在不設鏡頭的範圍內；餘下 {left:,} 個。範圍外的鏡頭仍可能"
            "看到裡面。",
        )


def _of_masks(city: City) -> Iterator[Note]:
    if city.masked is None:
        return
    hidden = without(city.streets.arrays, city.masked)
    left = np.hypot(
        hidden.segment_x1 - hidden.segment_x0, hidden.segment_y1 - hidden.segment_y0
    ).sum()
    km = max(city.streets.length_km - float(left) / 1000, 0.0)
    yield Note(
        f"What cameras see on {km:.1f} km of masked streets (halo included) is cut out.",
        f"鏡頭在 {km:.1f} 公里遮蔽街道（連外圍）上所見的一律刪去。",
    )


def _of_trips(trips: Trips, people: int) -> Iterator[Note]:
    report = trips.report
    if not people:
        yield Note(
            "Nobody walks (people: 0): there are no figures of everyday walks.",
            "設定中沒有行人（people: 0），所以沒有一般路程的數字。",
        )
    if report.get("instead_home-office"):
        yield Note(
            "No station and no market is known here: people walk from home to office instead.",
            "此區沒有車站和街市資料，行人改為由住處走到辦公地點。",
        )
    if trips.unreachable:
        yield Note(
            f"{counted(trips.unreachable, 'walk')} without a way on foot left out.",
            f"{trips.unreachable:,} 段路程沒有步行路線，未有計算。",
        )
    dates = report.get("own_dates_without_time_of_day")
    if dates:
        yield Note(
            f"Moments of the walks given that are dates without a time of day: {dates:,.0f}. They "
            "put points in order; the hour of departure is not known.",
            f"用戶路程中有 {dates:,.0f} 個時間只有日期：只用作排序，出發時刻不詳。",
        )
    for name, count in report.items():
        if name.startswith("left_out_") and count:
            who = name.removeprefix("left_out_").replace("_", " ")
            yield Note(
                f"Walks or people ({who}) missing, with no place here to go to: {count:,.0f}.",
                f"{count:,.0f} 個行程或行人（{who}）在此區沒有可去的地方，未有計算。",
            )
        if name.startswith("replaced_") and count:
            what = name.removeprefix("replaced_").replace("_", " ")
            yield Note(
                f"{counted(round(count), 'walk goes', 'walks go')} elsewhere, because no such "
                "place is "
                f"known here: {what}.",
                f"{count:,.0f} 個行程因此區沒有該類地點而改往別處（{what}）。",
            )
