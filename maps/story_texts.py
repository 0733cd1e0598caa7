"""Words that the story is written with when a page is made, in English and in Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "years": (
        "Year by year, as announced and not in a straight line: {list}.",
        "按公布的計劃逐年計，並非平均增加：{list}。",
    ),
    "year": ("{n} in {year}", "{year} 年 {n} 個"),
    "joint": (";", "；"),
    "camera": (
        "Which camera matters? Tap one on the map: what it is, how far it makes somebody out, and "
        "what would go dark without it. Take it away, turn it, drag it, or hang one more.",
        "哪個鏡頭最重要？輕觸地圖上的鏡頭：看看它是甚麼鏡頭、能看清多遠、沒有它哪裏便不會被認出。"
        "可以刪除、轉向、拖動，或加裝一個。",
    ),
    "counter": (
        "One camera hardly matters: at {high}, {cameras} cameras watch a street here and reach "
        "{share} of street length between them, {each} each on average. Rules do: as simulated, "
        "{base} of a walk can be tracked, live or in recordings; with “{rule}”, {after}.",
        "少一個鏡頭，幾乎沒有分別：{high} 個時，區內有 {cameras} 個鏡頭監察街道，合共覆蓋 {share} "
        "的街道，平均每個 {each}。規則才有分別：按模擬情況，一程路有 {base} 可被追蹤（實時或事後）"
        "；若「{rule}」，則為 {after}。",
    ),
    "counter_one": (
        "One camera hardly matters: at {high}, {cameras} cameras watch a street here and reach "
        "{share} of street length between them, {each} each on average.",
        "少一個鏡頭，幾乎沒有分別：{high} 個時，區內有 {cameras} 個鏡頭監察街道，合共覆蓋 {share} "
        "的街道，平均每個 {each}。",
    ),
    "counter_half": (
        "For comparison, half the cameras would leave {half}.",
        "相比之下，鏡頭減半則為 {half}。",
    ),
    "cases": (
        "Each dot is a named case: another lens, another rule for places, another reading of the "
        "plan. The bar spans other placements, just as likely; the stroke is the mean.",
        "每一點是一種假設：換上另一款鏡頭、另一種擺放方式，或對計劃的另一種理解。橫條是換成"
        "其他同樣可能的位置時的範圍，短線是平均值。",
    ),
    "cases_axis": ("Of 100 walks, not recognised", "每 100 程，不會被認出的程數"),
    "head_total": ("Cameras", "鏡頭"),
    "head_answer": (
        "Of 100 walks, not recognised, knowing every camera",
        "每 100 程，清楚每個鏡頭便不會被認出",
    ),
    "head_band": ("Other placements", "換成其他位置"),
    "head_detect": ("Not seen at all", "全程不被拍到"),
    "head_walked": ("As people walk", "照常步行不被認出"),
    "head_task": ("Task", "任務"),
    "head_means": ("What the camera makes out", "鏡頭看得出"),
    "head_pixels": ("Needs", "需要"),
    "head_year": ("Year", "年份"),
    "head_streets": ("Street length unrecognised", "不會被認出的街道"),
    "head_rule": ("Rule", "規則"),
    "head_live": ("Tracked live", "實時追蹤"),
    "head_afterwards": ("In recordings", "事後追蹤"),
    "head_either": ("Either", "任何一種"),
    "head_case": ("Case", "假設"),
    "as_simulated": ("this run", "這次模擬"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
