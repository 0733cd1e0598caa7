"""`sim data decks`: a bundle's footbridges and station exits beside the Government's."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import geopandas as gpd
import typer

from sim.area import HONG_KONG_CRS
from sim.city.decks_beside import EXIT_M, TOUCHED_M, Decks, compare_decks
from sim.city.loaders import load_city
from sim.city.sources.files import file_kind, read_mtr_exits
from sim.city.sources.official_footbridges import read_footbridges
from sim.commands.options import AsJson, Debug, command_app, examples, print_json
from sim.errors import InputError, one_line
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.city.model import City

app = command_app()


@app.command(
    epilog=examples(
        "sim data decks yau_tsim_mong STR_FB.geojson",
        "sim data decks yau_tsim_mong footbridges.geojson mtr_exits.json --json",
    )
)
def data_decks_command(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="Built-in area, name or folder of a bundle.")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE ...", help="The Government's footbridges (STR_FB), and mtr_exits.json."
        ),
    ],
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List where footbridges and exits of a bundle differ from the Government's layers."""
    kinds = [(file_kind(path), path) for path in files]
    bridges = [path for kind, path in kinds if kind == "official_footbridges"]
    exits = [path for kind, path in kinds if kind == "mtr_exits"]
    if len(bridges) != 1 or len(exits) + 1 != len(files) or len(exits) > 1:
        raise InputError(
            "data decks: give one layer of footbridges, and mtr_exits.json or nothing beside it"
        )
    city = load_city(bundle)
    if city.area.crs != HONG_KONG_CRS:
        raise InputError(f"{bundle}: does not lie in Hong Kong, of which these layers are")
    nothing = gpd.GeoDataFrame({"name": []}, geometry=[], crs=HONG_KONG_CRS)
    stations = read_mtr_exits(exits[0]) if exits else nothing
    found = compare_decks(city, read_footbridges(bridges[0])[0], stations)
    if as_json:
        print_json(_json(found, city))
        return
    for line in _lines(found, city):
        print(one_line(line))


def _json(found: Decks, city: City) -> dict[str, Any]:
    tables = {
        name: frame.drop(columns=frame.geometry.name).to_dict("records")
        for name, frame in found._asdict().items()
    }
    plain = {
        name: [{k: _plain(v) for k, v in row.items()} for row in rows]
        for name, rows in tables.items()
    }
    return {"area": city.area.name, **plain}


def _plain(value: object) -> object:
    """Return a value as JSON has it; what is not known is null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _lines(found: Decks, city: City) -> Iterator[str]:
    """Yield what differs, a thing a line, after a line of counts."""
    for title, table in (
        ("official footbridges", found.official), ("footbridges of the bundle", found.own),
        ("station exits", found.exits),
    ):  # fmt: skip
        counts = table["what"].value_counts().sort_index()
        words = ", ".join(f"{count} {what}" for what, count in counts.items())
        yield f"{city.area.name}: {len(table)} {title}{words and f': {words}'}"
    if len(found.exits):
        yield _beside_subways(found, city)
    at = "at {:.0f}, {:.0f}"
    for row in found.official[found.official["what"] != "same"].itertuples():
        there = f"{row.street_m:.0f} m of foot ways on the street's deck"
        yield f"{row.number}: {row.what} ({there}) {at.format(row.x, row.y)}"
    for row in found.own[found.own["what"] != "same"].itertuples():
        yield f"{row.name or 'no name'}: {row.what}, {row.length_m:.0f} m {at.format(row.x, row.y)}"
    for row in found.exits[found.exits["what"] != "street"].itertuples():
        place = at.format(row.geometry.x, row.geometry.y)
        yield f"{row.name}: {row.what} nearest {place}"


def _beside_subways(found: Decks, city: City) -> str:
    """Say how many exits have a subway of the bundle beside them, and which."""
    beside = found.exits[found.exits["subway_m"].notna()]
    named = ", ".join(
        f"{row.name} ({row.subway_m:.0f} m)" for row in beside.itertuples(index=False)
    )
    return (
        f"{city.area.name}: {len(beside)} of {counted(len(found.exits), 'station exit')} have a "
        f"subway within {EXIT_M:.0f} m, {int((beside['subway_m'] <= TOUCHED_M).sum())} within "
        f"{TOUCHED_M:.0f} m"
        f"{named and f': {named}'}"
    )
