"""The commands of `sim`, a module each: words in, words and exit codes out.

Here stands which module a command is in, and the line that `sim --help` shows of it. A module is
loaded when its command is asked for, and loads the engine; so the help of all answers at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Command(NamedTuple):
    """A command: the module that declares it as `app`, and its line in the help.

    `takes` is what stands behind it, for completion in a shell: a scenario, a run or an area.
    """

    module: str
    line: str
    takes: str = ""


class Family(NamedTuple):
    """Commands under one word, and the line of the family in the help."""

    line: str
    commands: Mapping[str, Command]


DATA = Family(
    "Bring city data in, and see what is here.",
    MappingProxyType(
        {
            "import": Command("sim.commands.data_import", "Make a bundle from files."),
            "fetch": Command(
                "sim.commands.data_fetch",
                "Make a bundle from OpenStreetMap, over the network.",
                "area",
            ),
            "list": Command("sim.commands.data_list", "List the areas that are here."),
            "info": Command(
                "sim.commands.data_info", "Show what an area holds and where it comes from.", "area"
            ),
            "decks": Command(
                "sim.commands.data_decks",
                "List where footbridges and exits differ from the Government's.",
                "area",
            ),
        }
    ),
)
CAMERAS = Family(
    "Bring real cameras in; ask what cameras of a run add.",
    MappingProxyType(
        {
            "import": Command(
                "sim.commands.cameras_import", "Read real cameras from a map or a list."
            ),
            "next": Command(
                "sim.commands.cameras_next", "Show what each next thousand cameras add.", "run"
            ),
            "without": Command(
                "sim.commands.cameras_without", "Show what is seen without some cameras.", "run"
            ),
            "remove": Command(
                "sim.commands.cameras_remove",
                "Show which cameras matter most, with a bound.",
                "run",
            ),
        }
    ),
)
CACHE = Family(
    "Show or delete what earlier runs have kept.",
    MappingProxyType(
        {
            "info": Command("sim.commands.cache_info", "Show what is kept, and where."),
            "clear": Command("sim.commands.cache_clear", "Delete what is kept."),
        }
    ),
)
COMMANDS: Mapping[str, Command | Family] = MappingProxyType(
    {
        "run": Command(
            "sim.commands.run", "Simulate a scenario: figures, tables and a map.", "scenario"
        ),
        "validate": Command("sim.commands.validate", "Check scenario files.", takes="scenario"),
        "schema": Command("sim.commands.schema", "Print the JSON Schema of a scenario."),
        "template": Command("sim.commands.template", "Print a commented scenario to begin with."),
        "map": Command("sim.commands.map", "Draw the map of a run again.", takes="run"),
        "compare": Command("sim.commands.compare", "Set runs side by side.", takes="run"),
        "quote": Command(
            "sim.commands.quote", "Print the answer of a run as it may be quoted.", "run"
        ),
        "brief": Command(
            "sim.commands.brief",
            "Write a page to quote from and a page of questions to ask.",
            "run",
        ),
        "bands": Command(
            "sim.commands.bands",
            "How far a scenario's figures move, by chance and by case.",
            "scenario",
        ),
        "sensitivity": Command(
            "sim.commands.sensitivity", "Which assumption moves the figures most.", "scenario"
        ),
        "walk": Command("sim.commands.walk", "How much of one walk is seen in a run.", takes="run"),
        "unseen": Command(
            "sim.commands.unseen", "Up to how many cameras walks can still be made unseen.", "run"
        ),
        "crowd": Command(
            "sim.commands.crowd", "How many of a crowd on the move are recognised.", "run"
        ),
        "count": Command(
            "sim.commands.count", "How well cameras would count the people in a street.", "run"
        ),
        "plates": Command(
            "sim.commands.plates", "On how many trips by road a number plate could be read.", "run"
        ),
        "incidents": Command(
            "sim.commands.incidents",
            "How many assumed incidents would be in view, at what price.",
            "run",
        ),
        "alerts": Command(
            "sim.commands.alerts",
            "What live face recognition would raise in a year, right and wrong.",
            "run",
        ),
        "oversight": Command(
            "sim.commands.oversight",
            "Four regimes of recognition, and what their logs betray.",
            "run",
        ),
        "days": Command(
            "sim.commands.days",
            "What weeks of identifications tell of home, work and routine.",
            "run",
        ),
        "streets": Command(
            "sim.commands.streets",
            "Which streets become seen between two numbers of cameras.",
            "run",
        ),
        "rules": Command(
            "sim.commands.rules",
            "The cheapest rules that bring walks back.",
            takes="run",
        ),
        "sweep": Command(
            "sim.commands.sweep",
            "Run every combination of a scenario's matrix; goes on where it was stopped.",
            "scenario",
        ),
        "export": Command(
            "sim.commands.export",
            "Hand a run on: GeoPackage or CSV, with a data dictionary.",
            "run",
        ),
        "site": Command("sim.commands.site", "Make a website of runs.", takes="run"),
        "warmup": Command("sim.commands.warmup", "Compile the engine ahead of the first run."),
        "data": DATA,
        "cameras": CAMERAS,
        "cache": CACHE,
    }
)
"""Every command and family of `sim` in the order in which the help lists them."""
