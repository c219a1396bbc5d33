from careen.cli import lsp
from careen.cli.main import main


def test_it_needs_the_extra(capsys, monkeypatch):
    monkeypatch.setattr(lsp, "find_spec", lambda name: None)
    assert main(["lsp"]) == 2
    assert "pip install 'careen[lsp]'" in capsys.readouterr().err


def test_the_flag_that_editors_give_is_taken():
    assert lsp.parser().read(["--stdio"]).stdio
