"""Words on alerts, stops and who watches, of the report and the page, in English and Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "alerts": ("If faces were compared live: wrongful stops", "若實時比對人臉：錯誤截查"),
    "alerts_says": (
        "If every one of these cameras compared faces live with a list of {gallery} pictures: at "
        "{n} cameras between {lowest} and {highest} wrongful stops a year among the {walkers} "
        "people who walk here, {why}; {middle} in the middle case.",
        "假設這些鏡頭全部實時與一份 {gallery} 張相片的名單比對人臉：有 {n} 個鏡頭時，在此步行的 "
        "{walkers} 人之中，每年有 {lowest} 至 {highest} 次錯誤截查，{why}；中間情況為 {middle} 次"
        "。",
    ),
    "alerts_few": (
        "At {n} cameras: between {lowest} and {highest}; {middle} in the middle case.",
        "有 {n} 個鏡頭時：{lowest} 至 {highest} 次；中間情況為 {middle} 次。",
    ),
    "alerts_none": (
        "At {n} cameras no face on these walks would be near enough to compare, so nobody would "
        "be stopped.",
        "有 {n} 個鏡頭時，這些路程上沒有人臉在可比對的距離內，因此沒有人會被截查。",
    ),
    "alerts_why_rates": (
        "mostly because nobody has published the error rate",
        "相差之大，主要因為從未有人公布錯誤率",
    ),
    "alerts_why_stops": (
        "mostly because nobody has published what officers do with an alert",
        "相差之大，主要因為從未有人公布警員收到警報後如何處理",
    ),
    "alerts_stated": (
        "In Hong Kong faces were not compared live as of February 2026 (hk01). The police state "
        "899 cases (April 2024 to January 2026) and 787 arrests (to October 2025) with the "
        "cameras. All were made without live recognition: they say nothing for it, and nothing "
        "against it.",
        "截至 2026 年 2 月，香港的鏡頭並未實時比對人臉（香港01）。警方表示鏡頭協助處理 899 宗案件"
        "（2024 年 4 月至 2026 年 1 月）、拘捕 787 人（截至 2025 年 10 月）。這些全部是在沒有實時"
        "比對人臉的情況下取得的：不能用來支持實時比對，也不能用來反對。",
    ),
    "alerts_people": (
        "In the middle case {people} of these people would be wrongly stopped at least once a "
        "year: few if the same look-alikes are mistaken each time, most if every search errs by "
        "itself. {listed} of them are on the list, and {found} would be found; if each is stopped "
        "once, a stop is right in {once} of cases.",
        "中間情況下，這些人之中每年有 {people} 人至少被錯誤截查一次：若每次都是同樣幾個相似的人被"
        "認錯，人數便少；若每次比對各自出錯，人數便多。其中 {listed} 人在名單上，會找到 {found} "
        "人；若每人只截查一次，截查正確的機會為 {once}。",
    ),
    "alerts_note": (
        "Ends are named cases of error rate, list and what officers do, not chances; rates were "
        "measured in Britain, with cameras set up for it. List, software and threshold are not "
        "published. A row of 0: with this lens such software reads no face anywhere. Only the "
        "walks simulated in this area are counted; nothing is scaled to the city.",
        "兩端是錯誤率、名單和警員做法各異的情況，並非機會率範圍；錯誤率在英國量度，當時的鏡頭專為"
        "此而設。名單、軟件和門檻均未公布。數字為 0 的一行，表示以這款鏡頭計，這種軟件在任何位置"
        "都無法辨讀人臉。只計區內模擬的路程，並未推算至全港。",
    ),
    "alerts_who": ("Who reads faces, at {n} cameras", "誰辨讀人臉（{n} 個鏡頭）"),
    "alerts_faces": ("Faces a day", "每日比對人臉"),
    "alerts_lowest": ("Wrongful stops a year: lowest", "每年錯誤截查：最低"),
    "alerts_middle": ("Middle", "中間"),
    "alerts_highest": ("Highest", "最高"),
    "alerts claim": (
        "Every camera that sees a face well enough for a person to identify",
        "每個足以讓人確認身份的鏡頭",
    ),
    "alerts lenient": ("Software that needs the least", "要求最低的軟件"),
    "alerts typical": ("Typical software", "一般軟件"),
    "alerts strict": ("Strict software", "要求嚴格的軟件"),
    "regimes": ("Four rules for the same cameras", "同樣的鏡頭，四種規則"),
    "regimes_says": (
        "On the same {n} cameras and walks, by live alerts in the middle case: {live} wrongful "
        "stops a year if faces are compared live; {warrant} if only under a warrant that names "
        "{people} people, {place} of the cameras and {hours} hours a day; none if recordings are "
        "searched afterwards only, or if nothing is compared.",
        "在同樣的 {n} 個鏡頭和同樣的路程下，中間情況因實時警報而起的錯誤截查：實時比對為每年 "
        "{live} 次；若須有手令，並限於 {people} 人、{place} 的鏡頭和每日 {hours} 小時，為 "
        "{warrant} 次；若只事後翻查錄影，或完全不比對，則沒有。",
    ),
    "regimes_note": (
        "What searches of recordings lead to is not simulated: no wrongful stops “afterwards” "
        "means none by live alerts. No such warrant is proposed in Hong Kong; its numbers are "
        "assumptions, in the manner of the exceptions in the European Union's AI Act.",
        "翻查錄影的後果並未模擬：「只事後翻查」沒有錯誤截查，是指沒有因實時警報而起的。香港並無建"
        "議設立這種手令；數字屬假設，形式參考歐盟《人工智能法》容許的例外。",
    ),
    "regimes_rule": ("Rule, at {n} cameras", "規則（{n} 個鏡頭）"),
    "regimes_live": ("Share of a walk followed live", "實時追蹤到的部分"),
    "regimes_afterwards": ("… afterwards", "……事後"),
    "regimes_stops": ("Wrongful stops a year", "每年錯誤截查"),
    "regimes_range": ("Lowest to highest", "最低至最高"),
    "regime live": ("Live", "實時比對"),
    "regime afterwards only": ("Afterwards only", "只事後翻查"),
    "regime live under warrant": ("Live, under a warrant", "有手令才實時比對"),
    "regime off": ("Off", "完全不比對"),
    "logs": ("Who would find misuse", "濫用會被發現嗎"),
    "logs_says": (
        "Suppose that one of {officers} officers makes {misuse} searches a month for ends of "
        "their own. Somebody who checks a log of who searched whom finds it in {who} of cases "
        "after three months; somebody who sees only how many searches there were, in {count} "
        "after twelve (false alarms alone: {alarm}); without a log never.",
        "假設 {officers} 名人員之中，有一人每月為私人目的查 {misuse} 次。若審核者看到誰查過誰的記"
        "錄，三個月後發現的機會為 {who}；若只看到查詢總數，十二個月後仍只有 {count}（單是誤報已有 "
        "{alarm}）；沒有記錄則永遠不會發現。",
    ),
    "logs_note": (
        "All numbers are assumptions, for none is published: each officer makes {searches} "
        "searches a month with a reason, one entry in {checked} is looked up, and an audit "
        "accuses wrongly in {alarm} of cases at most. What follows is which kind of log can find "
        "such misuse at all; not that there is any, nor how much.",
        "所有數字均為假設，因為從未公布：每名人員每月有理由的查詢 {searches} 次，每 {checked} 項"
        "記錄抽查 1 項，審核錯誤指控的機會最多 {alarm}。由此可知哪一種記錄才能發現這類濫用；並不"
        "表示有濫用，亦不表示有多少。",
    ),
    "logs_logged": ("What is logged", "記錄甚麼"),
    "logs_months": ("Found after {n} months", "{n} 個月後發現"),
    "logs_month": ("Found after 1 month", "1 個月後發現"),
    "log nothing": ("Nothing", "沒有記錄"),
    "log all searches": ("How many searches there were", "查詢總數"),
    "log by officer": ("How many each officer made", "每名人員的查詢次數"),
    "log by officer and person": ("Who searched whom", "誰查過誰"),
    "log reasons, looked up": ("Reasons, some looked up", "查詢理由，部分抽查"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
