"""The recipe by which conda-forge builds the package, written from pyproject.toml.

`python tests/release/recipe.py dist/hk_camera_sim-0.1.0.tar.gz MAINTAINER > recipe.yaml`: the
source distribution as it lies on the index, whose SHA-256 the recipe states, and who keeps the
recipe (a name on GitHub). Requirements are those of pyproject.toml under the names of conda-forge;
extras become bounds on what is installed beside.
"""

import hashlib
import re
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ON_CONDA_FORGE = {"osmium": "pyosmium", "matplotlib": "matplotlib-base"}
"""Packages that conda-forge has under another name than the index of Python."""
REQUIREMENT = re.compile(r"([\w.-]+)(>=[\d.]+)?")
INDEX = "https://pypi.org/packages/source/h/hk-camera-sim/hk_camera_sim-${{ version }}.tar.gz"


def on_conda_forge(requirement):
    """Return a requirement as conda writes it: its name there, a space, its bound."""
    name, bound = REQUIREMENT.fullmatch(requirement).groups()
    return f"{ON_CONDA_FORGE.get(name, name)} {bound or ''}".strip()


def recipe(sha256, maintainers):
    """Return the recipe of a source distribution with this digest."""
    project = PROJECT["project"]
    oldest = project["requires-python"].removeprefix(">=")
    extras = project["optional-dependencies"]
    scripts = [f"{name} = {place}" for name, place in project["scripts"].items()]
    return {
        "schema_version": 1,
        "context": {"version": project["version"], "python_min": oldest},
        "package": {"name": project["name"], "version": "${{ version }}"},
        "source": {"url": INDEX, "sha256": sha256},
        "build": {
            "number": 0,
            "noarch": "python",
            "script": "${{ PYTHON }} -m pip install . -vv --no-deps --no-build-isolation",
            "python": {"entry_points": scripts},
        },
        "requirements": {
            "host": [
                "python ${{ python_min }}.*",
                "pip",
                *map(on_conda_forge, PROJECT["build-system"]["requires"]),
            ],
            "run": [
                "python >=${{ python_min }}",
                *map(on_conda_forge, project["dependencies"]),
            ],
            "run_constraints": [
                on_conda_forge(line) for line in (*extras["distributed"], *extras["plot"])
            ],
        },
        "tests": [
            {
                "python": {
                    "imports": PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"],
                    "pip_check": True,
                    "python_version": ["${{ python_min }}.*", "*"],
                }
            },
            {
                "script": ["sim --help", "sim template > my.yaml", "sim run my.yaml --no-map"],
                "requirements": {"run": ["python ${{ python_min }}.*"]},
            },
        ],
        "about": {
            "license": project["license"],
            "license_file": project["license-files"],
            "summary": project["description"],
        },
        "extra": {"recipe-maintainers": [*maintainers]},
    }


def main(words):
    """Write the recipe of the source distribution and the maintainers named."""
    digest = hashlib.sha256(Path(words[0]).read_bytes()).hexdigest()
    print(yaml.safe_dump(recipe(digest, words[1:]), sort_keys=False, width=1000), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
