"""Figures in README and docs come from the runs that they name; they may not drift apart."""

import importlib.util
import json
import re
import shutil
import zlib
from pathlib import Path

import pytest

from maps.packing import ALPHABET
from sim.cli import main
from sim.ensemble.bands import bands
from sim.pipeline.run import run
from sim.placement.strategies.registry import STRATEGIES
from sim.processes import available_cores
from sim.results.doubt import put_bands
from sim.scenario.load import load_scenario

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PACKED = re.compile(r'(?<=")>(\d+):([^<]*)(?=</script>)')
CARRIED = re.compile(r'(?<=id="carried">)[^<]*')
TUTORIAL = ROOT / "docs" / "tutorials" / "urbanist.md"


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """The run of README's first command, with which the tutorial begins."""
    out = tmp_path_factory.mktemp("runs") / "as_announced"
    run(load_scenario(ROOT / "scenarios" / "as_announced.yaml").scenario, out)
    return out


@pytest.fixture(scope="module")
def bands_folder(tmp_path_factory):
    """Where cells are kept, so that none is computed twice."""
    return tmp_path_factory.mktemp("bands")


def announced_bands(folder, **asked):
    loaded = load_scenario(ROOT / "scenarios" / "as_announced.yaml")
    return bands(loaded, folder, workers=available_cores(), **asked).content


@pytest.fixture(scope="module")
def over_seeds(bands_folder):
    """What `sim bands scenarios/as_announced.yaml --seeds 20` gives."""
    return announced_bands(bands_folder, seeds=20)


@pytest.fixture(scope="module")
def together(bands_folder, over_seeds):
    """What the same with `--factorial --cases strategy,street_share --seeds 5` gives."""
    cases = ["strategy", "street_share"]
    return announced_bands(bands_folder, seeds=5, cases=cases, factorial=True)


def page_of(name):
    """Return the program that writes a page of the documentation."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    return page


@pytest.fixture(scope="module")
def announced(core):
    """The summary of README's first command."""
    return json.loads((core / "summary.json").read_text(encoding="utf-8"))


def told(figure, fleets, scale=100, unit=" %"):
    mean, low, high = (scale * value for value in (figure, fleets["p5"], fleets["p95"]))
    return f"{mean:.0f}{unit} ({low:.0f}–{high:.0f})"


def row_of(step):
    """Return the cells of one row of the table."""
    answers = [step["answer"][task]["any_length"] for task in ("recognise", "detect")]
    walks = step["trips"]["recognise"]
    return [
        told(step["cameras"], step["cameras_fleets"], 1, ""),
        *(told(found["share"], found["fleets"]) for found in answers),
        told(walks["unseen_trips"], walks["unseen_trips_fleets"]),
        told(step["coverage"]["recognise"], step["coverage_fleets"]["recognise"]),
    ]


PAGES = ["README.md", "docs/index.md", "docs/question-zh.md"]


def _one(rows, total, task, figure):
    (found,) = [
        row for row in rows if (row["total"], row["task"], row["figure"]) == (total, task, figure)
    ]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_the_table_is_what_its_command_gives(page, announced):
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d,]+) \|(.+)\|$", text, re.MULTILINE)
    assert [total for total, _ in rows] == ["4,000", "11,000", "60,000", "66,500"]
    for (_, cells), step in zip(rows, announced["steps"], strict=True):
        assert [cell.strip() for cell in cells.split("|")] == row_of(step)


@pytest.mark.parametrize("page", PAGES)
def test_the_range_is_what_its_command_gives(page, over_seeds):
    text = (ROOT / page).read_text(encoding="utf-8")
    ends = []
    for total in (4_000, 60_000):
        row = _one(over_seeds["range"], total, "recognise", "answer")
        ends.append([f"{100 * row[end]:.0f}" for end in ("lowest", "highest")])
    four, sixty = ends
    words = r"\D{1,80}?".join([*four, *sixty])
    assert re.search(words, text.replace("60,000", "").replace("4,000", "")), ends


@pytest.mark.parametrize("page", PAGES)
def test_so_many_cases_are_said(page, over_seeds, together):
    text = (ROOT / page).read_text(encoding="utf-8")
    cases, both = (1 + len({row["case"] for row in found["cases"]}) for found in
                   (over_seeds, together))  # fmt: skip
    assert (cases, both) == (19, 15), "write the numbers below and on the pages again"
    assert re.search("nineteen named cases|十九種", text)
    assert page == "README.md" or re.search("fifteen combinations|十五種", text)


@pytest.mark.parametrize("page", PAGES)
def test_the_sentence_is_what_its_command_gives(page, announced):
    text = (ROOT / page).read_text(encoding="utf-8").replace("60,000", "").replace("4,000", "")
    four, sixty = (
        f"{100 * step['answer']['recognise']['any_length']['share']:.0f}"
        for step in announced["steps"] if step["total"] in (4_000, 60_000)
    )  # fmt: skip
    # "of 100" stands after each in English, before each in Chinese
    said = (
        rf"{four} of 100 everyday walks\D+{sixty} of 100|"
        rf"有 {four} 程仍可全程不被認出\D+{sixty} 程"
    )
    assert re.search(said, text), (four, sixty)


def test_the_figure_of_the_paper_is_what_its_command_gives(core):
    figures = page_of("paper/figures")
    assert figures.table(core) == figures.TABLE.read_text(encoding="utf-8"), "renew the paper"


def test_the_page_of_bands_is_what_its_commands_give(over_seeds, together):
    page = page_of("bands_page")
    assert page.on_page() == page.block(over_seeds, together), "run `python docs/bands_page.py`"


@pytest.mark.parametrize("page", ["docs/index.md", "docs/question-zh.md"])
def test_the_range_of_two_assumptions_is_what_its_command_gives(page, together):
    row = _one(together["range"], 60_000, "recognise", "answer")
    low, high = row["lowest"], row["highest"]
    text = (ROOT / page).read_text(encoding="utf-8")
    assert low < 0.005
    assert re.search(
        rf"\[[^\]]*(?:fewer than 1 to|不足 1 至) {100 * high:.0f}\D[^\]]*\]\(bands", text
    )


def test_the_page_on_other_cities_is_what_its_command_gives(tmp_path):
    page = page_of("context_page")
    scenario = load_scenario(ROOT / "scenarios" / "other_cities.yaml").scenario
    assert list(scenario.cameras.totals) == [row.total for row in page.rows()]
    assert page.on_page() == page.block(run(scenario, tmp_path / "other")), "renew the page"


@pytest.mark.parametrize("strategy", ["random", "points"])
def test_the_tables_of_strategies_are_what_their_command_gives(strategy):
    page = page_of("strategies_page")
    on_page = page.on_page("mong_kok_core")
    assert [line.split(" | ")[0].strip("| ") for line in on_page] == list(STRATEGIES)
    assert page.row("mong_kok_core", strategy) in on_page, "renew the page"


def test_the_table_of_the_tutorial_is_what_its_comparison_gives(core, tmp_path, capsys):
    text = TUTORIAL.read_text(encoding="utf-8")
    (scenario,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (quoted,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    (tmp_path / "s.yaml").write_text(scenario, encoding="utf-8")
    other = tmp_path / "stations_first"
    run(load_scenario(tmp_path / "s.yaml").scenario, other)
    assert main(["compare", str(core), str(other)]) == 0
    said = capsys.readouterr().out.partition("\n     60,000")[2]
    given = {" ".join(line.split()) for line in said.splitlines()}
    figures = [" ".join(line.split()) for line in quoted.splitlines()[1:]]
    assert len(figures) == 4
    assert given >= set(figures)


def unpacked(page):
    """Return a page without what it carries, the bytes of columns and scripts, and its JSON.

    Bytes are those that were packed, by whichever zlib.
    """
    carried = CARRIED.search(page)
    text = CARRIED.sub("", PACKED.sub("", page))
    packed = [inflated(*found) for found in PACKED.findall(page)]
    return text, packed, json.loads(carried[0]) if carried else {}


def inflated(size, written):
    digits = [ALPHABET.index(character) for character in written]
    pairs = zip(digits[::2], digits[1::2], strict=True)
    bits = "".join(f"{91 * high + low:013b}" for high, low in pairs)
    whole = bytes(int(bits[k : k + 8], 2) for k in range(0, len(bits) - 7, 8))
    return zlib.decompress(whole[: int(size)], -zlib.MAX_WBITS)


def same_figures(there, now):
    """Whether two JSON values are the same, floats within a billionth (machines differ by less)."""
    if isinstance(now, float) and isinstance(there, float):
        return there == pytest.approx(now, rel=1e-9, abs=1e-9)
    if isinstance(now, dict) and isinstance(there, dict):
        return now.keys() == there.keys() and all(same_figures(there[k], now[k]) for k in now)
    if isinstance(now, list) and isinstance(there, list):
        return len(now) == len(there) and all(map(same_figures, there, now))
    return there == now


def test_the_pages_ready_to_open_are_those_of_the_run(core, over_seeds, tmp_path):
    ready = page_of("ready_page")
    whole = shutil.copytree(core, tmp_path / "as_announced")
    put_bands(whole, over_seeds)
    assert sorted(path.name for path in ready.READY.iterdir()) == ["map.html", "report.html"]
    for name, now in ready.pages(whole).items():
        there = unpacked((ready.READY / name).read_text(encoding="utf-8"))
        text, columns, carried = unpacked(now)
        again = "run `python docs/ready_page.py`"
        assert there[:2] == (text, columns), again
        assert same_figures(there[2], carried), again


def test_the_scenario_of_the_readme_is_right(tmp_path):
    (text,) = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "my_scenario.yaml").write_text(text, encoding="utf-8")
    overridden = load_scenario(tmp_path / "my_scenario.yaml", ["cameras.optics=strong"])
    assert overridden.scenario.cameras.strategy == "transit"
    assert overridden.scenario.cameras.optics == "strong"
