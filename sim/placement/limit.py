"""What no fleet can exceed: the most street that any choice of so many candidate heads could see.

It joins the candidates of a city, the camera types and the proven bound on them. The limit holds
for heads on these candidates, of these types, that look along one of the directions offered; a
camera hung elsewhere, aimed otherwise or with another lens may see more, and of walks and tracking
it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import SIGHT_LINES, USUAL_KINDS, Candidates, candidates
from sim.cameras.optics import TASKS, camera_type
from sim.errors import InputError
from sim.placement.bound import coverage_bounds
from sim.placement.context import DIRECTIONS, HeadOrder
from sim.placement.greedy import greedy_cover
from sim.placement.incidence import stretches_in
from sim.placement.views import after_standing, candidate_arrays, one_after_another, seen_of
from sim.wording import counted

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet, HeadArrays
    from sim.city.model import City

STEPS = 50
"""Steps of the search for each count; more come a little nearer to the linear relaxation."""


def coverage_limit(
    city: City,
    totals_heads: Sequence[int],
    *,
    optics: str | Mapping[str, float] = "typical",
    task: str = "recognise",
    kinds: Sequence[str] | Candidates = USUAL_KINDS,
    directions: int = SIGHT_LINES,
    existing: Fleet | None = None,
    steps: int = STEPS,
) -> list[float]:
    """Return the share of streets in the study area that no fleet of so many heads can exceed.

    Parameters
    ----------
    city
        Streets, walls and study area.
    totals_heads
        Heads in the whole region, halo included, at each total; all of them may stand in the area.
    optics
        A camera type or a mix. Of a mix only the types count: every head may be of any of them.
    task
        One of `sim.cameras.optics.TASKS`.
    kinds
        Kinds of candidates, see `sim.cameras.candidates.candidates`; or the candidates.
    directions
        Directions that a site offers, 1 to 8: 4 for fleets with up to four heads on a pole.
    existing
        Cameras that stand already: they may be among the heads of a fleet, as they are.
    steps
        Steps of the search for each count; 0 gives the bound of greedy alone.

    Returns
    -------
    list
        A share 0..1 for each count, at least what any such fleet sees of it for this task. What is
        seen is rounded to millimetres at the ends of each view, as the greedy strategies count it.

    Raises
    ------
    InputError
        An unknown task, camera type or kind of candidate, or a number of directions that no site
        offers.

    Notes
    -----
    See `sim.placement.bound.coverage_bounds`. Greedy chooses here for the area alone, so it sees
    at least 1 − 1/e of the limit's optimum, and more than a strategy that also counts the halo.
    """
    if task not in TASKS:
        raise InputError(f'"{task}" is no task; choose one of {", ".join(TASKS)}')
    heads = _every_head(city, optics, kinds, directions)
    if existing is not None:
        heads = after_standing(city, existing, heads)
    stretches = stretches_in(city.streets, city.area.polygon)
    seen = seen_of(city, heads, task, stretches)
    picks = greedy_cover(seen, max(totals_heads, default=0))
    bounds = coverage_bounds(seen, picks, totals_heads, steps=steps)
    return [bound / int(stretches.length.sum()) for bound in _of_more(totals_heads, bounds)]


def _of_more(counts: Sequence[int], bounds: NDArray[np.int64]) -> list[int]:
    """Return the least bound of each number of heads: what bounds more also bounds fewer."""
    each = list(zip(counts, bounds.tolist(), strict=True))
    return [min(bound for more, bound in each if more >= count) for count in counts]


def _every_head(
    city: City,
    optics: str | Mapping[str, float],
    kinds: Sequence[str] | Candidates,
    directions: int,
) -> HeadArrays:
    """Return a head of each type in each direction of each candidate.

    Raises
    ------
    InputError
        An unknown camera type or kind of candidate, or directions that no site offers.
    """
    if not 1 <= directions <= DIRECTIONS:
        raise InputError(f"{counted(directions, 'direction')}: a site offers 1 to {DIRECTIONS}")
    sites = kinds if isinstance(kinds, Candidates) else candidates(city, kinds)
    every = np.arange(len(sites.x) * directions)
    heads = HeadOrder(every // directions, every % directions)
    names = [optics] if isinstance(optics, str) else [n for n, w in optics.items() if w > 0]
    lenses = [camera_type(name, "cameras.optics") for name in names]
    return one_after_another([candidate_arrays(sites, heads, lens) for lens in lenses])
