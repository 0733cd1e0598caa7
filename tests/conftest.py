import pytest

from sim.pipeline.stage_cache import CACHE_FOLDER_VARIABLE


@pytest.fixture(autouse=True, scope="session")
def own_stage_cache(tmp_path_factory):
    """Tests, and the programs that they start, keep stages in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_FOLDER_VARIABLE, str(tmp_path_factory.mktemp("stages")))
        yield
