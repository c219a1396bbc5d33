"""Secrets in what is packed."""

import io
import zipfile

import pytest

from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.secrets import archives
from careen.secrets.archives import read_archive, wanted
from tests.support.secrets import filled

TOKEN = filled("token: npm_{alnum36}\n")


class Packed:
    """A file of a layer."""

    def __init__(self, path, members):
        self.path = path
        self._content = io.BytesIO()
        with zipfile.ZipFile(self._content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)

    def open(self):
        return self._content


def places(path, members):
    facts = list(read_archive(Packed(path, members)))
    return [fact.location.path if isinstance(fact, ExposedSecret) else (fact.evidence.path, fact.reason) for fact in facts]


@pytest.mark.parametrize(
    "member",
    [
        "BOOT-INF/classes/application.yml",
        "BOOT-INF/classes/config/prod.properties",
        "WEB-INF/web.xml",
        "META-INF/context.xml",
        "application-prod.yaml",
        "com/acme/.env",
    ],
)
def test_configuration_of_an_application_of_java(member):
    assert places("app/a.jar", {member: TOKEN}) == [f"app/a.jar!/{member}"]


@pytest.mark.parametrize(
    "member",
    [
        "com/a/library.properties",
        "BOOT-INF/classes/META-INF/x.properties",
        "BOOT-INF/classes/a.class",
        "test/.env",
        "a/b.env.example",
    ],
)
def test_what_others_wrote_is_not_searched(member):
    assert places("app/a.jar", {member: TOKEN}) == []


def test_all_configuration_of_a_zip_archive():
    assert places("srv/a.zip", {"deploy/config/a.yml": TOKEN, "src/main.c": TOKEN}) == ["srv/a.zip!/deploy/config/a.yml"]
    assert places("srv/a.zip", {"a.yml": TOKEN.encode("utf-16")}) == ["srv/a.zip!/a.yml"]


def test_bounds(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 100)
    found = places("a.zip", {"a.yml": TOKEN, "b.yml": TOKEN + "#" * 100, "c.yml": TOKEN, "d.yml": TOKEN})
    assert [found[0], *(place for place, _ in found[1:])] == ["a.zip!/a.yml", "a.zip!/b.yml", "a.zip!/c.yml"]


@pytest.mark.parametrize("path", ["a.zip", "a.jar"])
def test_a_damaged_archive(path):
    file = Packed(path, {"a.yml": TOKEN})
    file._content = io.BytesIO(b"PK\3\4")
    if path == "a.jar":
        assert list(read_archive(file)) == []  # the reader of Java archives reports it
    else:
        with pytest.raises(ValueError, match="zip"):
            list(read_archive(file))


def test_a_damaged_member_does_not_hide_the_others():
    file = Packed("a.zip", {"a.yml": TOKEN, "b.yml": TOKEN + "b"})
    data = bytearray(file._content.getvalue())
    data[40:44] = b"xxxx"
    file._content = io.BytesIO(bytes(data))
    (secret,) = read_archive(file)
    assert not isinstance(secret, Unknown)
    assert secret.location.path == "a.zip!/b.yml"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("app/a.jar", True), ("srv/a.zip", True), ("app/node_modules/x/a.zip", False), ("usr/share/java/a.jar", False)],
)
def test_archives_of_packages_are_not_opened(path, expected):
    assert wanted(path) is expected
