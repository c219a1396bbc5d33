"""A folder of private advisories."""

import json

import pytest

from careen.database.private import advisories_folder
from careen.errors import UsageError
from careen.model.advisory import NamespaceInfo, Range


def osv(id, ecosystem, name, fixed="2"):
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return json.dumps({"id": id, "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges}]})


def test_every_record_of_the_folder(tmp_path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "a.json").write_text(osv("OWN-1", "PyPI", "Harbour_Crane"))
    (tmp_path / "deeper" / "b.json").write_text(osv("OWN-2", "Debian:12", "halyard"))
    (tmp_path / "README.md").write_text("not read")
    known = advisories_folder(tmp_path)
    assert known.advisories("PyPI", ["harbour-crane"])["harbour-crane"][0].ranges == (Range(None, "2"),)
    assert known.advisories("debian:12", ["halyard"])["halyard"][0].id == "OWN-2"
    assert known.namespace("PyPI") == (NamespaceInfo("PyPI", "private", 1, 1, partial=True, detail="private advisories"),)
    assert known.info is None


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"id": "X", "affected": 7}', "\x00"])
def test_a_malformed_file_is_named(tmp_path, content):
    (tmp_path / "good.json").write_text(osv("OWN-1", "PyPI", "crane"))
    (tmp_path / "wrong.json").write_text(content)
    with pytest.raises(UsageError, match=r"wrong\.json: not an OSV record \(.+\)") as caught:
        advisories_folder(tmp_path)
    assert caught.value.hint


def test_no_folder(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        advisories_folder(tmp_path / "absent")
