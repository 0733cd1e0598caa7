"""Any scenario file is read, or refused in lines: text, trees, damage, bytes, settings, names."""

import json
import string
from pathlib import Path

import hypothesis.strategies as st
import pytest
from answered import answered, cases, commanded
from hypothesis import given

from sim.scenario.load import check_file, read_scenario
from sim.scenario.strict_yaml import read
from sim.scenario.template import template

SCENARIOS = Path(__file__).parents[2] / "scenarios"
REAL = [*(p.read_text(encoding="utf-8") for p in sorted(SCENARIOS.glob("*.yaml"))), template()]
WORDS = sorted({word for text in REAL for word in text.replace(":", " ").split()})
SIGNS = st.text(st.sampled_from("abn:,-#'\"[]{}&*!|>%@`?~ \n\t0123456789.\\旺：\0\x85\u2028\ufeff"))
HUGE = st.sampled_from(
    ["9" * 400, "-1", "1e999", "-0.0", "1e-320", "0x10", "1_000", "12:30", ".inf", ".nan", "٣",
     "4,000", "1.2.3", "2**63", str(2**63), str(2**64), "5 %", "40 m", "2 km/h", "1e3 min"]
)  # fmt: skip
BOMBS = st.sampled_from(
    ["a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "&x {a: *x}\n", "[" * 3000, "{a: " * 3000,
     "- " * 3000, "!!python/object/apply:os.system ['true']\n", "<<: *x\n", "? " * 500,
     "%TAG ! tag:x,2000:\n---\n", "--- a\n--- b\n", "a: |\n  " + "x" * 5000, "\ufeffa: 1\n"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | HUGE
    | st.sampled_from(WORDS)
)  # fmt: skip
KEYS = st.sampled_from([word for word in WORDS if word.isidentifier()]) | st.text(max_size=6)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)
PATH = Path("fuzzed.yaml")


@cases("scenario text")
@given(st.text() | SIGNS | BOMBS | st.tuples(BOMBS, SIGNS).map("".join))
def test_any_text(text):
    answered("scenario text", read_scenario, text, PATH)
    read(text)


@cases("scenario tree")
@given(st.dictionaries(KEYS, TREES), st.booleans())
def test_any_tree(tree, whole):
    if whole:
        tree = {"name": "a", "area": "mong_kok_core", "cameras": {"totals": 1}, **tree}
    answered("scenario tree", read_scenario, json.dumps(tree, ensure_ascii=False), PATH)


@st.composite
def damaged(draw):
    """Draw a real scenario with pieces cut out, put in, repeated, indented or swapped."""
    lines = draw(st.sampled_from(REAL)).split("\n")
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["cut", "indent", "repeat", "value", "sign", "swap", "tab"]))
        line = lines[at]
        if change == "cut":
            del lines[at]
            lines = lines or [""]
        elif change == "indent":
            lines[at] = " " * draw(st.integers(0, 9)) + line.lstrip()
        elif change == "repeat":
            lines.insert(at, line)
        elif change == "value":
            value = draw(HUGE | st.sampled_from(WORDS) | SIGNS)
            lines[at] = f"{line.partition(':')[0]}: {value}"
        elif change == "sign":
            cut = draw(st.integers(0, len(line)))
            lines[at] = line[:cut] + draw(SIGNS) + line[cut:]
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
        else:
            lines[at] = "\t" + line
    return "\n".join(lines)


@cases("scenario damaged")
@given(damaged())
def test_a_damaged_scenario(tmp_path_factory, text):
    folder = SCENARIOS  # so that what is extended can be found
    answered("scenario damaged", read_scenario, text, folder / "fuzzed.yaml")
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_text(text, encoding="utf-8", errors="replace")
    answered("scenario damaged", check_file, path)


@cases("settings")
@given(
    st.lists(
        st.tuples(st.sampled_from(WORDS) | SIGNS, st.sampled_from(".="), HUGE | SIGNS).map("".join)
        | st.text(string.printable, max_size=30),
        max_size=3,
    ),
    st.lists(st.text(max_size=8), max_size=2),
)
def test_any_setting_and_variant(settings, variants):
    answered("settings", read_scenario, REAL[-1], PATH, settings, variants)


@cases("scenario bytes")
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    answered("scenario bytes", check_file, path)


@pytest.fixture(scope="module")
def no_bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HK_CAMERA_SIM_DATA", str(folder))
        yield folder


SETTINGS = {
    "cameras.totals": st.integers(-1, 10**7) | st.lists(st.integers(1, 10**6), max_size=70),
    "cameras.share": st.floats(),
    "cameras.heads_per_site": st.floats(),
    "cameras.share_rule": st.sampled_from(["population", "streets", "given", "direct"]),
    "cameras.strategy": st.sampled_from(["points", "existing", "greedy_cover", "nothing"]),
    "cameras.existing": st.sampled_from(["none.csv", "", "/", "."]) | st.text(max_size=300),
    "cameras.aims.points": st.text(max_size=20),
    "trips.people": st.integers(-1, 10**30),
    "trips.own": st.sampled_from(["", ".", "/dev/null", "x" * 5000]),
    "area": st.text(max_size=300) | st.sampled_from(["~", "..", "/", "x" * 5000, "a\0b", "all"]),
    "seed": st.integers(-(2**70), 2**70),
    "name": st.text(max_size=300),
}  # fmt: skip


@cases("scenario dry run")
@given(st.data())
def test_a_dry_run(no_bundles, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "dry.yaml"
    path.write_text("name: a\narea: mong_kok_core\ncameras: {totals: [4000]}\n")
    chosen = data.draw(st.lists(st.sampled_from(sorted(SETTINGS)), max_size=3, unique=True))
    words = ["run", str(path), "--dry-run"]
    for key in chosen:
        value = json.dumps(data.draw(SETTINGS[key]), ensure_ascii=True)
        words += ["--set", f"{key}={value}"]
    commanded("scenario dry run", words, no_bundles)


UNUSUAL = st.characters(exclude_characters="\0/", exclude_categories=["Cs"])
NAMES = st.text(UNUSUAL, min_size=1) | st.sampled_from(
    ["-x", "--help", "a b", "a\nb", "旺角", "a" * 255, "a" * 300, "é\u202e", "con", "*", "$HOME",
     "a;b", "'", '"', "%s", "{}", "~", "[red]", "\x1b[31m", "..", ".hidden", "a:b", "https://x"]
)  # fmt: skip
COMMANDS = st.sampled_from(
    [
        lambda name: ["validate", "--", name],
        lambda name: ["run", "--dry-run", "--", name],
        lambda name: ["run", "--no-map", "s.yaml", f"--set=area={name}"],
        lambda name: ["sweep", "--dry-run", "--", name],
        lambda name: ["bands", "--dry-run", "--", name],
        lambda name: ["map", "--", name],
        lambda name: ["export", "--", name],
        lambda name: ["site", "--out", "site", "--", name],
        lambda name: ["compare", "--", name, name],
        lambda name: ["data", "info", "--", name],
        lambda name: ["data", "import", "--name", "a", "--", name],
        lambda name: ["data", "import", f"--name={name}", "list.csv"],
        lambda name: ["cameras", "import", f"--out={name}.geojson", "list.csv"],
        lambda name: ["cameras", "import", f"--out={name}", "list.csv"],
        lambda name: ["cameras", "import", "--", name],
        lambda name: ["walk", f"--from={name}", f"--to={name}", "none"],
    ]
)


@cases("file names")
@given(COMMANDS, NAMES, st.sampled_from(["", ".yaml", ".csv", ".gpkg", ".osm.pbf", ".geojson"]))
def test_any_name_of_a_file(no_bundles, tmp_path_factory, command, name, suffix):
    folder = tmp_path_factory.mktemp("names")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "list.csv").write_text("lon,lat\n114.17,22.32\n")
        (folder / "s.yaml").write_text("name: a\narea: b\ncameras: {totals: 1}\n")
        commanded("file names", command(name + suffix), folder)
