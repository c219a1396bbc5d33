"""Manifests of publications as anybody may have written them."""

import msgspec
import pytest

from careen.database.head import FeedRow
from careen.database.layer import Packed
from careen.database.publication import (
    LARGE_BYTES,
    PUBLICATION_TYPE,
    TITLE,
    Group,
    Known,
    Publication,
    is_publication,
    publication_of,
    read_known,
    read_manifest,
    target_of,
    write_known,
    write_manifest,
)
from careen.database.rows import SCHEMA
from careen.errors import InputError
from careen.signing.repository import Target
from careen.signing.updates import UntrustedError

NOW = "2026-01-02T03:04:05+00:00"
ROW = FeedRow("osv/npm/all.zip", "osv", "npm", as_of="2026-01-02", fetched=NOW, records=3)
GROUP = Group("osv/npm", Packed("sha256:" + "ab" * 32, 10, 90), (ROW,), frozenset({"npm"}), False, "CC-BY-4.0")
SCORES = Group("epss", Packed("sha256:" + "cd" * 32, 10, 90), (FeedRow("epss/x", "epss", fetched=NOW),), frozenset(), True, "")
ORDER = {"epss/x": 0, "osv/npm/all.zip": 1}
PUBLICATION = Publication(7, (GROUP, SCORES), tuple(ORDER))


def targets():
    return {group.name: target_of(group, ORDER) for group in PUBLICATION.groups}


def test_there_and_back():
    found = publication_of(7, targets(), "x")
    assert found.order == PUBLICATION.order
    assert {group.name: (group.packed, group.namespaces, group.scores, group.licence) for group in found.groups} == {
        group.name: (group.packed, group.namespaces, group.scores, group.licence) for group in PUBLICATION.groups
    }
    (row,) = found.groups[0].rows
    assert (row.path, row.as_of, row.layer) == (ROW.path, ROW.as_of, GROUP.packed.digest)
    contents = write_manifest(found, {"timestamp.json": b"{}"}, "2026-01-02T03:04:05+00:00")
    assert is_publication(contents.manifest)
    assert read_manifest(contents.manifest, "x") == contents
    contents.check(found, "x")


def test_what_is_needed():
    assert PUBLICATION.needed({"npm"}) == PUBLICATION.needed(None) == (GROUP, SCORES)
    assert PUBLICATION.needed({"PyPI"}) == PUBLICATION.needed(()) == (SCORES,)
    assert PUBLICATION.needed((), {"osv/npm/all.zip"}) == (GROUP, SCORES)


def test_a_scan_takes_what_is_large_where_nothing_smaller_assesses():
    """As it fetches no large feeds: what is left out here, ``careen db update`` takes."""

    def group(name, *namespaces, size=LARGE_BYTES + 1, large=True, scores=False):
        row = FeedRow(f"{name}.zip", name, large=large)
        return Group(name, Packed("sha256:" + "ab" * 32, 10, size), (row,), frozenset(namespaces), scores)

    large, small = group("suse", "sles:15.6", "sles:15.7"), group("osv", "sles:15.6", large=False)
    assert Publication(1, (large, small), ()).needed({"sles:15.6"}) == (small,)
    assert Publication(1, (large, small), ()).needed({"sles:15.7"}) == (large,)
    assert Publication(1, (large, small), ()).needed({"sles:15.7"}, (), {"sles:15.7"}) == ()
    assert Publication(1, (large, small), ()).needed({"sles:15.7"}, {"suse.zip"}, {"sles:15.7"}) == ()
    assert Publication(1, (large, small), ()).needed(None) == (large, small)
    moderate = group("suse", "sles:15.6", size=LARGE_BYTES)
    assert Publication(1, (moderate, small), ()).needed({"sles:15.6"}, (), {"sles:15.6"}) == (moderate, small)
    scores = group("cpe", scores=True)
    assert Publication(1, (scores, small), ()).needed({"sles:15.6"}) == (small,)
    assert Publication(1, (group("nvd", scores=True, large=False), small), ()).needed(()) != ()


@pytest.mark.parametrize(
    "custom",
    [
        {},
        {"schema": "4"},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a"]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [["0", ["a", "b"]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a", "b", 7]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a", "b", "", "", "", "yesterday"]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a", "b", "", "", "", "2026-01-02T03:04:05"]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a", "b", "", "", "soon", NOW]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a", "b", "", "", "", "9999-01-02T03:04:05+00:00"]]]},
        {"schema": SCHEMA, "inflated": 9, "feeds": [[0, ["a", "b", "", "", "", NOW, *[""] * 6, "9999-01-02"]]]},
        {"schema": SCHEMA, "inflated": "9", "feeds": []},
        {"schema": SCHEMA, "inflated": 9, "feeds": [], "namespaces": "npm"},
    ],
)
def test_what_is_signed_and_cannot_be_read(custom):
    with pytest.raises(UntrustedError, match="cannot be read"):
        publication_of(1, {"a": Target(1, "00", custom)}, "x")


def test_another_schema():
    with pytest.raises(InputError, match=f"schema {SCHEMA + 1}, and this version reads schema {SCHEMA}"):
        publication_of(1, {"a": Target(1, "00", {"schema": SCHEMA + 1, "inflated": 9, "feeds": []})}, "x")


@pytest.mark.parametrize(
    "document",
    [
        {"layers": {}},
        {"layers": [{}]},
        {"layers": [{"digest": "sha256:x", "size": "1", "mediaType": "x"}]},
        {"layers": [{"digest": "sha256:x", "size": 1, "mediaType": "x"}]},
        {"layers": [{"digest": "md5:x", "size": 1, "mediaType": "x", "annotations": {TITLE: "a"}}]},
        {"layers": [{"digest": "sha256:x", "size": -1, "mediaType": "x", "annotations": {TITLE: "a"}}]},
        {"layers": [{"digest": "sha256:x", "size": 1, "mediaType": "x", "annotations": {TITLE: "a"}}] * 2},
        {"artifactType": "application/vnd.careen.database"},
        {"artifactType": 7},
    ],
)  # fmt: skip
def test_manifests_that_are_none(document):
    with pytest.raises(InputError):
        read_manifest(msgspec.json.encode({"artifactType": PUBLICATION_TYPE, **document}), "x")


@pytest.mark.parametrize("data", [b"", b"null", b"[" * 100_000, b"\xff", b"{}"])
def test_what_is_no_manifest(data):
    assert not is_publication(data)
    with pytest.raises(InputError):
        read_manifest(data, "x")


def test_what_is_known_is_kept(tmp_path):
    database = tmp_path / "advisories.sqlite"
    assert read_known(database) is None
    known = Known("oci://x/db", "2026-01-02T03:04:05+00:00", PUBLICATION)
    write_known(database, known)
    assert read_known(database) == known
    for data in (b'{"address": 7}', b"", msgspec.json.encode(Known("oci://x/db", "yesterday", PUBLICATION))):
        (tmp_path / "published.json").write_bytes(data)
        assert read_known(database) is None
