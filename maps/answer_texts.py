"""Words of the question and its answer on every page, in English and in Chinese."""

from __future__ import annotations

ANSWER: dict[str, tuple[str, str]] = {
    "title": (
        "How many walks in {area} can still be made unrecognised?",
        "在{area}，還有多少路程，走完全程也不會被認出？",
    ),
    "headline_answer_two": (
        "At {low} cameras in {city}, {low_of} of 100 everyday walks in {area} could still be made "
        "without being recognised once, by someone who knew every camera of the plan; at {high}, "
        "{high_of} of 100.",
        "{city}有 {low} 個閉路電視鏡頭時，{area}每 100 程日常步行，有 {low_of} 程仍可全程不被認出，"
        "只要步行者清楚計劃中每個鏡頭的位置；有 {high} 個時，餘下 {high_of} 程。",
    ),
    "headline_answer_one": (
        "At {high} cameras in {city}, {high_of} of 100 everyday walks in {area} could still be "
        "made without being recognised once, by someone who knew every camera of the plan.",
        "{city}有 {high} 個閉路電視鏡頭時，{area}每 100 程日常步行，有 {high_of} 程仍可全程不被"
        "認出，只要步行者清楚計劃中每個鏡頭的位置。",
    ),
    # each count is read as a sentence: answer_count, answer_of, answer_walks
    "answer_count": ("With {n} cameras,", "{n} 個閉路電視鏡頭時，"),
    "answer_count_when": ("With {n} cameras ({when}),", "{n} 個閉路電視鏡頭時（{when}），"),
    "answer_of": ("{of} of 100", "每百程有 {of} 程"),
    "answer_walks": (
        "everyday walks could still be made without being recognised.",
        "日常步行可走完全程也不被認出。",
    ),
    "answer_band": ("Same number, placed differently: {band}", "同樣數目、不同位置：{band} 程"),
    "answer_band_crowds": (
        "Same number, placed differently, other walkers: {band}",
        "同樣數目、不同位置和行人：{band} 程",
    ),
    "answer_drawn_places": ("placements", "位置"),
    "answer_drawn_crowds": ("placements and walkers", "位置和行人"),
    "answer_planned": ("planned for {when}", "計劃 {when}"),
    "answer_plan_announced": (
        "the Government's announced plan (SmartView)",
        "政府公布的「銳眼」計劃",
    ),
    "answer_plan_assumed": ("the plan assumed here", "這裏假設的計劃"),
    "answer_means": (
        "For someone who knew every camera of {plan}, walking in {area}. Recognised: filmed by one "
        "of them, near enough for a person watching, not software, to tell who it is. From farther "
        "away it does not count.",
        "假設步行者身在{area}，並清楚{plan}每個鏡頭的位置。「認出」指計劃中有鏡頭拍到你，近得讓看畫面的"
        "人（不計軟件）看得出是誰；遠處拍到不算。",
    ),
    "answer_means_real": (
        "For someone who knew every camera of this run, walking in {area}. Recognised: filmed by "
        "one of them, near enough for a person watching, not software, to tell who it is. From "
        "farther away it does not count.",
        "假設步行者身在{area}，並清楚這次模擬每個鏡頭的位置。「認出」指其中有鏡頭拍到你，近得讓看畫面的"
        "人（不計軟件）看得出是誰；遠處拍到不算。",
    ),
    "answer_official": (
        "How many cameras: the Government's figures. Where they hang and who walks: simulated, not "
        "real.",
        "鏡頭數目由政府公布；鏡頭位置和行人都是模擬的，並非真實。",
    ),
    "answer_partly": (
        "{n} is the Government's figure. The other number, where cameras hang and who walks are "
        "simulated, not real.",
        "{n} 個是政府公布的數目；另一個數目、鏡頭位置和行人都是模擬的，並非真實。",
    ),
    "answer_assumed": (
        "How many cameras, where they hang and who walks: all simulated, not real.",
        "鏡頭的數目、位置和行人都是模擬的，並非真實。",
    ),
    "headline_unseen_two": (
        "Without being seen at all: {low_of} of 100; at {high}, {high_of}.",
        "全程不被拍到：每 100 程有 {low_of} 程；有 {high} 個時，{high_of} 程。",
    ),
    "headline_unseen_one": (
        "Without being seen at all: {high_of} of 100.",
        "全程不被拍到：每 100 程有 {high_of} 程。",
    ),
    "headline_machine_two": (
        "Without any place where a machine could read the face, by software that needs the least "
        "of a picture: {low_of} of 100; at {high}, {high_of}.",
        "全程避開機器可辨讀人臉之處，以對畫面要求最低的軟件計：每 100 程有 {low_of} 程；有 {high} "
        "個時，{high_of} 程。",
    ),
    "headline_machine_one": (
        "Without any place where a machine could read the face, by software that needs the least "
        "of a picture: {high_of} of 100.",
        "全程避開機器可辨讀人臉之處，以對畫面要求最低的軟件計：每 100 程有 {high_of} 程。",
    ),
    "headline_machine_none": (
        "A machine could read no face here: with this lens no place on the street is near enough "
        "and far enough at once, even for software that needs the least of a picture.",
        "機器在此無法辨讀任何人臉：以這款鏡頭計，即使是對畫面要求最低的軟件，街上也沒有任何位置"
        "既夠近又夠遠。",
    ),
    "headline_walked_two": (
        "As people walk, knowing no camera, {low_of} of 100 pass none that could recognise them; "
        "at {high}, {high_of}.",
        "照常步行、不知道鏡頭位置的話，每 100 程有 {low_of} 程不會被認出；有 {high} 個時，"
        "{high_of} 程。",
    ),
    "headline_walked_one": (
        "As people walk, knowing no camera, {high_of} of 100 pass none that could recognise them.",
        "照常步行、不知道鏡頭位置的話，每 100 程有 {high_of} 程不會被認出。",
    ),
    "headline_band_two": (
        "Other {what} of as many cameras, just as likely, give {low_band} of 100 at {low}, "
        "{high_band} at {high}.",
        "同樣多的鏡頭，換成其他同樣可能的{what}，{low} 個時每 100 程有 {low_band} 程，{high} 個時"
        "有 {high_band} 程。",
    ),
    "headline_band_one": (
        "Other {what} of as many cameras, just as likely, give {high_band} of 100.",
        "同樣多的鏡頭，換成其他同樣可能的{what}，每 100 程有 {high_band} 程。",
    ),
    "from_to": ("{low} to {high}", "{low} 至 {high}"),
    "headline_fleets": (
        "Means of {fleets} equally possible placements; the map shows the one in the middle.",
        "以上為 {fleets} 個同樣可能的鏡頭分佈的平均值；地圖顯示居中的一個。",
    ),
    "headline_range_two": (
        "Over the named cases {low_range} of 100, and {high_range}.",
        "各種假設之間，則分別為 {low_range} 程、{high_range} 程。",
    ),
    "headline_range_one": (
        "Over the named cases {high_range} of 100.",
        "各種假設之間，則為 {high_range} 程。",
    ),
    "quote_source": (
        "Simulated. Scenario {digest}. Cite: {cite}",
        "以上屬模擬。模擬設定 {digest}。引用：{cite}",
    ),
    "headline_counted": (
        "Only the plan's cameras are counted, all of them simulated; subways, indoor and roofed "
        "ways count as closed. {walks} simulated walks.",
        "只計算計劃內的鏡頭，全部屬模擬；行人隧道、室內及有蓋通道當作不能通行。共 {walks} 程模擬"
        "步行。",
    ),
    "headline_counted_real": (
        "Only the cameras of this run are counted, some of them real; subways, indoor and roofed "
        "ways count as closed. {walks} simulated walks.",
        "只計算這次模擬所載的鏡頭，部分為真實鏡頭；行人隧道、室內及有蓋通道當作不能通行。共 "
        "{walks} 程模擬步行。",
    ),
    "headline_counted_listed": (
        "Only the cameras of this run are counted, simulated on poles that were listed; subways, "
        "indoor and roofed ways count as closed. {walks} simulated walks.",
        "只計算這次模擬所載、掛在名單燈柱上的模擬鏡頭；行人隧道、室內及有蓋通道當作不能通行。共 "
        "{walks} 程模擬步行。",
    ),
    "fewer_than_one": ("fewer than 1", "不足 1"),
    "more_than_99": ("more than 99", "超過 99"),
    "headline_two": (
        "With {low} cameras in {city}, a typical walk passes a lens close enough, with this "
        "camera, to recognise a face turned towards it for {low_p50} of the way ({low_p10} to "
        "{low_p90}); with {high}, for {high_p50} ({high_p10} to {high_p90}).",
        "{city}有 {low} 個閉路電視鏡頭時，走一段一般路程，有 {low_p50}（{low_p10} 至 {low_p90}）"
        "的路段，面向鏡頭便可能被認出；有 {high} 個時，則有 {high_p50}（{high_p10} 至 "
        "{high_p90}）。",
    ),
    "headline_one": (
        "With {high} cameras in {city}, a typical walk passes a lens close enough, with this "
        "camera, to recognise a face turned towards it for {high_p50} of the way ({high_p10} to "
        "{high_p90}).",
        "{city}有 {high} 個閉路電視鏡頭時，走一段一般路程，有 {high_p50}（{high_p10} 至 "
        "{high_p90}）的路段，面向鏡頭便可能被認出。",
    ),
    "headline_streets": (
        "With {low} cameras in {city}, {low_p50} of street length lies close enough to a lens, "
        "with this camera, to recognise a face turned towards it; with {high}, {high_p50}.",
        "{city}有 {low} 個閉路電視鏡頭時，有 {low_p50} 的街道，走過時面向鏡頭便可能被認出；有 "
        "{high} 個時，則有 {high_p50}。",
    ),
    "headline_note": (
        "Median of {walks} simulated walks; in brackets, eight walks of ten lie between the two.",
        "{walks} 段模擬路程的中位數；十程有八程在括號內的範圍。",
    ),
    "headline_note_streets": (
        "Share of all street length in the area; this run has no typical walks.",
        "佔區內街道總長度的比例；這次模擬沒有一般路程。",
    ),
    "hong_kong": ("Hong Kong", "全港"),
    "this_area": ("the area", "本區"),
    "camera_weak": (
        "This camera: full HD, 90° wide (weak case).",
        "這款鏡頭：全高清，視角 90°（較弱情況）。",
    ),
    "camera_typical": (
        "This camera: 4K, 62° wide (typical case).",
        "這款鏡頭：4K，視角 62°（一般情況）。",
    ),
    "camera_strong": (
        "This camera: 4K, 40° narrow (strong case).",
        "這款鏡頭：4K，視角 40°（較強情況）。",
    ),
}  # fmt: skip
"""Each text as (English, Chinese)."""
