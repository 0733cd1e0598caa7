"""`sim data list`: the areas that are here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.city.bundle_folder import BUILT_IN, bundles_folder, list_bundles, read_manifest
from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
    print_json,
)
from sim.errors import InputError

app = command_app()


@app.command(epilog=examples("sim data list", "sim data list --json"))
def data_list_command(as_json: AsJson = False, debug: Debug = False) -> None:
    """List the built-in areas and the bundles that are here."""
    found = [*_areas()]
    if as_json:
        print_json(found)
        return
    for area in found:
        if area["built_in"]:
            print(f"{area['name']}  built in")
        elif area["unusable"]:
            print(f"{area['name']}  unusable: {area['unusable']}")
        else:
            print(
                f"{area['name']}  imported {area['imported'] or 'at some time'}, {area['folder']}"
            )


def _areas() -> Iterator[dict[str, Any]]:
    """Yield name, folder and state of each area that a scenario can name."""
    nothing = {"folder": None, "imported": None, "unusable": None}
    for name in BUILT_IN:
        yield {"name": name, "built_in": True, **nothing}
    for name in list_bundles():
        folder = bundles_folder() / name
        area = {**nothing, "folder": str(folder)}
        try:
            area["imported"] = read_manifest(folder).get("imported")
        except InputError as error:
            area["unusable"] = str(error)
        yield {"name": name, "built_in": False, **area}
