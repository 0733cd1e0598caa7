"""A site of runs is whole, asks for nothing, and replaces only what was a site."""

import json
import re
import shutil

import pytest
from chromium import complaints, requests
from test_report_reader import answered

from maps import write_pages, write_site
from maps.numbers import percent
from maps.run_folder import read_run_folder
from sim.errors import InputError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run_with_pages(run_folder, tmp_path_factory):
    copy = shutil.copytree(run_folder, tmp_path_factory.mktemp("paged") / "A Run! 旺角")
    write_pages(copy)
    return copy


@pytest.fixture(scope="module")
def hostile_with_pages(hostile_folder, tmp_path_factory):
    copy = shutil.copytree(hostile_folder, tmp_path_factory.mktemp("paged") / "a_run")
    write_pages(copy)
    return copy


def test_every_run_has_a_card_and_its_pages(run_with_pages, tmp_path):
    index = write_site([run_with_pages, run_with_pages], tmp_path / "site")
    page = index.read_text(encoding="utf-8")
    links = set(re.findall(r'href="([^"]+\.html)"', page))
    assert links == {f"{name}/{p}.html" for name in ("a-run", "a-run-2") for p in ("map", "report")}
    for link in links:
        original = run_with_pages / link.split("/")[1]
        assert (index.parent / link).read_bytes() == original.read_bytes()
    assert page.count("<article") == page.count('<svg class="picture"') == 2
    assert "面向鏡頭便可能被認出" in page
    assert "Simulated cameras and people — not real positions" in page
    assert "<script" not in page
    shown = read_run_folder(run_with_pages).summary["steps"]
    for step in shown:
        assert page.count(f"<b>{percent(step['coverage']['recognise'])}</b>") >= 2
        assert f"{step['total']:,} cameras" in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_the_same_runs_give_the_same_bytes_and_replace_the_old_site(run_with_pages, tmp_path):
    first = write_site([run_with_pages], tmp_path / "site").read_bytes()
    (tmp_path / "site" / "a-run").rename(tmp_path / "site" / "left")
    again = write_site([run_with_pages], tmp_path / "site")
    assert again.read_bytes() == first
    assert sorted(path.name for path in again.parent.iterdir()) == [
        "a-run", "index.html", "site.txt",
    ]  # fmt: skip


def test_other_files_are_never_replaced(run_with_pages, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds files that are not of a site"):
        write_site([run_with_pages], tmp_path / "home")
    with pytest.raises(InputError, match="is a file"):
        write_site([run_with_pages], tmp_path / "home" / "letter.txt")
    with pytest.raises(InputError, match="0 runs"):
        write_site([], tmp_path / "site")


@pytest.mark.parametrize("name", ["a.txt", "a-run/a.txt", "a-run/deep/map.html", "letters/a.txt"])
def test_a_site_with_other_files_in_it_is_never_replaced(run_with_pages, tmp_path, name):
    write_site([run_with_pages], tmp_path / "site")
    (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "site" / name).write_text("dear")
    with pytest.raises(InputError, match=f"not of a site .*{name.split('/')[0]}"):
        write_site([run_with_pages], tmp_path / "site")
    assert (tmp_path / "site" / name).read_text() == "dear"


def test_a_folder_with_a_site_txt_of_its_own_is_no_site(run_with_pages, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.txt").write_text("where to build")
    with pytest.raises(InputError, match="not of a site"):
        write_site([run_with_pages], tmp_path / "site")


def test_a_run_without_pages_is_named_and_nothing_is_left(run_with_pages, tmp_path):
    bare = shutil.copytree(run_with_pages, tmp_path / "bare")
    (bare / "report.html").unlink()
    with pytest.raises(InputError, match=r"no report\.html; write it with `sim map"):
        write_site([run_with_pages, bare], tmp_path / "site")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare"]


@pytest.mark.parametrize("width", [360, 1280])
def test_the_index_fits_asks_for_nothing_and_runs_no_name(
    browser, hostile_with_pages, run_with_pages, tmp_path, width
):
    index = write_site([run_with_pages, hostile_with_pages], tmp_path / "site").as_uri()
    screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(index)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert [url for url in requests(browser) if not url.startswith("data:")] == [index]
    assert complaints(browser) == []
    assert browser.execute_script("return window.ran === undefined")
    assert browser.execute_script("return document.querySelectorAll('img, script').length") == 0
    links = browser.find_elements("css selector", ".links a")
    assert len(links) == 4
    assert all(link.size["height"] >= 44 for link in links)


def test_cards_have_the_answer_and_the_range_in_both_languages(run_with_pages, tmp_path):
    run = shutil.copytree(run_with_pages, tmp_path / "answered")
    path = run / "summary.json"
    summary = json.loads(path.read_text())
    ends = {"lowest": {"value": 0.02, "case": "a"}, "highest": {"value": 0.91, "case": "b"}}
    summary["range"] = [
        {"total": step["total"], "task": "recognise", "figure": "answer", **ends}
        for step in summary["steps"]
    ]
    path.write_text(json.dumps(answered(summary, fleets={"p5": 0.1, "p50": 0.2, "p95": 0.3})))
    page = write_site([run, run_with_pages], tmp_path / "site").read_text(encoding="utf-8")
    card, other = page.split("<article")[1:]
    said = " ".join(re.sub(r"<[^>]+>", " ", card).split())
    for words in (
        "87 of 100", "16 of 100",
        "Same number, placed differently: 10 to 30", "over the named cases 2 to 91",
        "每百程有 87 程", "每百程有 16 程", "同樣數目、不同位置：10 至 30 程", "2 至 91 程",
    ):  # fmt: skip
        assert words in said
    assert 'class="counts"' not in other.split("</article>")[0]
    assert "recognise a face turned towards it" in other
