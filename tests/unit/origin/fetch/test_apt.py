import pytest

from careen.origin.fetch import apt
from careen.origin.fetch.apt import Repository, repositories

KEYS = ("/keys/a.pgp",)


@pytest.fixture
def etc(tmp_path, monkeypatch):
    (tmp_path / "etc" / "sources.list.d").mkdir(parents=True)
    (tmp_path / "etc" / "trusted.gpg.d").mkdir()
    (tmp_path / "etc" / "trusted.gpg.d" / "own.gpg").write_bytes(b"")
    dump = f'APT "";\nDir "/";\nDir::Etc "{tmp_path}/etc";\nDir::Etc::sourcelist "sources.list";\n'

    class Done:
        stdout = dump.encode()

    monkeypatch.setattr(apt, "run", lambda argv, environ: Done())
    return tmp_path / "etc"


def test_one_line_and_paragraph_form(etc):
    (etc / "sources.list").write_text(
        "# deb https://a.example/off x main\n"
        "deb-src [signed-by=/keys/a.pgp arch=amd64] https://a.example/debian/ stable main contrib # sources\n"
        "deb [signed-by=/keys/a.pgp] https://a.example/debian stable main non-free\n"
        "deb file:/srv/mirror stable main\ndeb https://a.example/flat ./\n"
    )
    (etc / "sources.list.d" / "own.sources").write_text(
        "Types: deb\nURIs: http://b.example\nSuites: one two\nComponents: main\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://c.example\nSuites: one\nComponents: main\n"
    )
    (etc / "sources.list.d" / "old.save").write_text("deb https://d.example stable main\n")
    own = (str(etc / "trusted.gpg.d" / "own.gpg"),)
    assert repositories({}) == (
        Repository("https://a.example/debian", "stable", ("main", "contrib", "non-free"), KEYS),
        Repository("http://b.example", "one", ("main",), own),
        Repository("http://b.example", "two", ("main",), own),
    )


def test_without_apt_the_usual_folder_is_read(monkeypatch):
    def absent(argv, environ):
        raise FileNotFoundError

    monkeypatch.setattr(apt, "run", absent)
    read = []
    monkeypatch.setattr(apt, "_text", lambda path: read.append(str(path)) or "")
    assert repositories({}) == ()
    assert read[0] == "/etc/apt/sources.list"
