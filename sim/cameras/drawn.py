"""Fleets on axes and on a map: arrows that look where the cameras look, and points to point at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arguments import named_arguments, whole
from sim.surface import Result, axes_for
from sim.web_map import Layer, web_map

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from matplotlib.axes import Axes

TOOLTIP = (
    "rank", "camera_type", "owner", "mounted_on", "heading", "field_of_view", "mount",
    "range_recognise", "status",
)  # fmt: skip


class DrawnFleet(Result):
    """What of a fleet is drawing."""

    if TYPE_CHECKING:
        heads: gpd.GeoDataFrame

        @property
        def credits(self) -> tuple[str, ...]:
            """As of `Fleet`."""

        def check_totals(self, totals: Iterable[int]) -> None:
            """As of `Fleet`."""

        def to_gdf(self) -> gpd.GeoDataFrame:
            """As of `Fleet`."""

    @named_arguments(total=whole(0))
    def plot(self, ax: Axes | None = None, *, total: int | None = None) -> Axes:
        """Draw the cameras as arrows that look where they look; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        total
            Cameras in the whole city; all of the fleet by default.

        Raises
        ------
        InputError
            It was placed for fewer, or matplotlib is not installed.
        """
        self.check_totals([] if total is None else [total])
        ax = axes_for(ax)
        heads = self.heads if total is None else self.heads[self.heads["rank"] <= total]
        bearing = np.radians(heads["heading"].to_numpy(np.float64))
        ax.quiver(
            heads["x"], heads["y"], np.sin(bearing), np.cos(bearing), color="crimson",
            angles="xy", width=0.003, scale=60,
        )  # fmt: skip
        ax.autoscale_view()
        return ax

    @named_arguments(total=whole(0))
    def explore(self, *, total: int | None = None, **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the cameras, a point a head, coloured by owner.

        Parameters
        ----------
        total
            Cameras in the whole city; all of the fleet by default.
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.

        Raises
        ------
        InputError
            It was placed for fewer, an option cannot be, or the extra `explore` is missing.
        """
        self.check_totals([] if total is None else [total])
        heads = self.to_gdf()
        if total is not None:
            heads = heads[(self.heads["rank"] <= total).to_numpy()]
        layer = Layer(heads, "owner", "owner of the camera", TOOLTIP, attribution=self.credits)
        return web_map(layer, **{"marker_kwds": {"radius": 3}, **options})
