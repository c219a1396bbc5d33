"""The cache of the service. tests/e2e/test_serve.py starts it."""

from pathlib import Path

from careen.cli.serve import cache_of, parser


def test_the_flag_names_the_cache(monkeypatch, capsys):
    monkeypatch.setenv("CAREEN_CACHE_DIR", "/elsewhere")
    assert cache_of(parser().parse_args(["--cache-dir", "here"])) == Path("here")
    assert capsys.readouterr().err == ""


def test_the_variable_of_scans_is_not_used_which_is_stated(monkeypatch, capsys):
    monkeypatch.setenv("CAREEN_CACHE_DIR", "/elsewhere")
    assert cache_of(parser().parse_args(["--data", "data"])) is None
    own = Path("data", "cache")
    assert capsys.readouterr().err == (
        f"CAREEN_CACHE_DIR is for scans: the cache of the service is {own}; --cache-dir names another\n"
    )


def test_without_either_nothing_is_stated(monkeypatch, capsys):
    monkeypatch.delenv("CAREEN_CACHE_DIR", raising=False)
    assert cache_of(parser().parse_args([])) is None
    assert capsys.readouterr().err == ""
