"""What values of requests reach in Python, also through functions of the program."""

import pytest
from tests.support.work import ends

from careen.behaviour.code.python import python_matches


def found(text):
    return [(match.rule, match.line, match.severity) for match in python_matches(text.encode())]


def test_a_value_is_followed_to_the_functions_that_it_is_given_to():
    text = (
        "import os\ndef run(command, *, quiet=False):\n    os.system(command)\n"
        "def outer(text):\n    run(text)\ndef view():\n    outer('ping ' + request.args['host'])\n"
    )
    assert found(text) == [("COD-001", 3, "high")]
    assert found(text.replace("request.args['host']", "host")) == [("COD-001", 3, None)]


def test_a_method_of_the_program():
    text = "class A:\n  def get(self):\n    self.run(self.request.body)\n  def run(self, text):\n    eval(text)\n"
    assert found(text) == [("COD-002", 5, "high")]


def test_of_two_functions_with_one_name_neither_is_followed():
    text = "import os\nclass A:\n  def run(self, x): os.system(x)\ndef run(x): pass\ndef view(): run(request.args['x'])\n"
    assert found(text) == [("COD-001", 3, None)]


@pytest.mark.parametrize(
    "text",
    [
        "requests.get(request.args['u'])",
        "requests.request('GET', url=request.form['u'])",
        "httpx.stream('GET', request.args['u'])",
        "u = request.args['u']; requests.post(u)",
        "requests.get(f\"https://{request.args['host']}/a\")",
        "requests.get('http://' + request.args['host'])",
        "urllib.request.urlopen(request.args.get('u'))",
        "session.get(request.args['u'] + '/a')",
    ],
)
def test_addresses_that_a_request_chooses(text):
    assert found(text) == [("COD-021", 1, None)]


@pytest.mark.parametrize(
    "text",
    [
        "requests.get('https://a.example/' + request.args['u'])",
        "requests.get(f\"https://a.example/{request.args['u']}\")",
        "requests.get(URL, params=request.args)",
        "requests.get(f\"{BASE}/{request.args['u']}\")",
        "cache.get(request.args['u'])",
        "session.get('user', request.args['u'])",
        "requests.get(checked(request.args['u']))",
        "requests.get(URLS[request.args['u']])",
    ],
)
def test_addresses_that_the_program_chooses(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("name = request.args['f']; open('/data/' + name)", "COD-010"),
        ("@api.get('/f/{name:path}')\ndef f(name: str): return FileResponse('/data/' + name)", "COD-010"),
        ("import jwt\njwt.decode(token, options={'verify_signature': False})", "COD-022"),
        ("from jose import jwt\njwt.decode(token, key, algorithms=['HS256', 'none'])", "COD-022"),
        ("import jwt\njwt.decode(token, verify=False)", "COD-022"),
        ("app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)", "COD-023"),
        ("from flask_cors import CORS\nCORS(app, supports_credentials=True)", "COD-023"),
        ("from lxml import etree\netree.XMLParser(resolve_entities=True)", "COD-014"),
    ],
)
def test_other_matches(text, rule):
    assert [match for match, _, _ in found(text)] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "open(secure_filename(request.args['f']))", "import jwt\njwt.decode(token, key, algorithms=['HS256'])",
        "import jwt\njwt.decode(token, key, options={'verify_exp': False})", "base64.decode(token, verify=False)",
        "app.add_middleware(CORSMiddleware, allow_origins=['*'])",
        "app.add_middleware(CORSMiddleware, allow_origins=['https://a.example'], allow_credentials=True)",
        "from flask_cors import CORS\nCORS(app, origins=['https://a.example'], supports_credentials=True)",
        "from lxml import etree\netree.XMLParser(resolve_entities=False)",
    ],
)  # fmt: skip
def test_harmless_relatives(text):
    assert found(text) == []


def test_many_functions_that_call_each_other():
    functions = "".join(f"def f{number}(x):\n  f{number + 1}(x)\n" for number in range(2000))
    with ends():
        assert found(f"{functions}f0(request.args['x'])\n") == []
