"""Read back as a runner of GitHub Actions reads workflow commands."""

import re
from collections import Counter

import pytest
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean, faulty, hostile, usual
from tests.support.written import written

from careen.model.finding import Location
from careen.reports.annotations import MAX, REPORTER

COMMAND = re.compile(r"::(error|warning|notice) (.*?)::(.*)")


def commands(report, **options):
    return [parsed(line) for line in written(REPORTER, report, **options).splitlines()]


def parsed(line):
    name, properties, message = COMMAND.fullmatch(line).groups()
    place = dict(part.split("=", 1) for part in properties.split(","))
    return name, {key: plain(value) for key, value in place.items()}, plain(message)


def plain(text):
    for escaped, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escaped, character)
    return text


def test_a_file_of_the_source_tree_is_named_with_its_lines():
    token, user, other = commands(faulty())
    assert token[:2] == ("error", {"file": "app/settings.py", "line": "3", "endLine": "3", "title": "critical: example-token"})
    assert user[1]["file"] == "build/Dockerfile"
    assert user[2] == "Container runs as root: USER root\nName another USER."
    assert other[0] == "notice"


def test_a_path_in_an_image_is_no_file_of_the_repository():
    (name, place, message), *_ = commands(usual())
    assert (name, place) == ("error", {"title": "critical: CVE-2021-44228"})
    assert "opt/service/service.jar" in message.splitlines()


def test_the_line_of_the_dockerfile_that_installs_a_package():
    found = replace(usual().findings[0], location=Location("Dockerfile", 4))
    _, (_, place, _) = commands(replace(usual(), findings=(found,)))
    assert (place["file"], place["line"]) == ("Dockerfile", "4")


def test_special_characters_are_escaped_as_documented():
    user = replace(faulty().findings[0], location=Location("a,b:c%d/Dockerfile", 7), message="50 %\r\n::error::x")
    report = replace(faulty(), findings=(user,))
    out = written(REPORTER, report)
    assert "file=a%2Cb%3Ac%25d/Dockerfile,line=7," in out
    assert "50 %25\\r\\n::error::x" in out
    assert commands(report)[0][1]["file"] == "a,b:c%d/Dockerfile"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_neither_a_command_nor_a_property(text):
    found = commands(hostile(text))
    assert len(found) == 4
    assert all(set(place) <= {"title"} for _, place, _ in found)
    in_source = replace(faulty(), findings=hostile(text).findings)
    assert all(set(place) <= {"title", "file", "line", "endLine"} for _, place, _ in commands(in_source))


def test_as_many_as_are_shown_and_the_others_are_counted():
    many = tuple(replace(usual().findings[0], id=f"CVE-2026-{number:04}", severity="high") for number in range(25))
    found = commands(replace(usual(), findings=many))
    assert Counter(name for name, _, _ in found) == {"error": MAX, "warning": 1}
    (left,) = (place["title"] for name, place, _ in found[MAX - 1 : MAX])
    assert left == f"{25 - MAX + 1} more findings of this level"


def test_ten_of_a_level_are_all_shown():
    many = tuple(replace(usual().findings[0], id=f"CVE-2026-{number:04}", severity="high") for number in range(MAX))
    assert sum(name == "error" for name, _, _ in commands(replace(usual(), findings=many))) == MAX


def test_what_was_not_assessed_is_an_error():
    assert commands(clean()) == []
    assert [(name, place["title"]) for name, place, _ in commands(clean("not_assessed"))] == [("error", "Not assessed")]
