"""Against the rules one by one; and, where node and acorn are, against acorn's tokens of real and of damaged code."""

import json
import random
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin.javascript.lexer import MAX_DEPTH, lexed  # noqa: E402
from careen.origin.javascript.texts import texts_of  # noqa: E402

TOOLS = Path(".cache/origin/npm/tools/node_modules")


def parts(code):
    data = code.encode()
    return tuple(
        [data[start:end].decode() for start, end in zip(*(part.tolist() for part in spans), strict=True)]
        for spans in lexed(data)
    )


def patterns(code):
    return parts(code)[3]


@pytest.mark.parametrize(
    "code",
    [
        "/re/",
        "x = /re/g",
        "return /re/",
        "(/re/)",
        "if (x) /re/.test(y)",
        "while (x) /re/",
        "for await (x of y) /re/",
        "} /re/",
        "{ x } /re/",
        "else /re/",
        "class A {} /re/",
        "f(...[...//c\n/re/])",
        "typeof /* c */ /re/",
        "!/re/",
        "a ? /re/ : b",
        "a = b / /re/",
        "x => /re/",
        "...typeof /re/",
        "/re/ // then a comment",
        "`${/re/}`",
    ],
)
def test_a_slash_that_begins_a_regular_expression(code):
    assert patterns(code) == ["re"]


@pytest.mark.parametrize(
    "code",
    [
        "a /re/ b",
        "a[0] /re/ b",
        "f(x) /re/ b",
        "o.if (x) /re/ b",
        "o.return /re/ b",
        "1. /re/ b",
        "i++ /re/ b",
        "'s' /re/ b",
        "`t` /re/ b",
        "x = {} /re/ b",
        "x = {a: {}} /re/ b",
        "returned /re/ b",
        "$return /re/ b",
        "a /* c */ /re/ b",
        "a\n/re/ b",
        "x = `${1}` /re/ b",
    ],
)
def test_a_slash_that_divides(code):
    assert patterns(code) == []


def test_what_is_in_a_regular_expression():
    assert patterns(r"x = /[/'\]]\/`/.y; z = 'text'") == [r"[/'\]]\/`"]
    assert patterns("x = /a/ / /b/g / 2") == ["a", "b"]
    assert parts("x = /[/") == ([], [], [], [])
    assert parts("x = /re\n'text'") == ([], ["text"], [], [])


def test_strings_end_with_their_line():
    assert parts("x = 'one \\' two'; y = \"three\\\n four\"; z = 'open\nw = 'five'")[1] == [
        "one \\' two",
        "three\\\n four",
        "five",
    ]


def test_templates_within_templates():
    code = "`one ${ {a: `two ${b} three`} } four` + `five`; 'text'"
    assert parts(code) == ([], ["text"], ["one ", "two ", " three", " four", "five"], [])
    assert parts("`$ $$ \\` \\${ ${a}`")[2] == ["$ $$ \\` \\${ ", ""]
    assert parts("'a'; `never ${ closed")[2] == ["never "]
    assert parts("`never closed 'text'") == ([], [], [], [])


def test_comments_of_all_kinds():
    code = "#!/usr/bin/env node 'x'\na // 'x'\n/* 'x' // */ <!-- 'x'\n  --> 'x'\nx-->0; y <! --z; b = 'text' // no end"
    comments, strings, _, _ = parts(code)
    assert comments == ["#!/usr/bin/env node 'x'", "// 'x'", "/* 'x' // */", "<!-- 'x'", "--> 'x'", "// no end"]
    assert strings == ["text"]
    assert parts("// one\u2028'text'")[1] == ["text"]
    assert parts("/* never closed 'x'")[1] == []


@settings(max_examples=300)
@given(st.text(alphabet="ab/*'\"`${}()[]\\\n. =!-<>if", max_size=60))
def test_any_text_gives_spans_in_order_that_do_not_overlap(code):
    data = code.encode()
    spans = sorted((start, end) for part in lexed(data) for start, end in zip(*(one.tolist() for one in part), strict=True))
    assert all(0 <= start <= end <= len(data) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_mutations_are_read():
    made, code = random.Random(3), b"a = /x[/]/g.test(`t ${ {b: 'c'} } u`); // d\nif (e) /f/ / 2; g['h'] = 1e6 <!-- i\n--> j"
    for _ in range(10_000):
        changed = bytearray(code)
        for _ in range(made.randrange(1, 6)):
            changed[made.randrange(len(changed))] = made.choice(code + b'\\"\xe2\x80\xa8')
        texts_of(bytes(changed)) if made.random() < 0.1 else lexed(bytes(changed))


@pytest.mark.parametrize(
    "unit", [b"`${", b"=/[", b"(", b"{", b"/*", b"a/", b"<!--", b"'\\", b")/a", b"}/", b"-->", b" /**/", b"1,", b"a-<\\"]
)
def test_hostile_code_costs_no_more_than_its_length(unit):
    """Quadratic time would take minutes here."""
    lexed(unit * (300_000 // len(unit)))
    assert MAX_DEPTH < 300_000


@pytest.mark.skipif(shutil.which("node") is None or not (TOOLS / "acorn").exists(), reason="no node with acorn here")
def test_against_another_parser(tmp_path):
    made = random.Random(1)
    files = made.sample(sorted(TOOLS.glob("*/lib/**/*.js")), 40)
    paths = []
    for number, file in enumerate(files):
        data = file.read_bytes()[:200_000]
        for turn in range(3):
            path = tmp_path / f"{number}-{turn}.js"
            path.write_bytes(data)
            paths.append(path)
            at = made.randrange(max(len(data), 1))
            data = data[:at] + made.choice([b"/", b"'", b"`", b"${", b"}", b"//", b"", b"(", b"\n"]) + data[at + 1 :]
    known = subprocess.run(
        ["node", "-e", ACORN, str(TOOLS.absolute()), *map(str, paths)], capture_output=True, check=True
    ).stdout
    compared = 0
    for path, line in zip(paths, known.splitlines(), strict=True):
        theirs = json.loads(line)
        if theirs is not None:  # else it is not JavaScript
            ours = [
                list(map(list, zip(part.starts.tolist(), part.ends.tolist(), strict=True))) for part in lexed(path.read_bytes())
            ]
            assert ours == [sorted(part) for part in theirs], path
            compared += 1
    assert compared >= 40


ACORN = """
const acorn = require(process.argv[1] + "/acorn"), fs = require("fs");
for (const file of process.argv.slice(2)) {
  const text = fs.readFileSync(file, "latin1");
  let found = null;
  for (const sourceType of ["script", "module"]) {
    const spans = [[], [], [], []];
    const onComment = (block, text, start, end) => spans[0].push([start, end]);
    const onToken = ({ type, start, end, value }) => {
      if (type.label === "string") spans[1].push([start + 1, end - 1]);
      if (type.label.endsWith("emplate")) spans[2].push([start, end]);
      if (type.label === "regexp") spans[3].push([start + 1, start + 1 + value.pattern.length]);
    };
    try {
      acorn.parse(text, { ecmaVersion: "latest", sourceType, allowReturnOutsideFunction: true, onComment, onToken });
      found = spans;
      break;
    } catch {}
  }
  console.log(JSON.stringify(found));
}
"""
