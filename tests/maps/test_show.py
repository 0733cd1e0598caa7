"""The map in a notebook: the page of the run inside a frame, which asks for nothing."""

import html
import re
from types import SimpleNamespace

import pytest
from chromium import complaints, open_file, requests, wait

import sim
from maps.page import page_of
from maps.run_folder import read_run_folder
from sim.errors import InputError


def page_in(frame):
    return html.unescape(re.search(r'srcdoc="([^"]*)"', frame)[1])


def test_the_frame_holds_the_page_of_the_run_and_nothing_beside_it(run_folder):
    shown = sim.show(run_folder)
    frame = shown._repr_html_()
    assert page_in(frame) == shown.page == page_of(read_run_folder(run_folder), own=True)
    assert frame.count("<") == 2, "all of the page is escaped"
    assert 'sandbox="allow-scripts allow-downloads"' in frame
    assert "src=" not in frame.split("srcdoc=")[0]
    assert f'title="map of {run_folder}"' in frame


def test_a_folder_in_words_and_a_result_are_the_same(run_folder):
    result = SimpleNamespace(folder=run_folder)
    pages = {sim.show(given).page for given in (run_folder, str(run_folder), result)}
    assert len(pages) == 1
    assert "height:300px" in sim.show(result, height=300)._repr_html_()
    assert repr(sim.show(result)) == f"map of {run_folder}"


@pytest.mark.parametrize("given", ["nothing/here", 7, None])
def test_what_is_no_run_is_refused_at_once(given):
    with pytest.raises(InputError):
        sim.show(given)


@pytest.mark.parametrize("height", [0, -700, 10**6])
def test_a_height_that_cannot_be_is_refused(run_folder, height):
    with pytest.raises(InputError, match=r"^height: "):
        sim.show(run_folder, height=height)


def test_hostile_names_stay_in_the_frame(hostile_folder):
    frame = sim.show(hostile_folder)._repr_html_()
    assert frame.count("<") == 2
    assert "</iframe>" not in frame[: -len("</iframe>")]


@pytest.mark.slow
def test_a_page_around_the_frame_shows_the_map_without_a_request(browser, run_folder, tmp_path):
    """A notebook is a page that sets the HTML of a cell; a browser without a server draws it."""
    notebook = tmp_path / "notebook.html"
    cell = sim.show(run_folder, height=600)._repr_html_()
    notebook.write_text(f"<!DOCTYPE html><meta charset='utf-8'><h1>Cell</h1>{cell}", "utf-8")
    open_file(browser, notebook)
    browser.switch_to.frame(0)
    try:
        wait(browser, "return document.documentElement.classList.contains('whole')")
        assert browser.execute_script("return Unseen.panel.scene.piece.x.length") > 0
        browser.find_element("css selector", "[data-language=zh]").click()
        assert browser.execute_script("return document.documentElement.lang") == "zh-Hant-HK"
        assert browser.execute_script("return window.origin") == "null"
    finally:
        browser.switch_to.default_content()
    asked = [url for url in requests(browser) if not url.startswith(("data:", "about:"))]
    assert asked == [notebook.as_uri()]
    assert complaints(browser) == []
