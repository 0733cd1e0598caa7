"""The page is one file that asks for nothing, and refuses what is not a run."""

import base64
import hashlib
import html
import json
import re
import shutil
from importlib.resources import files
from string import Formatter

import pytest
from carried_scripts import scripts_of

from maps import write_map
from maps.numbers import percent
from maps.page import ENTRY, class_ends, page_script, safe_json
from maps.texts import TEXTS, text
from sim.errors import InputError

ASSETS = files("maps") / "assets"
CREDITED = ("streets", "buildings", "streets_buildings")
PARTS = ("districts.html", "story.html", "eye.html", "wipe.html", "own.html", "camera.html")


@pytest.fixture(scope="module")
def page(run_folder):
    return write_map(run_folder).read_text(encoding="utf-8")


@pytest.fixture
def copy(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*.html"))


def test_nothing_is_loaded_from_anywhere(page):
    # Links may be followed by a reader; nothing may be fetched by the page.
    loading = r"<(script|img|iframe|link|source|object)[^>]*\s(src|href)=.?http"
    assert not re.search(loading, page)
    assert not re.search(r"url\((?!['\"]?(data:|#))", page.split("</style>")[0])
    for part in (page, *scripts_of(page)):
        assert "@import" not in part
        assert "sourceMappingURL" not in part
        assert "cdn." not in part
    assert "default-src 'none'" in html.unescape(page.split("<script")[0])


def test_only_scripts_of_the_page_may_run(page):
    head = page.split("</head>")[0]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', head)[1]
    allowed = re.search(r"script-src ([^;]*);", policy)[1].split()
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 2
    scripts += scripts_of(page)
    assert len(scripts) == 5
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    assert allowed == [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_page_is_small(page):
    assert len(page.encode()) < 400_000


def test_the_headline_stands_in_plain_html(page):
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "close enough, with this camera, to recognise a face turned towards it" in body
    assert "的路段，面向鏡頭便可能被認出" in body
    assert "Simulated cameras and people — not real positions 模擬" in body
    assert '<svg class="picture"' in body


def test_the_same_run_gives_the_same_bytes(run_folder, page):
    assert write_map(run_folder).read_text(encoding="utf-8") == page


def test_nothing_is_left_beside_the_page(run_folder, page):
    assert not [path.name for path in run_folder.iterdir() if path.name.startswith(".")]
    assert (run_folder / "map.html").stat().st_mode & 0o777 == 0o644


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no summary\.json; give a folder that `sim run`"):
        write_map(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["streets.parquet", "manifest.json", "trips.parquet"])
def test_a_missing_file_is_named_and_nothing_written(copy, name):
    (copy / name).unlink()
    with pytest.raises(InputError, match=f"no {name}"):
        write_map(copy)
    assert not [path for path in copy.iterdir() if path.suffix == ".html"]


@pytest.mark.parametrize("name", ["edges.parquet", "trips.parquet", "summary.json"])
def test_a_truncated_file_is_named(copy, name):
    path = copy / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=rf"{name}: [^\n]*run the scenario again$"):
        write_map(copy)


def test_a_later_version_is_refused_by_its_number(copy):
    path = copy / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    with pytest.raises(InputError, match="version 99"):
        write_map(copy)


def test_json_in_the_page_cannot_end_its_element():
    hostile = "</script><!-- \u2028\u2029 & ]]>"
    written = safe_json({hostile: hostile})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {hostile: hostile}


@pytest.mark.parametrize(
    ("share", "written"),
    [(0, "0%"), (0.0004, "0%"), (0.0006, "0.1%"), (0.0994, "9.9%"), (0.0996, "10%"),
     (0.38, "38%"), (1, "100%"), (None, "—")],
)  # fmt: skip
def test_shares_are_written_as_percent(share, written):
    assert percent(share) == written


def test_colours_end_at_totals():
    assert class_ends([4000, 60000]) == [4000, 60000]
    many = list(range(1000, 65000, 1000))
    ends = class_ends(many)
    assert len(ends) == 6
    assert set(ends) <= set(many)
    assert ends[-1] == many[-1]


def places(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_it_with_the_same_places(key):
    english, chinese = TEXTS[key]
    assert english
    assert chinese
    # "seen" is the word for the task shown, which one language may need and the other not.
    assert places(english) - {"seen"} == places(chinese) - {"seen"}


def test_a_text_is_filled():
    assert text("metres", "zh", n=5) == "5 米"


def test_every_text_asked_for_exists_and_every_text_is_asked_for():
    template = "".join(
        path.read_text(encoding="utf-8")
        for path in ASSETS.iterdir()
        if path.name in ("page.html", "reading.html", *PARTS)
    )
    script = page_script(ENTRY)
    asked = set(re.findall(r'data-t(?:-label)?="(\w+)"', template))
    asked |= set(re.findall(r'(?:\b(?:t|words|paragraph)\(|texts\.)"?(\w+)', template)) - {
        "row", "task", "camera_", "own_",
    }  # fmt: skip
    asked |= set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', script)) & set(TEXTS)
    asked |= {key for key in TEXTS if key.split("_")[0] in ("walls", "rule", "share", "camera")}
    asked |= {key for key in TEXTS if key.startswith("owner_")}
    asked |= {key for key in TEXTS if key.startswith(("headline_", "report", "detect", "observe"))}
    asked |= {key for key in TEXTS if key.startswith(("recognise", "identify"))}
    asked |= {key for key in TEXTS if key.startswith("answer_")}
    asked |= {f"own_{what}{side}" for what in ("", "tap_") for side in ("from", "to")}
    asked |= {key for key in TEXTS if key.startswith("story_")}  # by story_of
    asked |= {"fewer_than_one", "more_than_99", "from_to"}  # by of_a_hundred and span
    asked |= {"quote_source", "software_own"}  # by quotation, and of a page on its own surface
    asked |= {"title", "hong_kong", "this_area", "zoom_in", "zoom_out"}
    asked |= {"partly_real", "partly_real_short", "about_partly_real"}  # by texts_of
    asked |= {"on_listed", "about_on_listed"}  # likewise
    asked |= {"osm", "bus_streets", "credit_below"} | {
        f"official_{of}" for of in CREDITED
    }  # by credit_of
    asked |= {key for key in TEXTS if key.split("_")[0] == "proxy"}
    assert asked == set(TEXTS)
