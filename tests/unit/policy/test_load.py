import json
from pathlib import Path

import pytest

from careen.errors import UsageError
from careen.policy.load import load_policy

VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "statements": [{"vulnerability": "CVE-1", "products": ["x"], "status": "fixed"}],
}


def file(path: Path, text) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def test_conditions_rules_and_statements(tmp_path):
    rules = [file(tmp_path / "a", "CVE-1\nCVE-2\n"), file(tmp_path / "b", "CVE-3\n")]
    file(tmp_path / "vex/deep/b.json", VEX)
    file(tmp_path / "vex/a.json", VEX)
    file(tmp_path / "vex/notes.txt", "x")
    policy = load_policy(("high, kev", "fixable:low"), ignore_files=rules, vex=[tmp_path / "vex"])
    assert [gate.text for gate in policy.fail_on] == ["high", "kev", "fixable:low"]
    assert [rule.id for rule in policy.ignores] == ["CVE-1", "CVE-2", "CVE-3"]
    assert [one.source for one in policy.vex] == [str(tmp_path / "vex/a.json"), str(tmp_path / "vex/deep/b.json")]


def test_in_a_folder_other_files_are_skipped_with_a_warning(tmp_path, caplog):
    file(tmp_path / "a.json", VEX)
    file(tmp_path / "b.json", {"name": "lodash"})
    assert len(load_policy(vex=[tmp_path]).vex) == 1
    assert "b.json is not a VEX document and is skipped" in caplog.text


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"vex": "missing.json"}, "missing.json is not a VEX document"),
        ({"vex": "package.json"}, "package.json is not a VEX document: neither OpenVEX, CycloneDX nor CSAF"),
        ({"vex": "empty"}, "empty contains no VEX document"),
        ({"ignore_files": "missing"}, "the ignore file .*missing cannot be read"),
        ({"ignore_files": "empty"}, "the ignore file .*empty cannot be read"),
        ({"ignore_files": "latin"}, "the ignore file .*latin cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, what, message):
    file(tmp_path / "package.json", {"name": "lodash"})
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin").write_bytes(b"\xe9")
    (key, name), *_ = what.items()
    with pytest.raises(UsageError, match=message):
        load_policy(**{key: [tmp_path / name]})
