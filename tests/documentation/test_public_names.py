"""Every public name says what it takes, gives and refuses.

The names are those of `sim.__all__` and all classes that one comes upon from them (as the page of
the library lists them); what is asked of a docstring is asked of each, so a new name is held too.
"""

import dataclasses
import inspect
import re
import sys
import textwrap
import typing

import pytest
from documentation.blocks import ROOT

ARRAYS = re.compile(r"NDArray|DataFrame|GeoSeries")
NUMBERS = re.compile(r"^(float|<class 'float'>|float \| None)$")
SAYS_A_SHAPE = re.compile(
    r"\bshape \(|\b(a|one|an?other) [a-z]+ (a|an|for each|per) |\brows?\b|\bcolumns?\b|\bindex\b"
    r"|\bone (a|an|per) |\bper (task|edge|walk|trip|head|street)\b|\bpoints? (of|with|in)\b"
    r"|\bof one length\b|\bof any shape\b|\bfor every\b|\bnumbers? (a|of)\b|\bpairs?\b",
)
SAYS_A_UNIT = re.compile(
    r"\b(m|s|km|m2|m²|km2|km²|m/s|K|lux|pixels?|degrees?|metres?|seconds?|minutes?|hours?|people|years?"
    r"|shares?|chance|probabilit(y|ies)|rate|ratio|factors?|weights?|times|number of|how many"
    r"|costs?|0 to 1|sigma|percent|numbers?)\b|°|%|0…|\[0, 1\]",
    re.IGNORECASE,
)
GIVEN_BACK = re.compile(r"^Return\b|; return\b|^[A-Z]\w* .*\band return\b", re.DOTALL)
"""A summary that itself says what comes back."""
ELSEWHERE = re.compile(r"\b([Aa]s|[Ss]ee|[Oo]f) (of the class itself|`[\w.]+`)")
"""A parameter may be told of where it belongs."""
STOP_WORDS = {"a", "an", "and", "as", "for", "from", "in", "is", "of", "return", "the", "to"}


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
    """Whether an array is told of without its shape, or a number without its unit."""
    if ELSEWHERE.search(told):
        return False
    if ARRAYS.search(str(annotation)):
        return not (SAYS_A_SHAPE.search(told) or SAYS_A_UNIT.search(told))
    return NUMBERS.match(str(annotation)) and not SAYS_A_UNIT.search(told)


def faults_of_a_summary(name, text):
    """Yield what is wrong with the first paragraph of a docstring."""
    summary = text.strip().partition("\n\n")[0].strip()
    if not summary:
        yield f"{name}: has no summary"
        return
    if not summary[0].isupper() or not summary.endswith((".", ":")):
        yield f"{name}: the summary is no sentence"
    own = set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", name).lower()))
    if not set(re.findall(r"[^\W_]+", summary.lower())) - own - STOP_WORDS:
        yield f"{name}: the summary says no more than the name"


def faults_of_parameters(name, function, said):
    """Yield the parameters that are not told of, or without shape or unit."""
    signature = inspect.signature(function)
    taken = [p for p in signature.parameters if p not in {"self", "cls"}]
    told = entries(said.get("Parameters", ""))
    for parameter in taken:
        if not told.get(parameter):
            yield f"{name}: parameter {parameter} is not told of"
        elif bare(signature.parameters[parameter].annotation, told[parameter]):
            yield f"{name}: {parameter} has neither shape nor unit"
    yield from (f"{name}: tells of {p}, which it does not take" for p in set(told) - set(taken))


def refuses(function, seen=()):
    """Whether a function, or a private one of its module that it calls, raises InputError."""
    source = textwrap.dedent(inspect.getsource(function))
    if "raise InputError" in source:
        return True
    module = sys.modules[function.__module__]
    owner = getattr(module, function.__qualname__.partition(".")[0], None)
    for called in set(re.findall(r"\b(_[a-z]\w*)\(", source)) - set(seen):
        inner = getattr(module, called, None) or getattr(owner, called, None)
        inner = inspect.unwrap(getattr(inner, "__func__", inner)) if inner else None
        own = inspect.isfunction(inner) and inner.__module__ == function.__module__
        if own and refuses(inner, (*seen, called)):
            return True
    return False


def faults_of_a_function(name, member, reference):
    """Yield what a function's docstring leaves out."""
    function = reference.function_of(member)
    said = sections(function.__doc__)
    yield from faults_of_a_summary(name, said[""])
    if not isinstance(member, property):
        yield from faults_of_parameters(name, function, said)
    given = str(inspect.signature(function).return_annotation)
    whole = f"{said['']} {said.get('Returns', '')}"
    if bare(given, whole):
        yield f"{name}: what it returns has neither shape nor unit"
    plain = not isinstance(member, property) and not hasattr(member, "func")
    makes_its_class = isinstance(member, classmethod) and given == name.partition(".")[0]
    gives = given not in {"None", "<class 'inspect._empty'>"} and not makes_its_class
    if plain and gives and not said.get("Returns") and not GIVEN_BACK.search(said[""]):
        yield f"{name}: does not say what it returns"
    if "InputError" not in said.get("Raises", "") and refuses(function):
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


def refuse(width):
    raise InputError(width)


class InputError(ValueError):
    pass


def _check(width):
    if width < 0:
        raise InputError(width)


def whole(width: float) -> float:
    """Make a street as wide as it should be.

    Parameters
    ----------
    width
        Between kerbs, m.

    Returns
    -------
    float
        The width, m.

    Raises
    ------
    InputError
        The width is below 0.
    """
    _check(width)
    return width


POOR = {
    "has no summary": ("Make a street as wide as it should be.\n", ""),
    "the summary is no sentence": ("should be.", "should be"),
    "the summary says no more than the name": ("Make a street as wide as it should be.", "Whole."),
    "parameter width is not told of": ("width\n    Between kerbs, m.", ""),
    "width has neither shape nor unit": ("Between kerbs, m.", "Which it is, as each knows."),
    "tells of height, which it does not take": ("width\n", "width, height\n"),
    "what it returns has neither shape nor unit": ("The width, m.", "It, whatever it is."),
    "does not say what it returns": ("Returns\n-------\nfloat\n    The width, ", ""),
    "raises InputError and does not say when": ("Raises\n------\nInputError\n", ""),
}  # fmt: skip


def test_a_whole_docstring_has_no_fault(reference):
    assert not list(faults_of_a_function("whole", whole, reference))


@pytest.mark.parametrize("fault", POOR)
def test_every_fault_is_found(reference, monkeypatch, fault):
    before, after = POOR[fault]
    told = inspect.cleandoc(whole.__doc__)  # from Python 3.13 on it is that already
    assert before in told
    monkeypatch.setattr(whole, "__doc__", told.replace(before, after))
    found = list(faults_of_a_function("whole", whole, reference))
    assert f"whole: {fault}" in found


def test_a_function_without_a_docstring_has_every_fault(reference):
    found = list(faults_of_a_function("refuse", refuse, reference))
    assert len(found) == 3
