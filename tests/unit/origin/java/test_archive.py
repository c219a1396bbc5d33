import pytest
from tests.support.jars import jar

pytest.importorskip("numpy")

from careen.origin.java import archive
from careen.origin.java.archive import container_of, is_archive, members


def names(data):
    return [name for name, _ in members("a.war", data)]


def test_members_of_archives_in_archives():
    inner = jar({"org/B.class": b"b", "readme.txt": b"no code"})
    data = jar({"WEB-INF/lib/b.jar": inner, "WEB-INF/classes/A.class": b"a", "web/app.js": b"js", "web/": b""})
    assert dict(members("a.war", data)) == {
        "a.war!/WEB-INF/lib/b.jar!/org/B.class": b"b",
        "a.war!/WEB-INF/classes/A.class": b"a",
        "a.war!/web/app.js": b"js",
    }


def test_limits(monkeypatch):
    nested = jar({"A.class": b"a"})
    for _ in range(10):
        nested = jar({"n.jar": nested, "A.class": b"a"})
    assert len(names(nested)) == archive.MAX_DEPTH
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    assert names(jar({"A.class": bytes(6), "B.class": bytes(6), "C.class": bytes(3)})) == ["a.war!/A.class", "a.war!/C.class"]
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    assert names(jar({"A.class": b"a", "B.class": b"b", "C.class": b"c"})) == []


def test_what_is_damaged_is_left_out():
    whole = jar({"A.class": b"unique content", "B.class": b"b"}, stored=True)
    assert names(whole.replace(b"unique", b"UNIQUE", 1)) == ["a.war!/B.class"]
    assert names(b"PK\3\4" + bytes(50)) == []
    assert names(jar({"b.jar": b"no archive", "A.class": b"a"})) == ["a.war!/A.class"]


def test_archives_and_their_names():
    assert is_archive("x/A.JAR", jar({"A.class": b""}))
    assert not is_archive("a.zip", jar({"A.class": b""}))
    assert not is_archive("a.jar", b"text")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.war!/l/b.jar!/org/A.class", "a.war!/l/b.jar"),
        ("app/WEB-INF/classes/org/A.class", "app/WEB-INF/classes"),
        ("classes/A.class", "classes"),
        ("org/A.class", ""),
    ],
)
def test_the_place_that_classes_are_looked_at_together(path, expected):
    assert container_of(path) == expected
