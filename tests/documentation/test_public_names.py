"""Every public name says what it takes, gives and refuses.

The names are those of `sim.__all__` and all classes that one comes upon from them (as the page of
the library lists them); what is asked of a docstring is asked of each, so a new name is held too.
"""

import dataclasses
import inspect
import re
import typing

import pytest
from documentation.blocks import ROOT

ARRAYS = re.compile(r"NDArray|DataFrame|GeoSeries")
SAYS_A_SHAPE_OR_UNIT = re.compile(
    r"\b(m|s|km|m2|degrees?|metres?|seconds?|people|shares?|shape|rows?|row|index|columns?|int32|"
    r"int64|float64|bool|rank|ranks|counts?|per|each|whether|which|cameras?|heads?)\b|\d|°|0…",
)  # fmt: skip


@pytest.fixture(scope="module")
def reference():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        import public_names

        yield public_names


def sections(text):
    """Return the numpydoc sections of a docstring by name, the summary under the empty name."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.cleandoc(text or ""), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def entries(section):
    """Return what a section says of each name; names may share an entry."""
    found = {}
    for names, said in re.findall(
        r"^(\S[^\n]*)\n((?:[ ]+[^\n]*\n?|\n)+)", f"{section}\n", re.MULTILINE
    ):
        found |= dict.fromkeys(re.split(r",\s*", names), " ".join(said.split()))
    return found


def bare(annotation, told):
    """Whether an array or a table is told of without a shape, a column or a unit."""
    return ARRAYS.search(str(annotation)) and not SAYS_A_SHAPE_OR_UNIT.search(told)


def faults_of_a_function(name, member, reference):
    """Yield what a function's docstring leaves out."""
    function = reference.function_of(member)
    said = sections(function.__doc__)
    if not said[""].strip().partition("\n\n")[0].rstrip().endswith((".", ":")):
        yield f"{name}: the summary is no sentence"
    signature = inspect.signature(function)
    taken = [p for p in signature.parameters if p not in {"self", "cls"}]
    told = entries(said.get("Parameters", ""))
    if taken and not isinstance(member, property):
        for parameter in taken:
            if parameter not in told:
                yield f"{name}: parameter {parameter} is not told of"
            elif bare(signature.parameters[parameter].annotation, told[parameter]):
                yield f"{name}: {parameter} has neither shape nor unit"
        yield from (f"{name}: tells of {p}, which it does not take" for p in set(told) - set(taken))
    given = str(signature.return_annotation)
    whole = f"{said['']} {said.get('Returns', '')}"
    if bare(given, whole):
        yield f"{name}: what it returns has neither shape nor unit"
    plain = not isinstance(member, property) and not hasattr(member, "func")
    gives = given not in {"None", "<class 'inspect._empty'>"}
    if plain and gives and "Returns" not in said and not re.match(r"Return|\w+ .*", said[""]):
        yield f"{name}: does not say what it returns"
    if "raise InputError" in inspect.getsource(function) and "InputError" not in said.get(
        "Raises", ""
    ):
        yield f"{name}: raises InputError and does not say when"


def faults_of_a_class(name, thing):
    """Yield what a class's docstring leaves out."""
    said = sections(thing.__doc__)
    if not (thing.__doc__ or "").strip() or thing.__doc__.startswith(f"{thing.__name__}("):
        yield f"{name}: has no docstring"
    if not dataclasses.is_dataclass(thing) or typing.is_typeddict(thing):
        return
    told = entries(said.get("Attributes", ""))
    source = inspect.getsource(thing)
    for field in dataclasses.fields(thing):
        below = re.search(rf'^    {field.name}: [^\n]*\n    """', source, re.MULTILINE)
        if field.name not in told and not below and not field.name.startswith("_"):
            yield f"{name}: attribute {field.name} is not told of"
        elif not below and bare(field.type, told[field.name]):
            yield f"{name}: {field.name} has neither shape nor unit"


def test_every_public_name_is_documented(reference):
    faults = []
    for name, thing in reference.public_objects().items():
        if inspect.isclass(thing):
            faults += faults_of_a_class(name, thing)
        for inner, member in reference.callables(thing):
            faults += faults_of_a_function(inner, member, reference)
    assert not faults, "\n".join(faults)


def test_a_poor_docstring_would_be_found(reference):
    def poor(width):
        """Do something"""
        raise InputError(width)

    class InputError(ValueError):
        pass

    assert len(list(faults_of_a_function("poor", poor, reference))) == 3
