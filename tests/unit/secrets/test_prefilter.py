import pytest

from careen.secrets import prefilter as module
from careen.secrets.keywords import Keywords
from careen.secrets.prefilter import _CompileLater, prefilter
from careen.secrets.ruleset import load

TEXT = b"token = ghp_" + b"a1" * 18


def test_without_hyperscan_keywords_are_searched(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    prefilter.cache_clear()
    try:
        assert isinstance(prefilter(), Keywords)
    finally:
        prefilter.cache_clear()


def ids(using):
    return {rule.id for rule, _ in using.candidates(TEXT, "srv/x")}


def test_compiling_waits_for_enough_text(monkeypatch):
    using = _CompileLater(load())
    before = ids(using)
    assert "github-personal-access-token" in before
    assert "_automaton" not in vars(using)
    monkeypatch.setattr(module, "_BEFORE_COMPILING_BYTES", 0)
    pytest.importorskip("hyperscan")
    assert "github-personal-access-token" in ids(using)
    assert "_automaton" in vars(using)


def test_a_library_that_cannot_be_loaded_is_not_needed(monkeypatch):
    monkeypatch.setattr(module, "_BEFORE_COMPILING_BYTES", 0)
    monkeypatch.setitem(__import__("sys").modules, "hyperscan", None)
    assert "github-personal-access-token" in ids(_CompileLater(load()))
