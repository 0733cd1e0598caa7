"""The credit of a page's map is what the run's own sources are, and no other."""

import json
import shutil

import pytest

from maps.credits import credit_of
from maps.page import page_facts
from maps.report import report_of
from maps.run_folder import read_run_folder
from sim.city.sources.official_layers import CREDITS
from sim.city.sources.osm_stream import OSM

STREETS, BUILDINGS, LAMPS = (
    CREDITS[layer]["attribution"]
    for layer in ("official_network", "official_buildings", "official_lamp_posts")
)
MAPPED = OSM["attribution"]
CASES = {
    (MAPPED, LAMPS): ("© OpenStreetMap contributors (ODbL)", "© OpenStreetMap 貢獻者（ODbL）"),
    (STREETS, BUILDINGS, LAMPS): (
        "Streets and buildings: Lands Department, the Government of the HKSAR, via CSDI",
        "街道及建築物資料：香港特別行政區政府地政總署（經 CSDI）",
    ),
    (STREETS, MAPPED): (
        "Streets: Lands Department, the Government of the HKSAR, via CSDI; "
        "© OpenStreetMap contributors (ODbL)",
        "街道資料：香港特別行政區政府地政總署（經 CSDI）；© OpenStreetMap 貢獻者（ODbL）",
    ),
    (BUILDINGS, MAPPED): (
        "Buildings: Lands Department, the Government of the HKSAR, via CSDI; "
        "© OpenStreetMap contributors (ODbL)",
        "建築物資料：香港特別行政區政府地政總署（經 CSDI）；© OpenStreetMap 貢獻者（ODbL）",
    ),
    ("see the source of the file",): (
        "Map data: see the sources below",
        "地圖資料：見下方資料來源",
    ),
}


@pytest.mark.parametrize("sources", CASES)
def test_a_page_credits_whose_streets_and_buildings_they_are(run_folder, tmp_path, sources):
    copy = shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text()) | {"data": {"attribution": [*sources]}}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    run = read_run_folder(copy)
    assert page_facts(run)["credit"] == [*CASES[sources]]
    report = report_of(run, copy)
    assert all(said in report for said in CASES[sources])
    assert ("OpenStreetMap" in report) == (MAPPED in sources)


def test_streets_that_buses_use_are_credited_with_them():
    english, chinese = credit_of(["Transport Department via CSDI"], bus_streets=True)
    assert english.startswith("Bus-street proxy")
    assert "運輸署" in chinese
    assert "OpenStreetMap" not in english + chinese
