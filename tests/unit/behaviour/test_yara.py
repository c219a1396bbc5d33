"""Rules in YARA-X in a process of their own."""

import msgspec
import pytest

from careen.behaviour import yara
from careen.behaviour.files import ExaminedFile
from careen.errors import UsageError
from careen.exec import Finished

pytest.importorskip("yara_x", reason="the extra behaviour is not installed")

RULE = """
rule greets {
  meta:
    severity = "high"
    description = "says hello"
    reference = "https://example.com"
  strings:
    $a = "hello"
  condition: $a
}
rule shouts { strings: $a = "HELLO" condition: $a }
"""


def loaded(tmp_path, text=RULE):
    path = tmp_path / "a.yar"
    path.write_text(text)
    return yara.load_rules([path])


def file(path, data):
    return ExaminedFile(path, 1, "shell", data, owner="pkg:npm/a@1")


def test_what_matches(tmp_path):
    batch = yara.YaraBatch(loaded(tmp_path))
    assert not batch.add(file("a", b"well, hello"))
    assert not batch.add(file("b", b"nothing"))
    assert not batch.add(file("c", b"HELLO"))
    first, second = batch.rest()
    assert (first.id, first.severity, first.title, first.references) == (
        "YAR-greets",
        "high",
        "says hello",
        ("https://example.com",),
    )
    assert (first.location.path, first.layer, first.package, first.evidence) == ("a", 1, "pkg:npm/a@1", ("$a at byte 6",))
    assert (second.id, second.severity, second.location.path) == ("YAR-shouts", "medium", "c")
    assert batch.rest() == []


def test_a_full_batch_is_evaluated(tmp_path, monkeypatch):
    monkeypatch.setattr(yara, "BATCH_BYTES", 8)
    assert [finding.id for finding in yara.YaraBatch(loaded(tmp_path)).add(file("a", b"hello hello"))] == ["YAR-greets"]


@pytest.mark.parametrize("text", ["rule a {", 'include "/etc/passwd"\nrule a { condition: true }', "\0"])
def test_rules_that_cannot_be_used(tmp_path, text):
    with pytest.raises(UsageError) as raised:
        loaded(tmp_path, text)
    assert "root:" not in str(raised.value)


def test_rules_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        yara.load_rules([tmp_path / "missing"])


def test_too_many_rules(tmp_path, monkeypatch):
    monkeypatch.setattr(yara, "MAX_RULE_BYTES", 10)
    with pytest.raises(UsageError, match="is over"):
        loaded(tmp_path)


def test_a_process_that_ends_without_an_answer(tmp_path, monkeypatch):
    rules = loaded(tmp_path)
    monkeypatch.setattr("careen.exec.run", lambda *_, **__: Finished(1, b"", b"killed"))
    with pytest.raises(UsageError):
        yara._evaluated(rules, [b"x"])


def test_a_process_that_takes_too_long(tmp_path, monkeypatch):
    rules = loaded(tmp_path)

    def late(*_, **__):
        raise TimeoutError

    monkeypatch.setattr("careen.exec.run", late)
    with pytest.raises(UsageError, match="take more than"):
        yara._evaluated(rules, [b"x"])


def test_files_that_take_too_long_are_named(tmp_path, monkeypatch):
    batch = yara.YaraBatch(loaded(tmp_path))
    batch.add(file("slow", b"x"))
    answer = msgspec.msgpack.encode({"matches": [], "slow": [0], "error": ""})
    monkeypatch.setattr("careen.exec.run", lambda *_, **__: Finished(0, answer, b""))
    assert batch.rest() == []
    assert batch.slow == ["slow"]


def test_no_rules_need_no_process():
    assert yara.load_rules([]) == ()
    batch = yara.YaraBatch(())
    batch.add(file("a", b"hello"))
    assert batch.rest() == []
