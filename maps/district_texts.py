"""Words of the part of a page that sets the districts of a city side by side, in both languages."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "walks_lead": (
        "Of 100 everyday walks that begin in a district, how many could still be made without "
        "being recognised once, by someone who knew every camera of the plan. Most at {high} "
        "cameras first. Curves run from {first} to {last} cameras and from 0 to {top} of "
        "100; the grey one is the whole of {area}.",
        "由每區出發的每 100 程日常步行，有多少程走完全程也不會被認出，只要步行者清楚計劃中每個"
        "鏡頭的位置。{high} 個鏡頭時餘下最多的排先。曲線由 {first} 個鏡頭畫到 {last} 個，由 0 程"
        "畫到 {top} 程；灰色一條是{area}整體。",
    ),
    "walks_lead_real": (
        "Of 100 everyday walks that begin in a district, how many could still be made without "
        "being recognised once, by someone who knew every camera. Most at {high} cameras first. "
        "Curves run from {first} to {last} cameras and from 0 to {top} of 100; the grey one is the "
        "whole of {area}.",
        "由每區出發的每 100 程日常步行，有多少程走完全程也不會被認出，只要步行者清楚每個鏡頭的"
        "位置。{high} 個鏡頭時餘下最多的排先。曲線由 {first} 個鏡頭畫到 {last} 個，由 0 程畫到 "
        "{top} 程；灰色一條是{area}整體。",
    ),
    "walks_sure": (
        "±: 19 times of 20, as many other walks drawn at random would give a figure so near. Where "
        "cameras hang is one simulated placement; another would move the figures too.",
        "±：若另外隨機抽出同樣多的路程，二十次有十九次相差在此範圍內。鏡頭位置是一種模擬分佈，"
        "換一種分佈，數字也會改變。",
    ),
    "walks_sure_fleets": (
        "Means of {fleets} equally possible placements of cameras; in brackets what "
        "others, just as likely, give.",
        "以上為 {fleets} 個同樣可能的鏡頭分佈的平均值；括號內為換成其他同樣可能的位置時的範圍。",
    ),
    "walks_of": ("{of} of 100", "每百程有 {of} 程"),
    "walks_says": (
        "{name}: of 100 everyday walks that begin here, {low_of} could still be made without being "
        "recognised at {low} cameras; at {high}, {high_of}.",
        "{name}：每 100 程由此出發的日常步行，有 {low} 個鏡頭時，{low_of} 程走完全程也不會被認出；"
        "有 {high} 個時，{high_of} 程。",
    ),
    "walks_says_one": (
        "{name}: of 100 everyday walks that begin here, {high_of} could still be made without "
        "being recognised at {high} cameras.",
        "{name}：每 100 程由此出發的日常步行，有 {high} 個鏡頭時，{high_of} 程走完全程也不會被"
        "認出。",
    ),
    "few": ("too few walks to say", "路程太少，不列數字"),
    "few_says": (
        "{name}: {walks} of the simulated walks begin here, too few to give a figure.",
        "{name}：模擬步行之中只有 {walks} 程由此出發，太少，不列數字。",
    ),
    "walks": ("{walks} walks", "{walks} 程步行"),
    "streets_lead": (
        "How much of the length of {streets} in each district lies where one could be recognised. "
        "Least at {high} cameras first. Curves run from {first} to {last} cameras and from 0 to "
        "{top}%; the grey one is the whole of {area}. No walk is told of: trips "
        "along these streets are not walks.",
        "每區{streets}的長度之中，走過可能被認出的佔多少。{high} 個鏡頭時最少的排先。曲線由 "
        "{first} 個鏡頭畫到 {last} 個，由 0% 畫到 {top}%；灰色一條是{area}整體。"
        "沿這些街道的行程並非步行，故不列步行數字。",
    ),
    "streets_lead_none": (
        "How much of the length of {streets} in each district lies where one could be recognised. "
        "Least at {high} cameras first. Curves run from {first} to {last} cameras and from 0 to "
        "{top}%; the grey one is the whole of {area}. No walk is told of: this "
        "run has no typical walks.",
        "每區{streets}的長度之中，走過可能被認出的佔多少。{high} 個鏡頭時最少的排先。曲線由 "
        "{first} 個鏡頭畫到 {last} 個，由 0% 畫到 {top}%；灰色一條是{area}整體。"
        "這次模擬沒有一般路程，故不列步行數字。",
    ),
    "streets_sure": (
        "Exact lengths under one simulated placement of cameras; another would move the shares.",
        "長度按一種模擬的鏡頭分佈準確計算；換一種分佈，比例也會改變。",
    ),
    "streets_of": ("{of}", "{of}"),
    "streets_says": (
        "{name}: at {low} cameras one could be recognised along {low_of} of the length of "
        "{streets}; at {high}, along {high_of}.",
        "{name}：有 {low} 個鏡頭時，{streets}有 {low_of} 走過可能被認出；有 {high} 個時，有 "
        "{high_of}。",
    ),
    "streets_says_one": (
        "{name}: at {high} cameras one could be recognised along {high_of} of the length of "
        "{streets}.",
        "{name}：有 {high} 個鏡頭時，{streets}有 {high_of} 走過可能被認出。",
    ),
    "kilometres": ("{km} km of {streets}", "{streets}共 {km} 公里"),
    "bus_streets": ("streets that buses use", "巴士行走的街道"),
    "all_streets": ("streets", "街道"),
    "line": ("{n}: {of}", "{n} 個：{of}"),
    "give_or_take": ("{of} ± {error}", "{of} ± {error}"),
    "by_chance": ("{of} ({band})", "{of}（{band}）"),
    "table_district": ("District", "地區"),
    "table_walks": ("Walks that begin there", "由該區出發的路程"),
    "table_streets": ("Street, km", "街道（公里）"),
    "table_at": ("At {n} cameras", "{n} 個鏡頭時"),
}
"""Each as (English, Chinese)."""
