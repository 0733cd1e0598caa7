"""What every fuzz test shares: how many cases, the law, and the count of cases tried.

The law: whatever comes in, the answer is a result or input errors of one line each, and nothing is
left half-written. `SIM_FUZZ_CASES` says how many cases all surfaces together try, 600 by default;
`--hypothesis-seed` makes a run repeatable.
"""

import contextlib
import io
import os
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings

from sim.cli import main
from sim.errors import InputError, InputErrors

CASES = int(os.environ.get("SIM_FUZZ_CASES", "600"))
WEIGHTS = {
    "scenario text": 14, "scenario tree": 14, "scenario damaged": 14, "settings": 6,
    "scenario bytes": 6, "scenario dry run": 3, "tags": 20, "directions": 8, "heights": 6,
    "camera lists": 12, "camera maps": 8, "walks as tables": 8, "walks as GPX": 6,
    "walks as GeoJSON": 6, "trip tables": 6, "population": 6, "positions": 8, "areas": 6,
    "street files": 6, "building files": 5, "extracts": 6, "file names": 6, "run folders": 4,
}  # fmt: skip
"""How the cases are shared out: much to what is quick, some to what is slow."""
TRIED: Counter[str] = Counter()


def cases(surface):
    """Return the settings of one surface."""
    count = max(4, round(CASES * WEIGHTS[surface] / sum(WEIGHTS.values())))
    unwanted = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=count, deadline=None, suppress_health_check=unwanted)


def answered(surface, call, *words, **named):
    """Call something with untrusted input; return its result, None where it is refused."""
    TRIED[surface] += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the command does
        try:
            return call(*words, **named)
        except InputErrors as errors:
            lines = errors.lines
        except InputError as error:
            lines = [str(error)]
    assert lines
    for line in lines:
        assert line.strip()
        assert not set(line) & set("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), repr(line)
        assert len(line) < 3000
    return None


def commanded(surface, words, folder=None):
    """Run a command; its code is 0, or 2 with lines on standard error and nothing written."""
    TRIED[surface] += 1
    before = listing(folder)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    said = err.getvalue()
    assert code in (0, 2), said
    assert "Traceback" not in said
    assert "failed:" not in said
    if code == 2:
        assert said.endswith("\n")
        assert all(line.isprintable() for line in said.splitlines())
        assert listing(folder) == before
    return code


def listing(folder):
    """Return every file and folder below a folder."""
    return [] if folder is None else sorted(str(path) for path in Path(folder).rglob("*"))
