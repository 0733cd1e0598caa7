"""Words of the report's first two pages, for whoever reads no further, in both languages.

What may be quoted and what not is said in the words of a brief (`maps.brief_texts`).
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sentence": ("In one sentence", "一句話"),
    "each_total": ("At each number of cameras", "按鏡頭數目"),
    "of_100": ("Of 100 everyday walks, simulated", "每 100 程日常步行（模擬）"),
    "reader_over": ("over the named cases {range}", "各種情況之間 {range} 程"),
    "reader_range": (
        "Over the named cases, which change what nobody has published: at {low} cameras "
        "{low_range} of 100, at {high} cameras {high_range}.",
        "換上未公布事項的各種情況：有 {low} 個鏡頭時，每 100 程有 {low_range} 程；有 {high} 個時，"
        "{high_range} 程。",
    ),
    "reader_range_one": (
        "Over the named cases, which change what nobody has published: {high_range} of 100.",
        "換上未公布事項的各種情況：每 100 程有 {high_range} 程。",
    ),
    "reader_no_range": (
        "How far other assumptions (lens, places, how many watch a street) move these figures was "
        "not computed for this report. A figure without that range is not for quoting.",
        "本報告沒有計算換上其他假設（鏡頭規格、擺放位置、面向街道的比例）時的範圍。沒有範圍的數字"
        "不宜引用。",
    ),
    "reader_no_answer": (
        "This run has no everyday walks on a walking network, so it has no answer to the question. "
        "What it has of streets follows.",
        "這次模擬沒有步行網絡上的日常步行，因此沒有答案。以下為有關街道的數字。",
    ),
    "reader_walks": ("How many walks are left", "還有多少路程"),
    "reader_walks_axis": (
        "Share of everyday walks, simulated; shaded: other placements, just as likely",
        "佔日常步行的比例（模擬）；陰影：換成其他同樣可能的位置",
    ),
    "reader_walks_says": (
        "Knowing every camera is the most that anybody could do; people who walk as they always do "
        "know none.",
        "清楚每個鏡頭的位置，是任何人最多能做到的；照常步行的人並不知道鏡頭在哪裏。",
    ),
    "reader_knowing": ("Not recognised, knowing every camera", "清楚每個鏡頭，不被認出"),
    "reader_walked": ("Not recognised, as people walk", "照常步行，不被認出"),
    "reader_not_seen": ("Not seen at all, knowing every camera", "清楚每個鏡頭，不被拍到"),
    "reader_streets": ("How much of the streets is within reach", "鏡頭範圍內的街道有多少"),
    "reader_streets_says": (
        "At {n} cameras a face could be recognised on {share} of the street length here. A walk "
        "runs along many streets: it is lost once each of its ways has one such place.",
        "有 {n} 個鏡頭時，區內 {share} 的街道，走過可能被認出。一程路經過多段街道：只要每條走法都有"
        "一處這樣的地方，便無法全程不被認出。",
    ),
    "appendix": ("Appendix", "附錄"),
    "appendix_lead": (
        "Everything that was simulated, for those who want to check it.",
        "所有模擬結果，供查核之用。",
    ),
    "ran": ("For those who ran it", "給執行模擬的人"),
    "ran_lead": (
        "Commands of the program; RUN is the folder in which this report lies, SCENARIO the file "
        "it was made from.",
        "程式的指令；RUN 為本報告所在的資料夾，SCENARIO 為所用的設定檔。",
    ),
    "ran_run": ("the same figures again", "再次算出相同的數字"),
    "ran_bands": (
        "band and range, put into this report",
        "計算換成其他位置及各種情況時的範圍，並寫入本報告",
    ),
    "ran_sensitivity": (
        "which assumption moves the answer most, into this report",
        "哪項假設最能改變答案，並寫入本報告",
    ),
    "ran_quote": ("what may be quoted, in one paragraph", "可以引用的一段文字"),
    "ran_brief": (
        "two pages with questions to a councillor", "兩頁摘要，附可向議員提出的問題",
    ),
    "ran_map": ("map and report written again", "重新寫出地圖和報告"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
