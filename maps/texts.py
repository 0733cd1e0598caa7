"""Every word of the page, in English and in Chinese as written in Hong Kong, in one table.

A text may hold places in braces, the same in both languages, which the page fills with numbers or
names. Words for the four tasks are fixed by the project; proper names come from the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from maps.answer_texts import ANSWER
from maps.story_page_texts import STORY

_BETWEEN = re.compile(r"(?<=[\u3001-\u9fff\uff00-\uffef]) (?=[\u3001-\u9fff])")
LANGUAGES = ("en", "zh")
"""Codes of the two languages, in the order of each pair of texts."""

TEXTS: dict[str, tuple[str, str]] = {
    **ANSWER,
    # what must never be out of sight
    "simulated": (
        "Simulated cameras and people — not real positions 模擬",
        "鏡頭和行人都是模擬的，不是真實位置或真人 Simulated",
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
        "Buildings that block sight: as mapped",
        "建築物（阻擋視線）：按地圖上的輪廓",
    ),
    "walls_blocks": (
        "Buildings that block sight: street blocks inferred from streets, not mapped outlines",
        "建築物（阻擋視線）：由街道推算的街區，並非實際輪廓",
    ),
    "walls_mixed": (
        "Buildings that block sight: as mapped, and blocks inferred from streets where none are "
        "mapped",
        "建築物（阻擋視線）：按地圖上的輪廓；地圖未有繪畫之處，由街道推算街區",
    ),
    "walls_none": (
        "No buildings: nothing blocks sight, so streets look more watched than they would be",
        "沒有建築物：視線毫無阻擋，結果會比實際更易被拍到或認出",
    ),
    "share_rule": (
        "{city}'s cameras are shared out between districts by {rule}",
        "{city}鏡頭按{rule}分配到各區",
    ),
    "share_rule_direct": ("Camera counts are the area's own", "鏡頭數目為本區自身數目"),
    "rule_population": ("population", "人口"),
    "rule_daytime": ("people there on a working day", "平日日間人口"),
    "rule_streets": ("street length", "街道長度"),
    "rule_equal": ("equal parts", "各區均等"),
    "rule_given": ("a given share", "指定比例"),
    "street_share": (
        "Cameras that watch a street and not a lobby, lift or platform: {share}",
        "面向街道（而非大堂、升降機或月台）的鏡頭：{share}",
    ),
    "share_low": ("few (low case)", "較少（低情況）"),
    "share_middle": ("some (middle case)", "部分（中情況）"),
    "share_high": ("all (high case)", "全部（高情況）"),
    "scenario": (
        "Made with the settings “{name}”; with seed {seed} for chance they give the same result "
        "again",
        "模擬設定：「{name}」；以隨機種子 {seed} 再運行，結果相同",
    ),
    "osm": ("© OpenStreetMap contributors (ODbL)", "© OpenStreetMap 貢獻者（ODbL）"),
    "credit_below": ("Map data: see the sources below", "地圖資料：見下方資料來源"),
    "bus_streets": (
        "Bus-street proxy: only streets that buses use, no walking network. Streets: Transport "
        "Department via CSDI",
        "巴士街道代用路網：只有巴士行走的街道，並非步行路網。街道資料：運輸署（經 CSDI）",
    ),
    "official_streets": (
        "Streets: Lands Department, the Government of the HKSAR, via CSDI",
        "街道資料：香港特別行政區政府地政總署（經 CSDI）",
    ),
    "official_buildings": (
        "Buildings: Lands Department, the Government of the HKSAR, via CSDI",
        "建築物資料：香港特別行政區政府地政總署（經 CSDI）",
    ),
    "official_streets_buildings": (
        "Streets and buildings: Lands Department, the Government of the HKSAR, via CSDI",
        "街道及建築物資料：香港特別行政區政府地政總署（經 CSDI）",
    ),
    # what replaces or goes before words on walks where streets are the proxy
    "proxy": (
        "Along bus streets (bus-street proxy), not walks:",
        "沿巴士街道（代用路網），並非步行路程：",
    ),
    "proxy_title": (
        "How much of the streets that buses use in {area} is within reach of a camera?",
        "在{area}，巴士行走的街道有多少走過可能被認出？",
    ),
    "proxy_headline_streets": (
        "With {low} cameras in {city}, {low_p50} of the length of the streets that buses use lies "
        "close enough to a lens, with this camera, to recognise a face turned towards it; with "
        "{high}, {high_p50}.",
        "{city}有 {low} 個閉路電視鏡頭時，巴士行走的街道有 {low_p50}，走過時面向鏡頭便可能被認出；"
        "有 {high} 個時，則有 {high_p50}。",
    ),
    "proxy_headline_note": (
        "Share of all street length in the area. The {walks} trips of this run go along streets "
        "that buses use (bus-street proxy). They are not walks, so no walk is quoted.",
        "佔區內街道總長度的比例。這次模擬的 {walks} 段行程沿巴士行走的街道（代用路網），"
        "並非步行路程，故不引用任何步行數字。",
    ),
    "proxy_walk_median": (
        "of a route along bus streets (proxy, no walk), where one could be {seen}",
        "的沿巴士街道路線（代用路網，並非步行），走過可能{seen}",
    ),
    "proxy_dark_stretch": (
        "longest stretch of a route along bus streets (proxy) without being {seen}",
        "沿巴士街道的路線（代用路網）中最長一段不會{seen}的路",
    ),
    "proxy_tracked_typical": (
        "of a route along bus streets (proxy) tracked live",
        "的沿巴士街道路線（代用路網）可被實時追蹤",
    ),
    "proxy_heads_typical": (
        "cameras in whose view a route along bus streets (proxy) comes",
        "個鏡頭會拍到沿巴士街道的一條路線（代用路網）",
    ),
    "proxy_table_walks": (
        "Route along bus streets (proxy, no walk) where one could be recognised or as the task "
        "says: middle (eight of ten between)",
        "沿巴士街道的路線（代用路網，並非步行）中會被拍到或認出的部分：中位數（十程有八程在這範"
        "圍內）",
    ),
    # controls
    "language": ("Language", "語言"),
    "tasks": ("How well must the camera see?", "鏡頭要看得多清楚？"),
    "detect": ("Detect", "偵測"),
    "observe": ("Observe", "觀察"),
    "recognise": ("Recognise", "認得熟人"),
    "identify": ("Identify", "確認身份"),
    "detect_seen": ("seen", "被拍到"),
    "observe_seen": ("seen clearly", "被看清"),
    "recognise_seen": ("recognised", "被認出"),
    "identify_seen": ("identified", "被確認身份"),
    "detect_means": ("someone is there", "看得出有人"),
    "observe_means": ("clothing and behaviour", "看得出衣着和舉動"),
    "recognise_means": (
        "a person one knows, face turned towards the camera",
        "認得出相識的人（面向鏡頭時）",
    ),
    "identify_means": ("a stranger, beyond doubt", "足以確認陌生人的身份"),
    "detect_pixels": ("25 pixels per metre", "每米 25 像素"),
    "observe_pixels": ("62.5 pixels per metre", "每米 62.5 像素"),
    "recognise_pixels": ("125 pixels per metre", "每米 125 像素"),
    "identify_pixels": ("250 pixels per metre", "每米 250 像素"),
    "cameras_in_city": ("cameras in {city}", "個鏡頭（{city}）"),
    "dial_map": ("On the map:", "地圖顯示"),
    "dial_walks": (
        "{of} of 100 walks left without being {seen}",
        "每 100 程有 {of} 程可以不{seen}",
    ),
    "dial_streets": (
        "{share} of street length, where one could be {seen}",
        "{share} 的街道，走過可能{seen}",
    ),
    "slider": ("Number of cameras in {city}", "{city}鏡頭數目"),
    "slider_value": ("{n} cameras. {result}", "{n} 個鏡頭。{result}"),
    "go_to": ("Show {n} cameras", "顯示 {n} 個鏡頭"),
    "go_to_year": (
        "Show {n} cameras, the number for {when}",
        "顯示 {n} 個鏡頭，即 {when}的數目",
    ),
    "tick_year": ("{year}", "{year} 年"),
    "play": ("Play from {from} to {n} cameras", "由 {from} 個播放至 {n} 個鏡頭"),
    "pause": ("Pause", "暫停"),
    "fold": ("Fold the panel", "收起面板"),
    "unfold": ("Open the panel", "展開面板"),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "縮小"),
    "map": (
        "Map of streets: at {n} cameras, {share} of street length where one could be {seen}",
        "街道地圖：{n} 個鏡頭時，{share} 的街道，走過可能{seen}",
    ),
    "panel": ("Figures and controls", "數字與控制"),
    "chart": (
        "Share of street length where one could be {seen}, by number of cameras",
        "走過可能{seen}的街道比例（按鏡頭數目）",
    ),
    "chart_caption": (
        "Street length within reach, %, by cameras in {city}",
        "鏡頭拍得到的街道長度（%），按{city}鏡頭數目",
    ),
    # figures
    "figures": ("At this number of cameras", "在這個鏡頭數目下"),
    "cameras_here": (
        "simulated cameras in this area that watch a street",
        "個模擬鏡頭在本區面向街道",
    ),
    "streets_seen": ("of street length, where one could be {seen}", "的街道，走過可能{seen}"),
    "way_left": (
        "of everyday walks could still be made without being {seen}, by who knew every camera",
        "的日常步行，若清楚每個鏡頭的位置，走完全程也不會{seen}",
    ),
    "way_left_at": ("as simulated at {n} cameras", "按 {n} 個鏡頭的模擬結果"),
    "walk_median": ("of a typical walk, where one could be {seen}", "的一般路程，走過可能{seen}"),
    "walk_range": ("eight walks of ten: {p10} to {p90}", "十程有八程在 {p10} 至 {p90} 之間"),
    "dark_stretch": (
        "longest stretch of a typical walk without being {seen}",
        "一般路程中最長一段不會{seen}的路",
    ),
    "tracked_typical": ("of a typical walk tracked live", "的一般路程可被實時追蹤"),
    "heads_typical": ("cameras in whose view a typical walk comes", "個鏡頭，一般路程會遇到"),
    "metres": ("{n} m", "{n} 米"),
    "kilometres": ("{n} km", "{n} 公里"),
    "percent": ("{n}%", "{n}%"),
    "step_at": (
        "Longest stretch, cameras met and tracking: as simulated at {n} cameras, the nearest "
        "total at or below.",
        "最長的一段、遇到的鏡頭和追蹤：按 {n} 個鏡頭的模擬結果，即不高於所選數目的最接近總數。",
    ),
    "step_none": (
        "Below the lowest simulated total ({n}): no figure.",
        "低於最小的模擬總數（{n}）：沒有數字。",
    ),
    "by_task": (
        "Street length within reach, by how well the camera must see",
        "各級清晰度下鏡頭拍得到的街道長度",
    ),
    "no_figure": ("—", "—"),
    # the dark network
    "dark_part": ("Unwatched streets that are still connected", "仍連成一片、不會{seen}的街道"),
    "dark_share": (
        "of street length is one connected part where nobody could be {seen}",
        "的街道仍連成一片，走過不會{seen}",
    ),
    "dark_show": ("Show the largest such part on the map", "在地圖上顯示最大的一片"),
    "dark_critical": (
        "It falls below half of street length at about {n} cameras.",
        "到約 {n} 個鏡頭時，跌至不足街道長度的一半。",
    ),
    "dark_never": (
        "It holds half of street length or more up to {n} cameras.",
        "直至 {n} 個鏡頭，仍佔街道長度一半或以上。",
    ),
    "legend_dark": (
        "largest connected part where nobody could be {seen}",
        "最大一片連在一起、不會{seen}的街道",
    ),
    # districts side by side
    "by_district": ("District by district", "逐區比較"),
    "by_district_table": ("The districts as a table", "各區數字列表"),
    "district_back": ("Back to the whole area", "返回整個範圍"),
    "street_in": (
        "A street in {name} (write its name)",
        "{name}的街道（輸入名稱）",
    ),
    "street_unknown": (
        "No street of that name here. Choose one from the list.",
        "此區沒有這個名稱的街道，請從列表選擇。",
    ),
    "street_says": (
        "{name}: of {all} of street here, nobody could be recognised on {low_left} at {low} "
        "cameras; at {high}, on {high_left}.",
        "{name}：此區內共 {all}，有 {low} 個鏡頭時，{low_left}走過不會被認出；有 {high} 個時，"
        "{high_left}。",
    ),
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
    "districts": (
        "Street length where one could be {seen}, by district",
        "各區走過可能{seen}的街道",
    ),
    "districts_show": ("Shade the districts on the map", "在地圖上以深淺顯示各區"),
    "sensitive_seen": (
        "Doors of {n} sensitive places (clinics, places of worship, courts, unions), counted "
        "together: at {share} one could be {seen}.",
        "{n} 個敏感場所（診所、宗教場所、法院、工會）的門口合計：{share} 的門口，經過可能"
        "{seen}。",
    ),
    "layers_at": (
        "Districts and places: as simulated at {n} cameras.",
        "各區及場所：按 {n} 個鏡頭的模擬結果。",
    ),
    # walks
    "walks": ("Walks to look at", "看看這些路程"),
    "walks_hint": ("Choose a walk to see it on the map.", "選一段路程，在地圖上查看。"),
    "no_walks": ("This run has no walks to show.", "這次模擬沒有可供查看的路程。"),
    "walk_length": ("{n} m, {minutes} min on foot", "{n} 米，步行 {minutes} 分鐘"),
    "walk_seen": ("of its length, where one could be {seen}", "的長度，走過可能{seen}"),
    "walk_heads": ("cameras in whose view it comes", "個鏡頭會拍到"),
    "walk_gap": ("longest stretch without", "最長一段不會{seen}的路"),
    "walk_tracked": ("tracked live", "可被實時追蹤"),
    # the reader's own walk
    # one camera, and what if it were not there
    "camera_title": ("Which camera matters? Place your own", "哪個鏡頭最重要？試試自己放置"),
    "camera_hint": (
        "Tap a camera on the map: what it sees, and what would go dark without it. All are "
        "simulated here, so you may delete, turn, drag or add some; the figures follow.",
        "輕觸地圖上的鏡頭，看看它的視野，以及沒有它會怎樣。這裏的鏡頭全屬模擬，可以刪除、轉向、"
        "拖動或加裝，數字隨即更新。",
    ),
    "camera_fixed_real": (
        "Some cameras here are real, from a file, or on poles that were listed. Of those this page "
        "gives statistics only: none is shown alone, moved or taken away.",
        "這裏有些鏡頭是真實的、來自檔案，或裝在所列出的燈柱上。本頁對這類鏡頭只提供統計數字，"
        "不會單獨顯示、移動或刪除。",
    ),
    "camera_fixed_city": (
        "On the map of a whole city no camera is moved: open the page of a district.",
        "全港地圖不能移動鏡頭，請開啟分區的頁面。",
    ),
    "camera_fixed_unknown": (
        "No camera is moved here: this simulation holds something that the page cannot compute "
        "again.",
        "這裏不能移動鏡頭：這次模擬有本頁無法重新計算的內容。",
    ),
    "camera_wait": ("Every camera looks once …", "正在逐一計算鏡頭的視野……"),
    "camera_tap": ("Tap where the camera should hang.", "輕觸要加裝鏡頭的位置。"),
    "camera_nearest": ("Camera nearest the middle", "選最接近中央的鏡頭"),
    "camera_add": ("Add a camera", "加裝鏡頭"),
    "camera_undo": ("Undo", "復原"),
    "camera_reset": ("All as simulated", "全部還原"),
    "camera_delete": ("Delete", "刪除"),
    "camera_hands": ("Turn and move the camera", "轉動及移動鏡頭"),
    "camera_left": ("Turn left", "向左轉"),
    "camera_right": ("Turn right", "向右轉"),
    "camera_west": ("Move 5 m west", "向西移 5 米"),
    "camera_north": ("Move 5 m north", "向北移 5 米"),
    "camera_south": ("Move 5 m south", "向南移 5 米"),
    "camera_east": ("Move 5 m east", "向東移 5 米"),
    "camera_own": ("Your own", "你加裝的"),
    "camera_what": (
        "Owner: {owner}. It hangs {mount} up and looks {view}° wide; up to {metres} away people "
        "could be {seen}.",
        "擁有者：{owner}。離地 {mount}，視角 {view}°；{metres}以內的人可能{seen}。",
    ),
    "camera_what_none": (
        "Owner: {owner}. It hangs {mount} up and looks {view}° wide; nobody could be {seen} by it.",
        "擁有者：{owner}。離地 {mount}，視角 {view}°；沒有人會因它而{seen}。",
    ),
    "camera_alone": (
        "Without it, nobody could be {seen} on {metres} more of street, at {n} cameras.",
        "有 {n} 個鏡頭時，若沒有它，會多出 {metres}的街道不會{seen}。",
    ),
    "camera_alone_none": (
        "Without it nothing would change at {n} cameras: nowhere could one be {seen} by it alone.",
        "有 {n} 個鏡頭時，沒有它也不會有分別：沒有一處是單憑它便會{seen}的。",
    ),
    "camera_later": ("At {n} cameras it does not hang yet.", "有 {n} 個鏡頭時，它仍未安裝。"),
    "camera_indoors": (
        "Here it would stand inside a building and see nothing of the street.",
        "這裏在建築物之內，看不到街道。",
    ),
    "camera_street": (
        "Street on which one could be {seen}: {before} as simulated, {after} with your changes.",
        "可能{seen}的街道：原本 {before}，更改後 {after}。",
    ),
    "camera_before": ("as simulated", "原本"),
    "camera_after": ("with your changes", "更改後"),
    "camera_row_street": ("street on which one could be {seen}", "可能{seen}的街道"),
    "camera_row_walk": ("your walk, in view", "你的路線，可能{seen}的路段"),
    "camera_by_hand": (
        "A camera was put in its place by hand. Of such cameras there are figures only: no less "
        "seen way and no last number of cameras.",
        "有鏡頭是由人手放置的。對這類鏡頭只提供數字，不會提供較少{seen}的路線，也不會計算最後的"
        "鏡頭數目。",
    ),
    "camera_means": (
        "The answer for everyday walks above stays that of the plan as simulated. One camera more "
        "or less hardly shows; rules on what may be done with pictures act on all cameras at once "
        "(see the report).",
        "上面日常步行的答案仍是原本計劃的，不會隨你的更改變動。多一個或少一個鏡頭，分別不大；"
        "規管影像用途的規則，則同時約束所有鏡頭（見報告）。",
    ),
    "own": ("Your own walk", "試試你的路線"),
    "own_hint": (
        "Tap two places on the map, or type a street, a station exit or a place. It stays on this "
        "device.",
        "在地圖上輕觸兩個地點，或輸入街道、港鐵站出口或地方名稱。資料只留在這部裝置。",
    ),
    "own_tap_from": ("Tap where your walk begins", "輕觸起點"),
    "own_tap_to": ("Now tap where it ends", "再輕觸終點"),
    "own_again": ("Another walk", "再試一程"),
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
    "own_turn": ("Swap", "起終點對調"),
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
        "{task}, with {n} cameras in {city}: on the shortest way, {length}, one could be {seen} "
        "for {metres} ({share}).",
        "{task}，{city}有 {n} 個鏡頭時：最短路線長 {length}，其中 {metres}（{share}）可能"
        "{seen}。",
    ),
    "own_unseen": (
        "{task}, with {n} cameras in {city}: on the shortest way, {length}, nobody could be "
        "{seen} at any point.",
        "{task}，{city}有 {n} 個鏡頭時：最短路線長 {length}，全程不會{seen}。",
    ),
    "own_less": (
        "{longer} longer cuts {before} in view to {after}.",
        "繞行 {longer}，可能{seen}的路段由 {before} 減至 {after}。",
    ),
    "own_dark": (
        "{longer} longer, and one would not be {seen} at all.",
        "繞行 {longer}，便可全程不會{seen}。",
    ),
    "own_none_less": (
        "No way that comes less into view was found within one and a half times its length.",
        "在其長度的一倍半之內，找不到較不易{seen}的路線。",
    ),
    "own_refused": (
        "Ways that come less into view are not looked for: some cameras of this run are not "
        "simulated, or hang on poles that were listed.",
        "這次模擬有並非模擬的鏡頭，或掛在名單所載燈柱上的鏡頭，因此不會尋找較不易{seen}的路線。",
    ),
    "own_found": (
        "Found within one and a half times the shortest length, under simulated cameras; a "
        "better one may exist.",
        "在最短路線長度的一倍半之內、按模擬鏡頭找到；可能還有更不易{seen}的路線。",
    ),
    "own_shortest": ("Shortest way", "最短路線"),
    "own_least": ("Way least in view", "最不易{seen}的路線"),
    "own_length": ("length", "長度"),
    "own_seen_m": ("in view", "可能{seen}的路段"),
    "own_of": ("{metres} ({share})", "{metres}（{share}）"),
    "own_met": ("cameras in whose view it comes", "拍到你的鏡頭"),
    "own_first": ("first in view", "首次可能{seen}"),
    "own_after": ("after {m}", "走 {m}後"),
    "own_at_once": ("at the start", "一開始"),
    "own_never": ("never", "從不"),
    "own_profile": (
        "From A (left) to B: thick where one could be {seen}.",
        "由 A（左）至 B：粗線為可能{seen}的路段。",
    ),
    "own_both": (
        "On the shortest way, {length}, one could be {seen} for {low_m} at {low} cameras in "
        "{city}{low_way}; at {high}, for {high_m}{high_way}.",
        "最短路線長 {length}：{city}有 {low} 個鏡頭時，其中 {low_m}可能{seen}{low_way}；有 {high} "
        "個時，{high_m}{high_way}。",
    ),
    "own_both_one": (
        "On the shortest way, {length}, one could be {seen} for {high_m} at {high} cameras in "
        "{city}{high_way}.",
        "最短路線長 {length}：{city}有 {high} 個鏡頭時，其中 {high_m}可能{seen}{high_way}。",
    ),
    "own_way_longer": (
        " (but a way {longer} longer is left where nobody could be)",
        "（但繞行 {longer}，可全程不會{seen}）",
    ),
    "own_way_equal": (
        " (but another way, as long, is left where nobody could be)",
        "（但另有等長路線，可全程不會{seen}）",
    ),
    "own_way_gone": (
        " (and no way is left where nobody could be)",
        "（再沒有路線可全程不會{seen}）",
    ),
    "own_last": (
        "The last number of cameras that leaves some way without being {seen}: {n}.",
        "仍有路線可全程不會{seen}的最後鏡頭數目：{n} 個。",
    ),
    "own_last_always": (
        "Even {n} cameras leave some way without being {seen}.",
        "即使有 {n} 個鏡頭，仍有路線可全程不會{seen}。",
    ),
    "own_last_never": (
        "Without cameras, too, no way counts: subways, indoor and roofed ways count as closed.",
        "即使沒有鏡頭，也沒有計算在內的路線：行人隧道、室內及有蓋通道當作不能通行。",
    ),
    "own_last_beyond": (
        "One end lies beyond the line inside which figures are counted, so it is not told whether "
        "a way is left.",
        "其中一端在統計範圍以外，因此不說明是否仍有路線。",
    ),
    "own_knew": (
        "Whether a way is left is told for somebody who knew every camera of this simulation; it "
        "says nothing of real ones.",
        "是否仍有路線，是以清楚這次模擬每個鏡頭的人來計；與真實鏡頭無關。",
    ),
    "own_cameras": ("cameras in {city}", "{city}鏡頭數目"),
    "own_left": ("way left without being {seen}", "可全程不會{seen}的路線"),
    "own_left_none": ("none", "沒有"),
    "own_left_longer": ("{longer} longer", "多走 {longer}"),
    "own_at": ("Place along the walk", "路線上的位置"),
    "own_walk": ("Walk it", "走一遍"),
    "own_stop": ("Stop", "暫停"),
    "own_here": ("After {m}: {parts}.", "走 {m}後：{parts}。"),
    "own_here_seen": ("could be {seen} at {n}", "{n} 個鏡頭時可能{seen}"),
    "own_here_unseen": ("not at {n}", "{n} 個鏡頭時不會{seen}"),
    "own_and": (", ", "，"),
    "own_cameras_met": ("Cameras in whose view the walk comes: {n}", "拍到你的鏡頭：{n} 個"),
    "own_camera": (
        "{street}, after {m} ({owner}); among the first {n}",
        "{street}，走 {m}後（{owner}）；首 {n} 個之一",
    ),
    "own_camera_later": (
        "{street}, after {m} ({owner}); only with more than {n}",
        "{street}，走 {m}後（{owner}）；多於 {n} 個鏡頭時才有",
    ),
    "own_street": ("a way without a name", "沒有名稱的通道"),
    "own_more": ("At the number on the slider", "按滑桿上的鏡頭數目"),
    **STORY,
    # legend
    "legend": ("Legend", "圖例"),
    "key_unseen": ("nobody could be {seen}", "不會{seen}"),
    "key_seen": ("you could be {seen}", "可能{seen}"),
    "key_camera": ("simulated camera", "模擬鏡頭"),
    "key_walk": ("a walk of the story", "故事中的一程"),
    "key_fresh": ("only with more than {n} cameras", "多於 {n} 個鏡頭時才可能{seen}"),
    "ramp_show": (
        "Colour streets by the number of cameras at which one could first be {seen}",
        "以顏色表示有多少個鏡頭時，走過這段街開始可能{seen}",
    ),
    "wipe_show": ("Side by side on the map: {low} | {high}", "在地圖上並排：{low} | {high}"),
    "wipe": (
        "Line on the map between fewer and more cameras",
        "地圖上由較少鏡頭轉為較多鏡頭的分界",
    ),
    "wipe_value": (
        "{part}% of the map with {low} cameras: {few}. The rest with {high}: {many}.",
        "地圖 {part}% 為 {low} 個鏡頭：{few}。其餘為 {high} 個：{many}。",
    ),
    "legend_title": (
        "{task}: how many cameras {city} has when one could first be {seen} on a street",
        "{task}：{city}有多少個鏡頭時，走過這段街開始可能{seen}",
    ),
    "legend_first": ("up to {to}", "{to} 或以下"),
    "legend_next": ("{from} to {to}", "{from} 至 {to}"),
    "legend_unseen": ("not even at {n}", "{n} 個鏡頭時仍不會{seen}"),
    "legend_bridge": (
        "footbridge: only cameras on the bridge are counted",
        "行人天橋：只計橋上的鏡頭",
    ),
    "legend_roofed": (
        "subway or covered way: only cameras inside it are counted",
        "行人隧道或有蓋通道：只計通道內的鏡頭",
    ),
    "legend_camera": ("simulated camera and what it sees", "模擬鏡頭及其視野"),
    "legend_camera_far": (
        "simulated camera (zoom in for its view)",
        "模擬鏡頭（放大可見視野）",
    ),
    "legend_area": ("figures count what lies inside this line", "統計範圍"),
    "legend_walls": ("buildings (they block sight)", "建築物（阻擋視線）"),
    # tables, glossary, sources
    "table": ("All figures as a table", "所有數字列表"),
    "table_total": ("Cameras in {city}", "{city}鏡頭"),
    "table_here": ("In this area, watching a street", "本區面向街道的鏡頭"),
    "table_task": ("Task", "清晰度"),
    "table_streets": ("Street length within reach", "鏡頭拍得到的街道長度"),
    "table_answer": (
        "Walks that could be made without it, knowing every camera",
        "清楚每個鏡頭的位置，走完全程也不會被拍到或認出（按清晰度）的路程",
    ),
    "table_walks": (
        "Typical walk within reach: middle (eight of ten between)",
        "一般路程中會被拍到或認出的部分：中位數（十程有八程在這範圍內）",
    ),
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
        "A place counts as within reach when a face there lies within range, inside the field "
        "of view, and no building cuts the line. It means that a camera could see it, not that "
        "somebody looks.",
        "某處的人臉在鏡頭的有效距離和視野之內，而視線沒有被建築物阻擋，便算在範圍內。這是指鏡頭"
        "拍得到，不代表有人正在看。",
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
    "cite": ("How to cite", "如何引用"),
    "software": (
        "Drawn with folium and Leaflet (BSD licences).",
        "以 folium 及 Leaflet 繪製（BSD 授權）。",
    ),
    "software_own": (
        "Drawn by the project's own code (BSD licence).",
        "以本項目自己的程式繪製（BSD 授權）。",
    ),
    "arriving": (
        "A still picture: the map that moves is on its way …",
        "先顯示靜態圖，可移動的地圖稍後就到⋯⋯",
    ),
    # without script
    "still": (
        "Streets at {n} cameras in {city}: thick where nobody could be recognised, thin where "
        "one could be.",
        "{city}有 {n} 個鏡頭時的街道：粗線的不會被認出，幼線的可能被認出。",
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
        said |= {key: f"proxy_{key}" for key in ON_FOOT}
    usual = {key: pair for key, pair in TEXTS.items() if not key.startswith("proxy_")}
    return {**usual, **{key: TEXTS[other] for key, other in said.items()}}


def table(texts: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Return texts by language and key, as the page carries them."""
    return {
        language: {key: pair[place] for key, pair in texts.items()}
        for place, language in enumerate(LANGUAGES)
    }
