"""One invented run for all tests of the page."""

import pytest
from invented_run import write_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("invented") / "run")
