"""Every block of code in README, CONTRIBUTING and docs runs, or is at least looked at.

Python blocks of a page run one after the other in one namespace, in a folder of the page's own
with stand-ins for the files that it names (`desk.py`). Commands of `sim` run in it too, through
the program's own entrance. Scenarios must be valid. What cannot run stands in one table below,
with the reason, the most that may, and what is looked at instead.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import yaml
from documentation.blocks import (
    PAGES,
    PLAIN,
    ROOT,
    RUNNING,
    blocks,
    commands,
    extras,
    imports,
    offered_extras,
    sim_calls,
    understood,
)
from documentation.desk import less

from sim.cli import main
from sim.errors import InputError
from sim.scenario.own_rules import read_rules

NOT_RUN = {
    # why it is not run: (the most lines or blocks of the kind, what is looked at instead)
    "installs": (12, "the extras and files that it names are there"),
    "takes minutes": (39, "the script is there and knows the options"),
    "needs files of the Government": (5, "the command line reads it"),
    "asks a server": (16, "the command line reads it; Python finds what it imports"),
    "needs several machines": (6, "the command line reads it"),
    "runs for ever": (2, "the program is there"),
}
SHORTER = {
    "bands": ["--seeds", "2"],
    "sweep": ["--workers", "1"],
    "sensitivity": ["--cases", "walls,mount"],
}
"""Words put after a command, so that it takes a second and not half a minute."""
FRAGMENT = "name: fragment\narea: mong_kok_core\ncameras: {totals: [4000]}\n"
PROGRAMS = {"ruff", "mypy", "dask", "git"}


GALLERY = ROOT / "docs" / "notebooks"
HERE = [page for page in PAGES if page.parent != GALLERY]
"""The pages run here; those of the gallery are run as notebooks, by test_notebooks.py."""


def named(page):
    return str(page.relative_to(ROOT))


def test_every_block_is_of_a_kind_that_is_looked_at():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text.count("```") == text.count("\n```") + text.startswith("```"), page
        for block in blocks(page):
            assert block.language in RUNNING | PLAIN, block.place
            assert not block.reason or block.reason in NOT_RUN, block.place
        # Four spaces would make a block that nobody runs.
        outside = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"(?<=\n\n) {4}[^\s*\-\d]", outside), page
        assert len(re.findall(r"^<!-- not run", text, re.MULTILINE)) == sum(
            bool(block.reason) for block in blocks(page)
        ), page


def test_what_is_not_run_is_counted():
    found = Counter()
    for page in PAGES:
        for block in blocks(page):
            if block.reason and block.language != "sh":
                found[block.reason] += 1
            elif block.language == "sh":
                found.update(reason(words, block) for words in commands(block.text))
    found.pop("", None)
    for why, count in found.items():
        assert count <= NOT_RUN[why][0], f"{count} are not run: {why}; raise the table, or run them"


@pytest.mark.slow
@pytest.mark.parametrize("page", HERE, ids=named)
def test_the_blocks_of_a_page(page, desk, tmp_path, monkeypatch):
    if not blocks(page):
        return
    shutil.copytree(desk, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    namespace = {"__name__": "page"}
    for block in blocks(page):
        try:
            {"python": run_python, "sh": run_shell, "yaml": run_yaml}.get(
                block.language, run_other
            )(block, namespace)
        except (Exception, SystemExit) as error:
            raise AssertionError(f"{block.place}: {error}") from error


def run_python(block, namespace):
    if block.reason:
        exec(imports(block.text), {})
        return
    named_file = re.match(r"# (\w+\.py)\n", block.text)
    if named_file:  # another block may import it
        Path(named_file[1]).write_text(block.text, encoding="utf-8")
    exec(compile(block.text, block.place, "exec"), namespace)


def run_yaml(block, _namespace):
    """Keep a scenario under its name, so that the commands of the page find it, and check it."""
    told = yaml.safe_load(block.text)
    if "rules" in told:
        Path("my_rules.yaml").write_text(block.text, encoding="utf-8")
        assert read_rules("my_rules.yaml").rules
        return
    whole = "name" in told or "extends" in told
    path = Path(f"{told.get('name', 'fragment')}.yaml")
    path.write_text(block.text if whole else FRAGMENT + block.text, encoding="utf-8")
    assert main(["validate", str(path)]) == 0
    less(path)


def run_other(block, _namespace):
    if block.language == "toml":
        tomllib.loads(block.text)


def run_shell(block, _namespace):
    for words in commands(block.text):
        why = reason(words, block)
        if why:
            look_at(words)
        else:
            run_command(words)


def program(words):
    """Return what a command calls, without its folder and without settings before it."""
    words = [word for word in words if not re.match(r"[A-Z_]+=", word)]
    first = Path(words[0]).name.replace("python3", "python")
    return first, words[1:]


def reason(words, block):
    """Say why a command is not run; nothing if it is."""
    if block.reason:
        return block.reason
    first, rest = program(words)
    if first == "python":
        installs = rest[:2] in (["-m", "venv"], ["-m", "pip"])
        return "installs" if installs else "takes minutes"
    return "" if first in {"sim", "mkdir", "cd", "export"} else "takes minutes"


def look_at(words):
    """Look whether what a command calls is there and knows its options."""
    if words[0] in {"for", "until", "while"}:
        for call in sim_calls(words):
            understood(call)
        return
    first, rest = program(words)
    if first == "sim":
        understood(rest)
    elif first == "python":
        look_at_python(rest)
    else:
        assert first in PROGRAMS, words


def look_at_python(rest):
    if rest[:2] == ["-m", "pip"]:
        for asked in rest[3:]:
            assert extras(asked) <= offered_extras(), asked
            assert not asked.endswith(".txt") or (ROOT / asked).exists(), asked
        return
    if rest[0] == "-m":
        assert rest[1] in {"venv", "pytest", "sphinx", "http.server", "sim.scenario.reference"}
        assert all((ROOT / word).exists() for word in rest[2:] if word.endswith(".py")), rest
        return
    script = ROOT / rest[0]
    assert script.exists(), rest
    source = script.read_text(encoding="utf-8")
    for word in rest[1:]:
        assert not word.startswith("--") or f'"{word}"' in source, word


def run_command(words):
    """Run a command of `sim` as the program does; `> FILE` takes what it prints."""
    if words[0] == "mkdir":
        Path(words[-1]).mkdir(parents=True, exist_ok=True)
        return
    first, words = program(words)
    assert first == "sim", f"{first} is not run: say why in the page"
    target = None
    if ">" in words:
        words, target = words[: words.index(">")], words[words.index(">") + 1]
    words = [*words, *SHORTER.get(words[0], [])]
    print("$ sim", *words)
    if words[0] == "sweep" and "--dry-run" not in words:  # its workers start from a file
        done = subprocess.run([sys.executable, "-m", "sim.cli", *words], check=False)
        code = done.returncode
    elif target:
        with Path(target).open("w", encoding="utf-8") as kept, contextlib.redirect_stdout(kept):
            code = main(words)
        if target.endswith(".yaml"):
            less(Path(target))
    else:
        code = main(words)
    assert code == 0, f"sim {' '.join(words)} ended with {code}"


def test_the_examples_in_the_help_are_understood(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    from public_names import helps

    found = 0
    for _, text in helps():
        for line in text.partition("Examples:")[2].splitlines():
            example = re.split(r"\s{3,}", line.strip())[0]  # words after a gap say what it does
            if example.startswith("sim "):
                for words in commands(example):
                    understood(words[1 : words.index(">") if ">" in words else None])
                    found += 1
    assert found > 30


@pytest.mark.parametrize("page", PAGES[:2], ids=named)
def test_links_outside_the_site_lead_somewhere(page):
    """Links between the pages of the site are held by its strict build."""
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_a_wrong_command_would_be_found():
    """The tests above can fail."""
    with pytest.raises(Exception, match="No such option"):
        understood(["run", "s.yaml", "--ouT", "x"])
    with pytest.raises(AssertionError):
        look_at(["python", "benchmarks/none.py"])
    with pytest.raises(AssertionError):
        look_at_python(["-m", "pip", "install", ".[none]"])
    assert issubclass(InputError, ValueError)
    assert os.environ
