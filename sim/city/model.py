"""A city: the study area with everything in it that stands still.

It holds and draws; how a city is made, read and kept is in `sim.city.loaders`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from sim.area import Area
from sim.city.ground import LEVEL, Ground, Relief, graded, relief_of
from sim.city.places import Places
from sim.city.roofs import Stretches, under_roofs, without
from sim.city.street_space import StreetSpace, street_space
from sim.city.streets import StreetArrays, StreetNetwork, street_layer
from sim.city.trees import NO_CROWNS, CrownArrays, Trees
from sim.city.walls import Walls
from sim.errors import InputError
from sim.surface import Result, axes_for
from sim.web_map import web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    from matplotlib.axes import Axes

NETWORK = "network"
"""Key of the provenance that says which walking network it is, where not OpenStreetMap's."""


@dataclass(frozen=True, repr=False)
class City(Result):
    """A study area with everything in it that stands still.

    Attributes
    ----------
    area
        Polygon, region with halo, and districts.
    streets, walls, places
        The world in projected metres.
    provenance
        Sources, licences, digests and counts of what was dropped, as kept in the manifest.
    masked
        Stretches of street that are cut out of what cameras see, m along edges; None without any.
    ground
        Heights of the ground where they are known; None: level.
    trees
        Those of the map; None without any.
    crowns
        Whether the crowns of trees hide what is behind them.
    surroundings
        Water, green ground and names for a map (`sim.city.surroundings`), where an extract has
        them; nothing is computed from them.
    """

    area: Area
    streets: StreetNetwork
    walls: Walls
    places: Places
    provenance: dict[str, Any] = field(default_factory=dict)
    masked: Stretches | None = None
    ground: Ground | None = None
    trees: Trees | None = None
    crowns: bool = False
    surroundings: gpd.GeoDataFrame | None = None

    def _in_short(self) -> str:
        name, streets = self.area.name, self.streets
        return (
            f"{name!r}, {streets.length_km:.1f} km of streets in "
            f"{counted(len(streets.edges), 'edge')}, "
            f"{counted(len(self.walls.footprints), 'footprint')}, {self.area.crs}"
        )

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whose data it is made of, a source each, as maps of it name them; empty where unknown."""
        return tuple(map(str, self.provenance.get("attribution") or ()))

    @cached_property
    def roofs(self) -> Stretches:
        """The stretches of street under the roofs of mapped buildings."""
        return under_roofs(self.streets, self.walls)

    @property
    def open_streets(self) -> StreetArrays:
        """The streets as cameras may see them: without what lies under roofs or is masked.

        Over a ground that is known, cut where its slope changes.
        """
        return self._graded[0]

    def relief_at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Relief:
        """Return the ground under `open_streets`, walls and heads; empty where it is level.

        Parameters
        ----------
        x, y
            Where heads hang, projected metres.
        """
        if self.ground is None:
            return LEVEL
        relief = relief_of(self.ground, *self._graded, self.walls, x, y)
        crowns = self.crown_arrays
        return relief._replace(crown=self.ground.at(crowns.x, crowns.y))

    @property
    def crown_arrays(self) -> CrownArrays:
        """The crowns that hide; none unless `crowns`."""
        return self.trees.crowns if self.crowns and self.trees is not None else NO_CROWNS

    def with_crowns(self) -> Self:
        """Return the city with crowns of trees that hide what is behind them.

        Raises
        ------
        InputError
            No trees are known.
        """
        if self.trees is None:
            raise InputError(
                f"{self.area.name}: no trees are known; import the layer of roadside trees, or an "
                "extract that has some, or leave trees: crowns out"
            )
        return replace(self, crowns=True)

    @cached_property
    def _graded(self) -> tuple[StreetArrays, NDArray[np.float64]]:
        """The open streets, cut where their slope changes, and the ground under their ends."""
        if self.ground is None:
            return self._shown, LEVEL.slope
        return graded(self.ground, self.streets.arrays, self._shown)

    @cached_property
    def _shown(self) -> StreetArrays:
        hidden = self.roofs
        if self.masked is not None:
            columns = zip(self.roofs, self.masked, strict=True)
            hidden = Stretches(*(np.concatenate(column) for column in columns))
        return without(self.streets.arrays, hidden)

    @cached_property
    def street_space(self) -> StreetSpace:
        """How wide streets are and how much of them there is: the room of those who walk."""
        return street_space(self.streets, self.area.region)

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        """What other rooms worked out of this city alone and need again, under their own keys."""
        return {}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw walls, streets and the edge of the study area; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.

        Raises
        ------
        InputError
            matplotlib is not installed.
        """
        ax = axes_for(ax)
        if len(self.walls.footprints):
            self.walls.footprints.plot(ax=ax, color="0.85")
        self.streets.edges.plot(ax=ax, color="0.45", linewidth=0.6)
        gpd.GeoSeries([self.area.polygon], crs=self.area.crs).boundary.plot(
            ax=ax, color="black", linewidth=0.8, linestyle="--"
        )
        return ax

    def explore(self, **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the streets, coloured by their level.

        Parameters
        ----------
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.

        Raises
        ------
        InputError
            An option cannot be, or the extra `explore` is missing.
        """
        return web_map(street_layer(self.streets.edges, self.attribution), **options)

    def _card(self) -> tuple[str, Mapping[str, object]]:
        streets, space = self.streets, self.street_space
        walls = counted(len(self.walls.footprints), "footprint")
        inside, all_km2 = self.area.polygon.area / 1e6, self.area.region.area / 1e6
        return f"City: {self.area.name} ({self.area.crs})", {
            "area": f"{inside:.2f} km² counted, {all_km2:.2f} km² simulated",
            "streets": f"{streets.length_km:.1f} km in {counted(len(streets.edges), 'edge')}",
            "street room": f"{space.width_m:.1f} m wide, {1000 * space.per_m:.1f} km a km²",
            "walls": f"{self.walls.kind}, {walls}",
            "places": len(self.places.table),
            **({} if self.trees is None else {"trees": len(self.trees.table)}),
            "districts": ", ".join(part.district for part in self.area.parts) or "not in Hong Kong",
        }
