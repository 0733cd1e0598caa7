"""Which OpenStreetMap tags make water, green ground, coast and names, for a map to show.

It works on the tags of one thing at a time and needs no tables, so that the reader of extracts
starts quickly.
"""

from __future__ import annotations

from sim.city.sources.buildings import Tags

AREA_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("natural", frozenset({"water"}), "water"),
    ("waterway", frozenset({"dock", "riverbank"}), "water"),
    ("landuse", frozenset({"basin", "reservoir"}), "water"),
    ("leisure", frozenset({"garden", "nature_reserve", "park", "recreation_ground"}), "green"),
    (
        "landuse",
        frozenset({"cemetery", "forest", "grass", "recreation_ground", "village_green"}),
        "green",
    ),
    ("natural", frozenset({"grassland", "scrub", "wood"}), "green"),
)
"""Which tags make water and which make green ground, the first that fits counts."""
NAME_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("natural", frozenset({"bay", "strait"}), "bay"),
    ("railway", frozenset({"halt", "station"}), "station"),
    ("place", frozenset({"island", "islet"}), "island"),
    ("place", frozenset({"borough", "suburb", "town"}), "suburb"),
    ("place", frozenset({"neighbourhood", "quarter", "village"}), "neighbourhood"),
)
"""Which tags make a name that stands on the map."""
COAST = "coastline"
"""Land lies to the left of such a line."""
_PARKS = frozenset({"garden", "nature_reserve", "park", "recreation_ground"})
"""Values of `leisure` that give green ground a name."""
AREA_KEYS = tuple(dict.fromkeys(key for key, _, _ in (*AREA_TAGS, *NAME_TAGS)))
NAME_PAIRS = [(key, value) for key, values, _ in NAME_TAGS for value in sorted(values)]


def _ranked(
    wanted: tuple[tuple[str, frozenset[str], str], ...],
) -> list[tuple[str, dict[str, tuple[int, str]]]]:
    """Return by key what its values make, with the row of the table; each key is asked once."""
    rows = [(key, value, n, kind) for n, (key, own, kind) in enumerate(wanted) for value in own]
    return [
        (key, {value: (n, kind) for other, value, n, kind in rows if other == key})
        for key in dict.fromkeys(key for key, *_ in rows)
    ]


_AREAS, _NAMES = _ranked(AREA_TAGS), _ranked(NAME_TAGS)


def kinds_of_area(tags: Tags) -> tuple[str, str]:
    """Return the kind of ground and the kind of name that an area makes, nothing where none.

    A town is named where its point is.

    Parameters
    ----------
    tags
        Of one thing, as OpenStreetMap has them.
    """
    ground, name = _kind(tags, _AREAS), kind_of_name(tags)
    if name and tags.get("place") == "town":
        name = ""
    if ground and not name and tags.get("leisure") in _PARKS:
        name = "park"
    return ground, name


def kind_of_name(tags: Tags) -> str:
    """Return the kind of name that tags make, nothing where they make none."""
    return _kind(tags, _NAMES)


def _kind(tags: Tags, ranked: list[tuple[str, dict[str, tuple[int, str]]]]) -> str:
    first = (len(AREA_TAGS) + len(NAME_TAGS), "")
    for key, made in ranked:
        value = tags.get(key)
        if value is not None and value in made:
            first = min(first, made[value])
    return first[1]
