"""Every word of the page, in English and in Chinese as written in Hong Kong, in one table.

A text may hold places in braces, the same in both languages, which the page fills with numbers or
names. Words for the four tasks are fixed by the project; proper names come from the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BETWEEN = re.compile(r"(?<=[\u3001-\u9fff\uff00-\uffef]) (?=[\u3001-\u9fff])")
LANGUAGES = ("en", "zh")
"""Codes of the two languages, in the order of each pair of texts."""

TEXTS: dict[str, tuple[str, str]] = {
    # the question and its answer
    "title": (
        "What can still be walked unseen in {area}?",
        "在{area}，還有多少路可以走過而不被看見？",
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
        "By chance alone {low_band} of 100 at {low}, {high_band} at {high}.",
        "單因隨機，{low} 個時每 100 程有 {low_band} 程，{high} 個時有 {high_band} 程。",
    ),
    "headline_band_one": (
        "By chance alone {high_band} of 100.",
        "單因隨機，每 100 程有 {high_band} 程。",
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
        "{city}有 {low} 個鏡頭時，走一段典型路程，有 {low_p50}（{low_p10} 至 {low_p90}）的路段，"
        "鏡頭近得足以（以這款鏡頭計）辨認正面的人臉；有 {high} 個時，則有 {high_p50}"
        "（{high_p10} 至 {high_p90}）。",
    ),
    "headline_one": (
        "With {high} cameras in {city}, a typical walk passes a lens close enough, with this "
        "camera, to recognise a face turned towards it for {high_p50} of the way ({high_p10} to "
        "{high_p90}).",
        "{city}有 {high} 個鏡頭時，走一段典型路程，有 {high_p50}（{high_p10} 至 {high_p90}）的"
        "路段，鏡頭近得足以（以這款鏡頭計）辨認正面的人臉。",
    ),
    "headline_streets": (
        "With {low} cameras in {city}, {low_p50} of street length lies close enough to a lens, "
        "with this camera, to recognise a face turned towards it; with {high}, {high_p50}.",
        "{city}有 {low} 個鏡頭時，有 {low_p50} 的街道長度，鏡頭近得足以（以這款鏡頭計）辨認正面"
        "的人臉；有 {high} 個時，則有 {high_p50}。",
    ),
    "headline_note": (
        "Median of {walks} simulated walks; in brackets the 10th to the 90th percentile.",
        "{walks} 段模擬路程的中位數；括號內為第 10 至第 90 百分位數。",
    ),
    "headline_note_streets": (
        "Share of all street length in the area; this run has no typical walks.",
        "佔區內街道總長度的比例；這次模擬沒有典型路程。",
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
    # what must never be out of sight
    "simulated": (
        "Simulated cameras and people — not real positions 模擬",
        "鏡頭與行人均屬模擬，並非真實位置 Simulated",
    ),
    "simulated_short": ("Simulated 模擬", "模擬 Simulated"),
    # in their place where a run begins from cameras of a map or a list
    "partly_real": (
        "Some cameras as others mapped or listed them, the rest and all people simulated 部分真實",
        "部分鏡頭取自他人的地圖或名單，其餘鏡頭及所有行人均屬模擬 Partly real",
    ),
    "partly_real_short": ("Partly simulated 部分模擬", "部分模擬 Partly simulated"),
    "about_partly_real": (
        "Some cameras stand where a public map or list puts them; what they see is worked out from "
        "assumed lenses, and directions that nobody recorded are guessed. The others are placed by "
        "a rule, and people are drawn at random. Nothing here is evidence of any camera or person.",
        "部分鏡頭按公開地圖或名單的位置擺放，其視野以假設的鏡頭規格推算，未有記錄的方向屬推測；"
        "其餘鏡頭按規則擺放，行人隨機抽樣。不能用作任何鏡頭或任何人的證據。",
    ),
    # in their place where all are simulated, but on poles that the scenario lists
    "on_listed": (
        "Simulated cameras on listed poles, simulated people 模擬",
        "模擬鏡頭掛在名單所載的燈柱上，行人均屬模擬 Simulated",
    ),
    "about_on_listed": (
        "Every camera is simulated and hangs on a pole of a list that was given; that a pole is "
        "listed says nothing of a camera on it. People are drawn at random. Only statistics are "
        "told: no way past these poles, and no list of cameras.",
        "鏡頭全屬模擬，掛在名單所載的燈柱上；燈柱在名單上不表示其上有鏡頭。行人隨機抽樣。"
        "只提供統計數字，不提供避開這些燈柱的路線或鏡頭名單。",
    ),
    "walls_footprints": (
        "Walls: mapped building footprints",
        "牆壁：地圖上的建築物輪廓",
    ),
    "walls_blocks": (
        "Walls: street blocks inferred from streets, not building footprints",
        "牆壁：由街道推算的街區，並非建築物輪廓",
    ),
    "walls_mixed": (
        "Walls: building footprints, and blocks inferred from streets where none are mapped",
        "牆壁：建築物輪廓；地圖未有繪畫之處，由街道推算街區",
    ),
    "walls_none": (
        "No walls: nothing blocks sight, so streets look more seen than they would be",
        "沒有牆壁：視線毫無阻擋，街道看來會比實際更易被看見",
    ),
    "share_rule": ("City total shared by {rule}", "全市鏡頭按{rule}分配"),
    "share_rule_direct": ("Camera counts are the area's own", "鏡頭數目為本區自身數目"),
    "rule_population": ("population", "人口"),
    "rule_daytime": ("people there on a working day", "平日日間人口"),
    "rule_streets": ("street length", "街道長度"),
    "rule_equal": ("equal parts", "各區均等"),
    "rule_given": ("a given share", "指定比例"),
    "street_share": (
        "Cameras that watch a street: {share}",
        "面向街道的鏡頭比例：{share}",
    ),
    "share_low": ("low case", "低"),
    "share_middle": ("middle case", "中"),
    "share_high": ("high case", "高"),
    "scenario": ("Scenario {name}, seed {seed}", "情境 {name}，隨機種子 {seed}"),
    "osm": ("© OpenStreetMap contributors (ODbL)", "© OpenStreetMap 貢獻者（ODbL）"),
    "bus_streets": (
        "Bus-street proxy: only streets that buses use, no walking network. Streets: Transport "
        "Department via CSDI",
        "巴士街道代用路網：只有巴士行走的街道，並非步行路網。街道資料：運輸署（經 CSDI）",
    ),
    # what replaces or goes before words on walks where streets are the proxy
    "proxy": (
        "Along bus streets (bus-street proxy), not walks:",
        "沿巴士街道（代用路網），並非步行路程：",
    ),
    "proxy_title": (
        "How much of the streets that buses use in {area} is seen?",
        "{area}巴士行走的街道有多少被看見？",
    ),
    "proxy_headline_note": (
        "Share of all street length in the area. The {walks} trips of this run go along streets "
        "that buses use (bus-street proxy). They are not walks, so no walk is quoted.",
        "佔區內街道總長度的比例。這次模擬的 {walks} 段行程沿巴士行走的街道（代用路網），"
        "並非步行路程，故不引用任何步行數字。",
    ),
    "proxy_walk_median": (
        "of a route along bus streets (proxy, no walk) seen",
        "沿巴士街道的路線（代用路網，並非步行）被看見",
    ),
    "proxy_dark_stretch": (
        "longest unseen stretch of a route along bus streets (proxy)",
        "沿巴士街道的路線（代用路網）中最長的不被看見路段",
    ),
    "proxy_tracked_typical": (
        "of a route along bus streets (proxy) tracked live",
        "沿巴士街道的路線（代用路網）可被實時追蹤",
    ),
    "proxy_heads_typical": (
        "cameras met on a route along bus streets (proxy)",
        "個鏡頭在沿巴士街道的路線（代用路網）上遇到",
    ),
    "proxy_table_walks": (
        "Route along bus streets (proxy, no walk) seen, middle (10th to 90th percentile)",
        "沿巴士街道的路線（代用路網，並非步行）被看見，中位數（第 10 至第 90 百分位數）",
    ),
    # controls
    "language": ("Language", "語言"),
    "tasks": ("How well must the camera see?", "鏡頭要看得多清楚？"),
    "detect": ("Detect", "偵測"),
    "observe": ("Observe", "觀察"),
    "recognise": ("Recognise", "辨認"),
    "identify": ("Identify", "識別"),
    "detect_means": ("someone is there", "看得出有人"),
    "observe_means": ("clothing and behaviour", "看得出衣着和舉動"),
    "recognise_means": (
        "a person one knows, face turned towards the camera",
        "認得出相識的人（面向鏡頭時）",
    ),
    "identify_means": ("a stranger, beyond doubt", "確定陌生人的身份，毫無疑問"),
    "detect_pixels": ("25 pixels per metre", "每米 25 像素"),
    "observe_pixels": ("62.5 pixels per metre", "每米 62.5 像素"),
    "recognise_pixels": ("125 pixels per metre", "每米 125 像素"),
    "identify_pixels": ("250 pixels per metre", "每米 250 像素"),
    "cameras_in_city": ("cameras in {city}", "個鏡頭（{city}）"),
    "slider": ("Number of cameras in {city}", "{city}鏡頭數目"),
    "slider_value": ("{n} cameras", "{n} 個鏡頭"),
    "go_to": ("Show {n} cameras", "顯示 {n} 個鏡頭"),
    "go_to_year": (
        "Show {n} cameras, the number for {year}",
        "顯示 {n} 個鏡頭，即 {year} 年的數目",
    ),
    "tick_year": ("{year}", "{year} 年"),
    "play": ("Play from 0 to {n}", "由 0 播放至 {n}"),
    "pause": ("Pause", "暫停"),
    "fold": ("Fold the panel", "收起面板"),
    "unfold": ("Open the panel", "展開面板"),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "縮小"),
    "map": (
        "Map of streets: {share} of street length is seen at {n} cameras",
        "街道地圖：{n} 個鏡頭時，{share} 的街道長度會被看見",
    ),
    "panel": ("Figures and controls", "數字與控制"),
    "chart": (
        "Share of street length seen, by number of cameras",
        "被看見的街道長度比例（按鏡頭數目）",
    ),
    "chart_caption": (
        "Street length seen, % — by cameras in {city}",
        "被看見的街道長度（%），按{city}鏡頭數目",
    ),
    # figures
    "figures": ("At this number of cameras", "在這個鏡頭數目下"),
    "cameras_here": ("cameras in this area", "個鏡頭在本區"),
    "streets_seen": ("of street length seen", "街道長度被看見"),
    "way_left": (
        "of everyday walks could still be made unseen for this task, by who knew every camera",
        "的日常步行，若清楚每個鏡頭的位置，仍可全程不被看見（按所選清晰度）",
    ),
    "way_left_at": ("as simulated at {n} cameras", "按 {n} 個鏡頭的模擬結果"),
    "walk_median": ("of a typical walk seen", "典型路程被看見"),
    "walk_range": ("{p10} to {p90} of the way", "全程的 {p10} 至 {p90}"),
    "dark_stretch": ("longest unseen stretch of a typical walk", "典型路程中最長的不被看見路段"),
    "tracked_typical": ("of a typical walk tracked live", "典型路程可被實時追蹤"),
    "heads_typical": ("cameras met on a typical walk", "個鏡頭在典型路程上遇到"),
    "metres": ("{n} m", "{n} 米"),
    "kilometres": ("{n} km", "{n} 公里"),
    "percent": ("{n}%", "{n}%"),
    "step_at": (
        "Longest unseen stretch, cameras met and tracking: as simulated at {n} cameras, the "
        "nearest total at or below.",
        "最長的不被看見路段、遇到的鏡頭和追蹤：按 {n} 個鏡頭的模擬結果，即不高於所選數目的最接近"
        "總數。",
    ),
    "step_none": (
        "Below the lowest simulated total ({n}): no figure.",
        "低於最小的模擬總數（{n}）：沒有數字。",
    ),
    "by_task": ("Street length seen, by task", "各級清晰度下被看見的街道長度"),
    "no_figure": ("—", "—"),
    # the dark network
    "dark_part": ("Unseen streets that hang together", "相連的不被看見街道"),
    "dark_share": ("of street length is one connected unseen part",
                   "街道長度屬於同一片相連的不被看見街道"),
    "dark_show": ("Show the largest such part on the map", "在地圖上顯示最大的一片"),
    "dark_critical": (
        "It falls below half of street length at {n} cameras.",
        "到 {n} 個鏡頭時，跌至不足街道長度的一半。",
    ),
    "dark_never": (
        "It holds half of street length or more up to {n} cameras.",
        "直至 {n} 個鏡頭，仍佔街道長度一半或以上。",
    ),
    "legend_dark": ("largest connected unseen part", "最大一片相連的不被看見街道"),
    # layers
    "layers": ("More on the map", "地圖上的更多資料"),
    "owners": ("Cameras by owner", "按擁有者分類的鏡頭"),
    "owners_note": (
        "Shown or hidden on the map only: every figure counts all cameras.",
        "只影響地圖顯示；所有數字均計算全部鏡頭。",
    ),
    "owner_police": ("police", "警方"),
    "owner_department": ("departments", "政府部門"),
    "owner_transport": ("transport", "交通運輸"),
    "owner_estate": ("estates", "屋苑"),
    "owner_mall": ("malls", "商場"),
    "owner_other": ("others", "其他"),
    "districts": ("Street length seen, by district", "各區被看見的街道長度"),
    "districts_show": ("Shade the districts on the map", "在地圖上以深淺顯示各區"),
    "sensitive_seen": (
        "Doors of {n} sensitive places (clinics, places of worship, courts, unions), counted "
        "together: {share} seen.",
        "{n} 個敏感場所（診所、宗教場所、法院、工會）的門口合計：{share} 被看見。",
    ),
    "layers_at": (
        "Districts and places: as simulated at {n} cameras.",
        "各區及場所：按 {n} 個鏡頭的模擬結果。",
    ),
    # walks
    "walks": ("Walks to look at", "看看這些路程"),
    "walks_hint": (
        "Choose a walk to see it on the map.",
        "選一段路程，在地圖上查看。",
    ),
    "no_walks": ("This run has no named walks.", "這次模擬沒有指定路程。"),
    "walk_length": ("{n} m, {minutes} min on foot", "{n} 米，步行 {minutes} 分鐘"),
    "walk_seen": ("of its length seen", "的長度被看見"),
    "walk_heads": ("cameras met", "個鏡頭遇到"),
    "walk_gap": ("longest unseen stretch", "最長的不被看見路段"),
    "walk_tracked": ("tracked live", "可被實時追蹤"),
    # the reader's own walk
    "own": ("Your own walk", "你的路程"),
    "own_hint": (
        "Tap two places on the map, or type a street, a station exit or a place. It stays on this "
        "device.",
        "在地圖上輕觸兩個地點，或輸入街道、港鐵站出口或地方名稱。資料只留在這部裝置。",
    ),
    "own_tap_from": ("Tap where your walk begins", "輕觸起點"),
    "own_tap_to": ("Now tap where it ends", "再輕觸終點"),
    "own_again": ("Another walk", "另一段路程"),
    "own_from": ("From", "起點"),
    "own_to": ("To", "終點"),
    "own_type": ("Street, station exit, place", "街道、車站出口、地方"),
    "own_offers": ("Places that may be meant", "可能的地點"),
    "own_unknown": (
        "No such name here. Try another, or tap the map.",
        "找不到這個名稱。請試其他名稱，或輕觸地圖。",
    ),
    "own_near": ("Near {street}", "{street}附近"),
    "own_point": ("A place on the map", "地圖上的一點"),
    "own_turn": ("Turn round", "對調"),
    "own_clear": ("Clear", "清除"),
    "own_far": (
        "No street within 250 m of there. Tap nearer to one.",
        "該處 250 米內沒有街道。請輕觸較近街道的地方。",
    ),
    "own_no_way": (
        "On the mapped streets no way on foot joins these two. Choose others.",
        "地圖上沒有步行路線連接這兩處。請選擇其他地點。",
    ),
    "own_same": ("These two are the same place. Choose another.", "兩處是同一地點。請另選一處。"),
    "own_seen": (
        "{task}, with {n} cameras in {city}: the shortest way, {length}, is seen for {share} of "
        "its length.",
        "{task}，{city}有 {n} 個鏡頭時：最短路線長 {length}，其中 {share} 被看見。",
    ),
    "own_unseen": (
        "{task}, with {n} cameras in {city}: the shortest way, {length}, is not seen at all.",
        "{task}，{city}有 {n} 個鏡頭時：最短路線長 {length}，全程不被看見。",
    ),
    "own_less": (
        "A way {longer} longer is seen for {less} less.",
        "多走 {longer}，可少被看見 {less}。",
    ),
    "own_dark": ("A way {longer} longer is not seen at all.", "多走 {longer}，便可全程不被看見。"),
    "own_none_less": (
        "No less seen way was found within one and a half times its length.",
        "在其長度的一倍半之內，找不到較少被看見的路線。",
    ),
    "own_refused": (
        "Less seen ways are not looked for: some cameras of this run are not simulated.",
        "這次模擬包含並非模擬的鏡頭，因此不會尋找較少被看見的路線。",
    ),
    "own_found": (
        "Found within one and a half times the shortest length, under simulated cameras; a way "
        "still less seen may exist.",
        "在最短路線長度的一倍半之內、按模擬鏡頭找到；可能還有更少被看見的路線。",
    ),
    "own_shortest": ("Shortest way", "最短路線"),
    "own_least": ("Least seen way found", "找到的最少被看見路線"),
    "own_length": ("length", "長度"),
    "own_seen_m": ("seen for", "被看見"),
    "own_of": ("{metres} ({share})", "{metres}（{share}）"),
    "own_met": ("cameras that see it", "看得見的鏡頭"),
    "own_first": ("first seen", "首次被看見"),
    "own_after": ("after {m}", "走 {m} 後"),
    "own_at_once": ("at the start", "一開始"),
    "own_never": ("never", "從不"),
    "own_profile": (
        "From A (left) to B: thick where a camera sees it.",
        "由 A（左）至 B：粗線為被鏡頭看見的路段。",
    ),
    # a link to what is shown
    "link": ("A link to this view", "此畫面的連結"),
    "link_means": (
        "It holds the view, the number of cameras, the task and the language.",
        "包含地圖位置、鏡頭數目、清晰度和語言。",
    ),
    "link_ends": (
        "Also put the two ends of my walk into it (one of them may be a home)",
        "同時包含我的起點和終點（其中一處可能是住所）",
    ),
    "link_copy": ("Copy", "複製"),
    "link_copied": ("Copied.", "已複製。"),
    "link_by_hand": ("Marked: copy it by hand.", "已選取，請自行複製。"),
    # legend
    "legend": ("Legend", "圖例"),
    "legend_title": (
        "{task}: cameras in {city} when a street is first seen",
        "{task}：街道首次被看見時的{city}鏡頭數目",
    ),
    "legend_first": ("up to {to}", "{to} 或以下"),
    "legend_next": ("{from} to {to}", "{from} 至 {to}"),
    "legend_unseen": ("unseen at {n}", "{n} 個時仍不被看見"),
    "legend_bridge": (
        "footbridge, seen only by cameras on it",
        "行人天橋，只會被橋上的鏡頭看見",
    ),
    "legend_roofed": (
        "subway or covered way, likewise",
        "行人隧道或有蓋通道，同上",
    ),
    "legend_camera": ("simulated camera and what it sees", "模擬鏡頭及其視野"),
    "legend_camera_far": (
        "simulated camera (zoom in for its view)",
        "模擬鏡頭（放大可見視野）",
    ),
    "legend_area": ("figures count inside this line", "數字只計此界線以內"),
    "legend_walls": ("walls", "牆壁"),
    # tables, glossary, sources
    "table": ("All figures as a table", "所有數字列表"),
    "table_total": ("Cameras in {city}", "{city}鏡頭"),
    "table_here": ("In this area", "本區鏡頭"),
    "table_task": ("Task", "清晰度"),
    "table_streets": ("Street length seen", "被看見的街道長度"),
    "table_answer": ("Walks that could be made unseen, knowing every camera",
                     "清楚每個鏡頭的位置，仍可全程不被看見的路程"),
    "table_walks": ("Typical walk seen, middle (10th to 90th percentile)",
                    "典型路程被看見，中位數（第 10 至第 90 百分位數）"),
    "glossary": ("The four tasks", "四級清晰度"),
    "glossary_source": (
        "Pixel densities of EN 62676-4, measured on the person.",
        "像素密度依據 EN 62676-4，以人身處的位置計。",
    ),
    "about": ("About this map", "關於這幅地圖"),
    "about_simulated": (
        "Cameras are placed by a rule and people are drawn at random. Nothing here shows where a "
        "real camera is, and it is not evidence of any camera or of any person.",
        "鏡頭按規則擺放，行人隨機抽樣。本頁不顯示任何真實鏡頭的位置，亦不能用作任何鏡頭或任何人的"
        "證據。",
    ),
    "about_seen": (
        "A place counts as seen when a face there lies within range, inside the field of view, and "
        "no wall cuts the line. Seen means that a camera can see it, not that somebody looks.",
        "某處的人臉在鏡頭的有效距離和視野之內，而視線沒有被牆壁阻擋，便算被看見。被看見是指鏡頭"
        "看得到，不代表有人正在看。",
    ),
    "about_network": (
        "This page sends and stores nothing; it works without any network.",
        "本頁不傳送、不儲存任何資料，毋須連接網絡。",
    ),
    "run_notes": (
        "What was guessed or left out here",
        "這次模擬中推算或沒有計算的部分",
    ),
    "sources": ("Sources", "資料來源"),
    "cite": ("How to cite", "引用方式"),
    "software": (
        "Drawn with folium and Leaflet (BSD licences).",
        "以 folium 及 Leaflet 繪製（BSD 授權）。",
    ),
    # without script
    "still": (
        "Streets by the number of cameras in {city} at which they are first seen. Dark streets "
        "stay unseen at {n}.",
        "各街道在{city}有多少個鏡頭時首次被看見。深色街道在 {n} 個鏡頭時仍不被看見。",
    ),
    "needs_script": (
        "Open this file in a browser to move the slider.",
        "以瀏覽器開啟本檔案，便可移動滑桿。",
    ),
    "too_old": (
        "This browser is too old for the moving map; the figures are below.",
        "這個瀏覽器版本太舊，未能顯示互動地圖；數字見下。",
    ),
}  # fmt: skip
"""Each text as (English, Chinese)."""


ON_FOOT = ("walk_median", "dark_stretch", "tracked_typical", "heads_typical", "table_walks")
"""Texts on walks that have another form where streets are the proxy."""


def text(key: str, language: str, **values: object) -> str:
    """Return a text in a language with its places filled.

    Parameters
    ----------
    key
        A key of `TEXTS`.
    language
        One of `LANGUAGES`.
    values
        What to put into the places in braces.
    """
    return TEXTS[key][LANGUAGES.index(language)].format(**values)


def closed_up(chinese: str) -> str:
    """Return Chinese without spaces between two of its characters, where words stand for a number.

    Parameters
    ----------
    chinese
        A text whose places in braces have spaces around them, as numbers need.
    """
    return _BETWEEN.sub("", chinese)


def is_proxy(summary: Mapping[str, Any]) -> bool:
    """Return whether a run's streets are those of buses only, so that its trips are not walks."""
    return bool(summary["area"].get("streets") == "bus-street proxy")


def on_listed_poles(summary: Mapping[str, Any]) -> bool:
    """Return whether a run's cameras are all simulated, some of them on poles that were listed."""
    return bool(summary.get("listed_poles")) and not summary.get("real_cameras")


def texts_of(summary: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the texts for a run, which say so where its cameras or streets are not the usual."""
    said = {}
    if on_listed_poles(summary):
        said = {"simulated": "on_listed", "about_simulated": "about_on_listed"}
    elif not summary["simulated"]:
        said = {
            "simulated": "partly_real",
            "simulated_short": "partly_real_short",
            "about_simulated": "about_partly_real",
        }
    if is_proxy(summary):
        said["osm"] = "bus_streets"
        said |= {key: f"proxy_{key}" for key in ON_FOOT}
    usual = {key: pair for key, pair in TEXTS.items() if not key.startswith("proxy_")}
    return {**usual, **{key: TEXTS[other] for key, other in said.items()}}


def table(texts: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Return texts by language and key, as the page carries them."""
    return {
        language: {key: pair[place] for key, pair in texts.items()}
        for place, language in enumerate(LANGUAGES)
    }
