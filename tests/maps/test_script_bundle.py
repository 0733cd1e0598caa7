"""The page's modules become one script in one way, and nothing in them is lost in silence."""

import itertools

import pytest

from maps.bundle import BundleError, bundle, modules_of
from maps.comparison import ENTRY as COMPARISON
from maps.page import ENTRY, page_asset, page_script

HOUSE = {
    "top.js": 'import { wall, roof } from "./roof.js";\nimport { WIDE } from "./sizes.js";\n\n'
    "export let built = 0;\nexport function build() { built += roof(wall) * WIDE; }\n",
    "roof.js": '// Import nothing else.\nimport { WIDE } from "./sizes.js";\n\n'
    "export const wall = 2;\nexport function roof(n) { return n + WIDE; }\n",
    "sizes.js": "const SMALL = 1;\nexport const WIDE = SMALL + 1;\n",
}


def put_together(sources, entry="top.js"):
    return bundle(entry, sources.__getitem__, "House")


def test_modules_stand_after_what_they_import():
    script = put_together(HOUSE)
    places = [script.index(f"// {name}") for name in ("sizes.js", "roof.js", "top.js")]
    assert places == sorted(places)
    assert "import {" not in script
    assert "export " not in script
    assert "Import nothing else" not in script
    assert script.startswith("const House = (() => {")
    assert "get built() { return built; }" in script


def test_every_module_stands_once_and_the_bytes_are_the_same():
    script = put_together(HOUSE)
    assert script.count("const SMALL") == 1
    assert script == put_together(dict(reversed(HOUSE.items())))


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("roof.js", "export const wall = 1, roof = 2;\nconst SMALL = 3;\n", "does not export roof"),
        ("roof.js", HOUSE["roof.js"] + "let SMALL = 3;\n", "SMALL is also a name of sizes.js"),
        ("roof.js", HOUSE["roof.js"] + "class SMALL {}\n", "SMALL is also a name of sizes.js"),
        ("roof.js", HOUSE["roof.js"] + "async function SMALL() {}\n", "SMALL is also a name"),
        ("sizes.js", 'import { built } from "./top.js";\nexport const WIDE = 1;\n',
         "circle: top.js → roof.js → sizes.js → top.js"),
        ("sizes.js", "export default 1;\nexport const WIDE = 1;\n", "this form of export"),
        ("sizes.js", "const WIDE = 1;\nexport { WIDE };\n", "this form of export"),
        ("sizes.js", 'export * from "./x.js";\n', "this form of export"),
        ("sizes.js", "export const { WIDE } = window;\n", "this form of export"),
        ("sizes.js", "const [WIDE] = [1];\n", "this form of name"),
        ("sizes.js", "var WIDE = 1;\n", "this form of name"),
        ("sizes.js", 'import x from "./x.js";\nexport const WIDE = 1;\n', "this form of import"),
        ("sizes.js", 'import "./x.js";\nexport const WIDE = 1;\n', "this form of import"),
        ("sizes.js", 'export const WIDE = await import("./x.js");\n', "this form of import"),
        ("top.js", 'import { WIDE as W } from "./sizes.js";\n', "under another name"),
        ("top.js", 'import { WIDE } from "./sizes.js";\nimport { SMALL } from "./sizes.js";\n',
         "imports sizes.js twice"),
        ("sizes.js", "export const WIDE = `1\n  2`;\n", "a template over several lines"),
        ("top.js", 'import { SMALL } from "./sizes.js";\n', "sizes.js does not export SMALL"),
    ],
)  # fmt: skip
def test_what_would_go_wrong_in_the_page_is_refused(name, source, said):
    with pytest.raises(BundleError, match=said):
        put_together({**HOUSE, name: source})


@pytest.mark.parametrize("entry", [ENTRY, COMPARISON])
def test_the_page_s_own_modules_fit_together(entry):
    modules = modules_of(entry, page_asset)
    names = list(itertools.chain.from_iterable(module.own for module in modules))
    assert len(set(names)) == len(names) > 20
    assert modules[-1].name == entry
    script = page_script(entry)
    assert "</script" not in script
    assert "/**" not in script
    # Comments are found line by line, so that no text may run over several lines.
    assert [line for line in script.split("\n") if line.count("`") % 2] == []
    assert script.count("const Unseen = ") == 1
    used = {each for module in modules for names in module.imports.values() for each in names}
    offered = {name for module in modules[:-1] for name in module.exports}
    assert used <= offered
