"""The second process leaves its kernels where the first one looks for them."""

import os
import subprocess
import sys

from sim.scenario import compile_ahead


def test_the_helper_compiles_the_very_files_of_its_caller(tmp_path):
    # a stranger of the same name in the working folder, as a checkout beside an installed package
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("raise RuntimeError('the wrong package')")
    told = subprocess.run(
        [sys.executable, "-P", "-c", "import sim; print(sim.__file__)"],
        cwd=tmp_path,
        env=compile_ahead._same_package(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == os.path.realpath(sys.modules["sim"].__file__ or "")


def test_the_invented_walk_runs():
    compile_ahead.compile_walking_and_tracking()


def test_no_second_process_where_kernels_are_on_disk(monkeypatch):
    monkeypatch.setattr(compile_ahead, "_on_disk", lambda: True)
    with compile_ahead.kernels_ahead() as process:
        assert process is None
        compile_ahead.wait_for(process)
