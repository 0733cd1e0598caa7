"""What the authorities have not published: each item, who would know, and what stands in for it.

One table in English and in Chinese as written in Hong Kong. The questions of a brief and the
register in the documentation are made of it; how far an item moves the answer is measured by
`sim bands` and stands in neither text.
"""

from __future__ import annotations

from typing import NamedTuple

Pair = tuple[str, str]
WAYS = "ways"
"""The factor that a run measures itself: subways, indoor and roofed ways closed, and open."""


class Item(NamedTuple):
    """One thing that is not published.

    Attributes
    ----------
    factor
        The case of `sim bands` that tries other assumptions on it, `WAYS`, or empty where nothing
        measures what it does to the answer.
    what, who, stands_in
        What is not known, who would know it, and what is assumed in its place.
    question
        As it may be asked of a councillor; {last} is the greater number of cameras of which the
        headline tells.
    """

    factor: str
    what: Pair
    who: Pair
    stands_in: Pair
    question: Pair


ITEMS: tuple[Item, ...] = (
    Item(
        "strategy",
        ("Where each camera hangs, or by what rule places are chosen",
         "每個鏡頭裝在哪裏，或按甚麼準則選址"),
        ("the police, the Security Bureau", "警務處、保安局"),
        ("a rule of placement for each owner and phase", "各擁有者在各階段各按一條選址規則"),
        ("By what written rule are places chosen, and will the list of places, or the number of "
         "cameras in each street, be published?",
         "選址按甚麼書面準則？會否公布地點名單，或各條街道的鏡頭數目？"),
    ),
    Item(
        "street_share",
        ("How many of the cameras watch a street", "有多少鏡頭面向街道"),
        ("the Security Bureau, and every department and company whose cameras are linked",
         "保安局，以及鏡頭接入系統的各部門和機構"),
        ("a share for each owner, in a low, a middle and a high case",
         "各擁有者按一個比例計算，設低、中、高三種情況"),
        ("Of the {last} cameras, how many look onto a street or a footpath, and how many into "
         "lifts, lobbies, car parks, platforms or tunnels?",
         "{last} 個鏡頭之中，有多少面向街道或行人路，有多少面向升降機、大堂、停車場、月台或隧道？"),
    ),
    Item(
        "optics",
        ("Model, lens and direction of the cameras", "鏡頭的型號、規格和方向"),
        ("the police and the departments that buy them", "採購鏡頭的警務處和各部門"),
        ("one type of camera for all of the plan's cameras", "計劃內所有鏡頭採用同一款規格"),
        ("Which models and lenses are used, and up to what distance can a person "
         "be recognised?",
         "採用哪些型號和鏡頭？在多遠的距離內可以認出一個人？"),
    ),
    Item(
        "plan",
        ("Whose the cameras will be in each year, and where those that are linked hang",
         "各年的鏡頭屬誰所有，以及接入系統的鏡頭裝在哪裏"),
        ("the Security Bureau", "保安局"),
        ("weights of owners and districts for each phase of the plan",
         "計劃各階段的擁有者和地區各按一個比重"),
        ("In each year of the plan, how many cameras will be the police's own, and how many those "
         "of departments, transport operators, estates and malls?",
         "在計劃的每一年，警方自設的鏡頭有多少？屬政府部門、交通機構、屋苑和商場的又各有多少？"),
    ),
    Item(
        "share_rule",
        ("How many cameras each district has and will have", "各區現有和將有多少鏡頭"),
        ("the police, the Security Bureau", "警務處、保安局"),
        ("districts get cameras by a rule, such as the people there on a working day",
         "各區按一條規則分配，例如平日日間人口"),
        ("How many cameras does each district have now, and how many will it have at the end of "
         "the plan?",
         "各區現時各有多少鏡頭？計劃完成時各有多少？"),
    ),
    Item(
        "mount",
        ("How high the cameras hang", "鏡頭裝在多高"),
        ("the police and the departments that put them up", "安裝鏡頭的警務處和各部門"),
        ("the height of its camera type, 4 m for most", "按款式的高度，多數為 4 米"),
        ("At what height are the cameras put up, and is there a written standard for it?",
         "鏡頭裝在多高？有沒有書面標準？"),
    ),
    Item(
        WAYS,
        ("Which subways, indoor and roofed ways are watched",
         "哪些行人隧道、室內及有蓋通道設有鏡頭"),
        ("the Highways Department, the MTR Corporation, owners of malls and estates",
         "路政署、港鐵公司、商場和屋苑業主"),
        ("these ways count as closed", "這些通道當作不能通行"),
        ("Which subways, footbridges and indoor passages are covered by cameras of the plan?",
         "哪些行人隧道、行人天橋和室內通道在計劃鏡頭的範圍之內？"),
    ),
    Item(
        "",
        ("When faces are searched by machine, against which lists, with what error",
         "何時以電腦比對人臉、與哪些名單比對、出錯多少"),
        ("the Security Bureau, the police, the Privacy Commissioner",
         "保安局、警務處、私隱專員公署"),
        ("none: this answer is about a person who watches", "沒有：這個答案只關乎由人觀看"),
        ("When will faces be searched by machine, live or in recordings; against which lists and "
         "at which threshold; and will error rates measured on these cameras be published?",
         "何時開始以電腦比對人臉？是實時還是在錄影中搜尋？與哪些名單比對、門檻多高？會否公布以這些"
         "鏡頭實測的出錯率？"),
    ),
    Item(
        "",
        ("Who may search recordings, on whose authority, and how often it is done",
         "誰可搜尋錄影、由誰批准、搜尋過多少次"),
        ("the police, the Privacy Commissioner", "警務處、私隱專員公署"),
        ("none: this answer does not depend on what is kept", "沒有：這個答案與保存多久無關"),
        ("How long are recordings kept, who may search them and on whose authority, is every "
         "search logged, and how many were there last year?",
         "錄影保存多久？誰可搜尋、由誰批准？每次搜尋是否都有記錄？去年共有多少次？"),
    ),
    Item(
        "",
        ("Which pictures are watched live, by whom and for what",
         "哪些畫面有人即時觀看、由誰觀看、為何觀看"),
        ("the police", "警務處"),
        ("none: it says what could be recognised, not that anybody looks",
         "沒有：它只說可以認出甚麼，沒有說有人在看"),
        ("Which cameras are watched live, by how many people, and for what?",
         "哪些鏡頭有人即時觀看？共有多少人？為了甚麼？"),
    ),
    Item(
        "",
        ("How many cameras are out of order at a time, and what they make out by night",
         "同一時間有多少鏡頭失靈，夜間能看清甚麼"),
        ("the police and the departments that keep them up", "負責維修的警務處和各部門"),
        ("every camera works, day and night alike", "所有鏡頭均運作正常，日夜相同"),
        ("What share of the cameras is out of order at a time, and up to what distance can they "
         "recognise a person by night?",
         "同一時間有多少鏡頭失靈？夜間在多遠的距離內可以認出一個人？"),
    ),
    Item(
        "",
        ("What is masked: windows, and doors of clinics, places of worship, courts",
         "遮蔽了甚麼：窗戶，以及診所、宗教場所、法院的門口"),
        ("the police, the Privacy Commissioner", "警務處、私隱專員公署"),
        ("nothing is masked", "沒有任何遮蔽"),
        ("Are windows, and the doors of clinics, places of worship and courts, masked in the "
         "picture, and who checks it?",
         "窗戶，以及診所、宗教場所、法院的門口，在畫面上有否遮蔽？由誰查核？"),
    ),
    Item(
        "",
        ("The assessment of privacy and security, and who outside the police reviews the system",
         "私隱及保安評估，以及警隊以外由誰檢視系統"),
        ("the Security Bureau, the Legislative Council", "保安局、立法會"),
        ("none", "沒有"),
        ("Will the assessment of privacy and security be published, and who outside the police "
         "reviews the system?",
         "私隱及保安評估會否公布？警隊以外由誰檢視系統？"),
    ),
)  # fmt: skip
"""In the order in which they are asked where nothing is measured."""
