"""One desk for all pages."""

import pytest
from documentation.blocks import ROOT
from documentation.desk import furnish


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    """Return a folder with everything that the pages name."""
    folder = tmp_path_factory.mktemp("desk")
    furnish(folder, ROOT / "scenarios")
    return folder
