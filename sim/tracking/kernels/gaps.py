"""How long a track lives in an unseen gap: closed forms, each worked out once a gap of a walk.

A gap that no further camera cuts is the same at the next total, and to whoever watches, so what
was found of it stays with the place on the walk where it begins.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_inner, lean_kernel

Floats = NDArray[np.float64]

GAUSS = np.polynomial.legendre.leggauss(8)
"""Nodes and weights over −1 to 1."""
GENTLE = 0.25
"""Up to this much tilt squared and bend the eight nodes are wrong by less than 1e-12 of a gap."""
ASYMPTOTIC = 20.0
"""From here on the asymptotic series of erfcx is exact to 1e-13."""
SECONDS, AHEAD, OUTLIVED, ALIVE, BACK, OUTLIVED_BACK, ALIVE_BACK, BOTH = range(8)
"""Columns of what is known of gaps: how long each is, by how much the exponent of ρ grows a second
where it begins, `survival`, `seconds_alive`, the same three of the walk told backward, and
`seconds_alive_both`."""
COLUMNS = 8
UNKNOWN = -1.0
"""Seconds of a gap of which nothing is known yet."""


class Gaps(NamedTuple):
    """What is known of the gaps of one walk."""

    known: NDArray[np.float64]
    """The columns above, a row for each place where a gap may begin."""
    begun: NDArray[np.float64]
    """Of the latest gap: its loss and crowd, and exp(z²) and erfc(z), on which these hang alone."""


@lean_inner
def forget(count: int, gaps: Gaps) -> None:
    """Begin another walk, with so many places."""
    for place in range(count):
        gaps.known[place, SECONDS] = UNKNOWN


@lean_inner
def know_ahead(place: int, seconds: float, loss: float, crowd: float, gaps: Gaps) -> None:
    """Find how well a track lives through a gap, unless that is known of this very gap."""
    known = gaps.known
    if known[place, SECONDS] == seconds and known[place, AHEAD] == loss:
        return
    known[place, SECONDS], known[place, AHEAD], known[place, BACK] = seconds, loss, np.nan
    known[place, OUTLIVED], known[place, ALIVE] = _lived(seconds, loss, crowd, gaps.begun)


@lean_inner
def know_back(place: int, loss: float, crowd: float, gaps: Gaps) -> None:
    """Find the same of the walk told backward, after `know_ahead`."""
    known = gaps.known
    if known[place, BACK] == loss:
        return
    known[place, BACK], known[place, BOTH] = loss, np.nan
    outlived, alive = known[place, OUTLIVED], known[place, ALIVE]
    if known[place, AHEAD] != loss:
        outlived, alive = _lived(known[place, SECONDS], loss, crowd, gaps.begun)
    known[place, OUTLIVED_BACK], known[place, ALIVE_BACK] = outlived, alive


@lean_inner
def alive_both(place: int, crowd: float, gaps: Gaps) -> float:
    """Return `seconds_alive_both` of a gap, after `know_back`."""
    known = gaps.known
    if np.isnan(known[place, BOTH]):
        seconds, ahead, back = known[place, SECONDS], known[place, AHEAD], known[place, BACK]
        known[place, BOTH] = seconds_alive_both(seconds, ahead, back, crowd)
    return float(known[place, BOTH])


@lean_inner
def _lived(seconds: float, loss: float, crowd: float, begun: Floats) -> tuple[float, float]:
    """Return `survival` and `seconds_alive` of a gap."""
    if begun[0] != loss or begun[1] != crowd:
        z = 0.5 * loss / np.sqrt(crowd)
        begun[0], begun[1], begun[2], begun[3] = loss, crowd, np.exp(z * z), math.erfc(z)
    outlived = survival(seconds, loss, crowd)
    return outlived, seconds_alive(seconds, loss, crowd, outlived, begun[2], begun[3])


@lean_kernel
def survival(gap_s: float, loss: float, crowd: float) -> float:
    """Return ρ(g) = exp(−loss g − crowd g²): the chance that a track outlives a gap."""
    return float(np.exp(-loss * gap_s - crowd * gap_s * gap_s))


@lean_kernel
def seconds_alive(
    gap_s: float, loss: float, crowd: float, outlived: float, scale: float, begun: float
) -> float:
    """Return ∫₀ᵍ ρ(u) du in closed form, from ρ(g), exp(z²) and erfc(z), z = loss / (2 √crowd).

    It is √π / (2 √crowd) · exp(z²) (erfc(z) − erfc(z + √crowd g)); where exp(z²) is too large,
    with erfcx(x) = exp(x²) erfc(x), √π / (2 √crowd) · (erfcx(z) − ρ(g) erfcx(z + √crowd g)).
    """
    root = np.sqrt(crowd)
    if root * gap_s < 1e-8:
        return float(-np.expm1(-loss * gap_s) / loss)
    z = 0.5 * loss / root
    end = z + root * gap_s
    if z < ASYMPTOTIC:
        lived = scale * (begun - math.erfc(end))
    else:
        lived = scaled_erfc(z) - outlived * scaled_erfc(end)
    return float(0.5 * np.sqrt(np.pi) / root * lived)


@lean_kernel
def seconds_alive_both(gap_s: float, ahead: float, back: float, crowd: float) -> float:
    """Return ∫₀ᵍ ρ(u) ρ′(g − u) du, where ρ has the loss `ahead` and ρ′ the loss `back`.

    About the middle of the gap the exponent is S + x s + q² s², −1 ≤ s ≤ 1, with
    S = (ahead + back) g/2 + q², x = |ahead − back| g/2 and q² = crowd g²/2. With z = x / (2 q) the
    integral is g √π / (4 q) · exp(z² − S) (erf(q + z) + erf(q − z)); beyond z = q it is written
    with erfcx, and where x and q are small it is a sum at eight nodes.
    """
    half, bend = 0.5 * gap_s, 0.5 * crowd * gap_s * gap_s
    reach, tilt = np.sqrt(bend), abs(ahead - back) * half
    outer = (ahead + back) * half + bend
    if tilt == 0.0 and reach < 1e-8:
        return float(np.exp(-outer) * gap_s)
    if tilt == 0.0:
        shape = 0.5 * np.sqrt(np.pi) / reach * math.erf(reach)
        return float(np.exp(-outer) * gap_s * shape)
    if tilt * tilt < GENTLE and bend < GENTLE:
        total = 0.0
        for k in range(len(GAUSS[0])):
            s = GAUSS[0][k]
            total += GAUSS[1][k] * np.exp(-outer - tilt * s - bend * s * s)
        return float(half * total)
    if reach < 1e-8:
        return float(half * (np.exp(tilt - outer) - np.exp(-tilt - outer)) / tilt)
    z = 0.5 * tilt / reach
    scale = half * 0.5 * np.sqrt(np.pi) / reach
    if z < reach:
        both = math.erf(reach + z) + math.erf(reach - z)
        return float(scale * np.exp(z * z - outer) * both)
    first = np.exp(tilt - bend - outer) * scaled_erfc(z - reach)
    last = np.exp(-tilt - bend - outer) * scaled_erfc(z + reach)
    return float(scale * (first - last))


@lean_inner
def scaled_erfc(x: float) -> float:
    """Return exp(x²) erfc(x) for x ≥ 0."""
    if x < ASYMPTOTIC:
        return float(np.exp(x * x) * math.erfc(x))
    t = 0.5 / (x * x)
    series = 1.0 - t * (1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t))))
    return float(series / (x * np.sqrt(np.pi)))
