"""Options of the commands that make bundles."""

from __future__ import annotations

from typing import Annotated

import typer

Private = Annotated[
    bool, typer.Option("--private", help="Walk ways of private access too, as in estates.")
]
Pavements = Annotated[
    bool,
    typer.Option("--pavements", help="Infer both pavements of streets that have none on the map."),
]
Halo = Annotated[
    float | None,
    typer.Option("--halo", min=0, max=5000, metavar="METRES", help="Width simulated beyond."),
]
NoIndoor = Annotated[
    bool, typer.Option("--no-indoor", help="Pedestrian network: leave out ways in buildings.")
]
NoLifts = Annotated[bool, typer.Option("--no-lifts", help="Pedestrian network: leave out lifts.")]
NoEscalators = Annotated[
    bool, typer.Option("--no-escalators", help="Pedestrian network: leave out escalators.")
]
NoSteps = Annotated[
    bool, typer.Option("--no-steps", help="Pedestrian network: leave out staircases.")
]
BothWays = Annotated[
    bool,
    typer.Option(
        "--both-ways", help="Pedestrian network: walk escalators against their direction too."
    ),
]
