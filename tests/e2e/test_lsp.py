"""The language server as editors use it: a process, its messages, files that are never saved, and a hostile folder."""

import subprocess

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.editor import Editor, applied
from tests.support.feeds import whole_mirror

pytest.importorskip("pygls")

DOCKERFILE = "file:///w/Dockerfile"
# Every connection fails, and leaves its mark.
NO_NETWORK = """
import socket
def refused(self, address):
    open(r"{mark}", "a").write(repr(address))
    raise OSError("no network")
socket.socket.connect = socket.socket.connect_ex = refused
"""


@pytest.fixture
def start(tmp_path):
    shell = Shell(tmp_path / "home", CAREEN_ADVISORIES=str(ADVISORIES))
    editors = []

    def started(*flags, folder=None, **capabilities):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command, place = shell.command("lsp", "--stdio", *flags), folder or shell.home
        editors.append(Editor(subprocess.Popen(command, env=shell.environment, cwd=place, **pipes), **capabilities))
        return editors[-1]

    started.shell = shell
    yield started
    for editor in editors:
        editor.close()


def codes(diagnostics):
    return {one["code"] for one in diagnostics}


def test_a_file_that_is_never_saved_is_checked_as_it_changes(start):
    editor = start()
    editor.open(DOCKERFILE, "FROM debian:12\nADD a b\n", "dockerfile")
    assert "DKR-011" in codes(editor.diagnostics(DOCKERFILE, 1))
    editor.change(DOCKERFILE, 2, (1, 0, 1, 3, "COPY"))
    assert "DKR-011" not in codes(editor.diagnostics(DOCKERFILE, 2))
    assert editor.end() == 0
    assert editor.process.stderr.read() == b""


def test_a_quick_fix_removes_its_diagnostic_and_columns_are_utf_16(start):
    editor = start()
    text = "FROM debian:12\nLABEL a='🚀🚀'\nRUN echo '🚀' && apt-get install nginx"
    editor.open(DOCKERFILE, text, "dockerfile")
    found = [one for one in editor.diagnostics(DOCKERFILE, 1) if one["code"] == "DKR-055"]
    line = text.split("\n")[2]
    assert found[0]["range"]["end"]["character"] == len(line.encode("utf-16-le")) // 2
    action = next(
        one for one in editor.fixes(DOCKERFILE, 2) if "DKR-055" in codes(one["diagnostics"]) and one.get("isPreferred")
    )
    after = applied(text, action)
    assert "🚀' && apt-get install -y nginx" in after
    editor.change(DOCKERFILE, 2, after)
    assert "DKR-055" not in codes(editor.diagnostics(DOCKERFILE, 2))
    editor.change(DOCKERFILE, 3, (1, 10, 1, 12, "x"))  # the second rocket, two units
    editor.diagnostics(DOCKERFILE, 3)
    hover = editor.at("hover", DOCKERFILE, 2, 5)
    assert hover["contents"]["kind"] == "markdown"


def test_an_editor_may_count_otherwise(start):
    editor = start(general={"positionEncodings": ["utf-8"]})
    assert editor.started["capabilities"]["positionEncoding"] == "utf-8"
    editor.open(DOCKERFILE, "FROM debian:12\nADD 🚀 b", "dockerfile")
    found = next(one for one in editor.diagnostics(DOCKERFILE, 1) if one["code"] == "DKR-011")
    assert found["range"]["end"]["character"] == len("ADD 🚀 b".encode())


def test_untitled_and_renamed_documents(start):
    editor = start()
    editor.open("untitled:Untitled-1", "FROM debian:12\nADD a b\n", "dockerfile")
    assert "DKR-011" in codes(editor.diagnostics("untitled:Untitled-1", 1))
    editor.tell("textDocument/didClose", {"textDocument": {"uri": "untitled:Untitled-1"}})  # a rename is a close and an open
    assert editor.diagnostics("untitled:Untitled-1") == []
    editor.open(DOCKERFILE, "FROM debian:12\nADD a b\n", "dockerfile")
    assert "DKR-011" in codes(editor.diagnostics(DOCKERFILE, 1))


def test_a_lock_file_with_hovers_hints_a_lens_and_a_fix(start):
    editor, uri = start(), "file:///w/requirements.txt"
    text = "# 🚀\nrequests==2.30.0\n"
    editor.open(uri, text, "pip-requirements")
    (found,) = editor.diagnostics(uri, 1, when=bool)
    assert (found["code"], found["range"]["start"]["line"]) == ("CVE-2023-32681", 1)
    assert "fixed in 2.31.0" in editor.at("hover", uri, 1)["contents"]["value"]
    assert [lens["command"]["title"] for lens in editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})] == [
        "1 vulnerability: 1 medium; 1 fixed by an update"
    ]
    assert [hint["label"] for hint in editor.at("inlayHint", uri, 0, last=5)] == ["1 vulnerability, fixed in 2.31.0"]
    (action,) = editor.fixes(uri, 1)
    assert applied(text, action) == "# 🚀\nrequests==2.31.0\n"


def test_the_opened_folder_decides_nothing_and_nothing_is_fetched(start, tmp_path):
    """It has plugins, policies, ignore files, settings and a package that is named like ours."""
    folder = tmp_path / "hostile"
    for name, text in {
        "careen/__init__.py": "raise SystemExit(9)",
        "checks/dockerfile/mine.py": "open('ran', 'w')",
        ".careenignore": "*", "careen.toml": "checks_off = ['DKR-008']", "config.toml": "checks_off = ['DKR-008']",
        ".careen.toml": "scanners = []", "policy.rego": "package careen", ".dockerignore": "*",
        ".vscode/settings.json": '{"careen.checks_off": ["DKR-008"]}', "vex.json": "{}",
        "requirements.txt": "requests==2.30.0\n",
    }.items():  # fmt: skip
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    site, mark = tmp_path / "site", tmp_path / "connected"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_NETWORK.format(mark=mark))
    start.shell.environment["PYTHONPATH"] = str(site)
    start.shell.environment["PYTHONSAFEPATH"] = "1"  # as the installed program: the working folder is not on Python's path
    editor = start(folder=folder)
    uri = (folder / "Dockerfile").as_uri()
    text = (
        "FROM https://evil.example/x:1\nRUN apt-get install --force-yes nginx=1\nADD https://evil.example/a.rpm /\n"
        "COPY requirements.txt .\nRUN pip install -r requirements.txt requests==2.30.0\n"
    )
    editor.tell("workspace/didChangeConfiguration", {"settings": {"careen": {"checks_off": ["DKR-008"]}}})
    editor.open(uri, text, "dockerfile")
    assert "DKR-008" in codes(editor.diagnostics(uri, 1))
    assert "CVE-2023-32681" in codes(editor.diagnostics(uri, 1, when=lambda found: "CVE-2023-32681" in codes(found)))
    editor.fixes(uri, 1)
    editor.at("hover", uri, 1)
    assert editor.end() == 0
    assert not mark.exists()
    assert not (folder / "ran").exists()


def test_an_update_of_the_database_is_seen(start, tmp_path):
    del start.shell.environment["CAREEN_ADVISORIES"]
    editor, uri = start(), "file:///w/requirements.txt"
    editor.open(uri, "harbour-crane==1.0\n")
    assert codes(editor.diagnostics(uri, 1, when=bool)) == {"not-read"}
    done = start.shell.run("db", "update", "--from", whole_mirror(tmp_path / "mirror"))
    assert done.returncode == 0, done.stderr
    editor.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
    found = editor.diagnostics(uri, 1, when=lambda found: found and "not-read" not in codes(found))
    assert "harbour-crane 1.0" in found[0]["message"]


def test_hostile_documents_do_not_stop_it(start):
    editor = start()
    bomb = "apiVersion: v1\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 80)).replace("*a0", "x")
    editor.open("file:///w/a.yaml", bomb, "yaml")
    assert codes(editor.diagnostics("file:///w/a.yaml", 1)) == {"not-read"}
    editor.open("file:///w/poetry.lock", "a = " + "[" * 20_000, "toml")
    editor.open(DOCKERFILE, "FROM a\n" * 20_000 + "\x00", "dockerfile")
    editor.change(DOCKERFILE, 2, (10**9, 10**9, 10**9, 10**9, "x"), "FROM debian:12\nADD a b\n")
    assert "DKR-011" in codes(editor.diagnostics(DOCKERFILE, 2))
    assert editor.end() == 0


def test_the_end_of_input_ends_it(start):
    editor = start()
    editor.process.stdin.close()
    assert editor.process.wait(60) == 1
