"""The licences of everything that is installed with the package, from its own metadata.

`python tests/release/licences.py > docs/licences.md` writes the page; a test holds it complete.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OWN = "hk-camera-sim"
EXTRAS = ("distributed", "explore", "plot", "raster")
"""Extras that a run may use; those for tests and for the documentation are no part of a run."""
FORBIDDEN = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public|NonCommercial|\bNC\b", re.I)
CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
LONGEST = 80
INTRODUCTION = """\
# Licences

The code is under BSD-3-Clause. These packages are installed with it, and with the extras
`distributed`, `explore`, `plot` and `raster`; none is under GPL, AGPL or a licence that forbids
commercial use. The page is made from the packages' metadata (`python tests/release/licences.py`),
and a test holds it complete. Data has licences of its own: README and manifests name them.

| package | licence, as it says itself | needed by | at home |
|---|---|---|---|
"""


def needed(extras=EXTRAS):
    """Return every package that a run may load, with the packages that ask for it."""
    found = {}
    todo = [(OWN, frozenset(extras))]
    seen = set()
    while todo:
        name, wanted = todo.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        for line in requires:
            one = Requirement(line)
            extra = [{"extra": word} for word in wanted] or [{"extra": ""}]
            if one.marker is not None and not any(map(one.marker.evaluate, extra)):
                continue
            inner = canonicalize_name(one.name)
            found.setdefault(inner, set()).add(canonicalize_name(name))
            todo.append((inner, frozenset(one.extras)))
    return {name: sorted(by) for name, by in sorted(found.items()) if installed(name)}


def installed(name):
    """Say whether a package is here."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def licence_of(name):
    """Return the licence that a package names: its expression, its classifiers, or its words."""
    about = distribution(name).metadata
    if about.get("License-Expression"):
        return about["License-Expression"]
    named = [CLASSIFIER.fullmatch(line) for line in about.get_all("Classifier") or []]
    words = [match[1] for match in named if match]
    text = " ".join((about.get("License") or "").split())
    if text and len(text) <= LONGEST and (not words or words == ["OSI Approved"]):
        return text
    return " / ".join(words) or text[:LONGEST] or "not named"


def home_of(name):
    """Return where a package lives."""
    about = distribution(name).metadata
    links = [line.partition(", ")[2] for line in about.get_all("Project-URL") or []]
    return about.get("Home-page") or next(iter(links), f"https://pypi.org/project/{name}/")


def page():
    """Return the page."""
    rows = [
        f"| {name} | {licence_of(name)} | {', '.join(by)} | <{home_of(name)}> |"
        for name, by in needed().items()
    ]
    return INTRODUCTION + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")
