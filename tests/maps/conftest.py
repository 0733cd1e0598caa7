"""One invented run, a hostile one and one browser for all tests of the page."""

import shutil

import pytest
from chromium import FLAGS, HOSTILE
from invented_run import hand_written_streets, write_run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("invented") / "run")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.execute_cdp_cmd("Network.enable", {})
    cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", cut)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory):
    """A run whose every name tries to run something."""
    names = HOSTILE
    nodes, edges = hand_written_streets()
    edges["name"] = [names[i % len(names)] for i in range(len(edges))]
    edges["name_zh"] = [names[(i + 1) % len(names)] for i in range(len(edges))]
    return write_run(
        tmp_path_factory.mktemp("hostile") / "run", nodes, edges,
        area_name=names[:2], heads=6, walks=4, cite=names[0], attributions=names,
        title=names[0], named=((names[1], names[2]), (names[3], names[4])),
        places=[("station", names[k], names[k - 1], k) for k in range(len(names))],
    )  # fmt: skip
