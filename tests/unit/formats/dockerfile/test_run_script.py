import pytest
from tests.support.work import ends

from careen.formats.dockerfile.parse import parse
from careen.formats.dockerfile.run_script import run_script


def commands(text):
    """(words, line) of each command of the first instruction."""
    script = run_script(parse(text).instructions[0])
    return [(" ".join(command.words), command.line) for command in script.commands]


def test_shell_form_with_lines():
    assert commands("RUN a b \\\n && c d") == [("a b", 1), ("c d", 2)]


def test_exec_form():
    assert commands('RUN ["a", "b;c"]') == [("a b;c", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN <<EOF\na b\nc\nEOF", [("a b", 2), ("c", 3)]),
        ("RUN <<-'EOF'\na b\nEOF", [("a b", 2)]),
        ("RUN bash <<EOF\na b\nEOF", [("bash", 1), ("a b", 2)]),
        ("RUN cat <<EOF\na b\nEOF", [("cat", 1)]),
        ("RUN bash <<EOF && c\na b\nEOF", [("bash", 1), ("c", 1), ("a b", 2)]),
        ("RUN cat <<EOF | sh -e\na b\nEOF", [("cat", 1), ("sh -e", 1), ("a b", 2)]),
        ("RUN cat <<EOF | tee x\na b\nEOF", [("cat", 1), ("tee x", 1)]),
        ("RUN <<EOF\n#!/bin/sh -e\na b\nEOF", [("a b", 3)]),
        ("RUN <<EOF\n#!/usr/bin/env bash\na b\nEOF", [("a b", 3)]),
        ("RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF", []),
        ("RUN <<EOF\n#!\na b\nEOF", []),
    ],
)
def test_here_documents_that_a_shell_reads(text, expected):
    assert commands(text) == expected


def test_a_broken_script_is_marked():
    assert run_script(parse("RUN <<EOF\necho 'a\nEOF").instructions[0]).broken
    assert not run_script(parse("RUN <<EOF\necho a\nEOF").instructions[0]).broken


def test_digits_before_a_heredoc_take_linear_time():
    with ends("digits"):
        commands("RUN <<E x" + "0" * 120_000 + "\na\nE\n")
