"""Each mandatory test: what breaks it, and what is like that but allowed."""

import pytest
from tests.support.valid_documents import csaf

pytest.importorskip("jsonschema_rs")

from careen.validation import csaf as validator

GOOD_3 = {
    "version": "3.1",
    "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "baseScore": 9.8,
    "baseSeverity": "CRITICAL",
}
GOOD_4 = {
    "version": "4.0",
    "vectorString": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:P",
    "baseScore": 9.3,
    "baseSeverity": "CRITICAL",
}
NOTE = {"category": "description", "text": "Why."}
SSVC = {"schemaVersion": "2.0.0", "timestamp": "2026-01-01T00:00:00Z"}


def rules(document):
    return {problem.rule for problem in validator.problems(document)}


def changed(path, value, version="2.1", **vulnerability):
    """A dotted path; a number is an entry of a list, and "+" a further one."""
    document = csaf(version, **vulnerability)
    *steps, last = path.split(".")
    holder = document
    for step in steps:
        holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
    if last == "+":
        holder.append(value)
    else:
        holder[int(last) if isinstance(holder, list) else last] = value
    return document


def helped(**helper):
    return changed("product_tree.full_product_names.0.product_identification_helper", helper)


def branches(*chain, name="x"):
    """Branches within each other; the last one is of a product."""
    found = {"category": chain[-1], "name": name, "product": {"name": "p", "product_id": "P"}}
    for category in reversed(chain[:-1]):
        found = {"category": category, "name": "y", "branches": [found]}
    return changed("product_tree.branches", [found])


def metric(name, content, products=("A",), **more):
    return {"metrics": [{"content": {name: content}, "products": list(products), **more}]}


def revisions(*entries, version, status="final"):
    document = csaf()
    listed = [{"date": f"2026-01-{day:02}T00:00:00Z", "number": number, "summary": "s"} for day, number in entries]
    document["document"]["tracking"] |= {"revision_history": listed, "version": version, "status": status}
    return document


def profile(category, version="2.1", notes=(), drop_tree=False, **vulnerability):
    document = csaf(version, **vulnerability)
    document["document"]["category"] = category
    if notes:
        document["document"]["notes"] = list(notes)
    if drop_tree:
        del document["product_tree"]
    return document


SHARED = "document.distribution"
EVERYBODY, NOBODY = "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000"


def shared(label, id, **name):
    return changed(SHARED, {"tlp": {"label": label}, "sharing_group": {"id": id, **name}})


BROKEN = {
    "6.1.1": [
        csaf(product_status={"fixed": ["X"]}),
        csaf("2.0", flags=[{"label": "component_not_present", "product_ids": ["X"]}]),
    ],
    "6.1.2": [changed("product_tree.full_product_names.+", {"name": "b", "product_id": "A"})],
    "6.1.3": [
        changed(
            "product_tree.relationships",
            [
                {
                    "category": "installed_on",
                    "full_product_name": {"name": "x", "product_id": "C"},
                    "product_reference": "C",
                    "relates_to_product_reference": "A",
                }
            ],
            "2.0",
        )
    ],
    "6.1.4": [csaf(threats=[{"category": "impact", "details": "d", "group_ids": ["X"]}])],
    "6.1.5": [changed("product_tree.product_groups.+", {"group_id": "G", "product_ids": ["B", "A"]})],
    "6.1.6": [csaf(product_status={"fixed": ["A"], "known_affected": ["A"]})],
    "6.1.7": [
        csaf(
            metrics=[
                {"content": {"cvss_v3": GOOD_3}, "products": ["A"]},
                {"content": {"cvss_v3": GOOD_3}, "products": ["A", "B"]},
            ]
        )
    ],
    "6.1.9": [
        csaf(**metric("cvss_v3", {**GOOD_3, "baseScore": 9.7})),
        csaf(**metric("cvss_v4", {**GOOD_4, "baseScore": 8.0, "baseSeverity": "HIGH"})),
    ],
    "6.1.10": [csaf(**metric("cvss_v3", {**GOOD_3, "attackVector": "LOCAL"}))],
    "6.1.11": [
        csaf(cwes=[{"id": "CWE-79", "name": "Something else", "version": "4.13"}]),
        csaf(cwes=[{"id": "CWE-999999", "name": "Nothing", "version": "4.13"}]),
        csaf("2.0", cwe={"id": "CWE-79", "name": "Something else"}),
    ],
    "6.1.12": [changed("document.lang", "EZ"), changed("document.lang", "en-Xxxx")],
    "6.1.13": [helped(purls=["pkg:oci/namespace/name@1"])],
    "6.1.14": [revisions((1, "2"), (2, "1"), version="1")],
    "6.1.15": [changed("document.publisher.category", "translator")],
    "6.1.16": [revisions((1, "1"), (2, "2"), version="1")],
    "6.1.17": [revisions((1, "0.9.0"), version="0.9.0")],
    "6.1.18": [revisions((1, "0"), (2, "1"), version="1")],
    "6.1.19": [revisions((1, "1.0.0-rc"), (2, "1.0.0"), version="1.0.0")],
    "6.1.20": [revisions((1, "1.0.0"), version="1.0.0-rc")],
    "6.1.21": [revisions((1, "1"), (2, "3"), version="3"), revisions((1, "2"), version="2")],
    "6.1.22": [revisions((1, "1"), (2, "1"), version="1")],
    "6.1.23": [changed("vulnerabilities.+", {"cve": "CVE-2026-0001"}, cve="CVE-2026-0001")],
    "6.1.24": [csaf("2.0", involvements=[{"party": "vendor", "status": "open"}, {"party": "vendor", "status": "completed"}])],
    "6.1.25": [
        helped(hashes=[{"filename": "f", "file_hashes": [{"algorithm": "sha256", "value": letter * 64} for letter in "ab"]}])
    ],
    "6.1.26": [profile("Security Advisory"), profile("csaf-vex"), profile("csaf_own"), profile("superseded")],
    "6.1.27.1": [profile("csaf_informational_advisory")],
    "6.1.27.2": [profile("csaf_security_incident_response")],
    "6.1.27.3": [profile("csaf_informational_advisory", cve="CVE-2026-0001"), profile("csaf_withdrawn", cve="CVE-2026-0001")],
    "6.1.27.4": [profile("csaf_vex", drop_tree=True)],
    "6.1.27.5": [profile("csaf_security_advisory", cve="CVE-2026-0001")],
    "6.1.27.6": [profile("csaf_security_advisory", "2.0", cve="CVE-2026-0001")],
    "6.1.27.7": [profile("csaf_vex", product_status={"recommended": ["A"]})],
    "6.1.27.8": [
        profile("csaf_vex", notes=[NOTE], title="t"),
        profile(
            "csaf_vex", ids=[{"system_name": "s", "text": "1", "product_ids": ["A"]}], product_status={"fixed": ["A", "B"]}
        ),
    ],
    "6.1.27.9": [profile("csaf_vex", cve="CVE-2026-0001", product_status={"known_not_affected": ["A"]})],
    "6.1.27.10": [profile("csaf_vex", cve="CVE-2026-0001", product_status={"known_affected": ["A"]})],
    "6.1.27.11": [profile("csaf_vex")],
    "6.1.27.12": [profile("csaf_security_advisory", product_status={"fixed": ["A"]})],
    "6.1.27.13": [profile("csaf_security_advisory", product_status={"fixed": ["A"]})],
    "6.1.27.14": [profile("csaf_withdrawn", notes=[{"category": "legal_disclaimer", "text": "t"}])],
    "6.1.27.15": [profile("csaf_superseded")],
    "6.1.27.16": [profile("csaf_superseded")],
    "6.1.27.17": [
        profile("csaf_withdrawn", notes=[NOTE]),
        profile("csaf_withdrawn", notes=[{**NOTE, "title": "Reasoning for Withdrawal"}] * 2),
    ],
    "6.1.27.18": [profile("csaf_superseded", notes=[{**NOTE, "category": "general", "title": "Reasoning for Supersession"}])],
    "6.1.27.19": [profile("csaf_superseded")],
    "6.1.28": [changed("document", {**csaf()["document"], "lang": "en", "source_lang": "en"})],
    "6.1.29": [csaf(remediations=[{"category": "workaround", "details": "d"}])],
    "6.1.30": [revisions((1, "1"), (2, "2.0.0"), version="2.0.0")],
    "6.1.31": [branches("product_version", name="<= 4.1"), branches("product_version", name="4.2 and later")],
    "6.1.32": [csaf(flags=[{"label": "component_not_present"}])],
    "6.1.33": [
        csaf(
            flags=[
                {"label": "component_not_present", "group_ids": ["G"]},
                {"label": "vulnerable_code_not_present", "product_ids": ["A"]},
            ]
        )
    ],
    "6.1.34": [branches(*["product_family"] * 31)],
    "6.1.35": [
        csaf(
            remediations=[
                {"category": one, "details": "d", **where}
                for one, where in (("mitigation", {"group_ids": ["G"]}), ("none_available", {"product_ids": ["B"]}))
            ]
        )
    ],
    "6.1.36": [
        csaf(product_status={"fixed": ["A"]}, remediations=[{"category": "none_available", "details": "d", "group_ids": ["G"]}])
    ],
    "6.1.37": [csaf(discovery_date="2015-06-30T23:59:60Z")],
    "6.1.38": [shared("GREEN", EVERYBODY, name="Public")],
    "6.1.39": [shared("CLEAR", "5868d6be-b28a-404e-a245-0b5093b31b8b")],
    "6.1.40": [shared("RED", "5868d6be-b28a-404e-a245-0b5093b31b8b", name="No sharing allowed")],
    "6.1.41": [shared("CLEAR", EVERYBODY), shared("RED", NOBODY, name="x")],
    "6.1.42": [helped(purls=["pkg:npm/a@1", "pkg:npm/b@1"])],
    "6.1.43": [helped(model_numbers=["*P\\**"])],
    "6.1.44": [helped(serial_numbers=["**"])],
    "6.1.45": [csaf(disclosure_date="2026-02-01T00:00:00Z")],
    "6.1.47": [
        csaf(
            cve="CVE-2026-0001",
            **metric(
                "ssvc_v2",
                {
                    **SSVC,
                    "target_ids": ["CVE-2026-0002"],
                    "selections": [{"namespace": "ssvc", "key": "E", "version": "1.1.0", "values": [{"key": "N"}]}],
                },
            ),
        )
    ],
    "6.1.48": [
        csaf(
            **metric(
                "ssvc_v2",
                {
                    **SSVC,
                    "selections": [
                        {"namespace": "ssvc", "key": "E", "version": version, "values": [{"key": key} for key in keys]}
                    ],
                },
            )
        )
        for version, keys in (("9.0.0", "N"), ("1.1.0", "Z"), ("1.1.0", "AN"))
    ],
    "6.1.49": [
        csaf(
            **metric(
                "ssvc_v2",
                {
                    **SSVC,
                    "timestamp": "2026-01-31T13:00:00+00:30",
                    "selections": [
                        {"namespace": "x_example.test#own", "key": "E", "version": "1.1.0", "values": [{"key": "N"}]}
                    ],
                },
            )
        )
    ],
    "6.1.50": [branches("product_version_range", name="all versions < 4.2.0")],
    "6.1.51": [csaf(**metric("epss", {"probability": "0.5", "percentile": "0.5", "timestamp": "2026-02-01T00:00:00Z"}))],
    "6.1.52": [
        csaf(
            first_known_exploitation_dates=[
                {"date": "2026-02-01T00:00:00Z", "exploitation_date": "2026-01-01T00:00:00Z", "product_ids": ["A"]}
            ]
        )
    ],
    "6.1.53": [
        csaf(
            first_known_exploitation_dates=[
                {"date": "2026-01-01T00:00:00Z", "exploitation_date": "2026-01-02T00:00:00Z", "product_ids": ["A"]}
            ]
        )
    ],
    "6.1.54": [
        changed("document.license_expression", text)
        for text in ("a text", "MIT+ AND", "licenseref-x", "LicenseRef-x+", "(MIT", "MIT WITH MIT")
    ],
    "6.1.55": [changed("document.license_expression", "LicenseRef-own")],
    "6.1.56": [
        csaf(
            metrics=[
                {"content": {"cvss_v3": GOOD_3}, "products": ["A"]},
                {"content": {"qualitative_severity_rating": "low"}, "products": ["A"]},
            ]
        )
    ],
    "6.1.57": [branches("vendor", "vendor", "product_name")],
    "6.1.58": [branches("product_version", "product_version_range", name="vers:intdot/<2")],
    "6.1.59": [branches("product_version_range", name="vers:intdot/4.2.0")],
    "6.1.61": [helped(skus=["**"])],
    "6.1.62": [csaf(discovery_date="2026-01-02T00:00:00Z", disclosure_date="2026-01-01T00:00:00Z")],
    "6.1.63": [helped(hashes=[{"filename": "f", "file_hashes": [{"algorithm": "sha256", "value": "a" * 40}]}])],
}


@pytest.mark.parametrize(
    ("rule", "document"), [(rule, document) for rule, documents in BROKEN.items() for document in documents]
)
def test_a_broken_rule_is_named(rule, document):
    assert rule in rules(document)


def test_every_rule_has_a_document_that_breaks_it():
    assert {rule.id for rule in validator.RULES} == set(BROKEN)


FINE = [
    csaf(),
    csaf("2.0"),
    csaf(product_status={"fixed": ["A"], "known_affected": ["B"], "recommended": ["A"]}),
    csaf(**metric("cvss_v3", {**GOOD_3, "attackVector": "NETWORK", "modifiedAttackVector": "LOCAL"})),
    csaf(**metric("cvss_v4", GOOD_4)),
    csaf(
        cwes=[
            {
                "id": "CWE-79",
                "name": "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
                "version": "4.13",
            }
        ]
    ),
    changed("document.lang", "de-AT-1996"),
    changed("document.lang", "i-default"),
    changed("document.lang", "zh-Hant-TW"),
    changed("document.lang", "en-x-own"),
    helped(purls=["pkg:npm/a@1", "pkg:npm/a@1?arch=x"]),
    helped(model_numbers=["P\\*\\**"]),
    revisions((1, "1"), (1, "2"), version="2"),
    revisions((1, "1.0.0"), (2, "1.0.1"), (3, "1.1.0"), version="1.1.0"),
    revisions((1, "1.0.0"), (2, "1.0.1"), version="1.0.1+build"),
    revisions((1, "0"), version="0", status="draft"),
    profile("Security guidance"),
    profile(
        "csaf_vex",
        cve="CVE-2026-0001",
        notes=[NOTE],
        product_status={"known_not_affected": ["A", "B"]},
        flags=[{"label": "component_not_present", "group_ids": ["G"]}],
    ),
    branches("product_version_range", name=">=1.0|<2.0"),
    branches("product_version_range", name="vers:all/*"),
    branches("product_version", name="1.2.3"),
    branches("vendor", "product_family", "product_family", "product_name", "product_version", name="1"),
    shared("CLEAR", EVERYBODY, name="Public"),
    shared("RED", NOBODY, name="No sharing allowed"),
    changed("document.license_expression", "(MIT OR GPL-2.0-or-later WITH Classpath-exception-2.0) AND Apache-2.0+"),
    csaf(disclosure_date="2026-01-31T14:00:00+02:00"),
]


@pytest.mark.parametrize("document", FINE)
def test_what_is_allowed_is_valid(document):
    if document["document"]["category"] == "csaf_vex":
        document["vulnerabilities"][0]["notes"] = [NOTE]
    assert list(validator.problems(document)) == []


def test_rules_of_a_later_version_are_not_asked():
    document = csaf("2.0", discovery_date="2015-06-30T23:59:60Z", product_status={"fixed": ["A"]})
    assert "6.1.37" not in rules(document)


def test_another_version_is_refused():
    assert rules(changed("document.csaf_version", "3.0")) == {"version"}
    assert rules(changed("document.csaf_version", {})) == {"version"}


def test_a_hostile_document_is_bounded(monkeypatch):
    monkeypatch.setattr("careen.validation.csaf.content.MAX_MEMBERS", 5)
    threat = {"category": "impact", "details": "d", "group_ids": ["G"]}
    document = csaf(flags=[{"label": "component_not_present", "group_ids": ["G"]}], threats=[threat])
    assert list(validator.problems(document)) == []
    document["vulnerabilities"][0]["remediations"] = [{"category": "workaround", "details": "d", "group_ids": ["G"]}]
    with pytest.raises(ValueError, match="more than 5 products by groups"):
        list(validator.problems(document))


def test_branches_are_bounded():
    with pytest.raises(ValueError, match="nested more than"):
        list(validator.problems(branches(*["product_family"] * 62)))


def test_a_number_of_any_length_is_ordered():
    huge = "1.0.0-" + "9" * 5000
    assert "6.1.19" in rules(revisions((1, huge), (2, "1.0.0"), version="1.0.0"))
