"""A city in words and as plain data, as `sim data` shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.city.model import NETWORK, City
from sim.city.trees import Trees
from sim.commands.options import print_json
from sim.commands.verbosity import is_quiet
from sim.errors import one_line
from sim.wording import counted


def show_kept(city: City, name: str, folder: Path, *, as_json: bool) -> None:
    """Print what a new bundle holds and how a scenario takes it."""
    if as_json:
        print_json({"area": name, "folder": str(folder), **city_json(city)})
        return
    if is_quiet():
        print(folder)
        return
    show_city(city)
    print(f"kept in {folder}; a scenario takes it with `area: {name}`")


def show_city(city: City) -> None:
    """Print what a person wants to know of a city; names in it may be hostile to a terminal."""
    for line in _city_lines(city):
        print(one_line(line))


def city_json(city: City) -> dict[str, Any]:
    """Return what a program wants to know of a city; the words of `_city_lines` as data."""
    area, streets = city.area, city.streets
    left_out = {
        "streets": streets.report,
        "walls": city.walls.report,
        "reading": city.provenance.get("left_out_while_reading", {}),
    }
    return {
        "name": area.name,
        "name_zh": area.name_zh,
        "crs": str(area.crs),
        "counted_km2": round(area.polygon.area / 1e6, 6),
        "simulated_km2": round(area.region.area / 1e6, 6),
        "halo_m": area.halo_m,
        "street_km": round(float(streets.edges["length"].sum()) / 1000, 6),
        "edges": len(streets.edges),
        "nodes": len(streets.nodes),
        "walls": city.walls.kind,
        "footprints": len(city.walls.footprints),
        "places": {
            str(kind): int(count)
            for kind, count in city.places.table["kind"].value_counts().sort_index().items()
        },
        **({} if city.trees is None else {"trees": _told_by(city.trees)}),
        "districts": {part.district: round(part.land_km2, 6) for part in area.parts},
        "left_out": {
            title: {key: value for key, value in report.items() if value}
            for title, report in left_out.items()
        },
        "assumptions": city.provenance.get("assumptions", []),
        "layers": city.provenance.get("layers", {}),
        "sources": city.provenance.get("sources", []),
    }


def _city_lines(city: City) -> Iterator[str]:
    """Yield what a person wants to know of a city, a fact a line."""
    area, streets = city.area, city.streets
    in_chinese = f" ({area.name_zh})" if area.name_zh else ""
    yield f"{area.name}{in_chinese}, {area.crs}"
    yield (
        f"area: {area.polygon.area / 1e6:.2f} km2 counted, {area.region.area / 1e6:.2f} km2 "
        f"simulated (halo {area.halo_m:g} m)"
    )
    kind = city.provenance.get("streets_kind", city.provenance.get(NETWORK, ""))
    yield (
        f"streets{kind and f' ({kind})'}: {streets.length_km:.1f} km in "
        f"{counted(len(streets.edges), 'edge')}, {counted(len(streets.nodes), 'junction')} and ends"
    )
    shapes = city.walls.footprints["kind"].value_counts().sort_index(ascending=False)
    yield ", ".join(
        [f"walls: {city.walls.kind}", *(counted(count, kind) for kind, count in shapes.items())]
    )
    counts = city.places.table["kind"].value_counts().sort_index()
    yield f"places: {', '.join(f'{count} {kind}' for kind, count in counts.items()) or 'none'}"
    if city.trees is not None:
        told = ", ".join(f"{count:,} {of}" for of, count in _told_by(city.trees).items())
        yield f"trees: {len(city.trees.table):,} (crowns: {told})"
    districts = (f"{part.district} {part.land_km2:.2f} km2" for part in area.parts)
    yield f"districts: {', '.join(districts) or 'not in Hong Kong'}"
    for title, report in (
        ("streets", streets.report),
        ("walls", city.walls.report),
        ("reading", city.provenance.get("left_out_while_reading", {})),
    ):
        for key, value in report.items():
            if value:
                figure = f"{value:.6g}" if isinstance(value, float) else value
                yield f"{title}, {str(key).replace('_', ' ')}: {figure}"
    for assumption in city.provenance.get("assumptions", []):
        yield f"assumed: {assumption}"
    for layer, kinds in city.provenance.get("layers", {}).items():
        yield f"layer {layer}: {', '.join(map(str, kinds)) or 'none'}"
    for source in city.provenance.get("sources", []):
        known = (source[key] for key in ("file", "attribution", "licence") if key in source)
        yield f"source: {', '.join(map(str, known))}"


def _told_by(trees: Trees) -> dict[str, int]:
    """Count crowns by what they were told by."""
    counts = trees.table["of"].value_counts().sort_index()
    return {str(of): int(count) for of, count in counts.items()}
