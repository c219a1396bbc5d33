import json

import pytest

from careen.formats.vex.openvex import document
from careen.formats.vex.statements import Product, Statement
from careen.formats.vex.vex_file import read_vex

ZLIB = "pkg:deb/debian/zlib1g@1.2"


def read(document, source="f"):
    return read_vex(json.dumps(document).encode(), source)


def openvex(*statements, **more):
    return {
        "@context": "https://openvex.dev/ns/v0.2.0", "author": "us", "timestamp": "2026-01-01T00:00:00Z",
        "statements": statements,
    } | more  # fmt: skip


def test_openvex():
    (one, two) = read(
        openvex(
            {
                "vulnerability": {"name": "CVE-1", "aliases": ["GHSA-1", 7]},
                "products": [
                    {
                        "@id": "pkg:oci/app",
                        "identifiers": {"purl": "pkg:oci/app@sha256%3Aab", "cpe23": "cpe:2.3:a:x:app"},
                        "hashes": {"sha-256": "cd"},
                        "subcomponents": [{"@id": ZLIB}],
                    }
                ],
                "status": "not_affected",
                "justification": "vulnerable_code_not_present",
                "impact_statement": "a free text",
                "timestamp": "2026-02-02T00:00:00Z",
            },
            {
                "vulnerability": {"@id": "https://nvd.example/CVE-2"},
                "products": [{"@id": ZLIB}],
                "status": "under_investigation",
            },
        )
    )
    names = ("pkg:oci/app", "pkg:oci/app@sha256%3Aab", "cpe:2.3:a:x:app", "sha256:cd")
    assert one == Statement(
        ("CVE-1", "GHSA-1"), "not_affected", (Product(names, ((ZLIB,),)),), "f", "vulnerable_code_not_present",
        "2026-02-02T00:00:00Z", "us",
    )  # fmt: skip
    assert (two.ids, two.status, two.issued) == (("CVE-2",), "under_investigation", "2026-01-01T00:00:00Z")


def test_openvex_of_the_first_version():
    (one,) = read(
        openvex({"vulnerability": "CVE-1", "products": ["pkg:oci/app"], "subcomponents": [ZLIB], "status": "fixed"})
        | {"@context": "https://openvex.dev/ns"}
    )
    assert one.products == (Product(("pkg:oci/app",), ((ZLIB,),)),)


def test_openvex_as_the_predicate_of_an_attestation():
    inner = openvex({"vulnerability": "CVE-1", "products": [ZLIB], "status": "fixed"})
    (one,) = read({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns", "predicate": inner})
    assert one.ids == ("CVE-1",)


def test_openvex_written_reads_back():
    stated = (
        Statement(
            ("CVE-1", "GHSA-1"), "not_affected", (Product(("i",), (("p",),)),), "f", "component_not_present", "2026-01-01", "us"
        ),
        Statement(("CVE-2",), "not_affected", (Product(("p",)),), "f", "our own words", "2026-01-01", "us"),
        Statement(("CVE-3",), "affected", (Product(("p",)),), "f", "Update", "2026-01-01", "us"),
        Statement(("CVE-4",), "fixed", (Product(("p",)),), "f", "patched", "2026-01-01", "us"),
    )
    written = document(stated, "us", "2026-01-02T00:00:00Z", "urn:x")
    assert read(written) == stated
    assert written["statements"][1]["impact_statement"] == "our own words"
    assert "justification" not in written["statements"][1]


def cyclonedx(*vulnerabilities, **more):
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": vulnerabilities} | more


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("not_affected", "not_affected"),
        ("false_positive", "not_affected"),
        ("resolved", "fixed"),
        ("resolved_with_pedigree", "fixed"),
        ("exploitable", "affected"),
        ("in_triage", "under_investigation"),
    ],
)
def test_cyclonedx(state, status):
    (one,) = read(
        cyclonedx(
            {
                "id": "CVE-1",
                "references": [{"id": "GHSA-1"}],
                "analysis": {"state": state, "justification": "code_not_reachable"},
                "affects": [{"ref": "a"}, {"ref": "urn:cdx:0000/1#pkg%3Anpm%2Fb%401"}],
            },
            components=[{"bom-ref": "x", "components": [{"bom-ref": "a", "purl": ZLIB, "cpe": "cpe:/a:x"}]}],
            metadata={"timestamp": "2026-01-01T00:00:00Z"},
        )
    )
    products = (Product((ZLIB, "cpe:/a:x")), Product(("pkg:npm/b@1",)))
    assert one == Statement(("CVE-1", "GHSA-1"), status, products, "f", "code_not_reachable", "2026-01-01T00:00:00Z")


def test_cyclonedx_of_a_container_is_about_that_container():
    about = {
        "bom-ref": "root",
        "type": "container",
        "name": "shop/app",
        "version": "sha256:ab",
        "purl": "pkg:oci/app@sha256%3Aab",
    }
    (part, whole) = read(
        cyclonedx(
            {"id": "CVE-1", "analysis": {"state": "not_affected"}, "affects": [{"ref": "a"}]},
            {"id": "CVE-2", "analysis": {"state": "not_affected"}, "affects": [{"ref": "root"}]},
            components=[{"bom-ref": "a", "purl": ZLIB}],
            metadata={"component": about},
        )
    )
    names = ("pkg:oci/app@sha256%3Aab", "shop/app@sha256:ab")
    assert part.products == (Product(names, ((ZLIB,),)),)
    assert whole.products == (Product(names),)


def test_cyclonedx_by_version():
    stated = read(
        cyclonedx(
            {
                "id": "CVE-1",
                "affects": [
                    {
                        "ref": "a",
                        "versions": [{"version": "1", "status": "unaffected"}, {"version": "2"}, {"range": "vers:npm/>3"}],
                    }
                ],
            },
            {
                "id": "CVE-2",
                "analysis": {"state": "not_affected"},
                "affects": [{"ref": "b", "versions": [{"version": "1.2"}, {"version": "2"}]}],
            },
            components=[{"bom-ref": "a", "purl": "pkg:npm/a"}, {"bom-ref": "b", "purl": ZLIB}],
        )
    )
    assert [(one.ids, one.status, one.products) for one in stated] == [
        (("CVE-1",), "not_affected", (Product(("pkg:npm/a@1",)),)),
        (("CVE-2",), "not_affected", (Product((ZLIB,)),)),
    ]


def csaf(tree, *vulnerabilities):
    about = {
        "csaf_version": "2.0", "category": "csaf_vex", "publisher": {"name": "us"},
        "tracking": {"current_release_date": "2026-01-01T00:00:00Z"},
    }  # fmt: skip
    return {"document": about, "product_tree": tree, "vulnerabilities": vulnerabilities}


def test_csaf():
    tree = {
        "branches": [
            {
                "category": "vendor",
                "name": "us",
                "branches": [
                    {
                        "product": {
                            "product_id": "os",
                            "name": "Our OS 9",
                            "product_identification_helper": {"cpe": "cpe:/o:us:os:9"},
                        }
                    },
                    {"product": {"product_id": "z", "name": "zlib", "product_identification_helper": {"purl": ZLIB}}},
                ],
            }
        ],
        "full_product_names": [
            {"product_id": "app", "name": "App", "product_identification_helper": {"purls": ["pkg:oci/app"]}}
        ],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": "z",
                "relates_to_product_reference": "os",
                "full_product_name": {"product_id": "os:z", "name": "zlib of Our OS"},
            }
        ],
        "product_groups": [{"group_id": "g", "product_ids": ["os:z"]}],
    }
    stated = read(
        csaf(
            tree,
            {
                "cve": "CVE-1",
                "ids": [{"text": "BUG-7"}],
                "product_status": {
                    "known_not_affected": ["os:z", "app", "nobody"],
                    "fixed": ["z"],
                    "known_affected": ["os"],
                    "under_investigation": [],
                    "unheard_of": ["z"],
                },
                "flags": [{"label": "component_not_present", "group_ids": ["g"]}],
                "threats": [{"category": "impact", "details": "We do not call it", "product_ids": ["app", "os:z"]}],
            },
        )
    )
    part = Product(("cpe:/o:us:os:9", "Our OS 9"), ((ZLIB, "zlib"),))
    assert [(one.status, one.products, one.justification) for one in stated] == [
        ("not_affected", (part,), "component_not_present"),
        ("not_affected", (Product(("pkg:oci/app", "App")),), "We do not call it"),
        ("fixed", (Product((ZLIB, "zlib")),), ""),
        ("affected", (Product(("cpe:/o:us:os:9", "Our OS 9")),), ""),
    ]
    assert {(one.ids, one.issued, one.author) for one in stated} == {(("CVE-1", "BUG-7"), "2026-01-01T00:00:00Z", "us")}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"bomFormat": "SPDX"}',
        b'{"@context": 5}',
        json.dumps(openvex({"vulnerability": "CVE-1", "products": [ZLIB], "status": "perhaps"})).encode(),
        json.dumps(openvex("text")).encode(),
        b'{"document": {"csaf_version": "2.0"}, "product_tree": ' + b'{"branches": [' * 60 + b"]}" * 60 + b"}",
        b"[" * 100_000,
    ],
)
def test_other_documents_are_refused(data):
    with pytest.raises(ValueError):
        read_vex(data, "f")


@pytest.mark.parametrize(
    "document",
    [
        openvex(
            {"vulnerability": 3, "products": [ZLIB], "status": "fixed"},
            {"vulnerability": "CVE-1", "products": 4, "status": "fixed"},
        ),
        cyclonedx(
            7, {"id": "CVE-1", "affects": "x"}, {"analysis": [], "affects": [{"ref": 3}]}, components={"a": 1}, metadata=[]
        ),
        csaf([], {"cve": "CVE-1", "product_status": []}, 5),
        csaf({"relationships": [3, {}]}, {"cve": "CVE-1", "product_status": {"fixed": [1, "x"]}}),
    ],
)
def test_parts_of_a_wrong_shape_are_ignored(document):
    assert read(document) == ()


@pytest.mark.parametrize(
    "parts", [{"@id": ZLIB}, [{"hashes": {"sha-512": "ab"}}], [{}], "", [""], [{"identifiers": {"other": 7}}]]
)
def test_a_part_that_cannot_be_read_does_not_widen_a_statement(parts):
    stated = {"vulnerability": "CVE-1", "products": [{"@id": "pkg:oci/app", "subcomponents": parts}], "status": "fixed"}
    ((found,),) = (one.products for one in read(openvex(stated)))
    assert found.components in (((ZLIB,),), ((),))
    beside = {"vulnerability": "CVE-1", "products": ["pkg:oci/app"], "subcomponents": parts, "status": "fixed"}
    assert [one.products for one in read(openvex(beside))] == [(found,)]


@pytest.mark.parametrize("versions", ["1.0", {"version": "1.0"}, ["1.0"], [{"range": "vers:pypi/<1", "status": "affected"}]])
def test_versions_that_cannot_be_read_do_not_widen_a_statement(versions):
    affects = [{"ref": "pkg:pypi/x", "versions": versions}]
    assert read(cyclonedx({"id": "CVE-1", "analysis": {"state": "not_affected"}, "affects": affects})) == ()


def branch(category, name, id, purl="pkg:pypi/x"):
    helper = {"purl": purl, "cpe": "cpe:/a:x:x"}
    return {
        "category": category,
        "name": name,
        "product": {"product_id": id, "name": id, "product_identification_helper": helper},
    }


@pytest.mark.parametrize(
    ("name", "purl", "found"),
    [
        ("1.2", "pkg:pypi/x", "pkg:pypi/x@1.2"),
        ("v1.2", "pkg:golang/x?a=b", "pkg:golang/x@v1.2?a=b"),
        ("1.2", "pkg:pypi/x@1.3", "pkg:pypi/x@1.3"),
        ("x", "pkg:pypi/x", "pkg:pypi/x"),
        ("389-ds-base", "pkg:rpm/redhat/389-ds-base?arch=src", "pkg:rpm/redhat/389-ds-base?arch=src"),
    ],
)
def test_a_branch_of_csaf_is_a_version(name, purl, found):
    tree = {"branches": [branch("product_version", name, "a", purl)]}
    ((one,),) = (found.products for found in read(csaf(tree, {"cve": "CVE-1", "product_status": {"fixed": ["a"]}})))
    assert one.names == (found, "cpe:/a:x:x", "a")


def test_a_range_of_csaf_suppresses_nothing():
    tree = {
        "branches": [branch("product_version_range", ">=1.2", "a"), branch("product_name", "os", "os", "pkg:oci/os")],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": "a",
                "relates_to_product_reference": "os",
                "full_product_name": {"product_id": "os:a", "name": "x"},
            }
        ],
    }
    status = {"fixed": ["a", "os:a"], "known_not_affected": ["a", "os:a"], "known_affected": ["a", "os:a"]}
    found = read(csaf(tree, {"cve": "CVE-1", "product_status": status}))
    assert [(one.status, len(one.products)) for one in found] == [("affected", 2)]
