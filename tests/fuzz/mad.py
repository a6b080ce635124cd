"""Mad files: soups of YAML, trees with a limb cut off or turned into something else, templates, tables."""

import copy
import json
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import strategies as st

from seedream_pipe.spec import schema

__all__ = ["edited_texts", "mutated_trees", "overrides", "sources", "tables", "templates", "yaml_soups"]

ROOT: Final = Path(__file__).parent.parent.parent


def sources() -> list[Path]:
    """Every pipeline that we have, right and wrong."""
    found = [
        *ROOT.glob("seedream_pipe/templates/*/*.yaml"),
        *ROOT.glob("pipelines/*/*.yaml"),
        *ROOT.glob("tools/language/*.yaml"),
        *ROOT.glob("tests/spec/cases/*/*.yaml"),
        *ROOT.glob("tests/cases/*/*/*.yaml"),
    ]
    assert len(found) > 20
    return sorted(found)


def _trees() -> list[Any]:
    found = []
    for path in sources():
        try:
            tree = yaml.safe_load(path.read_bytes())
            json.dumps(tree)
        except (yaml.YAMLError, ValueError, TypeError, RecursionError):
            continue
        if isinstance(tree, dict):
            found.append(tree)
    return found


TEXTS: Final = [path.read_text("utf-8", errors="replace") for path in sources()]
TREES: Final = _trees()


def _examples(tree: Any) -> list[Any]:
    if isinstance(tree, list):
        return [found for part in tree for found in _examples(part)]
    if not isinstance(tree, dict):
        return []
    own = tree.get("examples", [])
    return [
        *(own if isinstance(own, list) else []),
        *(found for part in tree.values() for found in _examples(part)),
    ]


def _keys(tree: Any) -> set[str]:
    if isinstance(tree, list):
        return {key for part in tree for key in _keys(part)}
    if not isinstance(tree, dict):
        return set()
    own = tree.get("properties", {})
    return {*(own if isinstance(own, dict) else ()), *(key for part in tree.values() for key in _keys(part))}


KEYS: Final = sorted(_keys(schema.schema("pipeline")))
EXAMPLES: Final = _examples(schema.schema("pipeline"))

TOKENS: Final = [
    *KEYS,
    *"version: 1,steps:".split(","),
    *"{{ ,}},{% ,%},{#,: ,- ,  ,    ,\n,\n  ,\n    ,\n- ,[,],{,},\",',&a ,*a,<<: *a".split(","),
    "|\n", ">-\n", "#", "---\n", "...\n", "%YAML 1.2\n", "!!python/object:os.system", "!x", "? ", "\t",
    "\r\n", "\r", "\x00", "\u2028", "\ufeff", "\u202e", "\ud7ff", "图1", "小美", "😀", "0x1F", "1e999",
    ".nan", "-.inf", "null", "~", "true", "2K", "16:9", "@mei", "@@", "sheet@mei", "prev", "step[*]",
    "../..", "/etc/passwd", "http://", "data:,",
]  # fmt: skip

ATOMS: Final = st.one_of(
    st.sampled_from(
        [
            None, True, False, 0, 1, -1, 2, 99, 100, 10**30, 0.5, 1e300, "", " ", "\n", "x", "prev",
            "2K", "16:9", "0x0", "99999999999999x1", "../x", "a/b", "*", "[*]", "x@y", "@x", "{{",
            "{{ x }}", "{{ vars }}", "{% for %}", "{{ range(10**9) }}", "{{ 'a' * 10**9 }}",
            "{% for i in range(99999) %}{% endfor %}", "{{ index }}", "{{ [1, 2] }}", "{{ {} }}",
            "{{ none }}", "{{ vars.look }}", "小美", "\u202e", "a" * 3000, "https://[", "data:",
            "data:image/png;base64,AAAA", "ep-1", "http://127.0.0.1:1/x.png", "con", ".", "..", "~",
        ]
    ),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)  # fmt: skip
VALUES: Final = st.one_of(
    ATOMS,
    st.sampled_from(EXAMPLES),
    st.recursive(
        ATOMS,
        lambda below: st.one_of(
            st.lists(below, max_size=4),
            st.dictionaries(st.sampled_from([*KEYS, "x-a", "<<", "1", ""]), below, max_size=4),
        ),
        max_leaves=12,
    ),
).map(copy.deepcopy)  # what is drawn is changed


def yaml_soups() -> st.SearchStrategy[str]:
    """Words of the language in no order."""
    return st.lists(st.one_of(st.sampled_from(TOKENS), st.text(max_size=4)), max_size=60).map("".join)


@st.composite
def edited_texts(draw: st.DrawFn) -> bytes:
    """A file of ours with lines lost, doubled, moved, cut or soiled."""
    lines = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = draw(st.integers(0, len(line)))
        match draw(st.integers(0, 6)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, line)
            case 2:
                lines.insert(draw(st.integers(0, len(lines))), lines.pop(at))
            case 3:
                lines[at] = line[:cut] + draw(st.sampled_from(TOKENS)) + line[cut:]
            case 4:
                lines[at] = line[:cut]
            case 5:
                lines[at] = " " * draw(st.integers(0, 8)) + line.lstrip(" ")
            case _:
                del lines[at + 1 :]
    text = "".join(lines).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(text)))
        return text[:at] + draw(st.binary(min_size=1, max_size=3)) + text[at:]
    return text


@st.composite
def mutated_trees(draw: st.DrawFn) -> str:
    """A pipeline of ours with keys dropped, renamed, doubled, moved or given another value."""
    tree = copy.deepcopy(draw(st.sampled_from(TREES)))
    for _ in range(draw(st.integers(1, 5))):
        _mutate(draw, tree)
    if draw(st.booleans()):
        return json.dumps(tree, ensure_ascii=draw(st.booleans()))
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def _mutate(draw: st.DrawFn, tree: Any) -> None:
    holder = tree
    while True:
        inner = [one for one in _children(holder) if isinstance(one, dict | list) and one]
        if not inner or not draw(st.integers(0, 3)):
            break
        holder = draw(st.sampled_from(inner))
    match holder:
        case dict() if holder:
            _change_map(draw, holder)
        case list() if holder:
            at = draw(st.integers(0, len(holder) - 1))
            match draw(st.integers(0, 2)):
                case 0:
                    del holder[at]
                case 1:
                    holder.insert(at, copy.deepcopy(holder[at]))
                case _:
                    holder[at] = draw(VALUES)


def _change_map(draw: st.DrawFn, holder: dict[str, Any]) -> None:
    key = draw(st.sampled_from(sorted(holder, key=str)))
    match draw(st.integers(0, 4)):
        case 0:
            del holder[key]
        case 1:
            holder[draw(st.one_of(st.sampled_from(KEYS), st.text(max_size=6)))] = copy.deepcopy(holder[key])
        case 2:
            holder[draw(st.sampled_from(KEYS))] = draw(VALUES)
        case 3:
            holder[key] = [holder[key]] if draw(st.booleans()) else {key: holder[key]}
        case _:
            holder[key] = draw(VALUES)


def _children(holder: Any) -> list[Any]:
    if isinstance(holder, dict):
        return list(holder.values())
    return holder if isinstance(holder, list) else []


WORDS: Final = [
    "{{ ", " }}", "{% ", " %}", "{%- ", " -%}", "{# ", " #}", "for x in ", "endfor", "if ", "else",
    "elif ", "endif", "set x = ", "endset", "macro m(a, b=1)", "endmacro", "call m(1)", "endcall",
    "include ", "import ", "from ", " as y", "'prompts/shot.j2'", "'_part.j2'", "extends ", "block b",
    "endblock", "raw", "endraw", "filter upper", "endfilter", "with a=1", "endwith", "do ", "row",
    "row.a", "row['a']", "row.__class__", "vars", "vars.look", "data.rows", "data", "index",
    "loop.index", "x", "m(1)", "self", "caller()", "namespace(a=1)", "range(9)", "range(10**9)", "10**9",
    "'a' * 10**9", "'%s' % x", "'{0.__class__}'.format(x)", "[x]", "{'a': 1}", "(1, 2)", "1", "0", "-1",
    "1.5", "1/0", "''", "'text'", "true", "none", " | ", "upper", "length", "join(',')", "map('upper')",
    "map(attribute='a')", "selectattr('a')", "groupby('a')", "sort", "slug", "ratio", "pad(99)", "quote",
    "listing", "default('')", "tojson", "int", "batch(0)", "slice(0)", "replace('a', 'aaaa')",
    "indent(99)", "center(10**9)", " ~ ", " + ", " * ", " ** ", " // ", " % ", " in ", " is ", " not ",
    "defined", "divisibleby(0)", " and ", " == ", " if ", " else ", ".", "[", "]", "(", ")", ",", "\n",
    "@mei", "@@", "图1", "image 3", "小美", "\x00", "\u2028",
]  # fmt: skip


def templates() -> st.SearchStrategy[str]:
    """Words of Jinja2 in no order, half of them with whole tags."""
    tag = st.tuples(
        st.sampled_from(["{{ ", "{% ", "{%- "]),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
        st.sampled_from([" }}", " %}", " -%}"]),
    ).map("".join)
    return st.lists(st.one_of(tag, st.sampled_from(WORDS), st.text(max_size=5)), min_size=1, max_size=10).map(
        "".join
    )


def overrides() -> st.SearchStrategy[list[str]]:
    """What may stand behind `--set`."""
    part = st.one_of(st.sampled_from([*KEYS, "shots", "mina", "0", "look", ""]), st.text(max_size=4))
    path = st.lists(part, min_size=1, max_size=4).map(".".join)
    value = st.one_of(yaml_soups(), ATOMS.map(str), st.sampled_from(["[1, 2", "{a: }", "&a x", "!!x y"]))
    sign = st.sampled_from(["=", "=", "=", "", "=="])
    return st.lists(st.tuples(path, sign, value).map("".join), min_size=1, max_size=3)


def tables() -> st.SearchStrategy[tuple[str, bytes]]:
    """The name of a table and what is in it."""
    cells = [
        "a",
        "id",
        "b",
        ",",
        "\t",
        "\n",
        "\r\n",
        '"',
        "'",
        "小美",
        "010",
        "{",
        "}",
        "[",
        "]",
        ":",
        "null",
        "- ",
        "\x00",
        "\ufeff",
    ]
    soup = st.lists(st.one_of(st.sampled_from(cells), st.text(max_size=3)), max_size=40).map("".join)
    sound = st.lists(
        st.dictionaries(st.sampled_from(["a", "id", "b", "", "小"]), ATOMS, max_size=3), max_size=4
    ).map(lambda rows: "\n".join(json.dumps(row) for row in rows))
    content = st.one_of(
        soup.map(lambda text: text.encode("utf-8", "surrogatepass")),
        sound.map(str.encode),
        sound.map(lambda text: ("[" + text.replace("\n", ",") + "]").encode()),
        st.binary(max_size=30),
    )
    return st.tuples(st.sampled_from(["t.csv", "t.tsv", "t.json", "t.jsonl", "t.yaml"]), content)
