import io

import pytest
from tests.support.jars import classes, jar, manifest, maven
from tests.support.work import ends

from careen.formats.packages import jar as jars
from careen.formats.packages.jar import Archive, Closed, Coordinates, archives


def opened(data, name="app.jar"):
    return list(archives(io.BytesIO(data), name))


def places(found):
    return [one.place for one in found if isinstance(one, Archive)]


def test_the_content_of_a_jar():
    pom = "<project><licenses><license><name>MIT</name></license></licenses></project>"
    data = jar(maven("org.example", "a", "1.0", pom) | manifest(Implementation_Title="A") | classes("org/example/a"))
    [archive] = opened(data, "a-1.0.jar")
    assert archive.coordinates == (Coordinates("org.example", "a", "1.0"),)
    assert archive.licenses == {"a": ("MIT",)}
    assert archive.manifest["implementation-title"] == "A"
    assert archive.has_code
    assert not archive.has_archives


def test_shaded_artifacts_are_each_listed_once():
    members = maven("g", "a", "1") | maven("g", "b", "2") | {"BOOT-INF/classes/META-INF/maven/g/a/pom.properties": "version=1"}
    assert [found.artifact for found in opened(jar(members))[0].coordinates] == ["a", "b"]


def test_moved_properties_have_to_be_complete():
    members = {"x/pom.properties": "groupId=g\nartifactId=a\nversion=1", "y/pom.properties": "groupId=g\nversion=1"}
    assert opened(jar(members))[0].coordinates == (Coordinates("g", "a", "1"),)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"pom.xml": "<project><artifactId>a</artifactId><version>3</version></project>"}, Coordinates("g", "a", "3")),
        (
            {"pom.properties": "version=${project.version}", "pom.xml": "<project><version>3</version></project>"},
            Coordinates("g", "a", "3"),
        ),
        ({"pom.properties": "version=@version@"}, Coordinates("g", "a", "")),
        ({"pom.properties": "version=4", "pom.xml": "broken"}, Coordinates("g", "a", "4")),
    ],
)
def test_the_next_source_fills_in(members, expected):
    [archive] = opened(jar({f"META-INF/maven/g/a/{name}": text for name, text in members.items()}))
    assert archive.coordinates == (expected,)


def test_class_folders_count_only_if_nothing_else_names_the_jar():
    members = classes("org/example/a", "WEB-INF/classes/org/shop", "META-INF/versions/9/org/x")
    assert opened(jar(members))[0].folders == {"org/example/a", "org/shop"}
    assert opened(jar(members | maven("g", "a", "1")))[0].folders == frozenset()


@pytest.mark.parametrize("stored", [True, False])
def test_archives_within_archives(stored):
    inner = jar(maven("g", "inner", "1"), stored)
    middle = jar({"lib/inner-1.jar": inner, "lib/readme.txt": "x"} | maven("g", "middle", "1"), stored)
    found = opened(jar({"WEB-INF/lib/MIDDLE.JAR": middle, "WEB-INF/lib/empty.jar": ""}, stored), "app.war")
    assert places(found) == ["", "WEB-INF/lib/MIDDLE.JAR", "WEB-INF/lib/MIDDLE.JAR!/lib/inner-1.jar"]
    assert found[0].has_archives
    assert found[2].name == "inner-1.jar"


def test_a_launcher_script_before_the_archive():
    assert opened(b"#!/bin/sh\nexec java -jar $0\n" + jar(maven("g", "a", "1")))[0].coordinates


def test_no_archive_at_all():
    for data in (b"", b"PK\3\4" + b"\xff" * 200, jar(maven("g", "a", "1"))[:-30]):
        with pytest.raises(ValueError, match="zip"):
            opened(data)


def test_unreadable_inner_archives_are_closed_and_the_rest_is_read():
    broken = jar({"META-INF/maven/g/c/pom.xml": "<a/>", "META-INF/MANIFEST.MF": "none"} | maven("g", "x y", "1"))
    found = opened(jar({"a.jar": b"no zip", "b.jar": jar(maven("g", "b", "1")), "c.jar": broken}))
    assert places(found) == ["", "b.jar", "c.jar"]
    assert {one.place for one in found if isinstance(one, Closed)} == {
        "a.jar",
        "c.jar!/META-INF/MANIFEST.MF",
        "c.jar!/META-INF/maven/g/c",
        "c.jar!/META-INF/maven/g/x y",
    }


def test_depth_is_bounded():
    data = jar(maven("g", "a0", "1"))
    for level in range(1, 40):
        data = jar(maven("g", f"a{level}", "1") | {f"lib/a{level - 1}.jar": data})
    found = opened(data)
    assert len(places(found)) == jars.MAX_DEPTH
    [closed] = [one for one in found if isinstance(one, Closed)]
    assert "deep" in closed.reason
    assert closed.place.count("!/") == jars.MAX_DEPTH - 1


def test_bombs_are_refused_before_they_grow(monkeypatch):
    bomb = jar({f"lib/bomb{index}.jar": b"\0" * 5_000_000 for index in range(5)})
    assert {one.place for one in opened(bomb) if isinstance(one, Closed)} == {f"lib/bomb{index}.jar" for index in range(5)}
    monkeypatch.setattr(jars, "MAX_INFLATED_BYTES", 1000)
    members = {f"lib/{index}.jar": jar(maven("g", f"a{index}", "1")) for index in range(9)}
    found = opened(jar(members))
    assert 0 < len(places(found)) < 10
    assert any("in one file" in one.reason for one in found if isinstance(one, Closed))


def test_memory_held_along_the_way_down_is_bounded(monkeypatch):
    monkeypatch.setattr(jars, "MAX_HELD_BYTES", 3000)
    inner = jar({"filler": bytes(range(256)) * 8} | maven("g", "inner", "1"), stored=True)
    outer = jar({"inner.jar": inner, "filler": bytes(range(256))}, stored=True)
    assert len(places(opened(jar({"outer.jar": outer}, stored=True)))) == 3  # read where they lie
    found = opened(jar({"outer.jar": jar({"inner.jar": inner, "filler": bytes(range(256)) * 2})}))
    assert [one.place for one in found if isinstance(one, Closed)] == ["outer.jar!/inner.jar"]


def test_number_of_archives_is_bounded(monkeypatch):
    monkeypatch.setattr(jars, "MAX_ARCHIVES", 50)
    tiny = jar({"a": "b"}, stored=True)
    inner = jar({f"{index}.jar": tiny for index in range(30)}, stored=True)
    found = opened(jar({f"{index}.jar": inner for index in range(30)}, stored=True))
    assert len(places(found)) <= 50
    assert any("archives in one file" in one.reason for one in found if isinstance(one, Closed))


def test_a_jar_of_many_classes_takes_a_moment():
    data = jar(classes(*(f"org/example/p{index % 50}" for index in range(20_000))), stored=True)
    with ends():
        assert len(opened(data)[0].folders) == 50


@pytest.mark.parametrize("name", ["lib/a.bin", "lib/a", "lib/a.jar.original", "lib/A.ZIP"])
def test_an_archive_within_has_any_name(name):
    for stored in (False, True):
        data = jar({**maven("g", "outer", "1"), name: jar(maven("g", "inner", "2") | classes("g")), "x.bin": b"PK"}, stored)
        outer, inner = opened(data)
        assert (inner.place, inner.coordinates) == (name, (Coordinates("g", "inner", "2"),))
        assert outer.coordinates == (Coordinates("g", "outer", "1"),)


def test_members_to_look_into_are_bounded(monkeypatch):
    monkeypatch.setattr(jars, "MAX_HEADS", 3)
    found = opened(jar(maven("g", "a", "1") | {f"{number}.bin": b"x" for number in range(9)} | classes(*map(str, range(9)))))
    assert [one.reason for one in found[1:]] == ["more than 3 members to look into in one file"]


def test_artifacts_beyond_a_limit_are_known(monkeypatch):
    monkeypatch.setattr(jars, "MAX_POMS", 2)
    first, closed = opened(jar(maven("g", "a", "1") | maven("g", "b", "1") | maven("g", "c", "1")))[::-1]
    assert (closed.place, closed.reason) == ("META-INF/maven", "more than 2 artifacts in one archive")
    assert len(first.coordinates) == 2
