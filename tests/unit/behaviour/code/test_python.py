"""Dangerous code in Python."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.code.python import MAX_BYTES, python_matches

EXAMPLE = b"""\
import subprocess as sp, yaml, tarfile, requests, hashlib
from os import system as run
from flask import Flask, request, send_file
app = Flask(__name__)
sp.run("ls " + name, shell=True)
run(command)
yaml.load(text)
requests.get(url, verify=False)
cursor.execute("SELECT a FROM b WHERE c = '%s'" % name)
tarfile.open(name).extractall()
hashlib.md5(data)
db_password = "hunter22"
app.run(debug=True)
send_file("/srv/" + request.args["name"])
"""


def _found(text):
    return [(match.rule, match.line) for match in python_matches(text if isinstance(text, bytes) else text.encode())]


def test_each_line_is_reported_with_its_rule():
    assert _found(EXAMPLE) == [
        ("COD-001", 5), ("COD-001", 6), ("COD-003", 7), ("COD-005", 8), ("COD-004", 9), ("COD-010", 10), ("COD-007", 11),
        ("COD-012", 12), ("COD-011", 13), ("COD-010", 14),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess\nsubprocess.run(['ls', name])",
        "import subprocess\nsubprocess.run(command, shell=False)",
        "import yaml\nyaml.load(text, Loader=yaml.SafeLoader)\nyaml.safe_load(text)",
        "import requests\nrequests.get(url, verify='/ca.pem')\nrequests.get(url)",
        "cursor.execute('SELECT a FROM b WHERE c = %s', (name,))",
        "text = 'select ' + 'one from many'",
        "import tarfile\ntarfile.open(name).extractall(filter='data')",
        "import hashlib\nhashlib.md5(data, usedforsecurity=False)\nhashlib.sha256(data)",
        "password = os.environ['PASSWORD']\npassword = None\npassword = ''",
        "import subprocess\nsubprocess.run(command, shell=True)  # nosec",
        "import subprocess\nsubprocess.run(command, shell=True)  # nosec B602",
        "ast.literal_eval(text)\nmodel.eval()",
    ],
)
def test_what_is_not_dangerous(text):
    assert _found(text) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text = '<b>'\n    text += 'x'\n    mark_safe(text)", []),
        ("text = '<b>{}</b>'.format('x')\n    mark_safe(text)", []),
        ("text = name\n    mark_safe(text)", [("COD-013", 4)]),
        ("text = '<b>' if name else '<i>'\n    mark_safe(name)", [("COD-013", 4)]),
        ("for text in names:\n        mark_safe(text)", [("COD-013", 4)]),
    ],
)
def test_a_value_is_followed_within_its_function(body, expected):
    assert _found(f"from django.utils.safestring import mark_safe\ndef page(name, names):\n    {body}") == expected


def test_a_comment_accepts_only_the_tests_that_it_names():
    assert _found("import subprocess\nsubprocess.run(command, shell=True)  # nosec B301") == [("COD-001", 2)]
    assert _found("import subprocess\nsubprocess.run('# nosec', shell=True)") == [("COD-001", 2)]


def test_no_match_shows_a_password():
    assert all("hunter22" not in match.text for match in python_matches(EXAMPLE))


@pytest.mark.parametrize(
    "data",
    [
        b"print 'two'",
        b"\xff\xfe\x00",
        b"x = 1\0",
        b"(" * 100_000,
        b"-" * 200_000 + b"1",
        b"x = " + b"1+" * 100_000 + b"1",
        b"a" + b".b" * 100_000,
        b"#" * (MAX_BYTES + 1),
        b"x = [" + b"a," * 200_000 + b"]",
    ],
)
def test_what_cannot_be_read_raises_a_value_error(data):
    with pytest.raises(ValueError):
        list(python_matches(data))


def test_large_literals_and_long_sums_are_read():
    sum_of_texts = b"q = " + b"'select a from b where c=' + x + " * 400 + b"y"
    table = b"d = {" + b"".join(b"'password_%d': 'value'," % number for number in range(5000)) + b"}"
    assert {match.rule for match in python_matches(sum_of_texts)} == {"COD-004"}
    assert list(python_matches(table)) == []


@given(st.integers(0, 1 << 32))
def test_changed_programs_are_read_or_refused(seed):
    data, randomness = bytearray(EXAMPLE), random.Random(seed)
    for _ in range(3):
        data[randomness.randrange(len(data))] = randomness.randrange(256)
    try:
        matches = list(python_matches(bytes(data)))
    except ValueError:
        return
    assert all(match.line <= len(data) for match in matches)


def _severe(text):
    return [(match.rule, match.line) for match in python_matches(text.encode()) if match.severity == "high"]


@pytest.mark.parametrize(
    "text",
    [
        "os.system('ping ' + request.args['host'])",
        "os.system(f'ping {request.GET.get(\"host\")}')",
        "subprocess.run('ping %s' % self.request.query_params['host'], shell=True)",
        "subprocess.run(args='ping {}'.format(request.form['host'].strip()), shell=True)",
        "command = 'ping ' + str(request.json['host'])\nos.system(command)",
        "os.system(' '.join(['ping', request.values.get('host')]))",
        "eval(request.get_json()['code'])",
        "pickle.loads(base64.b64decode(request.data))",
        "async def view(request):\n    eval(await request.body())",
        "flask.render_template_string(request.args.get('page'))",
        "environment.from_string('Hello ' + request.args['name']).render()",
        "import jinja2\njinja2.Template(request.args['a'])",
        "@app.get('/ping')\nasync def ping(host: str):\n    os.system(f'ping {host}')",
        "@app.route('/ping/<path:host>')\ndef ping(host):\n    os.system('ping ' + host)",
    ],
)
def test_what_a_visitor_sends_is_severe(text):
    assert _severe(text) == [(python_rule(text), text.count("\n") + 1)]


def python_rule(text):
    return "COD-001" if "system" in text or "run(" in text else "COD-003" if "pickle" in text else "COD-002"


@pytest.mark.parametrize(
    "text",
    [
        "os.system('ping ' + host)",
        "os.system(f'head -{int(request.args[\"lines\"])} log')",
        "os.system('ping ' + shlex.quote(request.args['host']))",
        "os.system(COMMANDS[request.args['name']])",
        "os.system(COMMANDS.get(request.args['name']))",
        "os.system('a' if request.args['a'] else 'b')",
        "os.system(checked(request.args['name']))",
        "def a():\n    name = request.args['name']\ndef b(name):\n    os.system(name)",
        "flask.render_template_string(PAGE, name=request.args['name'])",
        "environment.from_string(text)",
        "@app.get('/ping')\ndef ping(count: int, other: str):\n    os.system(f'ping -c {count}')",
        "@app.route('/ping/<int:count>')\ndef ping(count):\n    os.system(f'ping -c {count}')",
        "@cli.command('ping')\ndef ping(host: str):\n    os.system(f'ping {host}')",
        "@cache.get('ping')\ndef ping(host: str):\n    os.system(f'ping {host}')",
        "response.request.method\nos.system(request.method)",
    ],
)
def test_what_no_visitor_chooses_is_less_severe(text):
    assert _severe(text) == []
