"""Small faults that can be planted in a source file: where, and what stands there instead.

Python is read by its syntax tree, and the text between two positions is replaced, so decorated
kernels keep their form. The page's scripts are read token by token. Docstrings, annotations,
messages, decorators, printed forms and drawing are left alone: a fault there changes no figure.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: ("<=", ">"), ast.LtE: ("<", ">="), ast.Gt: (">=", "<"), ast.GtE: (">", "<="),
    ast.Eq: ("!=",), ast.NotEq: ("==",), ast.In: ("not in",), ast.NotIn: ("in",),
    ast.Is: ("is not",), ast.IsNot: ("is",),
}  # fmt: skip
OPERATORS = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "//"), ast.Pow: ("**", "*"), ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"), ast.BitXor: ("^", "|"), ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}  # fmt: skip
CALLS = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all",
    "all": "any", "floor": "ceil", "ceil": "floor", "argmin": "argmax", "argmax": "argmin",
    "sin": "cos", "cos": "sin", "nanmin": "nanmax", "nanmax": "nanmin", "zeros": "ones",
    "ones": "zeros", "cumsum": "cumprod", "median": "mean", "mean": "median",
    "logical_and": "logical_or", "logical_or": "logical_and", "expm1": "exp", "log1p": "log",
}  # fmt: skip
QUIET_KEYWORDS = frozenset({
    "strict", "workers", "threads", "all_matches", "key", "message", "match", "dtype", "name",
    "columns", "stacklevel", "copy", "fmt", "end", "ndigits", "digits", "name_en", "name_zh",
    "frozen", "slots",
})  # fmt: skip
"""Arguments that say how and not what, or hold words."""
QUIET_CALLS = frozenset({"InputError", "ValueError", "TypeError", "RuntimeError", "warn", "print"})
QUIET_FUNCTION = re.compile(r"^(__repr__|__str__|_repr_.*|_card.*|card.*|.*plot.*|__len__)$")
JS_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
    |(?P<regex>(?<=[(,=:\[!&|?{};\n])\s*/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)
    |(?P<number>(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?(?!\w))
    |(?P<word>Math\.(?:min|max|floor|ceil|round)\b|\b(?:some|every|true|false)\b)
    |(?P<operator>=>|===|!==|<=|>=|&&|\|\||\+\+|--|\+=|-=|\*\*|<<|>>|[<>+\-*/%])""",
    re.VERBOSE | re.DOTALL,
)
JS_OTHER = {
    "===": "!==", "!==": "===", "<=": "<", ">=": ">", "<": "<=", ">": ">=", "&&": "||",
    "||": "&&", "+=": "-=", "-=": "+=", "+": "-", "-": "+", "*": "/", "/": "*", "%": "*",
    "<<": ">>", ">>": "<<", "Math.min": "Math.max", "Math.max": "Math.min",
    "Math.floor": "Math.ceil", "Math.ceil": "Math.floor", "Math.round": "Math.floor",
    "some": "every", "every": "some", "true": "false", "false": "true",
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Mutation:
    """One fault: a stretch of a file's bytes and what stands there instead."""

    path: str
    start: int
    end: int
    line: int
    kind: str
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.kind}: {self.before!r} -> {self.after!r}"

    def planted(self, source: bytes) -> bytes:
        if source[self.start : self.end].decode() != self.before:
            raise ValueError(f"{self.name}: the file holds something else there")
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutations(path: str, source: bytes, inside: re.Pattern[str] | None = None) -> list[Mutation]:
    """Return every fault for a file; of Python only those in functions whose name matches."""
    if path.endswith(".js"):
        return sorted(set(_of_script(path, source)))
    return sorted(set(_Reader(path, source, inside).all()))


class _Reader:
    """Finds the faults of a Python file."""

    def __init__(self, path: str, source: bytes, inside: re.Pattern[str] | None) -> None:
        self.path, self.source, self.inside = path, source, inside
        starts = [0]
        for line in source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self.starts = starts

    def all(self) -> Iterator[Mutation]:
        tree = ast.parse(self.source)
        for node, within in self._walk(tree, ()):
            if self.inside and not any(self.inside.fullmatch(name) for name in within):
                continue
            yield from self._at(node)

    def _walk(self, node: ast.AST, within: tuple[str, ...]) -> Iterator[tuple[ast.AST, tuple]]:
        for child in self._children(node):
            if _is_quiet(child):
                continue
            inner = within
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = (*within, child.name)
            yield child, inner
            yield from self._walk(child, inner)

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parts of a node that can change a figure."""
        left_out: set[int] = set()
        if isinstance(node, ast.FunctionDef):
            left_out = {id(n) for n in (*node.decorator_list, node.returns)}
        elif isinstance(node, ast.ClassDef):
            left_out = {id(n) for n in (*node.decorator_list, *node.bases)}
        elif isinstance(node, ast.AnnAssign | ast.arg):
            left_out = {id(node.annotation)}
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            if node.value.id in {"NDArray", "dict", "list", "tuple", "Sequence", "Callable"}:
                return
        elif isinstance(node, ast.Assert):
            left_out = {id(node.msg)}
        for child in ast.iter_child_nodes(node):
            if id(child) not in left_out:
                yield child

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _made(self, start: int, end: int, kind: str, after: str) -> Mutation:
        line = self.source.count(b"\n", 0, start) + 1
        before = self.source[start:end].decode()
        return Mutation(self.path, start, end, line, kind, before, after)

    def _between(self, left: ast.AST, right: ast.AST, word: str) -> tuple[int, int]:
        """Where an operator stands between its operands."""
        first, last = self._span(left)[1], self._span(right)[0]
        text = re.sub(rb"#[^\n]*", lambda m: b" " * len(m[0]), self.source[first:last])
        at = text.index(word.encode())
        return first + at, first + at + len(word)

    def _at(self, node: ast.AST) -> Iterator[Mutation]:
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if method:
            yield from method(node)

    def _of_compare(self, node: ast.Compare) -> Iterator[Mutation]:
        words = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
                 ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
                 ast.IsNot: "is not"}  # fmt: skip
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            start, end = self._between(left, right, words[type(operator)])
            for other in COMPARISONS[type(operator)]:
                yield self._made(start, end, "comparison", other)
            left = right

    def _of_binop(self, node: ast.BinOp) -> Iterator[Mutation]:
        word, other = OPERATORS.get(type(node.op), ("", ""))
        if word and not _is_text(node.left) and not _is_text(node.right):
            start, end = self._between(node.left, node.right, word)
            yield self._made(start, end, "operator", other)
        modulus = node.right.value if isinstance(node.right, ast.Constant) else None
        if isinstance(node.op, ast.Mod) and isinstance(modulus, int):
            start, end = self._span(node.right)
            yield self._made(start, end, "modulus", str(max(modulus // 2, 1)))

    def _of_augassign(self, node: ast.AugAssign) -> Iterator[Mutation]:
        word, other = OPERATORS.get(type(node.op), ("", ""))
        if word and not isinstance(node.value, ast.List | ast.ListComp):
            start, end = self._between(node.target, node.value, f"{word}=")
            yield self._made(start, end, "operator", f"{other}=")

    def _of_boolop(self, node: ast.BoolOp) -> Iterator[Mutation]:
        word = "and" if isinstance(node.op, ast.And) else "or"
        for left, right in zip(node.values[:-1], node.values[1:], strict=True):
            start, end = self._between(left, right, word)
            yield self._made(start, end, "and/or", "or" if word == "and" else "and")

    def _of_unaryop(self, node: ast.UnaryOp) -> Iterator[Mutation]:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return
        start = self._span(node)[0]
        size = {ast.Not: len("not "), ast.USub: 1, ast.UAdd: 1, ast.Invert: 1}[type(node.op)]
        yield self._made(start, start + size, "sign or not", "")

    def _of_constant(self, node: ast.Constant) -> Iterator[Mutation]:
        start, end = self._span(node)
        value = node.value
        if value is True or value is False:
            yield self._made(start, end, "truth", str(not value))
        elif isinstance(value, int):
            yield self._made(start, end, "off by one", str(value + 1))
            if value > 0:
                yield self._made(start, end, "off by one", str(value - 1))
        elif isinstance(value, float):
            other = "1.0" if value == 0 else repr(value * 2)
            yield self._made(start, end, "constant", other)
            if value not in (0, 1):
                yield self._made(start, end, "constant", "1.0")
        elif value in ("left", "right"):
            yield self._made(start, end, "side", '"right"' if value == "left" else '"left"')

    def _of_call(self, node: ast.Call) -> Iterator[Mutation]:
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in CALLS:
            end = self._span(called)[1]
            yield self._made(end - len(name), end, "function", CALLS[name])

    def _of_if(self, node: ast.If | ast.While | ast.IfExp) -> Iterator[Mutation]:
        start, end = self._span(node.test)
        text = self.source[start:end].decode()
        if "\n" not in text and not isinstance(node.test, ast.Compare):
            yield self._made(start, end, "condition", f"not ({text})")
        if not isinstance(node, ast.While):
            yield self._made(start, end, "condition", "False")

    _of_ifexp = _of_if

    def _of_while(self, node: ast.While) -> Iterator[Mutation]:
        yield from self._of_if(node)

    def _of_comprehension(self, node: ast.comprehension) -> Iterator[Mutation]:
        for test in node.ifs:
            start, end = self._span(test)
            yield self._made(start, end, "condition", "True")

    def _of_return(self, node: ast.Return) -> Iterator[Mutation]:
        value = node.value
        if value is None or isinstance(value, ast.Constant | ast.Tuple | ast.Name | ast.JoinedStr):
            return
        start, end = self._span(value)
        yield self._made(start, end, "return", "0" if _is_number(value) else "None")

    def _of_slice(self, node: ast.Slice) -> Iterator[Mutation]:
        for bound in (node.lower, node.upper):
            if bound is not None:
                start, end = self._span(bound)
                yield self._made(start, end, "slice", "")

    def _of_continue(self, node: ast.Continue) -> Iterator[Mutation]:
        yield self._made(*self._span(node), "loop", "break")

    def _of_break(self, node: ast.Break) -> Iterator[Mutation]:
        yield self._made(*self._span(node), "loop", "continue")


def _is_quiet(node: ast.AST) -> bool:
    """Whether a fault inside the node changes words, types or pictures only."""
    if isinstance(node, ast.FunctionDef):
        return bool(QUIET_FUNCTION.match(node.name))
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("_AT_ONCE"):
        return True
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.keyword):
        return node.arg in QUIET_KEYWORDS
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        return name in QUIET_CALLS
    return False


def _is_text(node: ast.AST) -> bool:
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return text or isinstance(node, ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple)


def _is_number(node: ast.AST) -> bool:
    """Whether an expression is arithmetic, so that 0 is the quieter fault."""
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp):
        return True
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"float", "int", "bool", "abs"}


def _of_script(path: str, source: bytes) -> Iterator[Mutation]:
    text = source.decode()
    for token in JS_TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in {"skip", "regex"} or kind is None:
            continue
        word = token[kind]
        start = len(text[: token.start(kind)].encode())
        line = text.count("\n", 0, token.start(kind)) + 1
        if re.match(r"\s*import\b|\s*export \{", text[text.rfind("\n", 0, token.start()) + 1 :]):
            continue
        others = [JS_OTHER[word]] if word in JS_OTHER else []
        if kind == "number":
            value = float(word.replace("_", ""))
            others = [f"{value * 2:g}" if value % 1 else f"{value + 1:.0f}"]
        for other in others:
            end = start + len(word.encode())
            yield Mutation(path, start, end, line, kind, word, other)
