"""Secrets in files that are not text."""

import bz2
import gzip
import lzma
import sqlite3

import pytest

from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.secrets import binaries
from careen.secrets.binaries import read_program, read_wanted, wanted
from tests.support.reading import MemoryFile
from tests.support.secrets import filled

NPM = filled("npm_{alnum36}")
NAMED = filled("datadog_api_key={hex32}")


def facts(path: str, data: bytes, read=read_wanted) -> list:
    scanner = read(MemoryFile(path, data, amount="stream"))
    if scanner is None:
        return []
    for start in range(0, len(data), 1000):
        scanner.feed(data[start : start + 1000])
    return list(scanner.facts())


def ids(path: str, data: bytes, read=read_wanted) -> list[str]:
    return [fact.id for fact in facts(path, data, read) if isinstance(fact, ExposedSecret)]


@pytest.mark.parametrize(("ending", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_compressed_text_is_searched_with_its_names_and_lines(ending, compress):
    [secret] = facts(f"srv/app.env.{ending}", compress(f"LEVEL=info\n{NAMED}\n".encode()))
    assert (secret.id, secret.location.path, secret.location.line) == ("datadog-api-key", f"srv/app.env.{ending}!/app.env", 2)


def test_a_compressed_file_that_is_no_text_has_none():
    assert facts("srv/x.gz", gzip.compress(b"\0\1\2\3" * 300 + NPM.encode())) == []


def test_a_damaged_file_is_an_error():
    with pytest.raises(ValueError, match="gzip"):
        facts("srv/x.txt.gz", gzip.compress(NPM.encode() * 50)[:-30])


def test_of_a_large_text_the_beginning_is_searched(monkeypatch):
    monkeypatch.setattr(binaries, "MAX_INFLATED_BYTES", 1000)
    secret, unknown = facts("srv/x.txt.gz", gzip.compress(f"{NPM}\n{'lorem ipsum ' * 1000}".encode()))
    assert secret.id == "npm-access-token"
    assert isinstance(unknown, Unknown)


def test_a_large_file_is_left_out(monkeypatch):
    monkeypatch.setattr(binaries, "MAX_BYTES", 50)
    assert facts("srv/x.txt.gz", gzip.compress(NPM.encode() * 50)) == []
    assert facts("srv/x", b"\x7fELF\0" * 20 + NPM.encode(), read_program) == []


@pytest.mark.parametrize(
    "data", [b"\x7fELF\0\1%s\0\0", b"\xca\xfe\xba\xbe\0\0\1\0\x28%s\1\0", b"\x80\4\x95\0\0\0\x8c\x28%s\x94"]
)
def test_of_code_a_token_with_a_form_of_its_own_is_found(data):
    [secret] = facts("opt/app/run", data.replace(b"%s", NPM.encode()), read_program)
    assert (secret.id, secret.location.line) == ("npm-access-token", None)
    assert facts("opt/app/run", data.replace(b"%s", NAMED.encode()), read_program) == []


def test_programs_of_the_system_are_left_out():
    assert read_program(MemoryFile("usr/bin/x", b"\x7fELF\0" + NPM.encode(), amount="stream")) is None


def test_the_columns_of_a_database_are_texts_of_their_own(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("create table tokens (name text, value text, note text)")
        database.executemany("insert into tokens values (?, ?, ?)", [("x" * 300, "y", f"{number}") for number in range(200)])
        database.execute("insert into tokens values ('deploy', ?, 'of the pipeline')", (NPM,))
    database.close()
    assert ids("srv/x.db", (tmp_path / "x.db").read_bytes()) == ["npm-access-token"]


def test_a_damaged_database_is_no_error_of_its_other_pages(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("create table tokens (value text)")
        database.executemany("insert into tokens values (?)", [("x" * 900,)] * 50)
        database.execute("insert into tokens values (?)", (NPM,))
    database.close()
    data = bytearray((tmp_path / "x.db").read_bytes())
    data[4096 * 2 : 4096 * 2 + 8] = b"\x0d\0\0\xff\xff\0\0\0"
    assert ids("srv/x.db", bytes(data)) == ["npm-access-token"]


@pytest.mark.parametrize(
    ("path", "is_wanted"),
    [
        ("srv/backup/app.env.gz", True),
        ("app/__pycache__/settings.cpython-312.pyc", True),
        ("app/classes/net/acme/Config.class", True),
        ("var/lib/acme/main.sqlite3", True),
        ("srv/backup/app.tar.gz", False),
        ("app/package-lock.json.gz", False),
        ("usr/share/doc/acme/changelog.gz", False),
        ("usr/lib/python3/dist-packages/x.pyc", False),
        ("opt/venv/lib/python3.12/site-packages/a/__pycache__/x.cpython-312.pyc", False),
        ("app/logo.png", False),
    ],
)
def test_wanted(path, is_wanted):
    assert wanted(path) is is_wanted
