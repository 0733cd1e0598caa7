"""What is released is the same whoever builds it, and says the same in every form it takes."""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
import yaml
from release.recipe import ON_CONDA_FORGE, PROJECT, ROOT, recipe

OLD = 978_307_200  # 1 January 2001
DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")
CFF_KEYS = {  # of those that CFF 1.2.0 knows, the ones used here
    "cff-version", "message", "title", "type", "authors", "version", "date-released", "license",
    "keywords", "repository-code", "doi",
}  # fmt: skip


def build(tree, out, umask):
    """Build wheel and source distribution of a tree; return them by their kind."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    told = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(command, cwd=tree, check=True, capture_output=True, umask=umask, env=told)
    return {path.suffix: path for path in out.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(ROOT, tmp_path_factory.mktemp("dist"), 0o022)


def test_wheel_and_sdist_are_the_same_bytes_wherever_they_are_built(built, tmp_path):
    with tarfile.open(built[".gz"]) as packed:
        packed.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    for path in tree.rglob("*"):
        os.utime(path, (OLD, OLD))
    again = build(tree, tmp_path / "dist", 0o077)
    for kind, path in built.items():
        assert again[kind].name == path.name
        assert again[kind].read_bytes() == path.read_bytes(), kind


def test_the_wheel_holds_the_packages_and_their_licence(built):
    with zipfile.ZipFile(built[".whl"]) as packed:
        tops = {name.split("/")[0] for name in packed.namelist()}
        assert tops == {"sim", "maps", f"hk_camera_sim-{PROJECT['project']['version']}.dist-info"}
        (about,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(packed.read(about).decode())
        (licence,) = (name for name in packed.namelist() if "dist-info/licenses/" in name)
        assert packed.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert told["License-Expression"] == PROJECT["project"]["license"]
    assert told.get_all("License-File") == ["LICENSE"]


def test_the_recipe_asks_for_what_the_project_asks_for(built):
    digest = hashlib.sha256(built[".gz"].read_bytes()).hexdigest()
    command = [sys.executable, "tests/release/recipe.py", str(built[".gz"]), "somebody"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    told = yaml.safe_load(done.stdout)
    assert told == recipe(digest, ["somebody"])
    assert told["source"]["sha256"] == digest
    name = told["source"]["url"].rpartition("/")[2]
    assert name.replace("${{ version }}", told["context"]["version"]) == built[".gz"].name
    names = {there: here for here, there in ON_CONDA_FORGE.items()}
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    asked = {
        "run": ["python>=${{ python_min }}", *project["dependencies"]],
        "run_constraints": [*extras["distributed"], *extras["plot"]],
        "host": ["python${{ python_min }}.*", "pip", *PROJECT["build-system"]["requires"]],
    }
    for kind, lines in asked.items():
        found = [line.partition(" ") for line in told["requirements"][kind]]
        assert [names.get(name, name) + bound for name, _, bound in found] == lines
    assert f">={told['context']['python_min']}" == project["requires-python"]
    both = ["sim = sim.__main__:main", "hk-camera-sim = sim.__main__:main"]
    assert told["build"]["python"]["entry_points"] == both


def cited(text):
    """Read CITATION.cff and check the form of what it says, as its schema has it."""
    told = yaml.safe_load(text)
    assert set(told) <= CFF_KEYS
    assert told["cff-version"] == "1.2.0"
    assert told["type"] == "software"
    assert all(author.keys() == {"name"} for author in told["authors"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(told["date-released"]))
    assert len(set(told["keywords"])) == len(told["keywords"]) > 0
    assert re.match("https?://", told.get("repository-code", "https://"))
    assert DOI.fullmatch(told.get("doi", "10.1234/a"))
    return told


def test_the_citation_is_that_of_the_version_and_has_its_places():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    told = cited(text)
    project = PROJECT["project"]
    assert told["version"] == project["version"]
    assert told["license"] == project["license"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (date,) = re.findall(rf"^## {re.escape(told['version'])} \((\d{{4}}-\d\d-\d\d)", changes, re.M)
    assert str(told["date-released"]) == date
    filled = cited(re.sub(r"^# (?=repository-code|doi)", "", text, flags=re.M))
    assert {"repository-code", "doi"} == set(filled) - set(told)


def test_the_tests_of_the_release_know_the_scripts():
    script = (Path(__file__).parent / "try_release.sh").read_text(encoding="utf-8")
    assert "tests/release/recipe.py" in script
    assert "CITATION.cff" in script
