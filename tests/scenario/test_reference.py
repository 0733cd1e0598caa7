"""The reference page: made from the models, with examples that are right."""

import re
import shutil
from pathlib import Path

from sim.scenario.layers import LONGEST_CHAIN
from sim.scenario.load import check_file, load_scenario
from sim.scenario.reference import SECTIONS, reference
from sim.scenario.schema import Layers

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "scenario-language.md"


def test_the_page_is_the_one_made_from_the_models() -> None:
    """`python -m sim.scenario.reference > docs/scenario-language.md` makes it anew."""
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_every_group_of_keys_has_its_section() -> None:
    from scenario.test_schema import groups

    assert {model for _, model in SECTIONS} == {*groups(), Layers}
    page = reference()
    for _, model in SECTIONS:
        for name in model.model_fields:
            assert f"\n| `{name}` | " in page
    assert f"At most {LONGEST_CHAIN} files" in page


def test_the_examples_are_right(tmp_path: Path) -> None:
    shutil.copy(ROOT / "scenarios" / "mong_kok_core.yaml", tmp_path)
    examples = re.findall(r"```yaml\n(.*?)```", reference(), re.DOTALL)
    assert len(examples) == 7
    held = []
    for text in examples:
        path = tmp_path / "my.yaml"
        path.write_text(text, encoding="utf-8")
        held.append(check_file(path))
        if "variants" in text:
            both = load_scenario(path, variants=["late_and_sharp"]).scenario
            assert both.name == "my_scenario_late_and_sharp"
    by_date, by_lists = held[2].scenario, held[3].scenario
    assert by_date == by_lists
    assert held[-1].cells == 18
