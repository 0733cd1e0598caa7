"""Words of the map's story: its steps, the picture of a walk, a camera's eye and the link.

What the story is written with when a page is made stands in `maps.story_texts`.
"""

from __future__ import annotations

STORY: dict[str, tuple[str, str]] = {
    # the story
    "story": ("One walk, twice", "一程路，兩個答案"),
    "story_question": (
        "{low} cameras leave {low_of} of 100 everyday walks in {area} that can be made without "
        "being recognised once; {high} leave {high_of}.",
        "{low} 個鏡頭時，{area}每 100 程日常步行，有 {low_of} 程可全程不會被認出；{high} 個時，有 "
        "{high_of} 程。",
    ),
    "story_eye": (
        "What a camera makes out is a matter of distance: first that someone is there, then "
        "clothes, then a person one knows, last a stranger.",
        "鏡頭看得出甚麼，要看距離：先是有人，再是衣着，再近便認得出相識的人，最近才足以確認陌生人的"
        "身份。",
    ),
    "story_wipe": (
        "On the map: {low} cameras left of the line, {high} right of it. Thick teal is where "
        "nobody could be recognised.",
        "地圖上，分界線左邊是 {low} 個鏡頭，右邊是 {high} 個；青綠粗線是不會被認出的街道。",
    ),
    "story_dots": (
        "Streets stay dark, walks do not: {high} cameras leave {streets} of street length where "
        "nobody could be recognised, but {high_of} of 100 walks.",
        "街道多半仍不會被認出，走完全程卻很難：{high} 個鏡頭時，有 {streets} 的街道走過不會被認出，"
        "但每 100 程只有 {high_of} 程可全程不會被認出。",
    ),
    "story_own": (
        "And your walk? Two places are enough, and they stay on this device.",
        "你的路線呢？只需兩個地點，資料只留在這部裝置。",
    ),
    "story_sure": (
        "How sure: other {what} of as many cameras, just as likely, leave {low_band} of 100 walks "
        "at {low}, {high_band} at {high}. Where the cameras stand is simulated; nothing follows "
        "for any real camera, person or place.",
        "有多肯定：同樣多的鏡頭，換成其他同樣可能的{what}，{low} 個時每 100 程有 {low_band} 程，"
        "{high} 個時有 {high_band} 程。鏡頭位置是模擬的，不能據此推斷任何真實的鏡頭、人或地方。",
    ),
    "story_sure_one": (
        "How sure: one placement of {high} cameras; others, just as likely, were not tried. Where "
        "the cameras stand is simulated; nothing follows for any real camera, person or place.",
        "有多肯定：只試了 {high} 個鏡頭的一種分佈，沒有試其他同樣可能的位置。鏡頭位置是模擬的，"
        "不能據此推斷任何真實的鏡頭、人或地方。",
    ),
    "stops": (
        "If faces were compared live: wrongful stops, and who watches",
        "若實時比對人臉：錯誤截查，以及誰來監察",
    ),
    "story_start": ("Story", "故事"),
    "story_dots_sample": (
        "{n} cameras: {of} of these {walks} walks can be made without being recognised",
        "{n} 個鏡頭：這 {walks} 程之中，有 {of} 程可全程不會被認出",
    ),
    "story_table": ("As a table", "以表格顯示"),
    "story_said": ("What is said for the plan, and of its cost", "官方對計劃的說法及費用"),
    "story_not": ("May not be concluded", "不可得出的結論"),
    "story_sources": ("Method, sources and how to cite", "方法、資料來源及如何引用"),
    "years": ("The plan by year", "計劃逐年"),
    "years_play": ("Play by year", "逐年播放"),
    "years_said": ("{year}: {n} cameras. {result}", "{year} 年：{n} 個鏡頭。{result}"),
    "own_fewest_find": ("How few cameras stand in the way?", "最少有幾個鏡頭擋路？"),
    "own_fewest": (
        "At {n} cameras, at most {k} in the way ({owners}).",
        "{n} 個鏡頭時，擋路的最多 {k} 個（{owners}）。",
    ),
    "own_fewest_none": ("At {n} cameras a way is left.", "{n} 個鏡頭時，仍有走法。"),
    "own_fewest_closed": ("At {n} cameras no way is open.", "{n} 個鏡頭時，沒有可通行的走法。"),
    "own_fewest_owner": ("{owner}: {k}", "{owner}：{k}"),
    "own_fewest_and": (", ", "、"),
    "own_fewest_means": (
        "Without them some way, however long, would be left; another may pass fewer still.",
        "沒有它們，便有一條（可能很長的）走法；或許還有經過更少鏡頭的走法。",
    ),
    "day_says": (
        "One of them, {length} long: {low} cameras leave {low_way}; {high} leave {high_way}.",
        "其中一程，長 {length}：{low} 個鏡頭時，{low_way}；{high} 個時，{high_way}。",
    ),
    "day_none": ("no way without being recognised", "怎樣走都可能被認出"),
    "day_same": ("its shortest way unrecognised", "最短的走法也不會被認出"),
    "day_longer": (
        "a way without being recognised, {longer} longer",
        "繞行 {longer}便不會被認出",
    ),
    "day_at": ("Where on this walk", "走到哪裏"),
    "day_number": ("Which walk is on the map", "地圖上顯示哪一程"),
    "day_sample": (
        "Each dot is one of {n} everyday walks, chosen to stand for all walks and placements: "
        "{low_of} can be made at {low} cameras, {high_of} at {high}.",
        "每一點是 {n} 程日常步行之一，選來代表所有步行和鏡頭分佈：{low} 個鏡頭時有 {low_of} 程可"
        "全程不會被認出，{high} 個時有 {high_of} 程。",
    ),
    "day_sample_apart": (
        "Each dot is one of {n} everyday walks, drawn evenly from all, in the placement on the "
        "map: {low_of} can be made at {low}, {high_of} at {high}. They differ from the sentence "
        "above, which counts all walks and placements.",
        "每一點是平均抽出的 {n} 程日常步行之一，只計地圖上的鏡頭分佈：{low} 個時可走 {low_of} 程，"
        "{high} 個時 {high_of} 程。上面的句子計算所有步行和分佈，所以數字不同。",
    ),
    "strip_seen": ("you could be {seen}", "可能{seen}"),
    "strip_unseen": ("you could not", "不會"),
    "strip_here": ("where the dot on the map is", "地圖上圓點的位置"),
    "day_picked": (
        "Walk {k} of {n}, {length}: {how}.",
        "第 {k} 程（共 {n} 程），長 {length}：{how}。",
    ),
    "day_always": (
        "a way is left even at {most} cameras", "即使有 {most} 個鏡頭，仍有不會被認出的走法"
    ),
    "day_never": ("no way is open here at all", "這裏沒有可通行的走法"),
    "day_last": (
        "a way is left up to {last} cameras",
        "直至 {last} 個鏡頭，仍有不會被認出的走法",
    ),
    "eye_to": ("up to {m}", "最遠 {m}"),
    "eye_never": ("nowhere", "無法做到"),
    "story_place": ("{k} of {n}", "第 {k} 步，共 {n} 步"),
    "story_before": ("Step back", "上一步"),
    "story_next": ("Next step", "下一步"),
    "story_explore": ("Explore all figures", "查看所有數字"),
    "story_dots_of": (
        "{n} cameras: {of} of 100 walks can be made without being recognised",
        "{n} 個鏡頭：每 100 程有 {of} 程可全程不會被認出",
    ),
    # a picture of the reader's own walk
    "card": ("A picture of this walk", "這程路的圖片"),
    "card_ends": (
        "Show and name both ends (one of them may be a home)",
        "顯示起點和終點的名稱（其中一處可能是住所）",
    ),
    "card_wide": ("Save, wide", "儲存橫向圖片"),
    "card_tall": ("Save, tall", "儲存直向圖片"),
    "card_copy": ("Copy the sentence", "複製文字"),
    "card_saved": ("Made on this device.", "已在這部裝置上製作。"),
    # what one camera sees
    "eye": ("What a camera sees", "鏡頭看到甚麼"),
    "eye_picture": (
        "The view of one simulated camera, drawn from the walls of this page, with a person",
        "一個模擬鏡頭的畫面，按本頁的建築物繪畫，並有一人",
    ),
    "eye_metres": ("Distance between camera and person", "鏡頭與人的距離"),
    "eye_move": (
        "Move the person: drag in the picture, or use the arrow keys on this slider.",
        "移動畫面中的人：在畫面上拖動，或在這條滑桿上用方向鍵。",
    ),
    "eye_person": (
        "At {m}, {pixels} pixels a metre on the person: {means}",
        "相距 {m}，人身上每米 {pixels} 像素：{means}",
    ),
    "eye_read": ("; software can read the face.", "；軟件可辨讀人臉。"),
    "eye_nothing": ("out of reach", "在範圍以外"),
    "eye_software": (
        "Software that needs the least of a picture reads a face turned to this camera from {from} "
        "to {to}.",
        "以對畫面要求最低的軟件計，面向這個鏡頭的人，在 {from}至 {to}之間可被軟件辨讀人臉。",
    ),
    "eye_no_software": (
        "Software reads no face here: no place is near enough and far enough at once.",
        "軟件在此無法辨讀人臉：沒有任何位置既夠近又夠遠。",
    ),
    "eye_camera": (
        "Simulated camera number {n} of the city, {height} above the street.",
        "全港第 {n} 個模擬鏡頭，離街面 {height}。",
    ),
    "eye_before": ("Camera before", "上一個鏡頭"),
    "eye_next": ("Next camera", "下一個鏡頭"),
    "eye_mapped": (
        "Outlines of buildings are as mapped; heights that nobody mapped, windows and the street "
        "are invented.",
        "建築物輪廓按地圖；沒有記錄的高度、窗戶和街面均屬虛構。",
    ),
    "eye_blocks": (
        "Buildings are blocks inferred from streets; their heights, windows and the street are "
        "invented. No place looks like this.",
        "建築物是由街道推算的街區，高度、窗戶和街面均屬虛構，並非任何地方的實況。",
    ),
    # a link to what is shown
    "link": ("Share this view", "分享這個畫面"),
    "link_means": (
        "The link holds the view, the number of cameras, the task and the language.",
        "連結包含地圖位置、鏡頭數目、清晰度和語言。",
    ),
    "link_text_means": (
        "This file lies on your device, so there is no link that others could open. Copy the "
        "words instead.",
        "這個檔案在你的裝置上，沒有其他人能開啟的連結。可複製以下文字。",
    ),
    "link_words": ("{title} {sentence} {simulated}.", "{title}{sentence}{simulated}。"),
    "link_ends": (
        "Also put the two ends of my walk into it (one of them may be a home)",
        "同時包含我的起點和終點（其中一處可能是住所）",
    ),
    "link_copy": ("Copy", "複製"),
    "link_copied": ("Copied.", "已複製。"),
    "link_by_hand": ("Marked: copy it by hand.", "已選取，請自行複製。"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
