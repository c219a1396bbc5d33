import json

import pytest

from careen.formats.feeds import csaf
from careen.formats.feeds.csaf import Component


def product(id, cpe=None, purl=None):
    helper = {key: value for key, value in (("cpe", cpe), ("purl", purl)) if value}
    return {"product": {"product_id": id, "name": id, "product_identification_helper": helper or None}}


def related(whole, part):
    return {
        "full_product_name": {"product_id": f"{whole}:{part}", "name": "x"},
        "product_reference": part,
        "relates_to_product_reference": whole,
    }


def document(branches=(), relationships=(), **vulnerability):
    return json.dumps(
        {
            "document": {
                "title": "t",
                "category": "csaf_vex",
                "tracking": {"id": "D-1"},
                "aggregate_severity": {"text": "Low"},
            },
            "product_tree": {"branches": [{"branches": list(branches)}], "relationships": list(relationships)},
            "vulnerabilities": [{"cve": "CVE-2099-0001", **vulnerability}],
        }
    ).encode()


def statements_of(data):
    ((*_, vulnerability),) = [csaf.read(data, "v").vulnerabilities]
    return {(one.status, one.product, one.component) for one in vulnerability.statements}


OS = product("OS", cpe="cpe:/o:x:os:9")


@pytest.mark.parametrize(
    ("id", "purl", "component"),
    [
        ("a", "pkg:rpm/x/a@1-2.el9?arch=x86_64", Component("a", "1-2.el9", "x86_64")),
        ("a", "pkg:rpm/x/a@1-2.el9?arch=src&epoch=3", Component("a", "3:1-2.el9", "src")),
        ("a", "pkg:rpm/x/a@1-2.el9?arch=src&epoch=0", Component("a", "1-2.el9", "src")),
        ("a", "pkg:rpm/x/libstdc%2B%2B?arch=src", Component("libstdc++", "", "src")),
        ("a", "pkg:rpm/x/a@1-2.module%2Bel8?arch=x86_64&rpmmod=m:18:8:c", Component("a", "1-2.module+el8", "x86_64", "m:18")),
        ("a.x86_64::m:18", "pkg:rpm/x/a@1-2?arch=x86_64", Component("a", "1-2", "x86_64", "m:18")),
        ("m:18/a", "pkg:rpm/x/a?arch=src", Component("a", "", "src", "m:18")),
        ("bind-9.9.4P2-0.6.1.i586", None, Component("bind", "9.9.4P2-0.6.1", "i586")),
        ("vim-enhanced-2:9.0-33.oe1.src.rpm", None, Component("vim-enhanced", "2:9.0-33.oe1", "src")),
        ("samba-libs-4.19.2+git.322.7e-1.1", None, Component("samba-libs", "4.19.2+git.322.7e-1.1")),
        ("samba-winbind-32bit", None, Component("samba-winbind-32bit")),
    ],
)
def test_components_by_package_url_or_by_name(id, purl, component):
    data = document([OS, product(id, purl=purl)], [related("OS", id)], product_status={"fixed": [f"OS:{id}"]})
    assert statements_of(data) == {("fixed", "cpe:/o:x:os:9", component)}


@pytest.mark.parametrize(
    "purl", ["pkg:oci/a@sha256:0?arch=amd64", "pkg:maven/org.x/a@1", "pkg:rpm/x/folder/image@1-2", "pkg:rpm"]
)
def test_other_components_than_rpms_are_passed_over(purl):
    data = document([OS, product("a", purl=purl)], [related("OS", "a")], product_status={"fixed": ["OS:a", "OS:unheard-of"]})
    assert statements_of(data) == set()


def test_a_package_of_a_module_of_a_product():
    build = "a-1-2.x86_64"
    relationships = [related("OS:m:18:8090:c", build), related("OS", "m:18:8090:c")]  # in the order that feeds have them
    branches = [OS, product("m:18:8090:c", purl="pkg:rpmmod/x/m@18:8090:c"), product(build, purl="pkg:rpm/x/a@1-2?arch=x86_64")]
    data = document(branches, relationships, product_status={"fixed": [f"OS:m:18:8090:c:{build}"]})
    assert statements_of(data) == {("fixed", "cpe:/o:x:os:9", Component("a", "1-2", "x86_64", "m:18"))}


def test_remedies_severities_and_scores():
    data = document(
        [OS, product("a", purl="pkg:rpm/x/a?arch=src"), product("b", purl="pkg:rpm/x/b?arch=src")],
        [related("OS", "a"), related("OS", "b")],
        product_status={"known_affected": ["OS:a", "OS:b"]},
        remediations=[{"category": "no_fix_planned", "details": "Will not fix", "product_ids": ["OS:a"]}],
        threats=[{"category": "impact", "details": "Important", "product_ids": ["OS:a"]}, {"category": "exploit_status"}],
        scores=[
            {"cvss_v3": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}},
            {"cvss_v3": {"vectorString": "?"}},
        ],
        cwe={"id": "CWE-1"},
        release_date="2099-01-02T03:04:05Z",
    )
    found = csaf.read(data, "vendor")
    (vulnerability,) = found.vulnerabilities
    first, second = sorted(vulnerability.statements, key=lambda one: one.component)
    assert (found.id, vulnerability.id, vulnerability.published) == ("D-1", "CVE-2099-0001", "2099-01-02")
    assert vulnerability.cwes == ("CWE-1",)
    assert (first.remedies[0].category, first.remedies[0].details, first.severity) == (
        "no_fix_planned",
        "Will not fix",
        "Important",
    )
    assert (second.remedies, second.severity) == ((), "Low")  # the document's own word
    assert [(score.source, score.score) for score in vulnerability.cvss] == [("vendor", 7.5)]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"document": {}, "vulnerabilities": 1}', b"[" * 5000])
def test_other_documents_are_refused(data):
    with pytest.raises(ValueError, match="not a CSAF document"):
        csaf.read(data, "v")


def test_branches_nested_too_deeply():
    branch = product("a")
    for _ in range(40):
        branch = {"branches": [branch]}
    with pytest.raises(ValueError, match="levels"):
        csaf.read(document([branch]), "v")
