"""Every word that report.html alone has, in English and in Chinese as written in Hong Kong.

Sentences hold places in braces, the same in both languages, which the report fills with figures of
the run. Each sentence has to be true of any run that it is shown for: where figures could make it
false there is another one beside it.
"""

from __future__ import annotations

from maps.report_alert_texts import WORDS as OF_ALERTS
from maps.report_machine_texts import WORDS as OF_MACHINES
from maps.report_policy_texts import WORDS as OF_POLICIES
from maps.report_reader_texts import WORDS as OF_READERS
from maps.report_sensitivity_texts import WORDS as OF_RANGES
from maps.texts import LANGUAGES, TEXTS
from maps.weeks_texts import WORDS as OF_WEEKS

WORDS: dict[str, tuple[str, str]] = {
    "contents": ("On this page", "本頁內容"),
    "about_error": (
        "± is one standard error from drawing only so many people or walks (n); for shares it is "
        "in "
        "percentage points. It says nothing of the assumptions, nor of where cameras really hang.",
        "± 為一個標準誤差，只反映抽樣人數或路程數目（n）有限；比例的誤差以百分點計。它不反映各項"
        "假設，亦不反映鏡頭的真實位置。",
    ),
    "about_fleets": (
        "Figures are means over {fleets} equally possible placements, and their ± counts both "
        "who is drawn and where cameras hang. Of the placement in the middle alone are ways "
        "round cameras, retracing, neighbours, sightings that single out, alerts, rules, and "
        "who and where is seen more.",
        "數字為 {fleets} 個同樣可能的鏡頭分佈的平均值，± 同時計及抽樣的人和鏡頭的位置。繞路、填"
        "補空隙、鄰居、認出一人所需次數、警報、規則，以及哪裏和誰較常被拍到，則只屬居中的一個分"
        "佈。",
    ),
    "below": ("Cameras in {city}", "{city}鏡頭數目"),
    # at a glance
    "glance": ("At a glance", "一覽"),
    "glance_answer": (
        "Everyday walks that could still be made without being recognised once, by someone who "
        "knew every camera of the plan",
        "清楚計劃中每個鏡頭的位置，仍可全程不被認出的日常步行",
    ),
    "glance_answer_near": (
        "… by a way at most one and a half times as long as the shortest",
        "……而且路程不超過最短路線的一倍半",
    ),
    "glance_answer_unseen": ("… without being seen at all", "……全程不被拍到"),
    "glance_answer_machine": (
        "… without any place where a machine could read the face (software that needs the least)",
        "……全程避開機器可辨讀人臉之處（要求最低的軟件）",
    ),
    "glance_answer_open": (
        "… without being recognised, with subways, indoor and roofed ways open to them",
        "……全程不被認出，行人隧道、室內及有蓋通道亦可通行",
    ),
    "glance_here": ("Cameras in this area that watch a street", "區內面向街道的鏡頭"),
    "glance_streets": (
        "Street length on which a face could be recognised",
        "走過可能被認出的街道",
    ),
    "glance_walk": (
        "Share of a typical walk on which a face could be recognised: median (eight walks of "
        "ten lie between)",
        "一般路程中可能被認出的部分：中位數（十程有八程在這範圍內）",
    ),
    "glance_unseen": ("Walks that pass no such camera", "全程沒有遇到可認出人的鏡頭的路程"),
    "glance_live": ("Typical walk tracked live, median", "一般路程可被實時追蹤，中位數"),
    "glance_afterwards": ("… with recordings searched afterwards", "……事後翻查錄影計"),
    "glance_dark": (
        "Largest connected part where nobody could be recognised, of street length",
        "最大一片連在一起、不會被認出的街道，佔街道長度",
    ),
    "glance_no_way": (
        "Walks for which no way without being recognised was found",
        "找不到不會被認出的走法的路程",
    ),
    "glance_alerts": ("False alerts a day, if all compared faces live: low to high case",
                      "若全部實時比對人臉，每日誤報：低至高"),
    "glance_note": (
        "Task: recognise, that is a face turned towards the camera, 125 pixels a metre. False "
        "alerts: {task}. All simulated.",
        "清晰度：認得熟人，即面向鏡頭的人臉，每米 125 像素。誤報按「{task}」計。全部為模擬數字。",
    ),
    # the answer
    "answer": ("How many walks could be made unrecognised", "還有多少路程可以全程不被認出"),
    "answer_axis": (
        "Share of walks that someone who knew every camera could still make without it, "
        "simulated; dashed: by a way up to 1.5 times the shortest",
        "清楚每個鏡頭的位置，走完全程也不會被拍到或認出（按清晰度）的路程比例（模擬）；虛線：路"
        "程不超過最短路線的一倍半",
    ),
    "answer_near": ("{task}, up to × 1.5", "{task}，不超過一倍半"),
    "answer_says": (
        "At {n} cameras, someone who knew every camera of the plan could still make {share} (± "
        "{share_se}) of everyday walks without being recognised once, {near} (± {near_se}) by a "
        "way at most one and a half times as long as the shortest; {unseen} without being seen at "
        "all.",
        "有 {n} 個鏡頭時，清楚計劃中每個鏡頭位置的人，仍有 {share}（± {share_se}）的日常步行可全程"
        "不被認出；若路程不超過最短路線的一倍半，則有 {near}（± {near_se}）；全程不被拍到的有 "
        "{unseen}。",
    ),
    "answer_note": (
        "n = {walks} simulated walks. It says what is possible at most, not what people do. "
        "Only the cameras of this run are counted. Doors and ways lie in the study area; a door "
        "on a seen street counts as no. Nothing is known of cameras in subways, indoor and "
        "roofed ways, so these are closed; with them open it is {open}. {closed} walks no other "
        "way joins: they count as no. Left out: {beyond} walks with a door beyond the area.",
        "n = {walks} 段模擬路程。這是最多可能做到的，並非人們實際的走法。只計算這次模擬的鏡頭。"
        "起點、終點和路線均在統計範圍內；門口在可能被認出的街道上，即當作不能。行人隧道、室內及"
        "有蓋通道的鏡頭無從得知，故當作不能通行；若可通行，則為 {open}。{closed} 段路程只能經這"
        "些通道前往，當作不能。未計算 {beyond} 段起點或終點在範圍以外的路程。",
    ),
    # streets, walks, tracked
    "streets": ("How much of the streets is within reach of a camera", "鏡頭拍得到多少街道"),
    "streets_axis": (
        "Share of street length within reach, simulated",
        "鏡頭拍得到的街道比例（模擬）",
    ),
    "streets_says": (
        "With {n} cameras, a face turned towards a camera could be recognised on {share} of the "
        "street length here, and on {detect} one could tell that someone is there; on {rest} no "
        "simulated camera sees even that.",
        "有 {n} 個鏡頭時，區內 {share} 的街道，走過時面向鏡頭便可能被認出；在 {detect} 的街道上"
        "看得出有人；其餘 {rest} 沒有任何模擬鏡頭看得到有人。",
    ),
    "streets_note": (
        "Exact for every number of cameras: {km} km of streets, no sampling.",
        "每個鏡頭數目均為精確計算：{km} 公里街道，並非抽樣。",
    ),
    "typical": (
        "How much of a typical walk is within reach of a camera",
        "一般路程有多少會被拍到或認出",
    ),
    "walks_axis": (
        "Share of a typical walk within reach, median, simulated; shaded: eight walks of ten, "
        "at recognise",
        "一般路程中會被拍到或認出的比例，中位數（模擬）；陰影：認得熟人，十程有八程在這範圍內",
    ),
    "walks_says": (
        "At {n} cameras half of the simulated walks have a camera close enough to recognise a "
        "face on {share} of their length or more; the longest stretch without one is {gap} m in "
        "the median, and {unseen} of walks pass none at all.",
        "有 {n} 個鏡頭時，半數模擬路程有至少 {share} 的路段，面向鏡頭便可能被認出；途中最長一段"
        "不會被認出的路，中位數為 {gap} 米；{unseen} 的路程全程都不會被認出。",
    ),
    "walks_says_few": (
        "At {n} cameras {unseen} of the simulated walks pass no camera close enough to "
        "recognise a face; the longest stretch without one is {gap} m in the median.",
        "有 {n} 個鏡頭時，{unseen} 的模擬路程全程都不會被認出；途中最長一段不會被認出的路，中位"
        "數為 {gap} 米。",
    ),
    "walks_note": (
        "n = {walks} simulated walks, computed at the dots. A face must also be turned towards the "
        "camera.",
        "n = {walks} 段模擬路程，只在圓點處計算。人臉亦須面向鏡頭。",
    ),
    "tracked": ("On how much of a walk a track could hold", "有多少路程可維持追蹤"),
    "tracked_axis": (
        "Share of a walk's time tracked, median, simulated; dashed: recordings searched afterwards",
        "可維持追蹤的時間比例，中位數（模擬）；虛線：事後翻查錄影",
    ),
    "live": ("{task}, live", "{task}，實時"),
    "afterwards": ("{task}, afterwards", "{task}，事後"),
    "tracked_says": (
        "If all simulated cameras were joined to one live recognition system, a walker would on "
        "the middle one of the walks be known and not yet lost for {live} of the time at {n} "
        "cameras; if their recordings were searched afterwards, for {afterwards}.",
        "假設所有模擬鏡頭連接同一個實時人臉辨認系統，有 {n} 個鏡頭時，以中位數的一段路程計，行人有"
        " {live} 的時間被認出而未跟失；若事後翻查錄影，則有 {afterwards}。",
    ),
    "tracked_note": (
        "n = {walks} walks. Live it is {live} that recognises; recordings are searched by people. "
        "It rests on assumed hit rates of theirs ({hits}) and a memory of {memory} s: read "
        "it as a comparison between numbers of cameras, not as a forecast.",
        "n = {walks} 段路程。實時由{live}辨認；事後由人翻查錄影。此數建基於假設的人眼命中率"
        "（{hits}）和 {memory} 秒的記憶時間：宜用作比較不同鏡頭數目，不宜視為預測。",
    ),
    "live_by lenient": ("software that needs the least of a picture", "對畫面要求最低的軟件"),
    "live_by typical": ("typical software", "要求一般的軟件"),
    "live_by strict": ("software that needs a sharp picture", "要求嚴格的軟件"),
    "live_by person": ("a person at every screen", "每個屏幕前的人"),
    # hiding
    "hiding": (
        "Who lives behind the same unwatched streets",
        "同一片不會被認出的街道後面住着多少人",
    ),
    "hiding_axis": (
        "Other residents behind the same streets where nobody could be recognised, median, "
        "simulated; shaded: eight residents of ten",
        "同一片不會被認出的街道的其他居民，中位數（模擬）；陰影：十人有八人在這範圍內",
    ),
    "hiding_says": (
        "Who steps out of an unseen street could have come from any door on it and on the "
        "unseen streets joined to it: at {n} cameras the middle resident here shares them with "
        "{least} {people} others{before}; for {seen} the street at their own door is seen, so "
        "they share it with nobody.",
        "從不會被認出的街道走出來的人，可能來自與之相連的任何一道門：有 {n} 個鏡頭時，以中位數的"
        "居民計，與其共用這些街道的有{least} {people} 人{before}；{seen} 的居民在自家門前已可能"
        "被認出，無人與其共用。",
    ),
    "hiding_before": (", at {n} with {least} {people}", "，{n} 個時有{least} {people} 人"),
    "at_least": ("at least", "至少"),
    "roughly": ("about", "約"),
    "hiding_note": (
        "Task: recognise. For {at_least} of residents at {n} cameras the unseen streets lead "
        "off the map, so their number is a lower bound. n = {homes} places where people live, "
        "residents as in the run's data.",
        "清晰度：認得熟人。{n} 個鏡頭時有 {at_least} 的居民門前不會被認出的街道通往地圖以外，其"
        "數字為下限。n = {homes} 個住處，居民數目按本次模擬所用資料。",
    ),
    # dark network
    "dark": ("When the unwatched streets fall apart", "不會被認出的街道何時斷開"),
    "dark_axis": (
        "Largest connected part within reach of no camera, share of street length, simulated; "
        "upright: it falls below half",
        "最大一片連在一起、不會被拍到或認出的街道，佔街道長度比例（模擬）；直線：跌至不足一半",
    ),
    "dark_says": (
        "Up to about {critical} cameras one connected network of streets on which no face could "
        "be recognised holds at least half of the street length; from there on none does, and "
        "at {n} the largest holds {share}.",
        "約 {critical} 個鏡頭以前，有一片連在一起、不會被認出的街道，佔街道長度至少一半；其後再"
        "沒有這樣的一片，到 {n} 個時最大一片只佔 {share}。",
    ),
    "dark_says_never": (
        "Even with {n} cameras one connected network of streets on which no face could be "
        "recognised holds {share} of the street length: it never falls below half.",
        "即使有 {n} 個鏡頭，仍有一片連在一起、不會被認出的街道，佔街道長度 {share}：始終未跌至不"
        "足一半。",
    ),
    "dark_says_pieces": (
        "The streets of this map are so loosely connected that even without cameras no "
        "connected part holds half of them; at {n} the largest one on which no face could be "
        "recognised holds {share}.",
        "這幅地圖的街道本身相連甚少，即使沒有鏡頭，也沒有一片相連的街道佔一半；到 {n} 個鏡頭時，"
        "不會被認出的最大一片佔 {share}。",
    ),
    "dark_note": (
        "Number of cameras at which it falls below half: {critical}. Parts may be connected "
        "through streets around the area; only its own streets count. Steps of less than half a "
        "point are left out of the curve.",
        "跌至不足一半時的鏡頭數目：{critical}。各片可經區外街道相連；長度只計區內街道。曲線略去"
        "不足半個百分點的變化。",
    ),
    "critical_band": ("{own} ({low} – {high})", "{own}（{low} – {high}）"),
    "critical_from": ("{own} (elsewhere from {low} on)", "{own}（其他分佈：由 {low} 起）"),
    "never": ("not up to {n}", "至 {n} 個仍未"),
    # alternatives
    "ways": ("What a detour could avoid", "繞路能避開多少"),
    "ways_axis": (
        "Metres within reach over those of the shortest way, mean, simulated, recognise",
        "可能被認出的米數與最短走法長度之比，平均（模擬，認得熟人）",
    ),
    "ways_usual": ("As walked", "原來走法"),
    "ways_stretch": (
        "Least within reach, up to ×{stretch}",
        "最不易被認出的路線，不超過 {stretch} 倍",
    ),
    "ways_none_axis": (
        "Share of walks for which no way without being recognised was found, simulated",
        "找不到不會被認出的走法的路程比例（模擬）",
    ),
    "ways_says": (
        "A walker who knew every camera and went up to half as far again could lower the part "
        "within reach from {usual} to {least} ± {least_se} of a walk at {n} cameras; for {none} "
        "± {none_se} of the walks no way out of every camera's reach was found on the mapped "
        "streets, however long.",
        "若行人知道每個鏡頭的位置，並願意最多走 1.5 倍的路程，有 {n} 個鏡頭時，可能被認出的部分"
        "可由 {usual} 減至 {least} ± {least_se}；有 {none} ± {none_se} 的路程，無論走多遠，在地"
        "圖上的街道都找不到避開所有鏡頭的走法。",
    ),
    "ways_note": (
        "n = {walks} of the simulated walks, drawn at random (“as walked”: all {all}). Nobody "
        "knows every camera, and ways off the map (malls, lanes) are not searched; a door on a "
        "watched street has no such way. In {proven} of the searches it is proven that no way "
        "is less within reach.",
        "n = {walks} 段，從模擬路程中隨機抽出（「原來走法」：全部 {all} 段）。沒有人知道每個鏡頭"
        "的位置；地圖以外的通道（商場、後巷）不在搜尋之列；在自家門前已可能被認出的，即沒有這種"
        "走法。{proven} 的搜尋已證明沒有更不易被認出的走法。",
    ),
    # unicity
    "crowd": ("How few sightings single out a person", "被拍到多少次，就足以認出一個人"),
    "crowd_axis": (
        "Other people who fit the same sightings, mean, simulated, recognise (log scale)",
        "同樣符合這些紀錄的其他人，平均（模擬，認得熟人；對數刻度）",
    ),
    "crowd_points_1": ("1 sighting", "1 次"),
    "crowd_points": ("{k} sightings", "{k} 次"),
    "crowd_says": (
        "Knowing at which camera and in which {minutes} minutes a person was once in view "
        "leaves {one} other people of {people} on average at {n} cameras; knowing it {k} times "
        "leaves {more}, without any name or face.",
        "只要知道某人曾在哪個鏡頭、哪 {minutes} 分鐘內被拍到一次，有 {n} 個鏡頭時，{people} 人之"
        "中平均只餘 {one} 個其他人符合；知道 {k} 次，則只餘 {more} 個，毋須姓名或人臉。",
    ),
    "crowd_note": (
        "n = {compared} simulated people compared with one another and scaled to {people}; "
        "{able} of them are in view at {k} cameras and times or more. {hours}",
        "n = {compared} 個模擬行人互相比較，再按比例推算至 {people} 人；其中 {able} 被拍到 {k} "
        "次或以上。{hours}",
    ),
    "crowd_hours": (
        "The hour of each walk is drawn evenly between 7:00 and 19:00: an assumption.",
        "每段路程的時間在 7:00 至 19:00 之間平均抽出：屬假設。",
    ),
    # reconstruction
    "retraced": ("Aside: filling the gaps", "附記：填補空隙"),
    "retraced_axis": (
        "Share of a walk retraced, mean, simulated; shaded: ± one standard error",
        "可還原的路程比例，平均（模擬）；陰影：± 一個標準誤差",
    ),
    "retraced_says": (
        "An observer who knows only where a walker was identified, and takes the quickest way "
        "in between, would retrace {share} ± {error} of a walk at {n} cameras, if people's "
        "taste for streets spreads by sigma {sigma}.",
        "若觀察者只知道行人在哪些地方被確認身份，並假設其間走最快的路，有 {n} 個鏡頭時，可還原 "
        "{share} ± {error} 的路程，前提是行人對街道的喜好以 sigma {sigma} 分布。",
    ),
    "retraced_note": (
        "n = {walks} walks, recognise. It depends on that sigma and may even fall as cameras "
        "are added: no figure to quote by itself.",
        "n = {walks} 段路程，認得熟人。此數取決於該 sigma，鏡頭增加時甚至可能下降：不宜單獨引用"
        "。",
    ),
    # inequality
    "unequal": ("Where and who is more within reach", "哪裏和誰較常被拍到或認出"),
    "unequal_says": (
        "At {n} cameras a face could be recognised on {high} of the length of streets of the "
        "class “{high_name}” and on {low} of “{low_name}”: it depends on where one lives and "
        "walks.",
        "有 {n} 個鏡頭時，「{high_name}」有 {high} 的長度走過可能被認出，「{low_name}」則有 "
        "{low}：視乎住在哪裏、走哪些路。",
    ),
    "unequal_note": (
        "Recognise, at {n} cameras, simulated. Streets: exact shares of length in the area; "
        "classes as OpenStreetMap names them. Walks: mean share of time within reach ± one "
        "standard error.",
        "認得熟人，{n} 個鏡頭，模擬。街道：區內長度的精確比例；類別按 OpenStreetMap。路程：可能"
        "被認出的時間的平均比例 ± 一個標準誤差。",
    ),
    "by street class": ("Class of street", "街道類別"),
    "by district": ("District", "地區"),
    "by kind": ("Kind of walk", "路程類別"),
    "by profile": ("Who walks", "行人類別"),
    "by hour": ("Hour at which the walk begins", "出發時間"),
    "by place": ("Doors of places", "場所門口"),
    "n_places": ("{n} places", "{n} 處"),
    # assumptions
    "assumed": ("What is assumed, and which way it pushes", "有何假設，令數字偏向哪邊"),
    "assumed_what": ("Assumption", "假設"),
    "assumed_way": ("Figures become", "數字因此"),
    "way_more": ("too high", "偏高"),
    "way_less": ("too low", "偏低"),
    "way_unclear": ("unclear", "不明"),
    "way_strong": ("unclear, strong", "不明，影響大"),
    "assumed_note": (
        "The method notes list every assumption with how it was tested.",
        "方法說明列出每項假設及其測試方式。",
    ),
    "total": ("Cameras in {city}", "{city}鏡頭"),
    "all_seen": ("Typical walk within reach, median", "一般路程中會被拍到或認出的部分，中位數"),
    "all_tracked": ("Tracked live, median", "可被實時追蹤，中位數"),
    "read": ("How to read this", "如何閱讀"),
    **OF_READERS, **OF_ALERTS, **OF_MACHINES, **OF_POLICIES, **OF_RANGES, **OF_WEEKS,
}  # fmt: skip
"""Each text as (English, Chinese), those of its parts too."""

GROUPS: dict[str, tuple[str, str]] = {
    "motorway": ("motorway", "高速公路"),
    "trunk": ("trunk road", "幹道"),
    "primary": ("primary road", "主要道路"),
    "secondary": ("secondary road", "次要道路"),
    "tertiary": ("tertiary road", "三級道路"),
    "unclassified": ("minor road", "小型道路"),
    "residential": ("residential street", "住宅街道"),
    "living_street": ("living street", "共享街道"),
    "service": ("service lane", "通道、後巷"),
    "pedestrian": ("pedestrian street", "行人專用街"),
    "footway": ("footway", "行人路"),
    "path": ("path", "小徑"),
    "steps": ("steps", "樓梯"),
    "cycleway": ("cycle track", "單車徑"),
    "corridor": ("corridor", "室內通道"),
    "crossing": ("crossing", "過路處"),
    "track": ("track", "車徑"),
    "home-station": ("home to station", "住所往車站"),
    "home-market": ("home to market", "住所往街市"),
    "home-school": ("home to school", "住所往學校"),
    "station-office": ("station to office", "車站往辦公室"),
    "own": ("walks given", "自訂路程"),
    "od": ("walks from a table", "起訖表路程"),
    "commuter": ("commuters", "上班族"),
    "pupil": ("pupils", "學生"),
    "shopper": ("shoppers", "購物者"),
    "older_resident": ("older residents", "長者"),
    "night_out": ("people out at night", "夜間外出者"),
    "worker": ("workers from elsewhere", "外區上班人士"),
    "visitor": ("visitors", "旅客"),
    "sensitive": (
        "clinics, places of worship, courts, unions", "診所、宗教場所、法庭、工會",
    ),
}  # fmt: skip
"""Names of groups in the table of exposure; others are shown as they are."""

ASSUMPTIONS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("way_strong", (
        "Cameras hang where a rule puts them; real sites are not published.",
        "鏡頭按規則擺放；真實位置並未公布。",
    )),
    ("way_strong", (
        "Only some of the announced cameras watch a street (low, middle or high case).",
        "公布的鏡頭只有一部分面向街道（低、中、高三種情況）。",
    )),
    ("way_less", (
        "Where the map has no buildings, street blocks stand in for buildings.",
        "地圖沒有建築物之處，以街區代替建築物。",
    )),
    ("way_more", (
        "No trees, signboards, buses or crowds in the way; day and night alike.",
        "沒有樹木、招牌、巴士或人群阻擋；日夜相同。",
    )),
    ("way_more", (
        "Every camera works, unless the scenario says otherwise.",
        "除非模擬設定另有指明，所有鏡頭均運作正常。",
    )),
    ("way_unclear", (
        "People look the way they walk.",
        "行人面向前行的方向。",
    )),
    ("way_strong", (
        "Hit rates, memory and look-alikes are guesses of the right size; they move tracking, not "
        "what is seen.",
        "命中率、記憶時間和相似者均為估計；影響追蹤，不影響被拍到或認出的比例。",
    )),
    ("way_less", (
        "No cameras in subways, malls, shops, cars or people's hands.",
        "不計行人隧道、商場、店舖、車輛和市民手中的鏡頭。",
    )),
    ("way_unclear", (
        "Residents and destinations come from open data; single walks stand for a day.",
        "居民和目的地取自開放數據；以若干路程代表一日。",
    )),
)  # fmt: skip
"""Which way each pushes (a key of `WORDS`), and what is assumed."""


def words(key: str, **values: object) -> list[str]:
    """Return a text of the report in both languages with its places filled.

    Parameters
    ----------
    key
        A key of `WORDS`, or of the map's own texts.
    values
        What to put into the places in braces; a list or tuple holds one for each language.
    """
    pair = WORDS[key] if key in WORDS else TEXTS[key]
    return [
        sentence.format(
            **{
                name: value[place] if isinstance(value, list | tuple) else value
                for name, value in values.items()
            }
        )
        for place, sentence in enumerate(pair[: len(LANGUAGES)])
    ]


def group_name(name: str) -> list[str]:
    """Return what a group is called; one without a name of ours is called as in the data."""
    return list(GROUPS.get(name, (name.replace("_", " "),) * 2))
