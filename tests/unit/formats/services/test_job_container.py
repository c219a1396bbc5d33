"""Containers of jobs, whichever system runs them."""

import pytest

from careen.errors import FileLimitError
from careen.formats.services.job_container import fill, job_container, jobs_of, rows_of


def test_a_text_for_each_combination_of_values():
    values = {"${A}": ["1", "2", "1"], "${B}": ["x"], "$C": []}
    assert fill("i:${A}-${B}-$C", values) == ["i:1-x-$C", "i:2-x-$C"]
    assert fill("plain", values) == ["plain"]


def test_options_are_those_of_docker_create():
    found = job_container("job", "a", "ci.yml", "x:1", 3, "--privileged -v '/a b:/c'", 4)
    assert (found.label, found.image, found.where("image"), found.where("privileged")) == (
        "job a",
        "x:1",
        ("ci.yml", 3),
        ("ci.yml", 4),
    )
    assert [mount.source for mount in found.mounts()] == ["/a b"]
    assert job_container("job", "a", "ci.yml", "x:1", 3, "--label 'open", 4).image == "x:1"


def test_what_is_found_twice_counts_once():
    def found():
        for _ in range(2):
            yield job_container("job", "a", "ci.yml", "x:$TAG", 3)
            yield "include of y", 4

    value = jobs_of("ci.yml", found())
    assert len(value.services) == 1
    assert [(one.what, one.line) for one in value.unresolved] == [("image x:$TAG", 3), ("include of y", 4)]


def test_a_file_that_no_system_takes_is_over_the_limit():
    with pytest.raises(FileLimitError):
        rows_of("x" * 3_000_000)
    assert rows_of("a\n" + "b" * 5000) == ["a", "b" * 2000]
