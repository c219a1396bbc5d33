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


CPE = "cpe:2.3:a:istio:istio:1.20.1:*:*:*:*:*:*:*"


def listed(module, version, *programs):
    modules = Package("golang", None, module, version, evidence=(Evidence("usr/bin/tool", 0),))
    return [(found.type, found.name, found.version, found.cpe) for found in one_each([modules, *programs])]


def test_a_program_in_go_that_a_rule_knows_is_its_main_module():
    consul = package("consul", "1.17.0", "usr/bin/tool")
    assert listed("github.com/hashicorp/consul", "", consul) == [("golang", "github.com/hashicorp/consul", "v1.17.0", None)]
    assert listed("example.com/consul/v3", "v1.17.0", consul) == [("golang", "example.com/consul/v3", "v1.17.0", None)]
    agent = Package("generic", None, "pilot-agent", "1.20.1", cpe=CPE, evidence=(Evidence("usr/bin/tool", 0),))
    assert listed("istio.io/istio", "v0.0.0-20240101000000-0123456789ab", agent) == [
        ("golang", "istio.io/istio", "v1.20.1", CPE)
    ]


def test_programs_that_are_not_the_module():
    assert len(listed("github.com/hashicorp/consul", "v1.16.0", package("consul", "1.17.0", "usr/bin/tool"))) == 2
    assert len(listed("github.com/hashicorp/consul", "", package("consul", "1.17.0", "opt/consul"))) == 2
    assert len(listed("github.com/hashicorp/consul/api", "", package("consul", "1.17.0", "usr/bin/tool"))) == 2
