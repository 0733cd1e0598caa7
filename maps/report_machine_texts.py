"""Words of the report's sections on software that reads faces, in English and in Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "machine": ("Where a machine could read faces", "機器可在何處辨讀人臉"),
    "machine_says": (
        "At {n} cameras, software that needs the least of a picture could read a face on {streets} "
        "of the street length; {passed} of typical walks pass such a place, {faced} with the face "
        "turned to the camera; {share} (± {share_se}) could still be made without any, by someone "
        "who knew every camera of the plan.",
        "有 {n} 個鏡頭時，對畫面要求最低的軟件可在 {streets} 的街道長度上辨讀人臉；{passed} 的一般"
        "路程會經過這樣的位置，其中面向鏡頭的佔全部路程的 {faced}；清楚計劃中每個鏡頭位置的人，"
        "仍有 {share}（± {share_se}）的路程可全程避開。",
    ),
    "machine_nowhere": (
        "At {n} cameras no software of these cases could read a face: with this lens no place on "
        "the street is near enough and far enough at once.",
        "有 {n} 個鏡頭時，以下各種軟件都無法辨讀人臉：以這款鏡頭計，街上沒有任何位置既夠近又夠遠。",
    ),
    "machine_note": (
        "n = {walks} simulated walks. Software that reads faces needs more pixels than a person "
        "who looks, and a face that is not seen too steeply from above: too far away pixels are "
        "too few, too near the line of sight is too steep. The walker may turn, so that a walk can "
        "be made without is asked whatever the face is turned to. What software the police have is "
        "not published; the cases and their sources: sim/facts/software.csv.",
        "n = {walks} 段模擬路程。辨讀人臉的軟件比用肉眼看的人需要更多像素，而且不能從太高的角度"
        "拍攝：太遠則像素不足，太近則角度太斜。步行者或會轉頭，故此能否全程避開，並不計面向何方。警方使用"
        "甚麼軟件並無公布；各種情況及出處見 sim/facts/software.csv。",
    ),
    "machine_case": ("Software, at {n} cameras", "軟件，有 {n} 個鏡頭時"),
    "machine_cameras": ("Cameras here that could", "區內做得到的鏡頭"),
    "machine_streets": ("Street length", "街道長度"),
    "machine_passed": ("Walks that pass such a place", "會經過的路程"),
    "machine_faced": ("… with the face turned", "……而且面向鏡頭"),
    "machine_none": (
        "none: no place is near enough and far enough at once", "沒有：沒有位置既夠近又夠遠",
    ),
    "machine_without": ("Could be made without", "可全程避開"),
    "machine lenient": (
        "Needs the least: {px} pixels between the pupils, {pitch}° pitch, {turn}° turn",
        "要求最低：瞳孔之間 {px} 像素，俯角 {pitch}°，轉向 {turn}°",
    ),
    "machine typical": (
        "Typical: {px} pixels, {pitch}° pitch, {turn}° turn",
        "一般：{px} 像素，俯角 {pitch}°，轉向 {turn}°",
    ),
    "machine strict": (
        "Strict: {px} pixels, {pitch}° pitch, {turn}° turn",
        "嚴格：{px} 像素，俯角 {pitch}°，轉向 {turn}°",
    ),
    "faces": ("What face recognition on every camera would mean", "若每個鏡頭都比對人臉"),
    "faces_axis": (
        "A day, simulated (log scale); shaded: false alerts, low to high case",
        "每日（模擬，對數刻度）；陰影：誤報，低至高",
    ),
    "faces_searched": ("Faces compared", "比對的人臉"),
    "faces_false": ("False alerts, middle case", "誤報，中"),
    "faces_says": (
        "If every simulated camera compared faces live with a list of {gallery} pictures, about "
        "{faces} faces a day would be compared at {n} cameras, and {middle} alerts a day would be "
        "false ({low} to {high} by case); an alert would be right in {right} of cases ({right_low} "
        "to {right_high}).",
        "假設每個模擬鏡頭都實時與一份 {gallery} 張相片的名單比對人臉，有 {n} 個鏡頭時，每日約比對 "
        "{faces} 張人臉，其中誤報 {middle} 次（按情況為 {low} 至 {high} 次）；一次警報正確的機會為 "
        "{right}（{right_low} 至 {right_high}）。",
    ),
    "faces_note": (
        "Picture quality: {task}. Error rates as published of British tests and operations; "
        "whether "
        "Hong Kong's cameras compare faces, with what and whom, is not published. Low, middle and "
        "high are cases that differ in software and list, not a range of chance. A day holds the "
        "simulated walks and no others.",
        "畫面清晰度：{task}。錯誤率取自英國公布的測試和行動；香港的鏡頭有否比對人臉、用甚麼軟件和"
        "名單，並未公布。低、中、高是軟件和名單各異的情況，並非機會率範圍。每日只計模擬的路程。",
    ),
    "faces_case": ("Case, at {n} cameras", "情況（{n} 個鏡頭）"),
    "faces_case_false": ("False alerts a day", "每日誤報"),
    "faces_case_right": ("An alert is right", "警報正確的機會"),
    "low": ("low", "低"),
    "middle": ("middle", "中"),
    "high": ("high", "高"),
}  # fmt: skip
"""Each text as (English, Chinese)."""
