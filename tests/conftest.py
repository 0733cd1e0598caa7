import signal

import pytest
from hypothesis import settings
from privileges import file_permissions_hold

from sim.pipeline.stage_cache import CACHE_FOLDER_VARIABLE

pytest_plugins = ["expected_skips"]

# no law may fail because the machine is busy
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def own_stage_cache(tmp_path_factory):
    """Tests, and the programs that they start, keep stages in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_FOLDER_VARIABLE, str(tmp_path_factory.mktemp("stages")))
        yield


@pytest.fixture(autouse=True, scope="session")
def interruptible():
    """Tests, and the programs that they start, hear signals that this one was started to ignore.

    A shell starts what runs in its background with SIGINT ignored, `nohup` with SIGHUP, and
    children inherit that.
    """
    hears = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    ignored = [number for number in hears if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, hears[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def unprivileged(tmp_path):
    """Files that may not be written are not, whoever runs the tests."""
    sealed = tmp_path / "sealed"
    sealed.mkdir(mode=0o555)
    with file_permissions_hold():
        with pytest.raises(PermissionError):
            (sealed / "file").touch()
        sealed.rmdir()
        yield
