"""Words of the report's sections on ranges and on what moves the answer, in both languages.

Names of the named cases and of their levels are here too.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # bands
    "bands": ("How far these figures could move", "這些數字可以相差多少"),
    "bands_axis": (
        "Typical walk within reach at recognise, median, simulated; shaded: 5 to 95 % by "
        "chance; thin: lowest and highest named case",
        "一般路程中可能被認出的比例，中位數（模擬）；深色：機會造成的 5 至 95%；細線：最低和最高"
        "的情況",
    ),
    "bands_scenario": ("As simulated here", "本次模擬"),
    "bands_lowest": ("Lowest case", "最低情況"),
    "bands_highest": ("Highest case", "最高情況"),
    "bands_says": (
        "At {n} cameras chance alone moves the median walk between {p5} and {p95} (5 to 95 % of "
        "{seeds} seeds), but the assumptions move it between {lowest} ({lowest_case}) and "
        "{highest} ({highest_case}): read the range, not the one figure.",
        "有 {n} 個鏡頭時，單憑機會，路程中位數在 {p5} 至 {p95} 之間（{seeds} 個隨機種子的 5 至 "
        "95%）；"
        "但各項假設可令它在 {lowest}（{lowest_case}）至 {highest}（{highest_case}）之間：應看範圍，"
        "不應只看一個數字。",
    ),
    "bands_note": (
        "Cases are set beside one another; nobody knows how likely each is, so they are not pooled "
        "with chance.",
        "各情況只並列，無人知道各自有多大可能，因此不與機會合併計算。",
    ),
    "bands_factor": ("What moves it, at {n} cameras", "甚麼令它改變（{n} 個鏡頭）"),
    "bands_from": ("Lowest", "最低"),
    "bands_to": ("Highest", "最高"),
    "bands_none": (
        "One simulation is no range: its range over other lenses, strategies and shares was not "
        "computed for this page.",
        "單次模擬並非範圍：本頁沒有計算換上其他鏡頭規格、擺放策略和比例時的範圍。",
    ),
    "bands_other": (
        "The range that lies beside this report belongs to other settings and is not shown.",
        "本報告旁邊的範圍屬於另一模擬設定，因此不顯示。",
    ),
    # sensitivity
    "sensitivity": ("Which assumption moves the answer most", "哪項假設最能改變答案"),
    "sensitivity_most": (
        "At {n} cameras most of it is “{factor}”: {share} of the variance of the answer over all "
        "named cases together.",
        "有 {n} 個鏡頭時，影響最大的是「{factor}」：佔所有列明情況下答案變異的 {share}。",
    ),
    "sensitivity_title": (
        "At {n} cameras: each assumption at its lowest and highest level, mean over all others; "
        "line: mean over all cases, {mean}",
        "有 {n} 個鏡頭時：每項假設取最低和最高一級時的平均（其他假設各級均計）；"
        "直線：所有情況的平均，{mean}",
    ),
    "sensitivity_axis": (
        "walks that can be made without being recognised, by someone who knew every camera, "
        "simulated; bold: share of variance ± standard error, points",
        "清楚每個鏡頭位置的人，仍可走完全程也不被認出的路程（模擬）；"
        "粗體：所佔變異 ± 標準誤差（百分點）",
    ),
    "sensitivity_end": ("{n} ({level})", "{n}（{level}）"),
    "sensitivity_fit": (
        "At {n} cameras: {combinations} combinations of cases, a balanced sample, fitted; the fit "
        "misses combinations left out by {error} points, of which chance alone is {noise}. "
        "{more} or more assumptions together make {higher} more, chance {chance}.",
        "有 {n} 個鏡頭時：均衡抽取 {combinations} 個情況組合並加以擬合；未用於擬合的組合，誤差為 "
        "{error} 個百分點，其中單憑機會已有 {noise}。{more}項或以上假設共同佔另外 {higher}，"
        "機會佔 {chance}。",
    ),
    "sensitivity_more_additive": ("Two", "兩"),
    "sensitivity_more_pairs": ("Three", "三"),
    "sensitivity_every": (
        "At {n} cameras: all {combinations} combinations of cases. Of the variance three or more "
        "assumptions together make {higher}, counted with each of them, and chance {chance}.",
        "有 {n} 個鏡頭時：全部 {combinations} 個情況組合。三項或以上假設共同佔變異的 {higher}"
        "（已計入各項），機會佔 {chance}。",
    ),
    "sensitivity_likely": (
        "Every level counts alike: shares say how much an assumption matters over the levels "
        "named, not how likely any level is.",
        "每一級分量相同：比例說明在列明的各級之間，一項假設有多重要，不表示任何一級有多大可能。",
    ),
    "sensitivity_other": (
        "The sensitivity.json in this folder belongs to another scenario and is not shown.",
        "本資料夾內的 sensitivity.json 屬於另一模擬設定，因此不顯示。",
    ),
    "factor plan": ("Reading of the plan", "對計劃的解讀"),
    "factor optics": ("Lens", "鏡頭規格"),
    "factor strategy": ("Where cameras hang", "擺放策略"),
    "factor share_rule": ("Share between districts", "地區分配規則"),
    "factor street_share": ("How many watch a street", "面向街道的比例"),
    "factor walls": ("Buildings that block sight", "建築物（阻擋視線）"),
    "factor mount": ("How high cameras hang", "鏡頭安裝高度"),
    "factor hours": ("Day or night", "日間或夜間"),
    "level day": ("by day", "日間"),
    "level night": ("by night", "夜間"),
    "factor indoors": ("Watched malls and stations", "受監視的商場和車站"),
    "factor seed": ("Chance (5 to 95 %)", "機會（5 至 95%）"),
    "level the scenario": ("as simulated here", "本次模擬"),
    "level weak": ("weak lens", "較弱鏡頭"),
    "level typical": ("typical lens", "一般鏡頭"),
    "level strong": ("strong lens", "較強鏡頭"),
    "level random": ("anywhere", "隨處"),
    "level junctions": ("wide junctions first", "大路口優先"),
    "level transit": ("stations first", "車站優先"),
    "level as_announced": ("as announced", "按公布"),
    "level announced_all_urban": ("linked ones urban too", "連接的也先在市區"),
    "level announced_few_police": ("few of the police's own", "警隊自設較少"),
    "level announced_many_police": ("many of the police's own", "警隊自設較多"),
    "level as_planned": ("as the plan says", "按計劃"),
    "level population": ("by population", "按人口"),
    "level daytime": ("by people on a working day", "按平日日間人口"),
    "level equal": ("equal parts", "各區均等"),
    "level streets": ("by street length", "按街道長度"),
    "level even": ("evenly spread", "平均分布"),
    "level equity": ("every district alike", "各區相若"),
    "level betweenness": ("through streets first", "主要通道優先"),
    "level greedy_cover": ("most street within reach", "盡量拍到更多街道"),
    "level greedy_trips": ("most walks within reach", "盡量拍到更多路程"),
    "level empirical": ("as real networks stand", "仿照真實網絡"),
    "level places": ("near chosen places", "指定場所附近"),
    "level points": ("at given points", "指定地點"),
    "level low": ("few watch streets", "少數面向街道"),
    "level middle": ("some watch streets", "部分面向街道"),
    "level high": ("all watch streets", "全部面向街道"),
    "level none": ("nothing blocks sight", "沒有建築物阻擋"),
    "level as mapped": ("buildings as mapped", "按地圖的建築物"),
    "level as its type": ("as high as the type", "按款式的高度"),
    "level 3 m": ("3 m up", "高 3 米"),
    "level 8 m": ("8 m up", "高 8 米"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
