import pytest
from tests.support.jars import classes, jar, manifest, maven
from tests.support.reading import read_all, read_files

from careen.catalogers.java import CATALOGER, MAX_UNREAD
from careen.model.inventory import UNIDENTIFIED


def found(path, members):
    return [(package.name, package.version) for package in read_all(CATALOGER, {path: jar(members)})]


def unidentified(path, members):
    unknowns = read_files(CATALOGER, {path: jar(members)}).unknowns
    return [one.evidence.path for one in unknowns if one.code == UNIDENTIFIED]


@pytest.mark.parametrize("suffix", ["jar", "war", "ear", "par", "sar", "hpi", "jpi", "kar", "nar", "aar", "lpkg"])
def test_every_kind_of_archive(suffix):
    [package] = read_all(CATALOGER, {f"opt/a-1.0.{suffix}": jar(maven("org.example", "a", "1.0"))})
    assert (package.name, package.version, package.confidence) == ("org.example:a", "1.0", 1.0)
    assert package.purl == "pkg:maven/org.example/a@1.0"


def test_shaded_content_beside_the_jar_itself():
    members = maven("org.example", "a", "1.0") | maven("org.lib", "b", "2.0")
    assert found("a-1.0.jar", members) == [("org.example:a", "1.0"), ("org.lib:b", "2.0")]


def test_a_jar_with_only_shaded_coordinates_is_named_by_its_file_name_too():
    members = maven("org.lib", "b", "2.0") | maven("org.lib", "c", "3.0") | classes("dev/acme/a")
    assert found("a-1.0.jar", members) == [("org.lib:b", "2.0"), ("org.lib:c", "3.0"), ("a", "1.0")]


@pytest.mark.parametrize("name", ["renamed.jar", "lib-renamed-2.0.jar", "b.jar", "org.lib.b-2.0.jar", "b-2.0-tests.jar"])
def test_a_renamed_jar_is_still_what_its_properties_say(name):
    assert found(name, maven("org.lib", "b", "2.0") | manifest(Implementation_Version="9")) == [("org.lib:b", "2.0")]


def test_the_file_name_gives_the_version_that_the_properties_lack():
    members = {"META-INF/maven/g/a/pom.properties": "version=${project.version}\n"}
    assert found("a-1.5.jar", members) == [("g:a", "1.5")]
    [package] = read_all(CATALOGER, {"b-1.5.jar": jar(members | maven("g", "b", "1.5"))})[:1]
    assert (package.name, package.version) == ("g:a", "")
    assert package.confidence < 0.5


def test_a_guess_has_a_low_confidence():
    [package] = read_all(
        CATALOGER, {"bson-3.6.3.jar": jar(manifest(Bundle_SymbolicName="org.mongodb.bson", Bundle_License="x;y"))}
    )
    assert (package.purl, package.licenses) == ("pkg:maven/org.mongodb/bson@3.6.3", ("x",))
    assert 0.5 <= package.confidence < 0.9
    [package] = read_all(CATALOGER, {"tool-1.jar": jar({"a": "b"})})
    assert package.purl == "pkg:maven/tool@1"
    assert package.confidence < 0.5


def test_the_jar_that_contains_a_program_has_the_cpe_name_of_the_program():
    content = manifest(Bundle_SymbolicName="org.apache.tomcat-catalina", Bundle_Version="9.0.43")
    library, tomcat = read_all(
        CATALOGER, {"opt/tomcat/lib/catalina.jar": jar(content), "opt/tomcat/lib/b.jar": jar(maven("org.lib", "b", "2.0"))}
    )
    assert (tomcat.name, tomcat.cpe) == ("org.apache.tomcat:tomcat-catalina", "cpe:2.3:a:apache:tomcat:9.0.43:*:*:*:*:*:*:*")
    assert library.cpe is None


def test_an_archive_with_only_a_file_name_is_unidentified():
    code = classes("dev/acme/x")
    assert unidentified("x.jar", code) == ["x.jar"]
    assert not found("x.jar", code)
    assert not found("x.jar", {"data.txt": "no code"}) and not unidentified("x.jar", {"data.txt": "no code"})
    application = code | {"WEB-INF/lib/b-2.jar": jar(maven("g", "b", "2")), "WEB-INF/lib/c.jar": jar(code)}
    assert found("app.war", application) == [("g:b", "2")]
    assert unidentified("app.war", application) == ["app.war", "app.war!/WEB-INF/lib/c.jar"]


def test_an_archive_without_version_is_identified_by_its_content():
    assert found("x.jar", classes("com/google/gson")) == [("com.google.code.gson:gson", "")]


def test_a_renamed_archive_is_identified_by_its_content():
    content = manifest(Bundle_SymbolicName="org.apache.logging.log4j.core", Implementation_Version="2.14.1")
    content |= classes("org/apache/logging/log4j/core")
    assert found("app.jar", content) == [("org.apache.logging.log4j:log4j-core", "2.14.1")]


def test_a_manifest_merged_from_shaded_artifacts_does_not_describe_the_archive():
    shaded = maven("org.yaml", "snakeyaml", "1.19") | maven("org.lib", "c", "3.0")
    merged = manifest(Bundle_SymbolicName="org.yaml.snakeyaml", Implementation_Version="3.1.0") | classes("dev/acme/tool")
    own = [("org.yaml:snakeyaml", "1.19"), ("org.lib:c", "3.0")]
    assert found("acme-tool-3.141.59.jar", shaded | merged) == [*own, ("acme-tool", "3.141.59")]
    assert found("tool.jar", shaded | merged) == own and unidentified("tool.jar", shaded | merged) == ["tool.jar"]
    merged = manifest(Automatic_Module_Name="org.lib.c", Implementation_Version="3.1.0") | classes("dev/acme/tool")
    assert found("tool.jar", shaded | merged) == own


def test_a_renamed_archive_with_shaded_artifacts_is_what_its_manifest_names():
    members = maven("org.yaml", "snakeyaml", "1.19") | maven("org.lib", "c", "3.0") | classes("org/yaml/snakeyaml")
    members |= manifest(Bundle_SymbolicName="org.yaml.snakeyaml", Bundle_Version="1.19")
    assert found("yaml.jar", members) == [("org.yaml:snakeyaml", "1.19"), ("org.lib:c", "3.0")]
    assert not unidentified("yaml.jar", members)


@pytest.mark.parametrize("classifier", ["javadoc", "sources"])
def test_documentation_and_sources_are_not_the_artifact(classifier):
    def confidence(members):
        return [package.confidence for package in read_all(CATALOGER, {f"okio-1.0-{classifier}.jar": jar(members)})]

    assert confidence({"okio/index.html": "x"}) == confidence(maven("com.squareup.okio", "okio", "1.0")) == [0.3]
    assert confidence(classes("okio")) == [0.8]


def test_the_place_within_outer_archives():
    inner = jar(maven("g", "b", "2"))
    packages = read_all(
        CATALOGER, {"app/shop.ear": jar({"web/shop.war": jar({"WEB-INF/lib/b-2.jar": inner}), "b-2.jar": inner})}
    )
    assert [package.evidence[0].path for package in packages] == [
        "app/shop.ear!/web/shop.war!/WEB-INF/lib/b-2.jar",
        "app/shop.ear!/b-2.jar",
    ]


def test_what_cannot_be_opened_within_is_an_unknown_of_its_own():
    reading = read_files(CATALOGER, {"app/a.jar": jar({"lib/x.jar": "no zip", "lib/b-2.jar": jar(maven("g", "b", "2"))})})
    assert [package.name for package in reading.packages] == ["g:b"]
    [unknown] = reading.unknowns
    assert (unknown.cataloger, unknown.evidence.path) == ("java", "app/a.jar!/lib/x.jar")


def test_no_flood_of_unknowns():
    reading = read_files(CATALOGER, {"app/a.jar": jar({f"lib/{index}.jar": "x" for index in range(500)})})
    assert len(reading.unknowns) == MAX_UNREAD + 1
    assert "more than" in reading.unknowns[-1].reason


@pytest.mark.parametrize("data", [b"", b"PK\3\4" + b"\xff" * 200, jar(maven("g", "a", "1"))[:-30]])
def test_garbage_becomes_an_unknown(data):
    reading = read_files(CATALOGER, {"app/a.jar": data})
    assert not reading.packages
    assert [unknown.evidence.path for unknown in reading.unknowns] == ["app/a.jar"]


def test_hostile_names_never_become_packages():
    members = {"META-INF/maven/g/a/pom.properties": "groupId=g\nartifactId=\\u001b[31m\nversion=1\n"}
    reading = read_files(CATALOGER, {"app/x.jar": jar(members), "app/y\x1b-1.jar": jar({"a": "b"})})
    assert not reading.packages
    assert len(reading.unknowns) == 1


LAUNCHER = b"#!/bin/sh\n" + b"# starts itself\n" * 500 + b'exec java -jar "$0" "$@"\n'


@pytest.mark.parametrize("name", ["app", "app.JAR", "app.zip", "app.jar.bak", "app.bin"])
@pytest.mark.parametrize("before", [b"", LAUNCHER], ids=["plain", "launcher"])
def test_the_first_member_shows_a_java_archive_of_any_name(name, before):
    data = before + jar(manifest() | maven("org.lib", "b", "2.0"))
    assert [(one.name, one.version) for one in read_all(CATALOGER, {name: data})] == [("org.lib:b", "2.0")]
    inner = jar(manifest() | {"BOOT-INF/lib/b.jar": jar(maven("org.lib", "b", "2.0"))})
    [package] = read_all(CATALOGER, {name: before + inner})
    assert package.evidence[0].path == f"{name}!/BOOT-INF/lib/b.jar"


def test_archives_of_other_kinds_are_not_of_java():
    assert read_all(CATALOGER, {"addon-1.0.xpi": jar(manifest(Implementation_Version="1.0") | {"a.js": "1"})}) == []
    assert read_all(CATALOGER, {"b.zip": jar({"lib/b.jar": jar(maven("org.lib", "b", "2.0"))})}) == []
    assert read_all(CATALOGER, {"a.sh": LAUNCHER}) == []


def test_a_nameless_archive_of_any_name_is_unidentified():
    assert unidentified("srv/app.bin", manifest() | classes("dev/acme/a")) == ["srv/app.bin"]
    assert unidentified("srv/app.bin", classes("dev/acme/a")) == ["srv/app.bin"]


def test_an_archive_that_is_too_large_is_reported(monkeypatch):
    monkeypatch.setattr("careen.formats.archives.collected.MAX_BYTES", 10)
    [unknown] = read_files(CATALOGER, {"app": jar(manifest())}).unknowns
    assert "larger than" in unknown.reason
