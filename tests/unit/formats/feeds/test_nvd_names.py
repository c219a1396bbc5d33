"""NVD's dictionary and match criteria, in each of their forms."""

import gzip
import json

import pytest
from tests.support.feeds import packed_tar
from tests.support.nvd_names import Name, criteria, dictionary

from careen.formats.feeds.applicability import Criterion, range_of
from careen.model.advisory import Range

KEEL = "cpe:2.3:a:yard:keel:1.2:*:*:*:*:*:*:*"
OLD = "cpe:2.3:a:dock:keel:1.2:*:*:*:*:*:*:*"
DICTIONARY = {
    "products": [
        {"cpe": {"cpeName": KEEL, "deprecated": False, "titles": [{"title": "Keel 1.2", "lang": "en"}]}},
        {"cpe": {"cpeName": OLD, "deprecated": True, "deprecatedBy": [{"cpeName": KEEL, "cpeNameId": "1"}]}},
    ]
}
NAMES = [Name(KEEL), Name(OLD, deprecated=True, successors=(KEEL,))]
XML = f"""<?xml version='1.0'?>
<cpe-list xmlns="http://cpe.mitre.org/dictionary/2.0" xmlns:c="http://scap.nist.gov/schema/cpe-extension/2.3">
  <generator><schema_version>2.3</schema_version></generator>
  <cpe-item name="cpe:/a:yard:keel:1.2"><title>Keel</title><c:cpe23-item name="{KEEL}"/></cpe-item>
  <cpe-item name="cpe:/a:dock:keel:1.2" deprecated="true"><c:cpe23-item name="{OLD}">
    <c:deprecation date="2026-01-01"><c:deprecated-by name="{KEEL}" type="NAME_CORRECTION"/></c:deprecation>
  </c:cpe23-item></cpe-item>
</cpe-list>"""
ALL = "cpe:2.3:a:yard:keel:*:*:*:*:*:*:*:*"
CRITERIA = {
    "matchStrings": [
        {
            "matchString": {
                "matchCriteriaId": "A1",
                "criteria": ALL,
                "versionStartIncluding": "1.0",
                "versionEndExcluding": "1.3",
                "status": "Active",
                "matches": [{"cpeName": KEEL}],
            }
        },
        {"matchString": {"matchCriteriaId": "A2", "criteria": ALL, "status": "Inactive"}},
    ]
}
OLD_CRITERIA = {"matches": [{"cpe23Uri": ALL, "versionEndIncluding": "1.2", "cpe_name": [{"cpe23Uri": KEEL}]}]}


def packed(document):
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "data",
    [
        packed(DICTIONARY),
        gzip.compress(packed(DICTIONARY)),
        packed_tar({"chunks/1.json": packed({"products": DICTIONARY["products"][:1]}),
                    "chunks/2.json": packed({"products": DICTIONARY["products"][1:]})}),
        XML.encode(),
        gzip.compress(XML.encode()),
    ],
    ids=["page", "gzip", "feed", "xml", "xml.gz"],
)  # fmt: skip
def test_the_dictionary_has_the_successor_of_a_name(tmp_path, data):
    (tmp_path / "file").write_bytes(data)
    assert list(dictionary(tmp_path / "file")) == NAMES


@pytest.mark.parametrize("data", [packed(CRITERIA), packed_tar({"x/1.json": packed(CRITERIA)})], ids=["page", "feed"])
def test_criteria_have_bounds_and_the_names_in_them(tmp_path, data):
    (tmp_path / "file").write_bytes(data)
    first, second = criteria(tmp_path / "file")
    assert (first.id, first.names, first.active) == ("A1", (KEEL,), True)
    assert range_of(first.criterion) == Range("1.0", "1.3")
    assert (second.names, second.active) == ((), False)


def test_older_criteria(tmp_path):
    (tmp_path / "file").write_bytes(gzip.compress(packed(OLD_CRITERIA)))
    (one,) = criteria(tmp_path / "file")
    assert (one.id, one.names, range_of(one.criterion)) == ("", (KEEL,), Range(last_affected="1.2"))


def test_a_name_without_a_version_affects_nothing():
    assert range_of(Criterion("cpe:2.3:a:yard:keel:-:*:*:*:*:*:*:*")) is None
    assert range_of(Criterion("cpe:/a:yard:keel")) is None


@pytest.mark.parametrize("read", [dictionary, criteria])
@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b'{"products": {}}', b'{"matchStrings": [{}]}', b"<x/>", b"<cpe-item/>", gzip.compress(b"{}")[:12],
     packed(DICTIONARY)[:60], packed_tar({"readme": b"x"}), b"\x00" * 600],
    ids=range(10),
)  # fmt: skip
def test_other_files_are_refused(tmp_path, read, data):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(ValueError, match=r"."):
        list(read(tmp_path / "file"))
