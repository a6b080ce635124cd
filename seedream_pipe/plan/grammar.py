"""What a template may say: an allow-list on Jinja2's syntax tree, and the tree made countable.

Rules of this module:
1. A node that is not listed is refused, so what a newer Jinja2 adds is refused too.
2. Everything that can repeat or grow is bound to the meter by a call put around it:
   loops, literals, slices, comparisons, joins. Nothing is folded at compile time.
3. Depth is bounded far below what Python's own compiler can take.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer

from seedream_pipe.plan.limits import MAX_INT, over
from seedream_pipe.plan.template_error import TemplateError
from seedream_pipe.plan.vocabulary import BORROWED, BORROWED_TESTS, FILTERS, TESTS
from seedream_pipe.problems import did_you_mean

if TYPE_CHECKING:
    from jinja2.compiler import Frame

__all__ = ["Hook", "NamingGenerator", "bounded", "check", "included", "instrumented", "single_expression"]

_HALF: Final = re.compile("[\ud800-\udfff]")
_MAX_TOKENS: Final = 20_000
_MAX_DIGITS: Final = 40
_MAX_NODES: Final = 5_000
_MAX_DEPTH: Final = 50
_MAX_BLOCKS: Final = 12

_BLOCKS: Final = (
    nodes.For,
    nodes.If,
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.With,
    nodes.AssignBlock,
)
_ALLOWED: Final = frozenset(
    {
        *_BLOCKS,
        *(nodes.Template, nodes.Scope, nodes.Output, nodes.TemplateData, nodes.Assign),
        *(nodes.Include, nodes.Import, nodes.FromImport),
        *(nodes.Const, nodes.Name, nodes.NSRef),
        *(nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword),
        *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call, nodes.Filter, nodes.Test),
        *(nodes.Compare, nodes.Operand, nodes.CondExpr, nodes.Concat, nodes.And, nodes.Or, nodes.Not),
        *(nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul),
        *(nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow),
    }
)
_REFUSED_NAMES: Final = frozenset({"self", "super", "varargs", "kwargs"})
_WORDS: Final[Mapping[type, str]] = MappingProxyType(
    {
        nodes.Extends: "extends",
        nodes.Block: "block",
        nodes.ScopedEvalContextModifier: "autoescape",
    }
)
_FILTER_NAMES: Final = frozenset({*FILTERS, *BORROWED})
_TEST_NAMES: Final = frozenset({*TESTS, *BORROWED_TESTS})


class Hook:
    """Names of the filters that `instrumented` puts in; with a space, so that no template can say them."""

    TURNS: Final = "the turns"
    MADE: Final = "the made"
    TICK: Final = "the tick"
    CONCAT: Final = "the concat"
    KEEP: Final = "the keep"
    ENTER: Final = "the enter"
    LEAVE: Final = "the leave"


def bounded(tokens: Iterable[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    """The tokens, at most so many, and no number too long to read."""
    for count, (line, token, text) in enumerate(tokens):
        if count > _MAX_TOKENS:
            raise _placed(over("the template is too long", hint="split it into files"), line)
        if token == "integer" and len(text) > _MAX_DIGITS:  # noqa: S105 - a kind of token
            raise _placed(over("a number of more than 30 digits"), line)
        yield line, token, text


def check(tree: nodes.Template) -> None:
    """Raise the first thing that the template may not say."""
    waiting: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    count = 0
    while waiting:
        node, depth, blocks = waiting.pop()
        count += 1
        blocks += isinstance(node, _BLOCKS)
        if count > _MAX_NODES:
            raise _placed(over("the template is too long", hint="split it into files"), node.lineno)
        if depth > _MAX_DEPTH or blocks > _MAX_BLOCKS:
            raise _placed(over("the template is nested too deeply"), node.lineno)
        _check_node(node)
        children = [(child, depth + 1, blocks) for child in node.iter_child_nodes()]
        waiting.extend(reversed(children))


def _check_node(node: nodes.Node) -> None:
    if type(node) not in _ALLOWED:
        word = _WORDS.get(type(node), type(node).__name__)
        hint = "use {% include %} or macros" if word in {"extends", "block"} else ""
        raise _refused(node, f'"{word}" is not part of templates here', hint)
    match node:
        case nodes.Filter(name=name) if name not in _FILTER_NAMES:
            raise _refused(node, f'there is no filter "{name}"', did_you_mean(name, _FILTER_NAMES))
        case nodes.Test(name=name) if name not in _TEST_NAMES:
            raise _refused(node, f'there is no test "{name}"', did_you_mean(name, _TEST_NAMES))
        case nodes.Name(name=name) if name in _REFUSED_NAMES:
            raise _refused(node, f'"{name}" is not part of templates here')
        case nodes.For(recursive=True):
            raise _refused(node, '"recursive" loops are not part of templates here', "use a macro")
        case nodes.Const(value=int() as value) if abs(value) > MAX_INT:
            raise _placed(over("a number of more than 30 digits"), node.lineno)
        case nodes.Const(value=str() as value) if _HALF.search(value):
            raise _refused(node, "half of a character (a lone surrogate) cannot be sent")
        case nodes.Const(value=float() as value) if not math.isfinite(value):
            raise _placed(over("a number that is not finite"), node.lineno)
        case _:
            pass


def _refused(node: nodes.Node, message: str, hint: str = "") -> TemplateError:
    return _placed(TemplateError("E-TEMPLATE-REFUSED", message, hint=hint), node.lineno)


def _placed(error: TemplateError, line: int) -> TemplateError:
    error.line = line
    return error


def single_expression(tree: nodes.Template, text: str) -> nodes.Expr | None:
    """The expression, when the text is exactly one ``{{ expression }}`` and white space."""
    stripped = text.strip()
    if not (stripped.startswith("{{") and stripped.endswith("}}")) or len(tree.body) != 1:
        return None
    output = tree.body[0]
    if not isinstance(output, nodes.Output):
        return None
    found = [
        node for node in output.nodes if not (isinstance(node, nodes.TemplateData) and not node.data.strip())
    ]
    return found[0] if len(found) == 1 and not isinstance(found[0], nodes.TemplateData) else None


def included(tree: nodes.Template) -> Iterator[tuple[nodes.Node, list[str] | None, bool, bool]]:
    """Each include and import, with the files it names (None when only rendering can tell).

    Then whether the file's names are looked up among ours, and whether it may be missing.
    """
    found: Iterator[Any] = tree.find_all((nodes.Include, nodes.Import, nodes.FromImport))
    for node in found:
        names = _constant_names(node.template)
        may_miss = getattr(node, "ignore_missing", False) or isinstance(
            node.template, nodes.List | nodes.Tuple
        )
        yield node, names, node.with_context, may_miss


def _constant_names(node: nodes.Expr) -> list[str] | None:
    match node:
        case nodes.Const(value=str() as name):
            return [name]
        case nodes.List(items=parts) | nodes.Tuple(items=parts):
            pass
        case nodes.CondExpr(expr1=yes, expr2=no) if no is not None:
            parts = [yes, no]
        case _:
            return None
    found = [_constant_names(part) for part in parts]
    return None if None in found else [name for names in found for name in names or ()]


def instrumented(tree: nodes.Template, *, keep: nodes.Expr | None, file: str | None) -> nodes.Template:
    """The tree with the meter's calls in it. `keep` is the expression whose value is wanted."""
    if keep is not None:
        tree.body = [nodes.Output([_call(keep, Hook.KEEP)], lineno=keep.lineno)]
    _Instrument().visit(tree)
    if file is not None:
        tree.body = [_marker(file, Hook.ENTER), *tree.body, _marker(file, Hook.LEAVE)]
    return tree


def _call(node: nodes.Expr, name: str, *rest: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(rest), [], None, None, lineno=node.lineno)


def _marker(file: str, name: str) -> nodes.Output:
    return nodes.Output([_call(nodes.Const(file, lineno=1), name)], lineno=1)


class _Instrument(NodeTransformer):
    """Binds what can repeat or grow to the meter. Method names are Jinja2's visitor protocol."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _call(cast("nodes.Expr", node.iter), Hook.TURNS)
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node | list[nodes.Node]:  # noqa: N802
        self.generic_visit(node)
        if node.target.find(nodes.NSRef) is None and not isinstance(node.target, nodes.NSRef):
            return node
        # Jinja2 checks the target before it says which line it is on.
        return [nodes.Output([nodes.Const("", lineno=node.lineno)], lineno=node.lineno), node]

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802
        return nodes.Const(node.data, lineno=node.lineno)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        first, *rest = node.nodes
        return _call(first, Hook.CONCAT, *rest)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call(node, Hook.TICK)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call(node, Hook.MADE) if isinstance(node.arg, nodes.Slice) else node

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return self._literal(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        return self._literal(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        return node if node.ctx == "store" else self._literal(node)

    def _literal(self, node: nodes.Literal) -> nodes.Node:
        self.generic_visit(node)
        return _call(node, Hook.MADE)


class NamingGenerator(CodeGenerator):
    """Jinja2's code generator, without folding, that remembers the names looked up in the context."""

    def __init__(self, environment: Any, name: str | None) -> None:
        super().__init__(environment, name, None, optimized=False)
        self.names: set[str] = set()

    def code(self) -> str:
        """The Python code written so far."""
        written = self.stream
        assert isinstance(written, StringIO)  # noqa: S101 - Jinja2 makes one when it is given none
        return written.getvalue()

    def enter_frame(self, frame: Frame) -> None:
        """As Jinja2's own `meta.find_undeclared_variables`, in the same walk."""
        super().enter_frame(frame)
        for action, name in frame.symbols.loads.values():
            if action == "resolve" and name is not None and name not in self.environment.globals:
                self.names.add(name)
