"""Queries of a Dockerfile: its steps, calls and stages, and the lines of words."""

import pytest
from msgspec.structs import replace

from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.dockerfile.stages import MAX_LINEAGE
from careen.formats.packages.package_head import PackageHead


def only_call(text):
    (call,) = read_dockerfile(f"FROM a\nARG V=9\n{text}").calls("apt-get")
    return call


@pytest.mark.parametrize(
    ("text", "word", "line"),
    [
        ("RUN apt-get install \\\n  curl \\\n  nano", "nano", 5),
        ("RUN apt-get install \\\n  curl=$V \\\n  nano", "curl=9", 4),
        ("RUN apt-get install \\\n  curl", "vim", 3),
        ("RUN echo curl; \\\n apt-get install \\\n  curl", "curl", 5),
        ('RUN ["apt-get", "install", \\\n "curl"]', "curl", 3),
        ("RUN <<EOF\napt-get install curl\nEOF", "curl", 4),
    ],
)
def test_the_line_of_a_word(text, word, line):
    assert only_call(text).line_of(word) == line


def test_the_lines_of_all_words():
    assert only_call("RUN apt-get install \\\n  curl \\\n  nano curl").lines() == {
        "apt-get": 3,
        "install": 3,
        "curl": 4,
        "nano": 5,
    }
    assert only_call('RUN ["apt-get", "install"]').lines() == {}


def test_mounts():
    (step,) = read_dockerfile("FROM a\nRUN --mount=type=cache,target=/c --mount=Source='x',ro b").of("RUN")
    assert step.mounts() == [{"type": "cache", "target": "/c"}, {"type": "bind", "source": "x", "ro": ""}]


def test_a_text_that_cannot_be_resolved_stays():
    (step,) = read_dockerfile("FROM a\nENV V=1\nRUN b").of("RUN")
    assert (step.known, step.resolve('"$V"'), step.resolve("${V")) == ({"V": "1"}, "1", "${V")


FILE = read_dockerfile(
    "FROM a AS x\nRUN pip install a\nONBUILD RUN pip install b\nFROM x\nCOPY a b\nRUN apt-get update; \\\n pip install c"
)


def test_steps_in_order():
    assert [step.line for step in FILE.of("RUN")] == [2, 3, 6]
    assert [step.line for step in FILE.of("COPY", "RUN")] == [2, 3, 5, 6]
    assert [step.line for step in FILE.stages[0].of("RUN")] == [2]
    assert FILE.of("USER") == []


def test_calls_in_order():
    assert [call.command.line for call in FILE.calls("pip")] == [2, 3, 7]
    assert [call.command.program for call in FILE.calls("pip", "apt-get")] == ["pip", "pip", "apt-get", "pip"]
    assert [package.tool for _, package in FILE.package_calls("pip", "apt")] == ["pip", "pip", "apt", "pip"]
    assert [call.command.program for call in FILE.calls_of(FILE.of("RUN")[2])] == ["apt-get", "pip"]


def test_lines_of_stages():
    assert [(stage.line, stage.end_line) for stage in FILE.stages] == [(1, 1), (4, 4)]
    fragment = read_dockerfile("\nRUN a").stages[0]
    assert (fragment.line, fragment.end_line) == (2, 2)


def test_stages_that_the_image_keeps():
    assert FILE.kept() == {0, 1}
    assert read_dockerfile("FROM a AS x\nFROM b\nCOPY --from=x c d").kept() == {1}
    assert read_dockerfile("RUN a\nFROM b").kept() == {0, 1}
    assert replace(FILE, stages=()).kept() == frozenset()


def test_stages_that_refer_to_each_other_in_a_circle():
    first, second = FILE.stages
    circle = replace(FILE, stages=(replace(first, parent=1), second))
    assert len(circle.lineage(second)) == MAX_LINEAGE


def test_heads_of_downloaded_packages():
    head = PackageHead("deb", "a", "1", "amd64", None, None, (), ())
    heads = replace(FILE, heads={"https://x.example/a.deb": head, "https://x.example/b.deb": "not found"})
    assert heads.head("https://x.example/a.deb") is head
    assert heads.head("https://x.example/b.deb") is heads.head("https://x.example/c.deb") is None
