import pytest
from tests.support.work import ends

from careen.formats.dockerfile import reader
from careen.formats.dockerfile.reader import read_dockerfile


def test_stages_and_what_they_build_upon():
    file = read_dockerfile(
        "ARG V=12\nFROM debian:$V AS Base\nRUN a\nFROM base\nRUN b\nFROM scratch AS last\nCOPY --from=base a b"
    )
    assert [(stage.resolved, stage.name, stage.parent) for stage in file.stages] == [
        ("debian:12", "Base", None),
        ("base", "", 0),
        ("scratch", "last", None),
    ]
    assert file.kept() == {2}
    assert [stage.index for stage in file.lineage(file.stages[1])] == [1, 0]


def test_variables_at_each_step():
    text = "ARG G=1\nFROM a AS x\nARG G\nARG D=2\nENV E=$G$D F=${E}\nARG E=never\nRUN r\nFROM x\nARG U\nRUN s\n"
    file = read_dockerfile(text)
    first, second = file.of("RUN")
    assert first.env == {"G": "1", "D": "2", "E": "12", "F": "${E}"}
    assert second.env == {"G": "1", "D": "2", "E": "12", "F": "${E}", "U": None}
    assert second.resolve("$E-$U-$N") == "12-$U-$N"


def test_a_fragment_without_from_is_a_stage():
    file = read_dockerfile("RUN a\nFROM b")
    assert file.stages[0].start is None
    assert 0 in file.kept()


def test_commands_of_a_run_have_their_lines():
    file = read_dockerfile("FROM a\nRUN apt-get update \\\n && apt-get install -y \\\n      curl\n")
    update, install = file.calls("apt-get")
    assert (update.command.line, install.command.line, install.command.end_line) == (2, 3, 4)
    assert install.line_of("curl") == 4
    assert install.package.action == "install"


def test_a_here_document_is_a_script_with_its_lines():
    (call,) = read_dockerfile("FROM a\nRUN <<EOF\nset -e\n\npip install x\nEOF").calls("pip")
    assert call.command.line == 5
    file = read_dockerfile("FROM a\nRUN bash -e <<EOF\npip install x\nEOF\nRUN <<EOF\n#!/usr/bin/env python3\npip = 1\nEOF")
    assert len(file.calls("pip")) == 1


def test_other_shells_are_not_read_as_shell():
    windows = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN Get-Item x | Remove-Item\n"
    assert not read_dockerfile(windows).of("RUN")[0].commands
    text = 'FROM a\nSHELL ["pwsh", "-c"]\nRUN a | b\nSHELL ["/bin/bash", "-c"]\nRUN c'
    first, second = read_dockerfile(text).of("RUN")
    assert not first.posix
    assert not first.commands
    assert second.commands


def test_the_exec_form_and_what_it_wraps():
    file = read_dockerfile('FROM a\nRUN ["/bin/sh", "-c", "apt-get update && b"]')
    assert [call.command.program for call in file.calls_of(file.of("RUN")[0])] == ["sh", "apt-get", "b"]


def test_mounts():
    (step,) = read_dockerfile("FROM a\nRUN --mount=type=cache,target=/x --mount=target=/y,ro b").of("RUN")
    assert step.mounts() == [{"type": "cache", "target": "/x"}, {"type": "bind", "target": "/y", "ro": ""}]


def test_a_run_that_cannot_be_read_is_marked():
    (step,) = read_dockerfile("FROM a\nRUN " + "a|" * 2000).of("RUN")
    assert not step.commands
    assert "too large" in step.unread


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" + "".join(f"ENV A{n}=$A{n - 1}x\n" for n in range(4000)),
        "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nRUN b\n" for n in range(2000)),
        "FROM a\nENV A=xxxxxxxx\n" + "ENV A=$A$A$A$A\n" * 200,
        "FROM a\nRUN " + "$(" * 5000,
        "FROM a\nRUN " + "sh -c " * 5000 + "a",
        "FROM a\nRUN " + "(" * 20000,
    ],
)
def test_hostile_files_end_soon(text):
    with ends():
        read_dockerfile(text)


def test_long_values_that_are_held_are_bounded(monkeypatch):
    monkeypatch.setattr(reader, "MAX_CELLS", 1000)
    document = read_dockerfile("FROM a\nENV BIG=" + "b" * 10_000 + "\n" + "ENV A=x$BIG\n" * 100)
    held = {id(value): len(value) for step in document.steps for value in step.env.values() if value}
    assert sum(held.values()) < 1000 * reader.CHARACTERS_A_CELL + 20_000


def test_words_of_all_commands_together_are_bounded(monkeypatch):
    monkeypatch.setattr(reader, "MAX_ADDED", 50_000)
    document = read_dockerfile("FROM a\nENV BIG=" + "b" * 10_000 + "\n" + "RUN pip install $BIG\n" * 100)
    specs = [spec.text for _, call in document.package_calls("pip") for spec in call.specs]
    assert sum(map(len, specs)) < 70_000
    assert specs[-1] == "$BIG"


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("FROM debian\nRUN a && `\n  curl b | sh\n", True),
        ("FROM debian\nWORKDIR c:\\app\nLABEL a=%PATH%\nRUN a\n", True),
        ("FROM own/base\nRUN a\nRUN powershell -Command b\n", False),
        ("FROM own/base\nRUN a\nRUN del C:\\b\n", False),
        ("FROM own/base\nRUN a\nRUN echo %PATH%\n", False),
        ("FROM own/windows\nRUN a\n", False),
    ],
)
def test_the_escape_character_alone_shows_no_shell(text, is_read):
    (stage,) = read_dockerfile(f"# escape=`\n{text}").stages
    first = next(step for step in stage.steps if step.instruction.keyword == "RUN")
    assert [command.program for command in first.commands][:1] == (["a"] if is_read else [])
