"""Common mistakes in scenario files, with the answer to each: tested, and quoted in the docs.

Each entry is what the file says and the lines of complaint, whole. As a script it prints
docs/common-mistakes.md, which a test holds equal:

    python tests/scenario/common_mistakes.py > docs/common-mistakes.md
"""

GOOD = "name: a\narea: b\ncameras:\n  totals: [4000, 11000]\n"
"""A scenario that is right."""

COMMON = {
    "misspelt key": (
        GOOD + "sede: 7",
        ['s.yaml:5:1: sede: unknown key (did you mean "seed"?)'],
    ),
    "misspelt key in a group": (
        GOOD + "  stratgy: random",
        ['s.yaml:5:3: cameras.stratgy: unknown key (did you mean "strategy"?)'],
    ),
    "misspelt choice": (
        GOOD + "  strategy: junction",
        [
            's.yaml:5:3: cameras.strategy: "junction" is not one of random, even, '
            "junctions, betweenness, transit, places, population, points, equity, "
            "greedy_cover, greedy_trips, empirical, existing, as_planned "
            '(did you mean "junctions"?)'
        ],
    ),
    "choice in capitals": (
        GOOD + "  optics: Typical",
        [
            's.yaml:5:3: cameras.optics: "Typical" is not one of weak, typical, strong, '
            "fixed_bullet, dome, panoramic, ptz, low_cost, fourk, two_megapixel, "
            'thousand_dollar, typical_low, typical_high (did you mean "typical"?)'
        ],
    ),
    "mix with a weight of nothing": (
        GOOD + "  strategy: {junctions: 3, random: 0}",
        ["s.yaml:5:28: cameras.strategy.random: 0 is not a weight; write a number above 0"],
    ),
    "existing cameras without their file": (
        GOOD + "  strategy: existing",
        ["s.yaml:3:1: cameras.existing: is missing; strategy existing needs a file of cameras"],
    ),
    "points without their file": (
        GOOD + "  strategy: points",
        ["s.yaml:3:1: cameras.aims.points: is missing; strategy points needs a file of points"],
    ),
    "growth that shrinks": (
        GOOD
        + (
            "  phases:\n"
            "  - {total: 9000, year: 2027, owners: {police: 1}}\n"
            "  - {total: 8000, year: 2028, owners: {mall: 1}}"
        ),
        ["s.yaml:7:5: cameras.phases.1: does not come after the phase before; write them in order"],
    ),
    "key without its group": (
        "name: a\narea: b\ntotals: [4000]",
        [
            "s.yaml:1:1: cameras: is missing; add it, with `totals` below it",
            "s.yaml:3:1: totals: unknown key here; it belongs under `cameras`, check its indent",
        ],
    ),
    "indent forgotten": (
        GOOD.replace("  totals", "totals"),
        [
            "s.yaml:3:1: cameras: nothing stands under it; indent its keys (totals, "
            "strategy, plan, …) or remove it",
            "s.yaml:4:1: totals: unknown key here; it belongs under `cameras`, check its indent",
        ],
    ),
    "indent unequal": (
        GOOD + "   strategy: random",
        ["s.yaml:5:4: is indented unlike the lines above; keys of one group begin in one column"],
    ),
    "indent too small": (
        GOOD + " strategy: random",
        ["s.yaml:5:2: is indented unlike the lines above; keys of one group begin in one column"],
    ),
    "tab": (
        "name: a\narea: b\ncameras:\n\ttotals: [4000]",
        ["s.yaml:4:1: begins with a tab; indent with spaces"],
    ),
    "key twice": (
        GOOD + "area: c",
        ["s.yaml:5:1: area: stands twice (first on line 2); keep one"],
    ),
    "no space after the colon": (
        GOOD + "seed:7",
        ["s.yaml:5:1: no `key: value` here; write a colon and a space after the key"],
    ),
    "no space after a colon in a group": (
        "name: a\narea: b\ncameras:\n  totals:4000",
        ['s.yaml:3:1: cameras: "totals:4000" is text; write a colon and a space: `key: value`'],
    ),
    "full-width colon": (
        "name：a\narea：b",
        [
            "s.yaml:1:1: has no `key: value` lines; write a colon (: not ：) and a space "
            "after each key"
        ],
    ),
    "full-width colon among others": (
        GOOD + "seed：7",
        ["s.yaml:5:5: has a full-width colon (：); write `key: value` with : "],
    ),
    "key missing": (
        "name: a\ncameras: {totals: 4000}",
        ["s.yaml:1:1: area: is missing; add for example `area: mong_kok_core`"],
    ),
    "value missing": (
        GOOD + "seed:",
        ["s.yaml:5:1: seed: nothing is not a whole number"],
    ),
    "empty file": (
        "",
        ["s.yaml:1:1: is empty; `sim template` prints a scenario to begin with"],
    ),
    "a list instead of keys": (
        "- name: a",
        ["s.yaml:1:1: begins with a list; a scenario is lines of `key: value`"],
    ),
    "totals as text": (
        GOOD.replace("[4000, 11000]", "['4000']"),
        ['s.yaml:4:12: cameras.totals.0: "4000" is text; write 4000'],
    ),
    "totals with commas": (
        GOOD.replace("[4000, 11000]", "4,000"),
        ['s.yaml:4:3: cameras.totals: "4,000" is text; write 4000'],
    ),
    "totals with commas in a list": (
        GOOD.replace("[4000, 11000]", "[4,000]"),
        [
            's.yaml:4:14: cameras.totals.1: "000" begins with a zero; write numbers '
            'plainly (4000, not 4,000); for text write "000"'
        ],
    ),
    "totals with underscores": (
        GOOD.replace("4000,", "4_000,"),
        [
            's.yaml:4:12: cameras.totals.0: "4_000" holds underscores; write the digits '
            'alone; for text write "4_000"'
        ],
    ),
    "totals in full-width figures": (
        GOOD.replace("[4000, 11000]", "４０００"),
        ['s.yaml:4:3: cameras.totals: "４０００" is text; write 4000'],
    ),
    "totals that fall": (
        GOOD.replace("11000", "3000"),
        [
            "s.yaml:4:18: cameras.totals.1: 3000 does not come after 4000; write the "
            "totals in increasing order"
        ],
    ),
    "totals of none": (
        GOOD.replace("[4000, 11000]", "[0]"),
        ["s.yaml:4:12: cameras.totals.0: 0 is out of range; write at least 1"],
    ),
    "totals beyond reason": (
        GOOD.replace("11000", "60000000"),
        ["s.yaml:4:18: cameras.totals.1: 60000000 is out of range; write at most 1000000"],
    ),
    "a total with a decimal point": (
        GOOD.replace("4000", "4000.0"),
        ["s.yaml:4:12: cameras.totals.0: 4000.0 is not a whole number (did you mean 4000?)"],
    ),
    "no totals": (
        GOOD.replace("[4000, 11000]", "[]"),
        ["s.yaml:4:3: cameras.totals: has 0 of at least 1 entry; add some"],
    ),
    "percent": (
        GOOD + "  share_rule: given\n  share: 5 percents",
        [
            's.yaml:6:3: cameras.share: "5 percents" has the unknown unit "percents"; '
            'write a number 0..1, or with its unit, such as "30 %"'
        ],
    ),
    "percent as a number": (
        GOOD + "  share_rule: given\n  share: 5",
        [
            "s.yaml:6:3: cameras.share: 5 is out of range; write at most 1 (shares run "
            "from 0 to 1: 0.05 is 5 %)"
        ],
    ),
    "unit after a number": (
        GOOD + "trips: {people: 2000 people}",
        [
            's.yaml:5:9: trips.people: "2000 people" is text; write 2000 and leave out the '
            'unit "people"'
        ],
    ),
    "share without its rule": (
        GOOD + "  share: 0.05",
        [
            "s.yaml:5:3: cameras.share: has no effect with share_rule: population; remove "
            "it, or write share_rule: given"
        ],
    ),
    "rule without its share": (
        GOOD + "  share_rule: given",
        ["s.yaml:3:1: cameras.share: is missing; share_rule: given needs a share 0..1"],
    ),
    "owner forgotten": (
        GOOD + "  street_share: {police: 1, department: 1, transport: 1, estate: 1, mall: 0}",
        ["s.yaml:5:3: cameras.street_share.other: is missing; add it"],
    ),
    "latitude and longitude swapped": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via:\n    - 114.1694,22.3193\n    - MOKO",
        [
            's.yaml:9:7: trips.walks.0.via.0: "114.1694,22.3193" has latitude and '
            'longitude swapped; the latitude comes first (did you mean "22.3193,114.1694"?)'
        ],
    ),
    "position far from Hong Kong": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via:\n    - 51.5,-0.12\n    - MOKO",
        [
            's.yaml:9:7: trips.walks.0.via.0: "51.5,-0.12" is not in Hong Kong; correct '
            "it, or write cameras.share_rule: direct for another city"
        ],
    ),
    "position in a list without quotes": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via: [MOKO, 22.3193,114.1694]",
        [
            "s.yaml:8:17: trips.walks.0.via.1: 22.3193 is a number; a text needs quotes: "
            '"22.3193" (a position: "22.3193,114.1694")',
            "s.yaml:8:25: trips.walks.0.via.2: 114.1694 is a number; a text needs quotes: "
            '"114.1694" (a position: "22.3193,114.1694")',
        ],
    ),
    "position as a list": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via: [MOKO, [22.3193, 114.1694]]",
        [
            "s.yaml:8:17: trips.walks.0.via.1: a position is written as a text in quotes: "
            '"22.3193,114.1694"'
        ],
    ),
    "position without its comma": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via: [MOKO, 22.3193 114.1694]",
        [
            's.yaml:8:17: trips.walks.0.via.1: "22.3193 114.1694" is not a position; write '
            'latitude,longitude: "22.3193,114.1694"'
        ],
    ),
    "walk to nowhere": (
        GOOD + "trips: {walks: [{name: w, via: [MOKO]}]}",
        ["s.yaml:5:27: trips.walks.0.via: has 1 of at least 2 entries; add some"],
    ),
    "walk named twice": (
        GOOD + "trips:\n  walks:\n  - {name: w, via: [A, B]}\n  - {name: w, via: [A, C]}",
        ['s.yaml:8:6: trips.walks.1.name: "w" names two walks; rename one'],
    ),
    "profile of earlier versions": (
        GOOD + "trips: {profiles: [commuter, marcher]}",
        [
            's.yaml:5:30: trips.profiles.1: "marcher" is no profile any more; a crowd on the move '
            "is an entry of trips.crowds"
        ],
    ),
    "share of a profile of earlier versions": (
        GOOD + "trips: {profiles: {marcher: 0.1}}",
        [
            's.yaml:5:20: trips.profiles.marcher: "marcher" is no profile any more; a crowd on the '
            "move is an entry of trips.crowds"
        ],
    ),
    "crowd along a walk without a name": (
        GOOD + "trips: {crowds: [{name: c, walk: w}]}",
        ['s.yaml:5:28: trips.crowds.0.walk: "w" is not one of trips.walks; there are none'],
    ),
    "one walk that is no list": (
        GOOD + "trips:\n  walks:\n    name: w\n    via: [A, B]",
        [
            "s.yaml:6:3: trips.walks: a group of keys is not a list; write one entry a "
            "line with `- `"
        ],
    ),
    "name of no folder": (
        GOOD.replace("name: a", "name: Mong Kok/1"),
        [
            's.yaml:1:1: name: "Mong Kok/1" is not a folder name: letters, digits, _ and '
            '-, 1 to 80 (did you mean "Mong_Kok_1"?)'
        ],
    ),
    "name of figures": (
        GOOD.replace("name: a", "name: 2025"),
        ['s.yaml:1:1: name: 2025 is a number; a text needs quotes: "2025"'],
    ),
    "name that is a date": (
        GOOD.replace("name: a", "name: 2025-10-28"),
        ['s.yaml:1:7: name: "2025-10-28" reads as a date; for text write "2025-10-28"'],
    ),
    "name that is no": (
        GOOD.replace("name: a", "name: no"),
        ['s.yaml:1:7: name: "no" reads as true or false to some programs; for text write "no"'],
    ),
    "quotation mark not closed": (
        GOOD + 'title: "What now?',
        ["s.yaml:5:8: the quotation mark opened here is not closed"],
    ),
    "apostrophe in single quotes": (
        GOOD + "trips: {walks: [{name: w, via: ['Ladies' Market', MOKO]}]}",
        ["s.yaml:5:32: the list opened here lacks a comma or its ], or text in it needs quotes"],
    ),
    "backslash in double quotes": (
        GOOD.replace("area: b", 'area: "C:\\data\\mong_kok"'),
        ["s.yaml:2:11: in double quotes \\ begins an escape; use single quotes"],
    ),
    "bracket not closed": (
        GOOD.replace("11000]", "11000") + "seed: 1",
        ["s.yaml:4:11: the list opened here lacks a comma or its ], or text in it needs quotes"],
    ),
    "anchors and aliases": (
        GOOD.replace("area: b", "area: &x b") + "title: *x",
        [
            's.yaml:2:7: area: "&x" is a YAML anchor; remove it',
            's.yaml:5:8: title: "*x" refers to another value; write it out',
        ],
    ),
    "objects": (
        GOOD.replace("area: b", "area: !!python/object/apply:os.system [ls]"),
        [
            's.yaml:2:7: area: "tag:yaml.org,2002:python/object/apply:os.system" is a YAML '
            "tag; remove it"
        ],
    ),
    "two documents": (
        GOOD + "---\nname: b",
        ["s.yaml:5:1: begins a second document; keep one to a file"],
    ),
    "version of another program": (
        GOOD + "version: 2",
        ["s.yaml:5:1: version: this file is written in version 2; this program reads version 1"],
    ),
    "a seed below zero": (
        GOOD + "seed: -1",
        ["s.yaml:5:1: seed: -1 is out of range; write at least 0"],
    ),
    "a rate that falls": (
        GOOD + "tracking:\n  hit_rate:\n    recognise: 0.95",
        [
            "s.yaml:6:3: tracking.hit_rate.identify: 0.9 is less than 0.95 of recognise; a "
            "sharper picture cannot identify less often"
        ],
    ),
    "unit of something else": (
        GOOD + "tracking: {memory_s: 40 m}",
        [
            's.yaml:5:12: tracking.memory_s: "40 m" has the unit of a length; write a '
            'number of seconds, or with its unit, such as "10 min"'
        ],
    ),
    "unit of a time for a speed": (
        GOOD + "trips: {speed_m_s: 5 min}",
        [
            's.yaml:5:9: trips.speed_m_s: "5 min" has the unit of a time; write a number '
            'of metres per second, or with its unit, such as "5 km/h"'
        ],
    ),
    "unit that nobody knows": (
        GOOD + "tracking: {memory_s: 3 moons}",
        [
            's.yaml:5:12: tracking.memory_s: "3 moons" has the unknown unit "moons"; write '
            'a number of seconds, or with its unit, such as "10 min"'
        ],
    ),
    "unit in a number too large": (
        GOOD + "trips: {speed_m_s: 40 km/h}",
        [
            's.yaml:5:9: trips.speed_m_s: "40 km/h" is 11.1111 metres per second, out of '
            "range; write at most 3 metres per second"
        ],
    ),
    "more than all": (
        GOOD + "tracking: {uptime: 130 %}",
        ['s.yaml:5:12: tracking.uptime: "130 %" is 1.3, out of range; write at most 1'],
    ),
    "decimal comma": (
        GOOD + "trips: {taste: '0,2'}",
        ['s.yaml:5:9: trips.taste: "0,2" is text; write 0.2'],
    ),
    "totals by date that fall": (
        GOOD.replace("[4000, 11000]", "{2025: 11000, 2026: 4000}"),
        [
            "s.yaml:4:25: cameras.totals.2026: 4000 does not come after 11000; write the "
            "totals in increasing order"
        ],
    ),
    "totals by date in disorder": (
        GOOD.replace("[4000, 11000]", "{2026: 4000, 2025: 11000}"),
        [
            "s.yaml:4:24: cameras.totals.2025: does not come after 2026; write the dates "
            "in increasing order"
        ],
    ),
    "a total by something else than a date": (
        GOOD.replace("[4000, 11000]", "{2025: 4000, spring: 11000}"),
        ["s.yaml:4:24: cameras.totals.spring: is not a date; write a year, 2026, or 2026-02"],
    ),
    "totals by date as text": (
        GOOD.replace("[4000, 11000]", "{2025: 4000, 2026: 11k}"),
        ['s.yaml:4:24: cameras.totals.2026: "11k" is text; write 11000'],
    ),
    "dates fewer than totals": (
        GOOD + "  dates: [2025]",
        ["s.yaml:5:3: cameras.dates: has 1 for 2 totals; write a date for each"],
    ),
    "extended file missing": (
        GOOD + "extends: nowhere/base.yaml",
        ["s.yaml:5:1: extends: nowhere/base.yaml: no such file"],
    ),
    "a folder extended": (
        GOOD + "extends: .",
        ["s.yaml:5:1: extends: .: is a folder; name a scenario file in it"],
    ),
    "a file elsewhere extended": (
        GOOD + "extends: ../base.yaml",
        ["s.yaml:5:1: extends: ../base.yaml: is outside the folder of the scenario; copy it there"],
    ),
    "extends misspelt": (
        GOOD + "extend: base.yaml",
        ['s.yaml:5:1: extend: unknown key (did you mean "extends"?)'],
    ),
    "extends in a variant": (
        GOOD + "variants: {night: {extends: base.yaml}}",
        [
            "s.yaml:5:20: variants.night.extends: cannot be changed here; write it at the "
            "top of a file"
        ],
    ),
    "variant without keys": (
        GOOD + "variants:\n  night: at night",
        ["s.yaml:6:3: variants.night: is not a group of keys to change, or a list of overrides"],
    ),
    "name of no variant": (
        GOOD + "variants:\n  late night: {seed: 3}",
        ["s.yaml:6:3: variants.late night: is not a name: letters, digits, _ and -, 1 to 40"],
    ),
    "matrix of one value": (
        GOOD + "matrix:\n  seed: 3",
        ["s.yaml:6:3: matrix.seed: is not a list of values; write [one, another]"],
    ),
    "matrix beyond reason": (
        GOOD
        + (
            "matrix:\n"
            "  trips.people: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
            "  trips.taste: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
            "  trips.a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
            "  trips.b: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
            "  trips.c: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
        ),
        ["s.yaml:5:1: matrix: makes 100000 scenarios; at most 10000 can be made"],
    ),
    "matrix in a single run": (
        GOOD + "matrix: {seed: [1, 2, 3]}",
        ["s.yaml:5:1: matrix: makes several scenarios of this file; run them with `sim sweep`"],
    ),
    "alias bomb": (
        GOOD + "title: &a [x, x]\ntitle_zh: [*a, *a, *a]",
        [
            's.yaml:5:8: title: "&a" is a YAML anchor; remove it',
            "s.yaml:6:1: title_zh: a list is not a text",
            's.yaml:6:12: title_zh.0: "*a" refers to another value; write it out',
            's.yaml:6:16: title_zh.1: "*a" refers to another value; write it out',
            's.yaml:6:20: title_zh.2: "*a" refers to another value; write it out',
        ],
    ),
}


def page():
    """Return the page that shows every mistake with its answer."""
    parts = [HEADING]
    for name, (text, lines) in COMMON.items():
        shown = _lines_at_fault(text, lines)
        parts.append(f"| {name} | {shown} | {'<br>'.join(map(_cell, lines))} |\n")
    return "".join(parts)


HEADING = """\
# Common mistakes

Every mistake in a scenario is answered with one line: file, line, column, key, what is wrong, what
to write instead. All mistakes of a file are named at once, by `sim validate` and by every command
that reads a scenario. This page is made from the tests: these are the answers word for word; each
example is a file `s.yaml` of a few right lines and the mistake.

| mistake | what the file says | the answer |
|---|---|---|
"""


def _lines_at_fault(text, lines):
    """Return the lines of the file that the answers name."""
    numbers = dict.fromkeys(int(line.split(":")[1]) for line in lines)
    written = text.split("\n")
    return "<br>".join(_cell(written[number - 1].strip(" ")) or "(nothing)" for number in numbers)


def _cell(text):
    """Return text as code in a cell of a table."""
    text = text.replace("\t", "→").replace("|", "\\|")
    ticks = "``" if "`" in text else "`"
    return f"{ticks} {text} {ticks}" if ticks == "``" else f"`{text}`" if text else ""


if __name__ == "__main__":
    print(page(), end="")
