"""The environment in which templates run: Jinja2's immutable sandbox, with allow-lists and a meter.

Imported only when a text has template marks, because Jinja2 is slow to import.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, ItemsView, KeysView, Mapping, ValuesView
from functools import partial
from typing import Any, Final

import jinja2
import jinja2.tests
from jinja2 import nodes, pass_context
from jinja2.environment import Template, TemplateModule
from jinja2.lexer import TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from seedream_pipe.plan import arithmetic, grammar, vocabulary
from seedream_pipe.plan.diagnosis import (
    CAUGHT,
    NoFile,
    Unknown,
    innermost,
    position,
    too_deep,
    unclosed,
    worded,
)
from seedream_pipe.plan.grammar import Hook
from seedream_pipe.plan.limits import MAX_TEXT, Meter, over
from seedream_pipe.plan.model import Files, FilesError
from seedream_pipe.plan.template_error import TemplateError
from seedream_pipe.plan.text_value import kind, known, plain, text_of, wrong
from seedream_pipe.plan.vocabulary import sequence
from seedream_pipe.problems import escaped

__all__ = ["Compiled", "Sandbox"]

_LOOP_NAMES: Final = frozenset(
    [
        "index",
        "index0",
        "first",
        "last",
        "length",
        "revindex",
        "revindex0",
        "depth",
        "depth0",
        "previtem",
        "nextitem",
        "cycle",
        "changed",
    ]
)


class _Method:
    """An allowed method of an allowed value, to be called and nothing else."""

    __slots__ = ("bound", "name", "owner")

    def __init__(self, owner: Any, name: str) -> None:
        self.owner = owner
        self.name = name
        self.bound = getattr(owner, name)


class _FreshTemplate(Template):
    """A template whose imports are run for each rendering, so that no state is carried between rows."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002 - Jinja2's signature
        return self.make_module()


class Compiled:
    """A text compiled once, to be rendered for many rows.

    `names` are the names that it looks up among the values, those of the files that it
    includes among them; `open_ended` says that it chooses a file by a value, so that it may use any.
    """

    __slots__ = ("_sandbox", "_template", "names", "open_ended", "text", "typed")

    def __init__(
        self,
        sandbox: Sandbox,
        template: Template,
        text: str,
        *,
        typed: bool,
        names: frozenset[str],
        open_ended: bool,
    ) -> None:
        self._sandbox = sandbox
        self._template = template
        self.text = text
        self.typed = typed
        self.names = names
        self.open_ended = open_ended

    @property
    def template(self) -> Template:
        """Jinja2's template."""
        return self._template

    def render(self, values: Mapping[str, Any]) -> Any:
        """The text, or the value when the text is exactly one expression; raises TemplateError."""
        meter = self._sandbox.meter
        meter.start()
        try:
            text = "".join(self._template.root_render_func(self._template.new_context(dict(values))))
            if len(text) > MAX_TEXT:
                raise over(f"the text has more than {MAX_TEXT:,} characters")
            return meter.kept if self.typed else text
        except CAUGHT as error:
            raise self._sandbox.explained(error, self, values) from None


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles texts and files, and stands between templates and everything else."""

    template_class = _FreshTemplate
    intercepted_binops = frozenset(arithmetic.BINARY)
    intercepted_unops = frozenset("+-")

    def __init__(
        self,
        files: Files,
        *,
        clock: Callable[[], float],
        used: Callable[[str], None] | None = None,
    ) -> None:
        """`used` is told each file that a rendering includes."""
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            optimized=False,
            autoescape=False,
            undefined=Unknown,
            cache_size=0,
            finalize=self._printed(),
        )
        self.meter = Meter(clock)
        self._project = files
        self._used = used
        self._compiling: list[str] = []
        self._texts: dict[str, Compiled] = {}
        self._loaded: dict[str, Compiled] = {}
        self.globals = dict(vocabulary.FUNCTIONS)
        self.filters = _filters(self.meter)
        self.tests = _tests(self.meter)

    def _printed(self) -> Callable[[Context, Any], str]:
        @pass_context
        def printed(_context: Context, value: Any) -> str:
            text = text_of(value)
            self.meter.spend(len(text))
            return text

        return printed

    def inline(self, text: str) -> Compiled:
        """A text of the pipeline; compiled once, however often it stands there."""
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = self._compiled(text, None)
        return found

    def file(self, path: str) -> Compiled:
        """A file of the project as a template. Raises FilesError when it cannot be had."""
        path = posixpath.normpath(path)
        found = self._loaded.get(path)
        if found is None:
            text = self._project.text(path)
            if path in self._compiling:
                chain = " → ".join([*self._compiling, path])
                raise TemplateError("E-TEMPLATE-CYCLE", f"templates include each other: {chain}")
            self._compiling.append(path)
            try:
                found = self._loaded[path] = self._compiled(text, path)
            finally:
                self._compiling.pop()
        return found

    def _compiled(self, text: str, path: str | None) -> Compiled:
        if len(text) > MAX_TEXT:
            raise over(f"a template has at most {MAX_TEXT:,} characters")
        try:
            tree = self._read(text, path)
            names, open_ended = self._names_of_files(tree, path)
            typed = None if path is not None else grammar.single_expression(tree, text)
            generator = grammar.NamingGenerator(self, path)
            generator.visit(grammar.instrumented(tree, keep=typed, file=path))
            code = compile(generator.code(), "<template>", "exec")
        except jinja2.TemplateSyntaxError as error:
            found = unclosed(text) or _unreadable(error.message or "", error.lineno)
            raise self._placed(found, path, text) from None
        except TemplateError as error:
            raise self._placed(error, path, text) from None
        except (RecursionError, MemoryError):
            raise self._placed(too_deep(), path, text) from None
        except (SyntaxError, ValueError, OverflowError) as error:
            message = error.msg if isinstance(error, SyntaxError) else str(error)
            raise self._placed(_unreadable(message), path, text) from None
        template = _FreshTemplate.from_code(self, code, self.globals)
        return Compiled(
            self,
            template,
            text,
            typed=typed is not None,
            names=names | generator.names,
            open_ended=open_ended,
        )

    def _read(self, text: str, path: str | None) -> nodes.Template:
        tree = Parser(self, text, path).parse()
        grammar.check(tree)
        return tree

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        """Jinja2's own, with the tokens counted."""
        tokens = grammar.bounded(self.lexer.tokeniter(source, name, filename, state))
        return TokenStream(self.lexer.wrap(tokens, name, filename), name, filename)

    def _names_of_files(self, tree: nodes.Template, path: str | None) -> tuple[frozenset[str], bool]:
        """The names that statically known includes look up, and whether some are not known."""
        found: set[str] = set()
        open_ended = False
        for node, names, sees_ours, may_miss in grammar.included(tree):
            open_ended = open_ended or names is None
            for name in names or ():
                try:
                    compiled = self.file(self._resolved(name, path))
                except FilesError as error:
                    if error.code == "E-MISSING" and may_miss:
                        continue
                    raise TemplateError(error.code, str(error), hint=error.hint, line=node.lineno) from None
                except TemplateError as error:
                    error.line = error.line or node.lineno
                    raise
                if sees_ours:
                    found |= compiled.names
                    open_ended = open_ended or compiled.open_ended
        return frozenset(found), open_ended

    def _resolved(self, name: str, parent: str | None) -> str:
        """``./x`` and ``../x`` are beside the including file; all else is below the pipeline's folder."""
        if parent is not None and name.startswith(("./", "../")):
            return posixpath.normpath(posixpath.join(posixpath.dirname(parent), name))
        return posixpath.normpath(name)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002, ARG002 - Jinja2's signature
        """What an include or import asks for while rendering."""
        if not isinstance(known(name), str):
            raise wrong(f"a template file is named by a text, not by {kind(name)}")
        self.meter.tick()
        path = self._resolved(name, parent)
        if self._used is not None:
            self._used(path)
        try:
            return self.file(path).template
        except FilesError as error:
            if error.code == "E-MISSING":
                raise NoFile(path, error) from None
            raise

    def select_template(self, names: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002, ARG002 - Jinja2's signature
        """The first of several files that is there."""
        if not isinstance(known(names), list | tuple):
            return self.get_template(names, parent)
        missed: NoFile | None = None
        for name in names:
            try:
                return self.get_template(name, parent)
            except NoFile as error:
                missed = error
        raise missed or wrong("no template file is named")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An entry of a map, else an allowed method; of the language's own things only what is listed."""
        match obj:
            case Undefined():
                return known(obj)
            case Mapping() if attribute in obj:
                return obj[attribute]
            case LoopContext() if attribute in _LOOP_NAMES:
                if attribute in {"cycle", "changed"}:
                    return _Method(obj, attribute)
                return getattr(obj, attribute)
            case Namespace() if not attribute.startswith("_"):
                return getattr(obj, attribute, self.undefined(obj=obj, name=attribute))
            case TemplateModule() if not attribute.startswith("_"):
                return vars(obj).get(attribute, self.undefined(obj=obj, name=attribute))
            case tuple() if attribute in {"grouper", "list"} and hasattr(obj, "_fields"):
                return getattr(obj, attribute)
            case str() | list() | tuple() | dict() if attribute in vocabulary.methods_of(obj):
                return _Method(obj, attribute)
            case _:
                return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj[argument]``; a name that is no entry is looked up as an attribute."""
        known(obj), known(argument)
        if isinstance(argument, str | int | float | bool | None) and isinstance(
            obj, Mapping | list | tuple | str | range
        ):
            try:
                return obj[argument]  # type: ignore[index]
            except (TypeError, LookupError):
                pass
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def call(self, context: Context, called: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - as above
        """Call a macro, an allowed function or an allowed method; there is nothing else to call."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if isinstance(called, Macro):
            self.meter.call()
            text = called(*args, **kwargs)
            self.meter.back()
            return self.meter.made(text)
        self.meter.tick()
        if type(called) is _Method:
            checked = vocabulary.METHOD_CHECKS.get(called.name) if isinstance(called.owner, str) else None
            run = partial(checked, self.meter, called.owner) if checked else called.bound
        elif any(called is function for function in vocabulary.FUNCTIONS.values()):
            run = called
        else:
            raise wrong(f"{kind(known(called))} cannot be called")
        result: Any = run(*args, **kwargs)
        if isinstance(result, KeysView | ValuesView):
            result = list(result)
        elif isinstance(result, ItemsView):
            result = [self.meter.made(pair) for pair in result]
        return self.meter.made(result)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja2's signature
        """An operator between two values."""
        return arithmetic.operate(self.meter, operator, left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:  # noqa: ARG002 - as above
        """A sign before a value."""
        return arithmetic.negate(self.meter, operator, arg)

    def explained(self, error: BaseException, compiled: Compiled, values: Mapping[str, Any]) -> TemplateError:
        """What went wrong while rendering, in the author's words, placed."""
        line, path = innermost(error.__traceback__)
        if isinstance(error, TemplateError) and (error.line or error.file):
            return error
        found = worded(error, values)
        text = compiled.text
        found.line = line
        if path is not None:
            text = self._loaded[path].text
        name = getattr(error, "name", "")
        return self._placed(found, path, text, word=name if isinstance(name, str) else "")

    def _placed(self, error: TemplateError, path: str | None, text: str, word: str = "") -> TemplateError:
        if error.file is None:
            if not (error.column and error.line):
                error.line = max(error.line, 1)
                error.line, error.column = position(text, error.line, word)
            error.file = None if path is None else self._project.shown(path)
        return error


def _unreadable(message: str, line: int = 0) -> TemplateError:
    return TemplateError("E-TEMPLATE-SYNTAX", escaped(message), line=line)


def _filters(meter: Meter) -> dict[str, Any]:
    def own(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(value: Any, *args: Any, **kwargs: Any) -> Any:
            meter.tick()
            return meter.made(function(meter, value, *args, **kwargs))

        return counted

    def borrowed(handed: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @pass_context
        def counted(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
            meter.tick()
            first = context if handed == "context" else context.environment
            return meter.made(function(first, sequence(value), *args, **kwargs))

        return counted

    def tick(value: Any) -> Any:
        meter.tick()
        return value

    def keep(value: Any) -> str:
        meter.kept = plain(value)
        return ""

    return {
        **{name: own(function) for name, function in vocabulary.FILTERS.items()},
        **{name: borrowed(*entry) for name, entry in vocabulary.BORROWED.items()},
        Hook.TURNS: lambda value: meter.turns(sequence(value)),
        Hook.MADE: meter.made,
        Hook.TICK: tick,
        Hook.CONCAT: partial(arithmetic.concatenate, meter),
        Hook.KEEP: keep,
        Hook.ENTER: meter.enter,
        Hook.LEAVE: meter.leave,
    }


def _tests(meter: Meter) -> dict[str, Any]:
    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def test(value: Any, *args: Any) -> bool:
            meter.tick()
            return bool(function(value, *args))

        return test

    borrowed: dict[str, Any] = {name: jinja2.tests.TESTS[name] for name in vocabulary.BORROWED_TESTS}
    return {name: counted(function) for name, function in {**borrowed, **vocabulary.TESTS}.items()}
