"""Runs and what they answer as notebooks show them: cards, plots and maps of folium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.arguments import named_arguments, one_of, whole
from sim.cameras.optics import TASKS
from sim.results.beside_walks import RunBesideWalks
from sim.sight.drawn import streets_seen
from sim.surface import WithCard, axes_for, percent
from sim.web_map import Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from matplotlib.axes import Axes

LINES = ("what", "total", "stretch", "length_m", "seen_m", "cameras")


class DrawnRun(RunBesideWalks, WithCard):
    """What of a run is drawing."""

    __repr__ = WithCard.__repr__  # before that of the tables, which names the folder alone

    def _in_short(self) -> str:
        return f"{self.summary['scenario']!r} of {str(self.folder)!r}"

    @named_arguments(task=one_of(TASKS), total=whole(0))
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
            Cameras in the whole city; the largest of the run by default.
        """
        return self.seen.plot(ax, task=task, total=self.totals[-1] if total is None else total)

    @named_arguments(task=one_of(TASKS), total=whole(0))
    def explore(
        self,
        *,
        task: str = "recognise",
        total: int | None = None,
        **options: Any,  # noqa: ANN401
    ) -> folium.Map:
        """Return a map of folium with the streets, by the first camera that sees each piece.

        `sim.show` is the whole page of the run; this is a layer to add others to.

        Parameters
        ----------
        task
            Quality: detect, observe, recognise or identify.
        total
            Cameras in the whole city: what is seen and what is not. By default the first camera.
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.
        """
        self.fleet.check_totals([] if total is None else [total])
        return streets_seen(self.geometry("streets"), task, total, self.city.attribution, options)

    def _card(self) -> tuple[str, Mapping[str, object]]:
        steps = {int(step["total"]): step for step in self.summary["steps"]}
        return f"Run: {self.summary['scenario']}", {
            "folder": self.folder,
            "area": self.summary["area"]["name"],
            **{
                f"{counted(total, 'camera')} in the city": f"{step['cameras']:,} here, streets "
                f"within reach of recognition {percent(step['coverage']['recognise'])}"
                for total, step in steps.items()
            },
        }


class DrawnLines(WithCard):
    """What answers about one walk have in common: lines on the map."""

    if TYPE_CHECKING:
        content: dict[str, Any]
        lines: gpd.GeoDataFrame
        attribution: tuple[str, ...]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the ways, a colour for what each is; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        """
        ax = axes_for(ax)
        if len(self.lines):
            local = self.lines.to_crs(self.lines.estimate_utm_crs())
            local.plot("what", ax=ax, legend=True)
        return ax

    def explore(self, **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the ways, coloured by what each is.

        Parameters
        ----------
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.
        """
        whose = self.attribution
        layer = Layer(self.lines, "what", "way on foot", LINES, attribution=whose)
        return web_map(layer, **{"style_kwds": {"weight": 5}, **options})

    def _in_short(self) -> str:
        points = counted(len(self.content["way_points"]), "way-point")
        return f"{points}, {self.content['task']}, {counted(len(self.lines), 'line')} on the map"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        content = self.content
        ends = " → ".join(str(point["text"]) for point in content["way_points"])
        plain = (str, int, float, bool)
        return f"{content['task']}: {ends}", {
            **{key: value for key, value in content.items() if isinstance(value, plain)},
            "ways on the map": len(self.lines),
        }
