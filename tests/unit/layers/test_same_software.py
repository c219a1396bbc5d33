"""One software is one package, in the most precise version."""

from careen.layers.same_software import one_each
from careen.model.package import Evidence, Package


def package(name, version, *paths):
    return Package("generic", None, name, version, evidence=tuple(Evidence(path, 0) for path in paths))


RUNTIME = package("openjdk", "17.0.9", "opt/jre/release")
PROGRAM = package("openjdk", "17.0.9+9", "opt/jre/bin/java")


def versions(*packages):
    return [found.version for found in one_each(packages)]


def test_the_build_comes_from_the_program():
    assert versions(RUNTIME, PROGRAM) == ["17.0.9+9", "17.0.9+9"]
    assert versions(package("openjdk", "17.0.9", "release"), package("openjdk", "17.0.9+9", "bin/java")) == ["17.0.9+9"] * 2


def test_other_runtimes_stay():
    assert versions(RUNTIME, package("openjdk", "17.0.9+9", "opt/other/bin/java"))[0] == "17.0.9"
    assert versions(RUNTIME, package("openjdk", "17.0.10+7", "opt/jre/bin/java"))[0] == "17.0.9"
    assert versions(RUNTIME, package("graalvm", "17.0.9+9", "opt/jre/bin/java"))[0] == "17.0.9"
    assert versions(RUNTIME, PROGRAM, package("openjdk", "17.0.9+11", "opt/jre/lib/libjvm.so"))[0] == "17.0.9"
    assert versions(package("openjdk", "17.0.9", "opt/jre/lib/x"), PROGRAM)[0] == "17.0.9"
    assert versions(RUNTIME) == ["17.0.9"]


def test_a_program_without_a_version_that_another_text_states():
    nameless = Package("golang", None, "example.com/tool", "", evidence=(Evidence("usr/bin/tool", 0),))
    stated = Package("golang", None, "example.com/tool", "v1.2.3", evidence=(Evidence("usr/bin/tool", 0),))
    elsewhere = Package("golang", None, "example.com/tool", "v1.2.3", evidence=(Evidence("opt/tool", 0),))
    assert versions(nameless, stated) == ["v1.2.3"]
    assert versions(nameless, elsewhere) == ["", "v1.2.3"]
