"""Templates: what they give, what they may not say, and what they may cost."""

import itertools
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedream_pipe.plan.model import FilesError
from seedream_pipe.plan.template import TemplateError, Templates, place
from seedream_pipe.problems import Place
from seedream_pipe.spec.model import Field

SHOT = {
    "id": 7,
    "action": "runs",
    "cast": "mei duke",
    "count": 3,
    "rain": True,
    "dry": False,
    "note": None,
    "secs": 2.5,
    "props": ["lamp", "cart"],
}
VALUES = {
    "vars": {"look": "cel"},
    "scenes": [{"s": 1, "n": "a"}, {"s": 1, "n": "b"}],
    "data": {"cast": {"mei": {"look": "girl"}}},
    "shot": SHOT,
}


class Folder:
    """Files of a project, in memory."""

    def __init__(self, files: Mapping[str, str]):
        self._files = files

    def text(self, path):
        if path.startswith(("../", "/")):
            raise FilesError("E-PATH", f'"{path}" is outside the project')
        if path not in self._files:
            raise FilesError("E-MISSING", f'there is no file "{path}"')
        return self._files[path]

    def shown(self, path):
        return f"board/{path}"

    def picture(self, path):
        raise NotImplementedError

    def data_uri(self, uri):
        raise NotImplementedError

    def matches(self, pattern):
        raise NotImplementedError


def templates(files=None, **given):
    return Templates(Folder(files or {}), **given)


def render(text, files=None, **values):
    return templates(files).field(text).render({**VALUES, **values})


def failure(text, files=None, **values):
    with pytest.raises(TemplateError) as caught:
        render(text, files, **values)
    return caught.value


TYPED = [
    ("{{ shot.id }}", 7),
    (" {{ shot.id }}\n", 7),
    ("{{ shot.rain }}", True),
    ("{{ shot.note }}", None),
    ("{{ shot.secs }}", 2.5),
    ("{{ shot.props }}", ["lamp", "cart"]),
    ("{{ shot.cast.split() }}", ["mei", "duke"]),
    ("{{ data.cast }}", {"mei": {"look": "girl"}}),
    ("{{ (1, 2) }}", [1, 2]),
    ("{{ range(3) }}", [0, 1, 2]),
    ("{{ shot.id > 3 and shot.rain }}", True),
    ("{{ shot.id + 1 }}", 8),
    ("{{ '7' }}", "7"),
    ("{{ '{{' }}", "{{"),
    ("{{ shot.secs | int }}", 2),
]


@pytest.mark.parametrize(("text", "expected"), TYPED)
def test_one_expression_keeps_its_type(text, expected):
    found = render(text)
    assert (found, type(found)) == (expected, type(expected))


TEXTS = [
    ("no mark }} here", "no mark }} here"),
    ("{{ shot.id }}{{ shot.id }}", "77"),
    ("id {{ shot.id }}\n", "id 7\n"),
    ("{{ shot.rain }} {{ shot.secs }}", "true 2.5"),
    ("{% if shot.rain %}\nrain\n{% endif %}\nend\n", "rain\nend\n"),
    ("{% if shot.dry %}a{% elif shot.rain %}b{% else %}c{% endif %}", "b"),
    (
        "{% for w in shot.cast.split() %}{{ loop.index }}/{{ loop.length }} {{ w }};{% endfor %}",
        "1/2 mei;2/2 duke;",
    ),
    ("{% for p in shot.props if p != 'cart' %}{{ p }}{% else %}none{% endfor %}", "lamp"),
    ("{% for k, v in data.cast.items() %}{{ k }}={{ v.look }}{% endfor %}", "mei=girl"),
    ("{% set x = shot.id * 2 %}{{ x }}.", "14."),
    ("{% set x %}a{{ shot.id }}{% endset %}{{ x | upper }}.", "A7."),
    (
        "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}.",
        "3.",
    ),
    ("{% macro f(a, b='!') %}<{{ a }}{{ b }}>{% endmacro %}{{ f('x') }}{{ f('y', b='?') }}", "<x!><y?>"),
    ("{% macro f() %}[{{ caller(1) }}]{% endmacro %}{% call(n) f() %}n{{ n }}{% endcall %}", "[n1]"),
    ("{% filter upper %}abc{% endfilter %}", "ABC"),
    ("{% with a = 1 %}{{ a }}{% endwith %}.", "1."),
    ("{# gone #}kept", "kept"),
    ("{% raw %}{{ shot }}{% endraw %}", "{{ shot }}"),
    ("{{ shot.props | join(', ') }}.", "lamp, cart."),
    ("{{ ', '.join(shot.props) }}.", "lamp, cart."),
    ("{{ shot.props | map('upper') | join }}.", "LAMPCART."),
    ("{{ data.cast | items | map('first') | join }}.", "mei."),
    ("{{ shot.action ~ '-' ~ shot.id }}.", "runs-7."),
    ("{{ shot.count }}.", "3."),
    ("{{ shot['action'][1:] }}.", "uns."),
    ("{{ unknown | default('none') }}.", "none."),
    ("{{ shot.note | default('none', true) }}.", "none."),
    ("{{ shot.hue is defined }}.", "false."),
    ("{{ {'a': '图'} | tojson }}.", '{"a": "图"}.'),
    ("{{ [3, 1, 2] | sort | first }}.", "1."),
    ("{{ scenes | sum('s') }}.", "2."),
    (
        "{% for s, rows in scenes | groupby('s') %}{{ s }}{{ rows | map(attribute='n') | join }}{% endfor %}",
        "1ab",
    ),
    ("{{ 'a-b'.replace('-', '+') }}.", "a+b."),
    ("{{ 'a b c d' | truncate(5, leeway=0) }}.", "a...."),
    ("{{ 'a\nb' | indent(2) }}.", "a\n  b."),
    ("{{ 2.567 | round(1) }} {{ 2.5 | round(method='ceil') }}", "2.6 3.0"),
    ("{{ [1, 2, 3] | batch(2, 0) | map('join') | join('/') }}.", "12/30."),
    ("{{ range(5) | slice(2) | map('join') | join('/') }}.", "012/34."),
    ("{{ range(6) | select('even') | list | length }}.", "3."),
    ("{{ {'b': 1, 'a': 2} | dictsort | map('first') | join }}.", "ab."),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_text_is_rendered(text, expected):
    assert render(text) == expected


def test_a_value_is_rendered_inside_lists_and_maps():
    value = {"tier": "2K", "aspect": "{{ shot.aspect }}", "list": ["{{ shot.id }}", 3, None]}
    rendering = templates().field(value)
    assert not rendering.constant
    assert rendering.render({"shot": {"aspect": "16:9", "id": 1}}) == {
        "tier": "2K",
        "aspect": "16:9",
        "list": [1, 3, None],
    }


def test_a_value_without_marks_is_constant():
    rendering = templates().field(["a", {"b": 1}])
    assert (rendering.constant, rendering.names, rendering.render({})) == (True, frozenset(), ["a", {"b": 1}])


def test_a_rendered_value_is_a_copy():
    row = {"props": ["lamp"]}
    render("{{ shot.props }}", shot=row).append("x")
    assert row == {"props": ["lamp"]}


def test_jinja2_is_imported_only_for_marks():
    code = (
        "import sys; from seedream_pipe.plan.template import Templates; t = Templates(None); "
        "t.field(['plain', {'a': 'b }}'}]).render({}); print('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_equal_texts_are_compiled_once():
    made = templates()
    assert made.field("{{ a }}!")._value is made.field("{{ a }}!")._value


NAMES = [
    ("{{ shot.id }} {% if vars.x %}{% endif %}", {"shot", "vars"}),
    ("{% set a = 1 %}{{ a }}{{ range(2) | length }}", set()),
    ("{% for i in shots %}{{ i }}{{ loop.index }}{{ index }}{% endfor %}", {"shots", "index"}),
    ("{% macro f(x) %}{{ x }}{{ take }}{% endmacro %}", {"take"}),
    ("{% include 'look.j2' %}", {"vars"}),
    ("{% include 'look.j2' if shot.rain else 'both.j2' %}", {"vars", "shot", "take"}),
    ("{% import 'look.j2' as m %}", set()),
    ("{% import 'look.j2' as m with context %}", {"vars"}),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_names_are_told(text, expected):
    files = {"look.j2": "{{ vars.look }}", "both.j2": "{% include 'look.j2' %}{{ take }}"}
    rendering = templates(files).field(text)
    assert (rendering.names, rendering.open_ended) == (expected, False)


def test_a_file_chosen_by_a_value_may_use_any_name():
    rendering = templates({"mei.j2": "M{{ shot.id }}"}).field("{% include shot.who ~ '.j2' %}")
    assert (rendering.names, rendering.open_ended) == ({"shot"}, True)
    assert rendering.render({"shot": {"who": "mei", "id": 2}}) == "M2"


FILES = {
    "prompts/shot.j2": "{% import './lib.j2' as lib %}{% include 'look.j2' %} {{ lib.who(shot.cast) }}\n",
    "prompts/lib.j2": "{% macro who(cast) %}{{ cast.split() | join('+') }}{% endmacro %}",
    "prompts/up.j2": "{% include '../look.j2' %}",
    "look.j2": "{{ vars.look }}",
    "plain.txt": "as it is\n",
}


def test_a_file_is_rendered_with_its_includes_and_last_newline():
    rendering = templates(FILES).file("prompts/shot.j2")
    assert rendering.render(VALUES) == "cel mei+duke\n"
    assert rendering.names == {"shot", "vars"}


def test_a_file_without_marks_is_constant():
    rendering = templates(FILES).file("plain.txt")
    assert (rendering.constant, rendering.render({})) == (True, "as it is\n")


def test_a_file_of_one_expression_is_text():
    assert templates({"n.j2": "{{ 1 }}"}).file("n.j2").render({}) == "1"


def test_a_dotted_path_is_beside_the_including_file():
    assert templates(FILES).file("prompts/up.j2").render(VALUES) == "cel"


def test_a_missing_file_of_the_field_is_a_files_error():
    with pytest.raises(FilesError):
        templates().file("nope.j2")


def test_a_missing_include_may_be_ignored_or_replaced():
    assert render("a{% include 'nope.j2' ignore missing %}b") == "ab"
    assert render("{% include ['nope.j2', 'look.j2'] %}!", FILES) == "cel!"
    assert render("a{% include shot.cast ignore missing %}b") == "ab"


def test_no_state_is_carried_from_row_to_row():
    macro = "{% macro next() %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{% endmacro %}"
    rendering = templates({"count.j2": "{% set ns = namespace(n=0) %}" + macro}).field(
        "{% import 'count.j2' as c %}{{ c.next() }}{{ c.next() }}"
    )
    assert [rendering.render({}) for _ in range(3)] == ["12", "12", "12"]


ERRORS = [
    ("{{ sho.id }}!", "E-TEMPLATE-NAME", 'unknown name "sho"', 'did you mean "shot"?', (1, 4)),
    ("{{ sho }}", "E-TEMPLATE-NAME", 'unknown name "sho"', 'did you mean "shot"?', (1, 4)),
    ("a\n\n{{ shot.actoin }}", "E-TEMPLATE-NAME", '"shot" has no "actoin"', 'did you mean "action"?', (3, 9)),
    ("{{ data.cast.mei.lok }}", "E-TEMPLATE-NAME", 'this map has no "lok"', 'did you mean "look"?', (1, 18)),
    ("{{ shot.id.x }}", "E-TEMPLATE-NAME", 'a number has no "x"', "", (1, 12)),
    ("{{ shot.action.uper() }}", "E-TEMPLATE-NAME", 'a text has no "uper"', 'did you mean "upper"?', (1, 16)),
    ("{{ shot.note.x }}", "E-TEMPLATE-NAME", 'nothing (null) has no "x"', "", (1, 14)),
    ("{{ shot.props[9] }}", "E-TEMPLATE-NAME", 'a list has no "9"', "", (1, 1)),
    (
        "x {{\n  shot.id\n  ~ sho }}",
        "E-TEMPLATE-NAME",
        'unknown name "sho"',
        'did you mean "shot"?',
        (3, 5),
    ),
    (
        "a\n{{ shot.id | uper }}",
        "E-TEMPLATE-REFUSED",
        'there is no filter "uper"',
        'did you mean "upper"?',
        (2, 1),
    ),
    ("{% if shot.id is evn %}{% endif %}", "E-TEMPLATE-REFUSED", 'there is no test "evn"', "", (1, 0)),
    ("{{ 1 / 0 }}", "E-TEMPLATE-VALUE", "division by zero", "", (1, 1)),
    ("{{ 1 % 0 }}!", "E-TEMPLATE-VALUE", "division by zero", "", (1, 1)),
    ("{{ shot.id + 'a' }}", "E-TEMPLATE-VALUE", '"+" cannot take a number and a text', "", (1, 1)),
    ("{{ shot.note }}!", "E-TEMPLATE-VALUE", "nothing (null) has no text", "default", (1, 1)),
    ("{{ shot.props }}!", "E-TEMPLATE-VALUE", "a list has no text of its own", "join", (1, 1)),
    ("{{ shot }}!", "E-TEMPLATE-VALUE", "a map has no text of its own", "", (1, 1)),
    ("{{ shot.action.upper }}!", "E-TEMPLATE-VALUE", "", "called with ()", (1, 1)),
    ("{{ shot.action | int }}", "E-TEMPLATE-VALUE", "a text is not a number here", "int(0)", (1, 1)),
    ("{{ 'a' if shot.dry }}", "E-TEMPLATE-VALUE", 'no "else"', 'else ""', (1, 1)),
    ("{{ [] | first }}", "E-TEMPLATE-VALUE", "No first item", "default", (1, 1)),
    ("{{ 'a' < 1 }}", "E-TEMPLATE-VALUE", "not supported", "", (1, 1)),
    ("{{ shot.action | replace('a') }}", "E-TEMPLATE-VALUE", "the arguments do not fit", "", (1, 1)),
    ("{{ shot.id() }}", "E-TEMPLATE-VALUE", "a number cannot be called", "", (1, 1)),
    ("{% for x in shot.id %}{% endfor %}", "E-TEMPLATE-VALUE", "a number has no items", "", (1, 0)),
    ("{{ '\\ud83d' }}", "E-TEMPLATE-REFUSED", "half of a character", "", (1, 1)),
    ("a\nb {{ 3 + }}", "E-TEMPLATE-SYNTAX", "unexpected", "", (2, 3)),
    ("a\n{% if x %}", "E-TEMPLATE-SYNTAX", "Unexpected end of template", "", (2, 1)),
    ("{{ x", "E-TEMPLATE-SYNTAX", '"}}" is missing', "", (1, 1)),
    ("{% macro f(a, a) %}{% endmacro %}", "E-TEMPLATE-SYNTAX", "duplicate argument", "", (1, 0)),
    ("{% include 'nope.j2' %}", "E-MISSING", 'no file "nope.j2"', "", (1, 1)),
    ("\n{% include shot.action %}", "E-MISSING", 'no file "runs"', "", (2, 1)),
    ("{% include shot.id %}", "E-TEMPLATE-VALUE", "named by a text", "", (1, 1)),
]


@pytest.mark.parametrize(("text", "code", "message", "hint", "at"), ERRORS)
def test_what_is_wrong_is_told_with_its_place(text, code, message, hint, at):
    error = failure(text)
    assert (error.code, error.file, (error.line, error.column)) == (code, None, at)
    assert message in error.message
    assert hint in error.hint


BROKEN = {
    "name.j2": "a\nb {{ sho }}",
    "syntax.j2": "\n{{ }}",
    "outer.j2": "\n{% include 'name.j2' %}",
    "lib.j2": "{% macro f() %}\n{{ 1 / 0 }}{% endmacro %}",
    "self.j2": "{% include 'other.j2' %}",
    "other.j2": "\n{% include 'self.j2' %}",
}
PLACED = [
    ("{% include 'name.j2' %}", "E-TEMPLATE-NAME", ("board/name.j2", 2, 6)),
    ("{% include 'outer.j2' %}", "E-TEMPLATE-NAME", ("board/name.j2", 2, 6)),
    ("\n{% include 'syntax.j2' %}", "E-TEMPLATE-SYNTAX", ("board/syntax.j2", 2, 1)),
    ("{% from 'lib.j2' import f %}{{ f() }}", "E-TEMPLATE-VALUE", ("board/lib.j2", 2, 0)),
    ("{% include 'self.j2' %}", "E-TEMPLATE-CYCLE", ("board/other.j2", 2, 1)),
    ("{% include 'se' ~ 'lf.j2' %}", "E-TEMPLATE-CYCLE", ("board/other.j2", 2, 1)),
    ("{% from 'lib.j2' import g %}{{ g() }}", "E-TEMPLATE-NAME", (None, 1, 25)),
]


@pytest.mark.parametrize(("text", "code", "at"), PLACED)
def test_what_is_wrong_in_a_file_is_placed_there(text, code, at):
    error = failure(text, BROKEN)
    assert (error.code, (error.file, error.line, error.column)) == (code, at)


def test_files_that_choose_each_other_by_value_are_a_cycle():
    files = {"a": "{% include shot.next %}", "b": "{% include shot.back %}"}
    error = failure("{% include 'a' %}", files, shot={"next": "b", "back": "a"})
    assert (error.code, error.message) == ("E-TEMPLATE-CYCLE", "templates include each other: a → b → a")


def test_a_template_is_usable_after_it_failed():
    rendering = templates().field("{% macro f(n) %}{{ 6 / n }}{% endmacro %}{{ f(n) }}")
    for _ in range(40):
        with pytest.raises(TemplateError):
            rendering.render({"n": 0})
    assert rendering.render({"n": 2}) == "3.0"


BLOCK = Field(value="a\nb {{ x }}\n", at=Place("p.yaml", 4, 11), first_line=5, indent=6)
QUOTED = Field(value="hi {{ x }}", at=Place("p.yaml", 4, 11), first_line=4, indent=11)
NESTED = Field(value=["{{ x }}"], at=Place("p.yaml", 4, 11), first_line=4, indent=10)


@pytest.mark.parametrize(
    ("field", "expected"),
    [(BLOCK, Place("p.yaml", 6, 12)), (QUOTED, Place("p.yaml", 4, 18)), (NESTED, Place("p.yaml", 4, 11))],
)
def test_an_error_is_placed_in_the_pipeline(field, expected):
    with pytest.raises(TemplateError) as caught:
        templates().field(field.value).render({})
    assert place(caught.value, field) == expected


def test_an_error_is_placed_in_the_included_file():
    assert place(failure("{% include 'name.j2' %}", BROKEN), BLOCK) == Place("board/name.j2", 2, 6)


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__']['__base__'] }}",
    "{{ [].__class__.__base__.__subclasses__() }}",
    "{{ shot.__init__.__globals__ }}",
    "{{ shot | attr('__class__') }}",
    "{{ [shot] | map(attribute='__class__') | list | first }}",
    "{{ [shot] | selectattr('__class__') | list | first }}",
    "{{ [1] | map('the keep') | list }}!",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{x.__class__}'.format_map({'x': 1}) }}",
    "{{ '%s' % shot }}!",
    "{{ range.__self__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ namespace(a=1)._Namespace__attrs }}",
    "{{ namespace(a=1).__class__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{% for i in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for i in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% macro f() %}{% endmacro %}{{ f.__globals__ }}",
    "{% macro f() %}{% endmacro %}{{ f._func }}",
    "{% macro f() %}{% endmacro %}{{ f._environment }}",
    "{% import 'm.j2' as m %}{{ m.__class__ }}",
    "{% import 'm.j2' as m %}{{ m._body_stream }}",
    "{% from 'm.j2' import __class__ as c %}{{ c }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ joiner }}",
    "{{ config }}",
    "{{ request }}",
    "{{ context }}",
    "{{ environment }}",
    "{{ __import__('os') }}",
    "{{ open('/etc/passwd') }}",
    "{{ shot.pop('id') }}",
    "{{ shot.update({'id': 1}) }}",
    "{{ shot.props.append('x') }}",
    "{{ shot.props.clear() }}",
    "{{ shot.action.encode() }}",
    "{{ shot.action.translate({}) }}",
    "{{ (1).to_bytes(9) }}",
    "{{ (1).real }}",
    "{{ dict.fromkeys([1]) }}",
    "{{ shot | random }}",
    "{{ shot | pprint }}",
    "{{ shot | xmlattr }}",
    "{{ '<b>' | safe }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../etc/passwd' %}",
    "{% include 'x/../../secret' %}",
    "{% extends 'm.j2' %}",
    "{% block a %}{% endblock %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% do shot.pop('id') %}",
    "{% for i in [[1]] recursive %}{{ loop(i) }}{% endfor %}",
    "{% macro f() %}{{ varargs }}{% endmacro %}{{ f(1) }}",
    "{% set loop = 1 %}{% for loop in [1] %}{% endfor %}",
    "{% set shot.id = 3 %}",
    "{{ caller() }}",
    "{% debug %}",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_refused_at_its_line(text):
    row = {"id": 7, "action": "runs", "props": ["lamp"]}
    error = failure("\n" + text, {"m.j2": "{% macro f() %}{% endmacro %}"}, shot=row)
    assert error.line == 2
    assert row == {"id": 7, "action": "runs", "props": ["lamp"]}


def grown(body, turns=9999, after=""):
    start = "{% set ns = namespace(a='xxxxxxxx', b=[1], c=[1], d={}) %}"
    return f"{start}{{% for i in range({turns}) %}}{{% set {body} %}}{{% endfor %}}{after}"


EXHAUSTIONS = {
    "one long loop": "{% for i in range(10 ** 9) %}x{% endfor %}",
    "nested loops": "{% for i in range(9999) %}" * 3 + "x" + "{% endfor %}" * 3,
    "twelve short loops": "{% for i in [1, 2, 3, 4] %}" * 12 + "x" + "{% endfor %}" * 12,
    "text times": "{{ 'x' * 10 ** 9 }}",
    "list times": "{{ ([1] * 10 ** 9) | length }}",
    "number times list": "{{ (10 ** 9 * [1]) | length }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "product": "{{ 10 ** 20 * 10 ** 20 }}",
    "infinite": "{{ 1e308 * 10 }}",
    "infinite number": "{{ 1e400 }}",
    "long number": "{{ " + "9" * 60_000 + " }}",
    "long hex number": "{{ 0x" + "f" * 60_000 + " }}",
    "doubled by ~": grown("ns.a = ns.a ~ ns.a", 60),
    "doubled by +": grown("ns.a = ns.a + ns.a", 60),
    "lists of lists, as text": grown("ns.b = [ns.b, ns.b]", 60, "{{ ns.b | tojson }}"),
    "lists of lists, compared": grown("ns.b, ns.c = [ns.b, ns.b], [ns.c, ns.c]", 60, "{{ ns.b == ns.c }}"),
    "maps of maps": grown("ns.d = dict(a=ns.d, b=ns.d)", 60, "{{ ns.d | tojson }}"),
    "deep lists": grown("ns.b = [ns.b]"),
    "kept texts": grown("ns.b = ns.b + ['x' * 60000 ~ i]"),
    "kept slices": "{% set s = 'x' * 60000 %}" + grown("ns.b = ns.b + [s[i:]]"),
    "macro in itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "macro tree": "{% macro f(n) %}{% if n %}{{ f(n - 1) ~ f(n - 1) }}{% endif %}{% endmacro %}{{ f(30) }}",
    "join": "{{ range(9999) | join('x' * 60000) }}",
    "join method": "{{ ('a' * 60000).join(['x'] * 50000) }}",
    "replace": "{{ ('a' * 60000) | replace('a', 'b' * 60000) }}",
    "replace nothing": "{{ ('a' * 60000).replace('', 'b' * 60000) }}",
    "center": "{{ 'x' | center(10 ** 9) }}",
    "ljust": "{{ 'x'.ljust(10 ** 9) }}",
    "zfill": "{{ 'x'.zfill(10 ** 9) }}",
    "expandtabs": "{{ '\t'.expandtabs(10 ** 9) }}",
    "format filter": "{{ '%1000000000d' | format(1) }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "format method": "{{ '{:1000000000}'.format(1) }}",
    "odd format": "{{ '%1000000000d' is odd }}",
    "divisible format": "{{ '%1000000000d' is divisibleby(5) }}",
    "batch": "{{ [1] | batch(10 ** 9, 'x') | list }}",
    "batch in map": "{{ [[1]] | map('batch', 10 ** 9, 0) | list }}",
    "slice": "{{ [1] | slice(10 ** 9) | list }}",
    "indent": "{{ ('\n' * 60000) | indent(10 ** 9, blank=true) }}",
    "indent by text": "{{ ('\n' * 60000) | indent('x' * 60000, blank=true) }}",
    "round": "{{ 1.5 | round(10 ** 9, 'floor') }}",
    "sum of lists": "{{ [[1] * 9999] * 9999 | sum(start=[]) }}",
    "text in a loop": "{% for i in range(9999) %}" + "x" * 60_000 + "{% endfor %}",
    "text in a set block": "{% set x %}{% for i in range(9999) %}"
    + "x" * 60_000
    + "{% endfor %}{% endset %}",
    "too long by a little": "{% for i in range(70) %}" + "x" * 1000 + "{% endfor %}",
    "sorts": "{% for i in range(9999) %}{{ range(9999) | list | sort | first }}{% endfor %}",
    "comparisons": "{{ " + " == ".join(["range(9999) | list"] * 400) + " }}",
    "filter chain": "{{ range(9999)" + " | map('string')" * 2000 + " | list }}",
    "brackets": "{{ " + "(" * 30_000 + "1" + ")" * 30_000 + " }}",
    "lists in lists": "{{ " + "[" * 5_000 + "]" * 5_000 + " }}",
    "not not": "{{ " + "not " * 16_000 + "1 }}",
    "minus minus": "{{ " + "-" * 60_000 + "1 }}",
    "long sum": "{{ 1" + " + 1" * 16_000 + " }}",
    "dots": "{{ shot" + ".b" * 30_000 + " }}",
    "ternaries": "{{ " + "1 if 1 else " * 5_000 + "1 }}",
    "many values": "{{ 1 }}" * 9_000,
    "big joins": "{{ " + " ~ ".join(["'a' * 60000"] * 1000) + " }}",
    "nested ifs": "{% if 1 %}" * 6_000,
    "many elifs": "{% if 0 %}" + "{% elif 0 %}a" * 4_000 + "{% endif %}",
    "long template": "{{ 1 }}" + "x" * 70_000,
}


@pytest.mark.parametrize("text", EXHAUSTIONS.values(), ids=EXHAUSTIONS)
def test_exhaustion_is_refused_in_two_seconds(text):
    begun = time.monotonic()
    failure(text)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "name", ["kept texts", "kept slices", "text in a set block", "join", "big joins", "sorts", "brackets"]
)
def test_exhaustion_takes_little_memory(name):
    render("{{ 1 }}")
    tracemalloc.start()
    try:
        failure(EXHAUSTIONS[name])
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()


def test_time_is_counted_by_the_given_clock():
    ticks = itertools.count()
    with pytest.raises(TemplateError) as caught:
        templates(clock=lambda: next(ticks)).field("{{ 1 ~ 2 ~ 3 }}!{{ 4 ~ 5 }}").render({})
    assert (caught.value.code, caught.value.message) == (
        "E-TEMPLATE-LIMIT",
        "the template takes longer than 1 s",
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 40 + "1" + ")" * 40 + " }}",
        "{{ 1" + " + 1" * 40 + " }}",
        "{{ x" + " | upper" * 40 + " }}",
        "{{ " + "[" * 20 + "]" * 20 + " }}",
        "{{ " + "not " * 40 + "1 }}",
        "{{ 1" + " and 1 == 1" * 40 + " }}",
        "{% for i in [1] %}" * 12 + "{% include 'a' %}" + "{% endfor %}" * 12,
        "{% for i in [1] if loop is undefined %}" * 11 + "{% if i %}x{% endif %}" + "{% endfor %}" * 11,
        "{% macro f() %}{{ caller() }}{% endmacro %}" + "{% call f() %}" * 10 + "x" + "{% endcall %}" * 10,
    ],
)
def test_what_is_deep_but_allowed_is_compiled(text):
    assert render(text, {"a": "{% for i in [1] %}x{% endfor %}"}, x="x") is not None


PIECES = st.sampled_from(
    """{{ }} {% %} {# #} {%- -%} if else elif endif for in endfor set endset macro endmacro call endcall
    filter endfilter with endwith include import from as x shot vars loop range namespace caller f ( ) [
    ] { } . , : | ~ + - * / // % ** == != < > and or not is defined upper join 1e999 map list sort 'a' "b" 0 1
    9999 1.5 true none = self batch replace tojson default int items groupby""".split()
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(PIECES, max_size=25).map(" ".join),
        st.lists(PIECES, max_size=15).map(lambda found: "{{ " + " ".join(found) + " }}"),
        st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=15).map("".join),
    )
)
def test_any_text_gives_a_value_or_a_template_error(text):
    try:
        found = render(text, {"a": "x"}, x=[1, "b", {"c": None}])
    except TemplateError as error:
        found = error
    if isinstance(found, TemplateError):
        assert found.message
        assert 0 < found.line <= text.count("\n") + text.count("\r") + 1
    else:
        assert isinstance(found, str | int | float | list | dict | None)


UNCLOSED = {
    "She looks {{ c.look }.": (1, 11, '"{{"', '"}}"'),
    "one {{ a }}\n  and {{ b }\nand {{ c }}": (2, 7, '"{{"', '"}}"'),
    "one {{ a }}\nand {{ b": (2, 5, '"{{"', '"}}"'),
    "{% if a }x{% endif %}": (1, 1, '"{%"', '"%}"'),
    "{{ a }} {# a note": (1, 9, '"{#"', '"#}"'),
    "{# {{ #} {% raw %}{{ {% endraw %}{{ a }": (1, 34, '"{{"', '"}}"'),
}


@pytest.mark.parametrize(("text", "told"), UNCLOSED.items())
def test_a_mark_that_is_not_closed_is_told_where_it_is_opened(text, told):
    line, column, opened, missing = told
    error = failure(text)
    assert (error.code, error.line, error.column) == ("E-TEMPLATE-SYNTAX", line, column)
    assert error.message == f"a {opened} is not closed: {missing} is missing"


@pytest.mark.parametrize("text", ["{{ {{ a }} }}", "{{ a b }}", "{{ a }} {% if %}"])
def test_another_mistake_is_not_told_as_a_mark_that_is_not_closed(text):
    assert "not closed" not in failure(text).message
