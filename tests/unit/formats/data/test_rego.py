"""Rego in a process of its own: answers, errors with their line, and an end to what takes too long."""

import sys

import msgspec
import pytest
from tests.support.rego import needs_rego

from careen.errors import UsageError
from careen.exec import Finished
from careen.formats.data import rego

needs_rego()

MODULE = """\
# METADATA
# title: Two
# custom:
#   id: ACME-001
package acme.two

deny contains fault if {
	some number in input.numbers
	number == 2
	fault := {"message": "two", "at": ["numbers"]}
}
"""


def test_each_document_and_query_has_an_answer():
    queries = ["data.acme.two.deny", "data.acme.two.nothing"]
    found = rego.evaluate([("two.rego", MODULE)], queries, [{"numbers": [1, 2]}, {"numbers": []}])
    assert found == [[[{"message": "two", "at": ["numbers"]}], None], [[], None]]


def test_the_package_and_the_metadata():
    assert rego.package_of(MODULE) == "acme.two"
    assert rego.metadata_of(MODULE) == {"title": "Two", "custom": {"id": "ACME-001"}}
    assert rego.metadata_of("package x") == {}
    with pytest.raises(ValueError):
        rego.package_of("deny := 1")


def test_an_error_has_its_file_and_line():
    with pytest.raises(ValueError, match=r"broken\.rego line 3: "):
        rego.evaluate([("broken.rego", "package x\n\ndeny contains n if {")], ["data.x.deny"], [{}])


def test_what_takes_too_long_is_ended():
    endless = "package x\ndeny contains n if { some n in numbers.range(1, 100000000); n == 5 }"
    with pytest.raises(ValueError, match="more than 1 s"):
        rego.evaluate([("x", endless)], ["data.x.deny"], [{}], timeout_s=1)


def test_what_takes_too_much_memory_is_ended(tmp_path):
    if sys.platform != "linux":
        pytest.skip("memory is watched on Linux alone")
    import msgspec

    from careen.exec import run

    script = "import careen.formats.data.rego as rego; rego.MAX_MEMORY_BYTES = 60 << 20; rego.main()"
    task = rego.Task(
        [("x", "package x\ndeny contains n if { some n in numbers.range(1, 100000000); n == 5 }")], ["data.x.deny"], [{}]
    )
    done = run((sys.executable, "-I", "-c", script), input=msgspec.json.encode(task), timeout_s=60)
    assert b"of memory" in done.stdout


def test_it_reads_no_environment_and_no_network(monkeypatch):
    monkeypatch.setenv("CAREEN_TEST_SECRET", "hunter2")
    module = 'package x\ndeny contains object.get(opa.runtime().env, "CAREEN_TEST_SECRET", "none") if { true }'
    assert rego.evaluate([("x", module)], ["data.x.deny"], [{}])[0][0] in (["none"], [], None)


def test_without_the_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="regopy") as caught:
        rego.evaluate([("x", "package x")], ["data.x.deny"], [{}])
    assert "careen[rego]" in str(caught.value.hint)


def test_an_interpreter_that_does_not_start_is_an_error(tmp_path, monkeypatch):
    """Where the system lacks a library that it was built against."""
    answer = msgspec.json.encode(rego.Answer(broken="libatomic.so.1: cannot open shared object file"))
    monkeypatch.setattr("careen.exec.run", lambda *_, **__: Finished(0, answer, b""))
    with pytest.raises(UsageError, match="does not start: libatomic") as caught:
        rego.evaluate([("x", "package x")], ["data.x.deny"], [{}])
    assert "libatomic1" in str(caught.value.hint)
