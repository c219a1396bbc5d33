import pytest
from msgspec.structs import replace
from tests.support.matching import ECOSYSTEMS, SCHEMES, TODAY, advisory, knowledge

from careen.matching.match import match
from careen.matching.needs import needed
from careen.matching.products import product_of
from careen.model.advisory import Range
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.plugins import Ecosystem, VersionScheme


def package(type, name, path, version="1.0"):
    return Package(type, None, name, version, evidence=(Evidence(path, 0),))


@pytest.mark.parametrize(
    ("type", "name", "path", "namespace", "names"),
    [
        ("generic", "node", "usr/bin/node", "Node.js", ("node",)),
        ("generic", "openssl", "usr/lib/libssl.so.3", "OpenSSL", ("openssl",)),
        ("generic", "dotnet-sdk", "usr/share/dotnet/sdk/8.0.1/dotnet.deps.json", ".NET", ("dotnet-sdk",)),
        ("golang", "k8s.io/kubernetes", "usr/bin/kubelet", "Kubernetes", ("k8s.io/kubernetes", "k8s.io/kubelet")),
        ("golang", "k8s.io/kubernetes", "usr/bin/kubeadm", "Kubernetes", ("k8s.io/kubernetes",)),
        ("golang", "k8s.io/kubernetes/cmd/kube-proxy", "x", "Kubernetes", ("k8s.io/kubernetes", "k8s.io/kube-proxy")),
        ("golang", "sigs.k8s.io/anchor", "usr/bin/anchor", "Kubernetes", ("sigs.k8s.io/anchor",)),
        ("maven", "org.jenkins-ci.main:jenkins-core", "jenkins.war!/WEB-INF/lib/jenkins-core.jar", "Jenkins", ("core",)),
        ("maven", "org.example:ship-log", "plugins/ship-log.jpi", "Jenkins", ("ship-log",)),
    ],
)
def test_packages_that_a_products_advisories_cover(type, name, path, namespace, names):
    found = product_of(package(type, name, path))
    assert (found.namespace, found.names) == (namespace, names)


@pytest.mark.parametrize(
    ("type", "name", "path"),
    [
        ("generic", "anchor", "usr/bin/anchor"),
        ("golang", "example.org/anchor", "usr/bin/kubelet"),
        ("maven", "org.example:rope", "plugins/ship-log.jpi!/WEB-INF/lib/rope.jar"),
        ("npm", "node", "usr/lib/node_modules/node/package.json"),
    ],
)
def test_most_packages_belong_to_no_product(type, name, path):
    assert product_of(package(type, name, path)) is None


def test_hyperkube_is_every_component():
    assert "k8s.io/kubelet" in product_of(package("golang", "k8s.io/kubernetes", "hyperkube")).names


def test_a_first_scan_asks_for_the_products_advisories():
    kinds = {"golang": Ecosystem("golang", "semver", "Go"), "generic": Ecosystem("generic", "generic")}
    packages = [package("golang", "k8s.io/kubernetes", "kubelet"), package("generic", "node", "node")]
    assert {"Go", "Kubernetes", "Node.js"} <= needed(packages, None, kinds)
    shipped = replace(package("generic", "openssl", "usr/bin/openssl"), owned_by="pkg:deb/debian/openssl@3.0.11-1")
    assert "OpenSSL" not in needed([shipped], None, kinds)


def test_the_program_in_an_artifact_has_its_makers_advisories_too():
    name = "org.apache.tomcat:tomcat-catalina"
    jar = package("maven", name, "opt/tomcat/lib/catalina.jar", "9.0.43")
    library = package("maven", "org.apache.tomcat.embed:tomcat-embed-core", "app.jar", "9.0.43")
    by_artifact = advisory("GHSA-1", "9.0.44", "Maven", name, source="ghsa", aliases=("CVE-2098-1",))
    by_product = advisory("CVE-2098-1", "9.0.44", "Bitnami", "tomcat", source="bitnami")
    of_all = advisory("CVE-2098-2", "9.0.45", "Bitnami", "tomcat", source="bitnami")
    by_range = advisory("CVE-2098-3", "9.0.50", "cpe", "apache:tomcat", source="nvd")
    kinds = ECOSYSTEMS | {"maven": Ecosystem("maven", "go", "Maven")}
    known = knowledge(by_artifact, by_product, of_all, by_range)
    found = match(Inventory(None, (jar, library)), known, SCHEMES, kinds, TODAY).findings
    assert sorted((one.package, one.id, one.confidence, one.fix.versions) for one in found) == [
        (jar.purl, "CVE-2098-1", "confirmed", ("9.0.44",)),
        (jar.purl, "CVE-2098-2", "likely", ("9.0.45",)),
        (jar.purl, "CVE-2098-3", "likely", ("9.0.50",)),
    ]
    assert {"Maven", "Bitnami", "cpe"} <= needed([jar], None, kinds)
    assert "Bitnami" not in needed([library], None, kinds)


def test_a_warning_of_jenkins_and_the_cve_that_names_it_are_one_finding():
    plugin = package("maven", "org.example:ship-log", "plugins/ship-log.jpi", "1.18")
    warning = advisory("SECURITY-12", None, "Jenkins", "ship-log", source="jenkins", ranges=(Range(None, None, "1.18"),))
    named = advisory("GHSA-1", "1.19", "Maven", "org.example:ship-log", source="ghsa", aliases=("CVE-2098-1", "SECURITY-12"))
    kinds = ECOSYSTEMS | {"maven": Ecosystem("maven", "go", "Maven")}

    def findings(*records):
        return match(Inventory(None, (plugin,)), knowledge(*records), SCHEMES, kinds, TODAY).findings

    (found,) = findings(warning, named)
    assert (found.id, found.fix.versions, found.confidence) == ("CVE-2098-1", ("1.19",), "confirmed")
    assert {one.source for one in found.advisories} == {"jenkins", "ghsa"}
    assert [one.id for one in findings(warning)] == ["SECURITY-12"]
    of_plugin = replace(warning, id="SECURITY-12-ship-log", aliases=("SECURITY-12",))
    assert [one.id for one in findings(of_plugin, named)] == ["CVE-2098-1"]


def test_a_fix_that_jenkins_backported():
    ranges = (Range(None, None, "2.61"),)
    pattern = "(?!2[.]57[.][4-9])(1|2[.]([0-9]|[1-5][0-9]|6[01]))(|[.-].*)"
    warning = advisory("SECURITY-12", None, "Jenkins", "ship-log", source="jenkins", ranges=ranges, pattern=pattern)
    kinds = ECOSYSTEMS | {"maven": Ecosystem("maven", "go", "Maven")}

    def findings(version, warning=warning):
        plugin = package("maven", "org.example:ship-log", "plugins/ship-log.jpi", version)
        return [
            (one.fix.state, one.reason)
            for one in match(Inventory(None, (plugin,)), knowledge(warning), SCHEMES, kinds, TODAY).findings
        ]

    of_github = advisory(
        "GHSA-1", "2.62", "Maven", "org.example:ship-log", source="ghsa", aliases=("CVE-2098-1", "SECURITY-12")
    )
    for version, confidence in (("2.57.3", "confirmed"), ("2.57.4", "possible")):
        plugin = package("maven", "org.example:ship-log", "plugins/ship-log.jpi", version)
        (found,) = match(Inventory(None, (plugin,)), knowledge(warning, of_github), SCHEMES, kinds, TODAY).findings
        assert (found.id, found.confidence) == ("CVE-2098-1", confidence)
    assert findings("2.57.3") == [("unknown", "2.57.3 <= 2.61 (go order, Jenkins)")]
    assert findings("2.57.4") == findings("2.62") == []
    alone = replace(warning, ranges=())
    assert findings("2.57.3", alone) == [("unknown", "2.57.3 is listed as affected (go order, Jenkins)")]
    assert findings("2.57.4", alone) == []


def test_the_maker_names_the_release_that_fixes_its_program():
    records = [
        advisory("CVE-2098-1", "16.20.0", "Node.js", "node", source="node"),
        advisory("BIT-node-2098-1", "16.16.0", "Bitnami", "node", source="bitnami", aliases=("CVE-2098-1",)),
    ]
    cpe = "cpe:2.3:a:nodejs:node.js:16.13.0:*:*:*:*:*:*:*"
    node = Inventory(None, (replace(package("generic", "node", "usr/bin/node", "16.13.0"), cpe=cpe),))
    schemes = SCHEMES | {"npm": VersionScheme("npm", SCHEMES["go"].key)}
    (found,) = match(node, knowledge(*records), schemes, ECOSYSTEMS, TODAY).findings
    assert (found.id, found.fix.versions, found.aliases) == ("CVE-2098-1", ("16.20.0",), ("BIT-node-2098-1",))
    (found,) = match(node, knowledge(records[1]), schemes, ECOSYSTEMS, TODAY).findings
    assert found.fix.versions == ("16.16.0",)
