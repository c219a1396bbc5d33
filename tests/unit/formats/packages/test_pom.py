import pytest
from tests.support.work import ends

from careen.formats.packages.pom import Pom, read_pom

SPACE = 'xmlns="http://maven.apache.org/POM/4.0.0"'


def pom(body, head="<?xml version='1.0' encoding='UTF-8'?>"):
    return f"{head}<project {SPACE}>{body}</project>".encode()


def test_own_coordinates_and_licenses():
    data = pom(
        "<groupId> org.example </groupId><artifactId>a</artifactId><version>1.0</version>"
        "<dependencies><dependency><groupId>other</groupId><version>9</version></dependency></dependencies>"
        "<licenses><license><name>Apache-2.0</name><url>x</url></license><license><name>MIT</name></license></licenses>"
    )
    assert read_pom(data) == Pom("org.example", "a", "1.0", ("Apache-2.0", "MIT"))


def test_what_is_missing_is_the_parents():
    data = pom(
        "<parent><groupId>g</groupId><artifactId>parent</artifactId><version>2</version></parent><artifactId>a</artifactId>"
    )
    assert read_pom(data) == Pom("g", "a", "2")


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("<version>${rev}</version><properties><rev>3.1</rev></properties>", "3.1"),
        ("<version>${a}-${b}</version><properties><a>${b}</a><b>1</b></properties>", "1-1"),
        ("<version>${project.parent.version}</version><parent><version>5</version></parent>", "5"),
        ("<version>${revision}</version>", ""),
        ("<version>${a}</version><properties><a>${a}</a></properties>", ""),
    ],
)
def test_placeholders(body, version):
    assert read_pom(pom(body)).version == version


def test_a_prefix_for_the_namespace():
    data = b"<m:project xmlns:m='x'><m:groupId>g</m:groupId><m:artifactId>a</m:artifactId></m:project>"
    assert read_pom(data) == Pom("g", "a", "")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<project>",
        b"<html/>",
        b"no xml",
        b"<?xml version='1.0' encoding='nonsense'?><project/>",
        b"<!DOCTYPE project><project/>",
        b"<!DOCTYPE p [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><project>&b;</project>",
        b"<project>" + b"<a>" * 5000,
        b"<project>" + b" " * (1 << 20) + b"</project>",
    ],
)
def test_refused(data):
    with pytest.raises(ValueError, match="pom"):
        read_pom(data)


def test_hostile_files_take_linear_time():
    with ends():
        name = "n" * 8000
        deep = f"<{name}>" * 30 + "<b/>" * 100_000
        growing = "".join(f"<p{n}>{f'${{p{n + 1}}}' * 100}</p{n}>" for n in range(200))
        for data in (pom("<a/>" * 200_000), pom(f"<properties>{growing}</properties><version>${{p0}}</version>")):
            read_pom(data)
        with pytest.raises(ValueError, match="pom"):
            read_pom(f"<project>{deep}".encode())
