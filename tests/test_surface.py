"""The researcher's surface: few names, quick to import, and the README's five lines run."""

import re
import subprocess
import sys
from pathlib import Path

import sim

ROOT = Path(__file__).parents[1]


def test_every_public_name_is_there_and_documented():
    assert len(sim.__all__) <= 20
    for name in sim.__all__:
        assert getattr(sim, name).__doc__


def test_importing_sim_loads_no_heavy_library():
    code = "import sim, sys; print({'numba', 'numpy', 'geopandas'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "set()"


def test_the_readme_lines_for_researchers_run(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "recognise" in capsys.readouterr().out
