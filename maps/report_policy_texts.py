"""Words of the report's sections on rules and on cost, in English and in Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "rules": ("What lowers tracking most", "甚麼最能減少追蹤"),
    "rules_says": (
        "Short of no face recognition at all, the rule that lowers tracking most on the same {n} "
        "cameras and walks is “{first}”: it leaves {first_share} of a walk tracked in one way or "
        "the other, instead of {base}; next comes “{second}” with {second_share}.",
        "除完全不使用人臉辨認外，在同樣的 {n} 個鏡頭和同樣的路程下，最能減少追蹤的規則是"
        "「{first}」："
        "可被追蹤（實時或事後）的部分由 {base} 減至 {first_share}；其次是「{second}」，減至 "
        "{second_share}。",
    ),
    "rules_half": (
        "For comparison, half the cameras would leave {half}.",
        "相比之下，鏡頭減半會變為 {half}。",
    ),
    "rules_note": (
        "n = {walks} simulated walks, recognise, mean share of a walk's time. One rule is "
        "changed at a time (two where two are named); two together do not add up. “Live” is "
        "being followed now, “afterwards” being found in recordings. A written rule is not yet "
        "a kept one.",
        "n = {walks} 段模擬路程，認得熟人，佔路程時間的平均比例。每次只改變一項規則（寫明兩項者"
        "除外），兩項的效果不可相加。「實時」指當下被跟蹤，「事後」指在錄影中被找到。有規則，不"
        "等於有人遵守。",
    ),
    "rules_rule": ("Rule", "規則"),
    "rules_live": ("Live", "實時"),
    "rules_afterwards": ("Afterwards", "事後"),
    "rules_either": ("Either", "任何一種"),
    "rules_change": ("Change ± error, points", "變化 ± 誤差（百分點）"),
    "policy live": (
        "As simulated: all cameras joined, faces compared live, recordings kept 30 days",
        "模擬情況：鏡頭全部相連，實時比對人臉，錄影保留 30 日",
    ),
    "policy afterwards only": ("Faces compared in recordings only", "只在錄影中比對人臉"),
    "policy off": ("No face recognition", "不使用人臉辨認"),
    "policy kept 7 days": ("Recordings kept 7 days", "錄影保留 7 日"),
    "policy afterwards, kept 7 days": (
        "Recordings only, kept 7 days", "只限錄影，保留 7 日",
    ),
    "policy afterwards, kept 1 day": ("Recordings only, kept 1 day", "只限錄影，保留 1 日"),
    "policy police heads only": ("Only police cameras joined", "只連接警方鏡頭"),
    "policy police and departments": (
        "Only cameras of police and departments joined", "只連接警方和政府部門的鏡頭",
    ),
    "policy one head in five out of order": (
        "One camera in five out of order", "五個鏡頭有一個失靈",
    ),
    "policy one walker in five covered": (
        "One walker in five wears a health mask, as in 2020-23",
        "五個行人有一個戴口罩（如 2020-23 年）",
    ),
    "policy everybody covered": (
        "Everybody wears a health mask, as in 2020-23",
        "人人戴口罩（如 2020-23 年）",
    ),
    "policy a tenth fewer cameras": ("A tenth fewer cameras", "鏡頭減少一成"),
    "policy half the cameras": ("Half the cameras", "鏡頭減半"),
    "cost": ("What the cameras cost", "鏡頭的費用"),
    "cost_says": (
        "At {n} cameras those here cost HK${year} a year: HK${km} for each kilometre of street on "
        "which they could recognise somebody, HK${walk} for each walk that passes such a place.",
        "有 {n} 個鏡頭時，區內鏡頭每年費用為 {year} 港元：每公里可辨認行人的街道 {km} 港元，"
        "每程經過這些地方的步行 {walk} 港元。",
    ),
    "cost_note": (
        "Prices a camera and year by owner are the scenario’s (cameras.cost); the default divides "
        "what was said of the announced programme by its six years and 66,500 cameras, alike for "
        "all owners, which is an assumption. Cameras that stand here and watch a street count. Of "
        "pavements each counts by itself; walks are those of a year for which the simulated stand.",
        "每個鏡頭每年的費用按擁有者由設定給出（cameras.cost）；預設值把已公佈計劃的開支除以六年及 "
        "66,500 個鏡頭，各擁有者相同，屬假設。只計區內監察街道的鏡頭；行人路逐邊計算；"
        "步行以模擬所代表的全年步行計算。",
    ),
    "cost_total": ("Cameras in the city", "全港鏡頭"),
    "cost_cameras": ("Cameras here", "區內鏡頭"),
    "cost_year": ("HK$ a year", "每年（港元）"),
    "cost_km_seen": ("HK$ a km seen", "每公里被拍到的街道（港元）"),
    "cost_km": ("HK$ a km, recognise", "每公里可能被認出的街道（港元）"),
    "cost_walk_seen": ("HK$ a walk seen", "每程被拍到的步行（港元）"),
    "cost_walk": ("HK$ a walk, recognise", "每程可能被認出的步行（港元）"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
