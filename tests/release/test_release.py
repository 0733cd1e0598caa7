"""What is given away is whole: licences are listed, bounds are stated, files lie in the package."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from release.licences import FORBIDDEN, licence_of, needed
from release.oldest import PROJECT, oldest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
ONLY_WITH_OLD_VERSIONS = {"pytz", "six", "typer-slim", "typer-cli", "importlib-resources"}


def test_every_package_of_a_run_stands_on_the_page_with_its_licence():
    listed = set(re.findall(r"^\| ([\w.-]+) \| (?!licence)(?!-)", PAGE, re.M))
    found = set(needed())
    assert found
    assert found - ONLY_WITH_OLD_VERSIONS <= listed


@pytest.mark.parametrize("name", sorted(needed()))
def test_no_licence_forbids_what_ours_allows(name):
    licence = licence_of(name)
    assert licence != "not named"
    assert not FORBIDDEN.search(licence)


def test_a_forbidden_licence_would_be_found():
    for words in ("GPL-3.0-only", "AGPL-3.0", "GNU General Public License v3", "CC-BY-NC-4.0"):
        assert FORBIDDEN.search(words)
    for words in ("MIT", "LGPL-3.0", "Apache-2.0", "Mozilla Public License 2.0 (MPL 2.0)"):
        assert not FORBIDDEN.search(words)


def test_every_dependency_says_from_which_version_on():
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    assert names <= set(oldest())
    for line in PROJECT.read_text(encoding="utf-8").split("dependencies = [")[1].splitlines()[1:]:
        if line.startswith("]"):
            break
        assert re.search(r'",\s+# \w', line), f"{line}: say why"


@pytest.mark.parametrize("package", ["sim", "maps"])
def test_types_lie_in_the_package(package):
    assert files(package).joinpath("py.typed").is_file()


def test_facts_and_pages_lie_in_the_package():
    for package, names in (("sim", ["facts/districts.csv"]), ("maps", ["assets/page.html"])):
        assert all(files(package).joinpath(name).is_file() for name in names)
