"""Words on what weeks of records tell of a home, of the report and the page, in two languages."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "weeks": ("What weeks tell", "幾星期的記錄透露甚麼"),
    "weeks_simulated": (
        "Nobody here is real: all {people} residents are simulated, their homes, habits and hours "
        "invented. They live {days} days under the cameras of this run; an observer has the "
        "records of where and when cameras recognised somebody, and a map, and nothing else, and "
        "guesses where each of them lives.",
        "這裏沒有真人：{people} 名居民全是模擬的，住所、習慣和時間均屬虛構。他們在這次模擬的鏡頭下"
        "生活 {days} 日；觀察者只有鏡頭何時何地認出某人的記錄和一張地圖，別無其他資料，據此猜測每"
        "人住在哪裏。",
    ),
    "weeks_says": (
        "At {n} cameras, with the records of all owners linked, the home of {short} of 100 "
        "simulated residents lies within 100 m of the guess if records are {short_kept}, and of "
        "{long} if they are {long_kept}. With no record at all the same guess is right for "
        "{blind}.",
        "有 {n} 個鏡頭、所有機構的記錄互通時，每 100 名模擬居民中，若記錄{short_kept}，有 {short} "
        "人的住所與猜測相距不足 100 米；若記錄{long_kept}，則有 {long} 人。完全沒有記錄，同樣的猜"
        "法也會猜中 {blind} 人。",
    ),
    "weeks_says_one": (
        "At {n} cameras, with the records of all owners linked and {long_kept}, the home of "
        "{long} of 100 simulated residents lies within 100 m of the guess. With no record at all "
        "the same guess is right for {blind}.",
        "有 {n} 個鏡頭、所有機構的記錄互通而記錄{long_kept}時，每 100 名模擬居民中，有 {long} 人"
        "的住所與猜測相距不足 100 米。完全沒有記錄，同樣的猜法也會猜中 {blind} 人。",
    ),
    "weeks_few": (
        "At {n} cameras: {short} ({short_kept}) and {long} ({long_kept}).",
        "有 {n} 個鏡頭時：{short} 人（{short_kept}）及 {long} 人（{long_kept}）。",
    ),
    "weeks_few_one": (
        "At {n} cameras: {long} ({long_kept}).",
        "有 {n} 個鏡頭時：{long} 人（{long_kept}）。",
    ),
    "weeks_alone": (
        "If owners are not linked and the records of {owner} alone are searched, at {n} cameras: "
        "{short} ({short_kept}) and {long} ({long_kept}).",
        "若機構之間的記錄不互通，只翻查{owner}的記錄，有 {n} 個鏡頭時：{short} 人（{short_kept}）"
        "及 {long} 人（{long_kept}）。",
    ),
    "weeks_alone_one": (
        "If owners are not linked and the records of {owner} alone are searched, at {n} cameras: "
        "{long} ({long_kept}).",
        "若機構之間的記錄不互通，只翻查{owner}的記錄，有 {n} 個鏡頭時：{long} 人（{long_kept}）。",
    ),
    "weeks_work": (
        "The place of work or school, of the {workers} simulated residents who have one, at {n} "
        "cameras, all owners linked: {long} of 100 ({long_kept}); with no record {blind}.",
        "工作或上學地點（{workers} 名有這類地點的模擬居民），有 {n} 個鏡頭、所有機構記錄互通時："
        "每 100 人有 {long} 人（{long_kept}）；沒有記錄則為 {blind} 人。",
    ),
    "weeks_kept_one": ("deleted after 1 day", "保存 1 日"),
    "weeks_kept": ("deleted after {n} days", "保存 {n} 日"),
    "weeks_never": ("never deleted", "永不刪除"),
    "weeks_by_person": (
        "All recordings are searched for each resident by a person, who finds somebody whose face "
        "is turned to a camera in {hit_rate} of cases (task: {task}). That is more than anybody "
        "is known to do.",
        "假設有人為每名居民翻查所有錄影，臉面向鏡頭的人有 {hit_rate} 的機會被找到（任務：{task}）"
        "。現時並不知道有人這樣做。",
    ),
    "weeks_by_software": (
        "Records are what {reader} could read live, in {hit_rate} of cases.",
        "記錄是{reader}可實時辨讀的部分，機會為 {hit_rate}。",
    ),
    "weeks_error": (
        "± is one standard error over the residents drawn; cameras are those of one placement, "
        "and another moves the figures further. Metres are along streets.",
        "± 為一個標準誤差，只反映抽樣的居民；鏡頭屬其中一種分佈，換另一種分佈，數字上落更大。距離"
        "沿街道計算。",
    ),
    "weeks_not_found": (
        "It does not follow that anybody can be found, nor how likely it is for you: real people "
        "are more regular than these in some ways and less in others.",
        "不可說任何人都能被找到，也不可推算你被找到的機會：真人的生活在某些方面比這裏更有規律，在"
        "另一些方面則較少。",
    ),
    "weeks_not_safe": (
        "It does not follow that somebody is safe where a figure is low: whoever has names, "
        "telephone records or a register of addresses needs no such guess.",
        "數字低，不等於安全：擁有姓名、電話記錄或住址登記的人，根本無須這樣猜測。",
    ),
    "weeks_not_evidence": (
        "The guess is no evidence against anybody: at {n} cameras, all owners linked, "
        "{long_kept}, the rule rules out the true home of {wrong} of 100 residents.",
        "猜測不能作為針對任何人的證據：有 {n} 個鏡頭、所有機構記錄互通而記錄{long_kept}時，每 100 "
        "名居民中，這個方法排除了 {wrong} 人真正的住所。",
    ),
    "weeks_other": (
        "The days.json in this folder belongs to another scenario and is not shown.",
        "資料夾內的 days.json 屬另一設定，不予顯示。",
    ),
    "weeks_head": (
        "Of 100, within 100 m of the guess, by days kept",
        "每 100 人，與猜測相距不足 100 米，按保存日數",
    ),
    "weeks_day": ("1 day", "1 日"),
    "weeks_days": ("{n} days", "{n} 日"),
    "weeks_row": ("{place}, {n} cameras, {whose}", "{place}，{n} 個鏡頭，{whose}"),
    "weeks_row_blind": ("{place}, no record at all", "{place}，完全沒有記錄"),
    "weeks_home": ("Home", "住所"),
    "weeks_place": ("Work or school", "工作或上學地點"),
    "weeks_linked": ("all owners linked", "所有機構互通"),
    "weeks_one_owner": ("all of one owner ({owner})", "全屬同一機構（{owner}）"),
    "weeks_only": ("{owner} alone", "只計{owner}"),
    "weeks_axis": (
        "Home within 100 m of the guess, all owners linked; shaded: one standard error",
        "住所與猜測相距不足 100 米，所有機構互通；淺色：一個標準誤差",
    ),
    "weeks_axis_alone": (
        "Home within 100 m of the guess, the records of {owner} alone",
        "住所與猜測相距不足 100 米，只計{owner}的記錄",
    ),
    "weeks_blind": ("no record at all", "完全沒有記錄"),
    "weeks_picture": (
        "Of 100 residents, whose home lies within 100 m of the guess, by cameras and days kept "
        "(∞: never deleted). Stroke and bar: all owners linked, ± one standard error. Ring: "
        "{owner} alone. Long upright line: no record at all.",
        "每 100 名居民中，住所與猜測相距不足 100 米的人數，按鏡頭數目和記錄保存日數（∞：永不刪除）"
        "。短線及橫條：所有機構互通，± 一個標準誤差；圓圈：只計{owner}；長直線：完全沒有記錄。",
    ),
}  # fmt: skip
"""Each text as (English, Chinese)."""
