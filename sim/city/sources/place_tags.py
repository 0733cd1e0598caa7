"""Which OpenStreetMap tags make which kind of place: stations, markets, schools, offices.

It works on the tags of one thing at a time and needs no tables, so that the reader of extracts
starts quickly.
"""

from __future__ import annotations

from sim.city.sources.buildings import Tags

PLACE_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("railway", frozenset({"subway_entrance", "train_station_entrance"}), "entrance"),
    ("railway", frozenset({"station", "halt"}), "rail"),
    ("public_transport", frozenset({"station"}), "rail"),
    ("amenity", frozenset({"ferry_terminal", "bus_station"}), "station"),
    ("highway", frozenset({"bus_stop"}), "bus_stop"),
    ("amenity", frozenset({"marketplace"}), "market"),
    ("shop", frozenset({"department_store", "mall", "supermarket"}), "market"),
    ("amenity", frozenset({"college", "kindergarten", "school", "university"}), "school"),
    (
        "amenity",
        frozenset({
            "clinic", "courthouse", "doctors", "hospital", "place_of_worship", "police", "shelter",
            "social_facility",
        }),
        "sensitive",
    ),
    ("office", frozenset({"association", "lawyer", "ngo", "political_party", "union"}),
     "sensitive"),
    ("office", frozenset({"company", "diplomatic", "financial", "government", "insurance", "it"}),
     "office"),
    ("building", frozenset({"commercial", "office"}), "office"),
    ("amenity", frozenset({"arts_centre", "library", "theatre", "townhall"}), "landmark"),
    ("tourism", frozenset({"attraction", "gallery", "museum"}), "landmark"),
)  # fmt: skip
"""Which tag makes which kind of place, the first that fits counts; entrance, rail and bus_stop
are turned into stations once the whole file is read."""
RAIL = frozenset({"entrance", "rail"})
"""Kinds beside which bus stops do not count as stations."""
RAIL_KEYS = tuple(dict.fromkeys(key for key, _, kind in PLACE_TAGS if kind in RAIL))
_RANKS: list[tuple[str, dict[str, int]]] = [
    (
        key,
        {
            value: rank
            for rank, (other, values, _) in enumerate(PLACE_TAGS)
            if other == key
            for value in values
        },
    )
    for key in dict.fromkeys(key for key, _, _ in PLACE_TAGS)
]
"""For each key in use, the values that make a place and their row in `PLACE_TAGS`."""
PLACE_PAIRS = [(key, value) for key, ranks in _RANKS for value in ranks]
"""The tags that make a place, as (key, value)."""


def place_kind(tags: Tags) -> str | None:
    """Return the kind of place that tags make, None where they make none.

    Parameters
    ----------
    tags
        Of one thing, as OpenStreetMap has them.
    """
    first = len(PLACE_TAGS)
    value_of = tags.get
    for key, rank in _RANKS:
        value = value_of(key)
        if value is not None and value in rank:
            first = min(first, rank[value])
    return PLACE_TAGS[first][2] if first < len(PLACE_TAGS) else None
