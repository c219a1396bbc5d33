"""Secrets in what is packed."""

import io
import zipfile

import pytest

from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.secrets import archives
from careen.secrets.archives import read_archive, read_unnamed, wanted
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


def zipped(members, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("outer", "inner", "member"),
    [
        ("app/a.ear", "shop.war", "WEB-INF/classes/db.properties"),
        ("app/a.war", "WEB-INF/lib/settings.jar", "application-prod.yml"),
        ("app/a.jar", "BOOT-INF/lib/settings.jar", "META-INF/persistence.xml"),
        ("srv/a.zip", "release/app.jar", "BOOT-INF/classes/application.yml"),
        ("srv/a.zip", "backup.ZIP", "etc/app.conf"),
        ("srv/run.pyz", "inner.pyz", "settings.ini"),
        ("app/a.aar", "libs/classes.jar", "application.properties"),
    ],
)
def test_archives_within_archives(outer, inner, member, method):
    members = {inner: zipped({member: TOKEN}, method), "z.env": TOKEN + "z"}
    file = Packed(outer, {})
    file._content = io.BytesIO(zipped(members, method))
    assert [fact.location.path for fact in read_archive(file)] == [f"{outer}!/{inner}!/{member}", f"{outer}!/z.env"]


class Begun:
    def __init__(self, path, content):
        self.path, self.data = path, content[:1024]


@pytest.mark.parametrize("launcher", [b"", b"#!/bin/sh\nexec java -jar $0\n"])
@pytest.mark.parametrize(("path", "found"), [("usr/local/bin/shop", True), ("usr/lib/shop", False), ("app/a.docx", False)])
def test_an_archive_without_an_ending(path, found, launcher):
    content = launcher + zipped({"META-INF/MANIFEST.MF": "", "BOOT-INF/classes/a.yml": TOKEN, "com/a/defaults.yml": TOKEN})
    scanner = read_unnamed(Begun(path, content))
    assert bool(scanner) is found
    if scanner:
        scanner.feed(content)
        assert [fact.location.path for fact in scanner.facts()] == [f"{path}!/BOOT-INF/classes/a.yml"]


def test_another_file_without_an_ending():
    assert read_unnamed(Begun("usr/local/bin/shop", b"#!/bin/sh\necho\n")) is None


def test_a_damaged_archive_within_does_not_hide_the_others():
    assert places("a.zip", {"a.jar": b"PK\3\4", "b.yml": TOKEN}) == ["a.zip!/b.yml"]


def test_what_libraries_bring_for_themselves_is_not_searched():
    assert places("a.war", {"WEB-INF/lib/a.jar": zipped({"com/a/defaults.properties": TOKEN})}) == []


@pytest.mark.parametrize(
    ("bound", "most", "place"),
    [
        ("MAX_DEPTH", 2, "a.zip!/b.zip!/c.zip"),
        ("MAX_HELD_BYTES", 100, "a.zip!/b.zip"),
        ("MAX_ARCHIVES", 1, "a.zip!/b.zip!/c.zip"),
        ("MAX_INFLATED_BYTES", 100, "a.zip!/b.zip"),
        ("MAX_MEMBERS", 0, "a.zip!/b.zip!/c.zip!/d.yml"),
    ],
)
def test_bounds_of_archives_within_archives(monkeypatch, bound, most, place):
    monkeypatch.setattr(archives, bound, most)
    found = places("a.zip", {"b.zip": zipped({"c.zip": zipped({"d.yml": TOKEN})})})
    assert [path for path, _ in found] == [place]


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
