"""What a fleet sees on axes and on a map: streets that are seen and those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.arguments import named_arguments, one_of, whole
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.surface import Result, axes_for
from sim.web_map import Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from matplotlib.axes import Axes

    from sim.cameras.fleet import Fleet
    from sim.sight.arrays import SightingArrays

SEEN, NOT_SEEN = "seen", "not seen"
COLOURS = {SEEN: "#c8102e", NOT_SEEN: "#9a9a9a"}
STREETS = ("name", "name_zh", "highway", "deck", "length")


def streets_seen(
    pieces: gpd.GeoDataFrame,
    task: str,
    total: int | None,
    attribution: tuple[str, ...],
    options: dict[str, Any],
) -> folium.Map:
    """Show pieces of street on a map by the first camera that sees them, or seen and not seen.

    Parameters
    ----------
    pieces
        Column rank_<task>, `NEVER` where no camera sees the piece.
    task
        Quality: detect, observe, recognise or identify.
    total
        Cameras in the whole city; None colours by rank.
    attribution
        Whose streets they are.
    options
        Further arguments of `GeoDataFrame.explore`.
    """
    rank = pieces[f"rank_{task}"]
    first = f"first_rank_{task}"
    columns = {first: rank.astype("Int64").mask(rank == NEVER)}
    if total is None:
        column, title = first, f"first camera of the city that sees it ({task}), rank"
    else:
        column, title = f"seen_{task}", f"{task}: {counted(total, 'camera')} in the city"
        columns[column] = (rank <= total).map({True: SEEN, False: NOT_SEEN})
    shown = pieces.drop(columns=[name for name in pieces if name.startswith("rank_")])
    layer = Layer(
        shown.assign(**columns), column, title, (*STREETS, *columns), NOT_SEEN, COLOURS, attribution
    )
    return web_map(layer, **{"style_kwds": {"weight": 4}, **options})


class DrawnSightings(Result):
    """What of sightings is drawing."""

    if TYPE_CHECKING:
        fleet: Fleet
        arrays: SightingArrays
        attribution: tuple[str, ...]

        @property
        def pieces(self) -> gpd.GeoDataFrame:
            """As of `Sightings`."""

        @property
        def last_rank(self) -> int:
            """As of `Sightings`."""

    def _in_short(self) -> str:
        return f"{len(self.arrays.head):,} × head, street and task, {self.fleet._in_short()}"

    @named_arguments(total=whole(0))
    def plot(
        self, ax: Axes | None = None, *, task: str = "recognise", total: int | None = None
    ) -> Axes:
        """Draw the streets that are seen and those that are not; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        task
            Quality: detect, observe, recognise or identify.
        total
            Cameras in the whole city; all of the fleet by default.

        Raises
        ------
        InputError
            There is no such task, the fleet was placed for fewer cameras, or matplotlib is not
            installed.
        """
        if task not in TASKS:
            raise InputError(f'task "{task}": give one of {", ".join(TASKS)}')
        self.fleet.check_totals([] if total is None else [total])
        ax = axes_for(ax)
        most = self.last_rank if total is None else total
        pieces = self.pieces
        seen = pieces[f"rank_{task}"] <= most
        for rows, colour, words in ((~seen, "0.7", NOT_SEEN), (seen, "crimson", SEEN)):
            if rows.any():
                pieces[rows].plot(ax=ax, color=colour, linewidth=1.2, label=words)
        kind = "camera" if self.fleet.real.any() else "simulated camera"
        ax.set_title(f"{task}: {counted(most, kind)} in the city")
        ax.legend(loc="lower left", frameon=False)
        return ax

    @named_arguments(task=one_of(TASKS), total=whole(0))
    def explore(
        self,
        *,
        task: str = "recognise",
        total: int | None = None,
        **options: Any,  # noqa: ANN401
    ) -> folium.Map:
        """Return a map of folium with the streets, by the first camera that sees each piece.

        Parameters
        ----------
        task
            Quality: detect, observe, recognise or identify.
        total
            Cameras in the whole city: what is seen and what is not. By default the first camera.
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.

        Raises
        ------
        InputError
            There is no such task, the fleet was placed for fewer, an option cannot be, or the extra
            `explore` is missing.
        """
        self.fleet.check_totals([] if total is None else [total])
        return streets_seen(self.pieces, task, total, self.attribution, options)
