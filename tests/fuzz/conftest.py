"""Says at the end of a session how many cases each surface has tried."""

import answered
import pytest


@pytest.fixture(scope="session", autouse=True)
def _report(request):
    yield
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None and request.config.getoption("verbose") >= 0 and answered.TRIED:
        counts = ", ".join(f"{name} {count:,}" for name, count in answered.TRIED.items())
        reporter.write_line(f"\nfuzz: {answered.TRIED.total():,} cases: {counts}")
