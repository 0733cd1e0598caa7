"""Every word that the page of two runs alone has, in English and in Chinese as in Hong Kong.

Texts hold places in braces as those of `maps.texts` do, with which they are shown together.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "two_title": ("Two simulations of {area}, side by side", "{area}：兩次模擬，並排比較"),
    "two_headline_answer": (
        "With {n} cameras in {city}, {a_answer} of 100 everyday walks could still be made "
        "without being recognised once in A, by someone who knew every camera, and {b_answer} "
        "in B.",
        "{city}有 {n} 個閉路電視鏡頭時，每 100 程日常步行，清楚每個鏡頭位置的人仍可全程不被認出"
        "的，A 有 {a_answer} 程，B 有 {b_answer} 程。",
    ),
    "two_fewer": ("That is {apart} fewer of 100 in B{error}.", "B 每 100 程少 {apart} 程{error}。"),
    "two_more": ("That is {apart} more of 100 in B{error}.", "B 每 100 程多 {apart} 程{error}。"),
    "two_apart_error": (" (± {n})", "（± {n}）"),
    "two_note_band": (
        "Other placements, just as likely: {a_band} in A, {b_band} in B.",
        "換成其他同樣可能的位置，A 為 {a_band} 程，B 為 {b_band} 程。",
    ),
    "two_note_one": (
        "One placement of each: where else cameras might hang is not in these figures.",
        "兩者各只有一次裝設；數字不反映鏡頭可能裝在別處。",
    ),
    "two_note_answer": (
        "Subways, indoor and roofed ways count as closed. A figure without its range over the "
        "named cases is not for quoting.",
        "行人隧道、室內及有蓋通道當作不能通行。沒有各種情況之間的範圍，不宜引用。",
    ),
    "two_headline": (
        "With {n} cameras in {city}, a typical walk passes a lens close enough to recognise a "
        "face turned towards it for {a_p50} of the way ({a_p10} to {a_p90}) in A, and for "
        "{b_p50} ({b_p10} to {b_p90}) in B.",
        "{city}有 {n} 個閉路電視鏡頭時，走一段一般路程，面向鏡頭便可能被認出的路段，A 佔 "
        "{a_p50}（{a_p10} 至 {a_p90}），B 佔 {b_p50}（{b_p10} 至 {b_p90}）。",
    ),
    "two_headline_streets": (
        "With {n} cameras in {city}, the share of street length close enough to a lens to "
        "recognise a face turned towards it is {a_p50} in A, and {b_p50} in B.",
        "{city}有 {n} 個閉路電視鏡頭時，走過可能被認出的街道，A 佔 {a_p50}，B 佔 {b_p50}。",
    ),
    "two_note": (
        "Medians of simulated walks; in brackets, eight walks of ten lie between the two.",
        "模擬路程的中位數；十程有八程在括號內的範圍。",
    ),
    "two_note_streets": (
        "Shares of all street length in the area; these runs have no typical walks.",
        "佔區內街道總長度的比例；這兩次模擬沒有一般路程。",
    ),
    "two_run": (
        "Made with the settings “{scenario}”, seed {seed} for chance",
        "模擬設定：「{scenario}」，隨機種子 {seed}",
    ),
    "two_map": (
        "Map {side}: at {n} cameras, {share} of street length where one could be {seen}",
        "地圖 {side}：{n} 個鏡頭時，{share} 的街道，走過可能{seen}",
    ),
    "two_seen": (
        "{share} of street length, where one could be {seen}",
        "{share} 的街道，走過可能{seen}",
    ),
    "two_seen_on_map": ("{share} of street length", "{share} 的街道"),
    "two_chart": (
        "Street length within reach, %, by cameras in {city}; line: A, dashed: B",
        "鏡頭拍得到的街道長度（%），按{city}鏡頭數目；實線：A，虛線：B",
    ),
    "two_differs": ("What differs", "不同之處"),
    "two_differs_note": (
        "Keys of the scenarios as they were run; all other keys are the same.",
        "執行時的模擬設定；其餘設定相同。",
    ),
    "two_same": (
        "The two runs have the same settings in all that changes a figure.",
        "兩次模擬中會影響數字的設定完全相同。",
    ),
    "two_key": ("Key", "設定"),
    "two_figure": ("Figure", "數字"),
    "two_difference": ("B − A", "B − A"),
    "two_points": ("{n} pts", "{n} 個百分點"),
    "two_error": ("± {n}", "± {n}"),
    "two_at": (
        "Means and ±: as simulated at {n} cameras, the nearest total at or below. The rest follows "
        "the slider.",
        "平均值及 ±：按 {n} 個鏡頭的模擬結果，即不高於所選數目的最接近總數。其餘數字隨滑桿變動。",
    ),
    "two_paired": (
        "± is one standard error of the difference over the same walks in both; it says nothing "
        "of where cameras hang.",
        "± 為差異的一個標準誤差，兩次模擬的路程相同；不反映鏡頭位置的變化。",
    ),
    "two_independent": (
        "± is one standard error of the difference; the walks of the two are not the same. It says "
        "nothing of where cameras hang.",
        "± 為差異的一個標準誤差，兩次模擬的路程並不相同；不反映鏡頭位置的變化。",
    ),
    "two_cameras": ("cameras in this area that watch a street", "本區面向街道的鏡頭"),
    "two_coverage": ("street length where one could be {seen}", "走過可能{seen}的街道"),
    "two_walk": (
        "typical walk where one could be {seen}, middle",
        "一般路程中可能{seen}的部分，中位數",
    ),
    "two_walk_p10": ("… one walk in ten has less", "……十程有一程少於"),
    "two_walk_p90": ("… one walk in ten has more", "……十程有一程多於"),
    "two_answer": (
        "walks that could be made without being {seen}, knowing every camera",
        "清楚每個鏡頭的位置，走完全程也不會{seen}的路程",
    ),
    "two_unseen_trips": (
        "walks without being {seen}, as people walk",
        "照常步行，全程不會{seen}的路程",
    ),
    "two_longest_gap_m": ("longest stretch without, mean", "最長一段不會{seen}的路，平均"),
    "two_identified": ("walkers identified", "被確認身份的行人"),
    "two_tracked_live": ("walk tracked live, mean", "可被實時追蹤，平均"),
    "two_tracked_afterwards": ("tracked afterwards, mean", "可被事後追蹤，平均"),
    "two_no_unseen_walk": ("walks for which no such way is left", "已沒有這種走法的路程"),
    "two_dark": (
        "largest connected part where nobody could be {seen}",
        "最大一片連在一起、不會{seen}的街道",
    ),
    "two_critical_total": (
        "about how many cameras bring it below half",
        "令其跌至不足一半的鏡頭數目（約）",
    ),
    "two_beyond": ("> {n}", "> {n}"),
    "two_rules": ("What rules would change", "規則可帶來的改變"),
    "two_rules_note": (
        "Share of a typical walk tracked, live or afterwards, under each rule, mean; at {n} "
        "cameras. A rule on paper is not yet a rule kept.",
        "在各項規則下，一般路程可被實時或事後追蹤的平均比例；按 {n} 個鏡頭。有規則，不等於有人遵"
        "守。",
    ),
    "two_rule": ("Rule", "規則"),
    "two_table": ("All totals as a table", "所有總數列表"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
