"""The oldest packages that pyproject.toml admits, as constraints for pip: see `.ci/run oldest`."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
BOUND = re.compile(r"([\w-]+)>=([\d.]+)")


def oldest():
    """Return the oldest version of each package that a run or the tests need, by name."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    used = ("test", "distributed", "plot", "explore", "raster")
    lines = [*project["dependencies"], *(line for name in used for line in extras[name])]
    return dict(match.groups() for line in lines if (match := BOUND.fullmatch(line)))


if __name__ == "__main__":
    for name, version in oldest().items():
        print(f"{name}=={version}")
