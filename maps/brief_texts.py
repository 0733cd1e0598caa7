"""Every word of a brief besides its questions, in English and in Chinese as in Hong Kong."""

from __future__ import annotations

from maps.unpublished import Pair

WORDS: dict[str, Pair] = {
    "title": ("What may be quoted: {area}", "可以引用甚麼：{area}"),
    "answer": ("The answer", "答案"),
    "cameras": ("Cameras in {city}", "{city}鏡頭數目"),
    "not_recognised": (
        "Walks of 100 that can be made without being recognised, knowing every camera",
        "清楚每個鏡頭位置的人，每 100 程可走完全程也不被認出的程數",
    ),
    "band_own": ("other placements, just as likely", "其他同樣可能的位置"),
    "band": ("mean, and other placements", "平均值，及其他位置時的範圍"),
    "range": ("over the named cases", "各種情況之間"),
    "not_seen": ("… without being seen at all", "……全程也不被拍到"),
    "walked": ("… as people walk, knowing none", "……照常步行、不知道鏡頭位置"),
    "around": ("{mean} ({band})", "{mean}（{band}）"),
    "sure_fleets": (
        "Figures are means over {n} equally possible placements before the same people. Other "
        "placements: one more would lie there in 9 of 10 cases.",
        "各數字是 {n} 種同樣可能的裝設、同一批行人的平均值。其他位置：再試一種，有九成機會落入此"
        "範圍。",
    ),
    "sure_fleets_few": (
        "Figures are means over {n} equally possible placements before the same people. Other "
        "placements: the lowest and the highest of them.",
        "各數字是 {n} 種同樣可能的裝設、同一批行人的平均值。其他位置：其中的最低和最高。",
    ),
    "sure_seeds": (
        "Other placements: {n} equally possible placements and crowds; one more would lie there "
        "in 9 of 10 cases. The figure before it is that of this run's own placement.",
        "其他位置：{n} 種同樣可能的裝設和行人；再試一種，有九成機會落入此範圍。左欄是這次模擬本身"
        "的數字。",
    ),
    "sure_seeds_few": (
        "Other placements: lowest and highest of {n} equally possible placements and crowds.",
        "其他位置：{n} 種同樣可能的裝設和行人之中的最低和最高。",
    ),
    "sure_range": (
        "Named cases: lowest and highest mean over other assumptions; nobody knows how likely each "
        "is. The range is the message.",
        "各種情況：換上其他假設時，平均值的最低和最高；無人知道各種情況有多大可能。要說的是整個"
        "範圍。",
    ),
    "sure_one": (
        "One placement and one crowd; no band was computed. Do not quote a figure without one.",
        "只有一次裝設和一批行人，沒有計算其他位置時的範圍。沒有範圍的數字不宜引用。",
    ),
    "sure_no_range": (
        "No range over named cases was put into this run (“sim bands SCENARIO --into RUN” does).",
        "這次模擬未有各種情況之間的範圍（「sim bands SCENARIO --into RUN」可以加入）。",
    ),
    "means": ("What “recognised” means here", "「認出」在這裏的意思"),
    "means_text": (
        "A camera of the plan is near enough, with this lens, and no wall stands between, that "
        "a person who watches and knows you would know you if your face is turned towards it "
        "(125 pixels for each metre, EN 62676-4; here up to {metres} m). Not that anybody "
        "looks, and not that a machine finds a face. “Seen at all” is detect: someone is there.",
        "計劃內有鏡頭夠近（以這款鏡頭計），中間沒有建築物阻擋，觀看畫面而又認識你的人，在你面向"
        "鏡頭時可以認出你（每米 125 像素，EN 62676-4；這裏最遠為 {metres} 米）。不代表有人在看，"
        "也不代表電腦找到人臉。「拍到」指偵測：看得出有人。",
    ),
    "may": ("May be quoted", "可以引用"),
    "may_sentence": (
        "The sentence above, with the word “simulated”, with band and range.",
        "上面的句子，連同「模擬」二字、其他位置和各種情況的範圍。",
    ),
    "may_row": (
        "Any line of the table, with its number of cameras, the area, and whether it says "
        "recognised or seen at all.",
        "表中任何一行，連同鏡頭數目和地區，並說明是「認出」還是「拍到」。",
    ),
    "may_bound": (
        "That it is the most that knowing every camera could do: a bound, and not what people do.",
        "這是清楚每個鏡頭位置的人最多能做到的：是上限，不是一般人的情況。",
    ),
    "may_not": ("May not be concluded", "不可得出的結論"),
    "not_place": (
        "That a camera hangs at any place, or that a street without one here has none.",
        "某處裝有鏡頭；或這裏沒有鏡頭的街道真的沒有。",
    ),
    "not_police": (
        "That anybody looks, or that the police follow or list anyone.",
        "有人在看；或警方追蹤任何人、把任何人列入名單。",
    ),
    "not_safe": (
        "That a walk is “unseen”, “not filmed” or “safe” because nobody is recognised on it: "
        "cameras of shops, buses and estates outside the plan are not counted.",
        "因為不被認出，就是「看不見」、「拍不到」或「安全」：計劃以外商店、巴士和屋苑的鏡頭不計"
        "在內。",
    ),
    "not_single": (
        "A figure without its range, or a range as a probability. It is a scenario and not a "
        "forecast.",
        "引用單一數字而不提範圍，或把範圍當作可能性。這是在某些假設下的模擬，不是預測。",
    ),
    "not_elsewhere": (
        "That it holds for other areas, or that so many cameras are harmless or harmful: that is "
        "for people to decide.",
        "其他地區也是如此；或這麼多鏡頭無害、有害：這要由人來判斷。",
    ),
    "moves": ("The three assumptions that move the answer most", "最能改變答案的三個假設"),
    "moves_none": (
        "Not measured in this run: “sim bands SCENARIO --into RUN” tries other assumptions.",
        "這次模擬沒有量度：「sim bands SCENARIO --into RUN」可試其他假設。",
    ),
    "moves_at": (
        "at {n} cameras from {low} ({low_level}) to {high} of 100 ({high_level})",
        "{n} 個鏡頭時，每 100 程由 {low} 程（{low_level}）至 {high} 程（{high_level}）",
    ),
    "moves_not_at": ("at {n} cameras not at all", "{n} 個鏡頭時完全沒有影響"),
    "moves_not": ("not at all in this run", "在這次模擬完全沒有影響"),
    "ways": ("Subways, indoor and roofed ways", "行人隧道、室內及有蓋通道"),
    "ways_closed": ("closed", "不能通行"),
    "ways_open": ("open", "可以通行"),
    "cite": ("How to cite", "如何引用"),
    "digest": ("Scenario (SHA-256)", "模擬設定（SHA-256）"),
    "again": (
        "The same scenario, version and seed give the same figures again (command “sim run”).",
        "以同一設定、版本和隨機種子執行「sim run」，會得到相同的數字。",
    ),
    "questions": ("Questions to a councillor", "可以向議員提出的問題"),
    "questions_lead": (
        "These are not published. The more an answer would change the figure, the higher a "
        "question stands.",
        "以下事項並未公布。答案對數字的影響愈大，問題排得愈前。",
    ),
    "questions_unordered": (
        "These are not published. How far each moves the figure was not measured in this run.",
        "以下事項並未公布。這次模擬沒有量度各項對數字的影響。",
    ),
    "questions_others": (
        "Not measured by this answer, and no less worth asking",
        "這個答案沒有量度，但同樣值得提出",
    ),
    "effect": ("Moves the answer:", "令答案改變："),
    "assumed": ("Assumed here:", "這裏假設："),
    "who": ("Would know:", "誰會知道："),
    "said": ("What is said for the plan, and of its cost", "官方對計劃的說法及費用"),
    "said_text": (
        "As reported, the cameras helped in 899 cases from April 2024 to January 2026, among them "
        "6 murders and over 30 robberies (TVB, Sing Tao, February 2026), and count crowds at large "
        "events (RTHK, 19 October 2025). Reported cost: HK$4.06 billion from 2026/27 to 2031/32, "
        "of which HK$91 million for assessing privacy and security (hk01, Sing Tao, am730, "
        "February 2026). Figures may have moved since.",
        "據報道，2024 年 4 月至 2026 年 1 月，鏡頭協助處理 899 宗案件，包括 6 宗謀殺及逾 30 宗行劫"
        "（無綫新聞、星島，2026 年 2 月），並在大型活動中用於點算人流（香港電台，2025 年 10 月 19 "
        "日）。據報費用：2026/27 至 2031/32 年度共 40.6 億港元，其中 9,100 萬港元用於私隱及保安評估"
        "（香港01、星島、am730，2026 年 2 月）。數字其後或有變動。",
    ),
    "page_note": (
        "All cameras and people in these figures are simulated. This page sends and stores "
        "nothing.",
        "這些數字中的鏡頭和行人全屬模擬。本頁不傳送、不儲存任何資料。",
    ),
    "page_note_real": (
        "Some cameras in these figures are as others mapped or listed them; people are simulated. "
        "This page sends and stores nothing.",
        "這些數字中的部分鏡頭取自他人的地圖或名單；行人全屬模擬。本頁不傳送、不儲存任何資料。",
    ),
    "page_note_listed": (
        "The cameras in these figures are simulated on poles that were listed; people are "
        "simulated. This page sends and stores nothing.",
        "這些數字中的鏡頭屬模擬，掛在名單所載的燈柱上；行人全屬模擬。本頁不傳送、不儲存任何資料。",
    ),
}  # fmt: skip
"""Each text as (English, Chinese)."""
