"""Publications are made with our own keys, then changed as an attacker on the way could change them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from careen.errors import DatabaseError, InputError, NetworkError, UsageError
from careen.signing.repository import ROLES, Target, check_keys, make_keys, renew_root, signed_metadata
from careen.signing.updates import MAX_METADATA_BYTES, EndedError, UntrustedError, targets_past_end, verified_targets

NOW = datetime.now(UTC)
ONE = {"a": Target(3, "00" * 32, {"schema": 4})}
TWO = {"a": Target(4, "11" * 32), "b": Target(5, "22" * 32)}


@pytest.fixture
def keys(tmp_path):
    make_keys(tmp_path / "keys", NOW)
    return tmp_path / "keys"


def take(files, root, folder):
    return verified_targets(root, folder, lambda name: (one for one in [files[name]]) if name in files else None, "oci://x")


@pytest.fixture
def root(keys):
    return (keys / "root.json").read_bytes()


def test_publications_follow_each_other(keys, root, tmp_path):
    kept = tmp_path / "kept"
    first = signed_metadata(keys, ONE, 1, NOW)
    assert set(first) == {"1.root.json", "1.targets.json", "1.snapshot.json", "timestamp.json"}
    assert take(first, root, kept) == take(first, root, kept) == (1, ONE)
    assert take(signed_metadata(keys, TWO, 2, NOW), root, kept) == (2, TWO)


def test_an_older_publication_is_refused(keys, root, tmp_path):
    first, second = signed_metadata(keys, ONE, 1, NOW), signed_metadata(keys, TWO, 2, NOW)
    take(second, root, tmp_path / "kept")
    with pytest.raises(UntrustedError, match="older than the last accepted"):
        take(first, root, tmp_path / "kept")
    assert take(second, root, tmp_path / "kept") == (2, TWO)
    assert take(first, root, tmp_path / "another machine") == (1, ONE)


@pytest.mark.parametrize("days", [4, 31, 800])
def test_past_its_end(keys, root, tmp_path, days):
    with pytest.raises(UntrustedError, match="past their end"):
        take(signed_metadata(keys, ONE, 1, NOW - timedelta(days=days)), root, tmp_path / "kept")


def test_a_root_past_its_end(tmp_path):
    make_keys(tmp_path / "keys", NOW - timedelta(days=800))
    with pytest.raises(UntrustedError, match="past their end"):
        take(signed_metadata(tmp_path / "keys", ONE, 1, NOW), (tmp_path / "keys/root.json").read_bytes(), tmp_path / "kept")
    renew_root(tmp_path / "keys", NOW)
    files = signed_metadata(tmp_path / "keys", ONE, 1, NOW)
    assert take(files, files["1.root.json"], tmp_path / "kept") == (1, ONE)


def test_held_back(keys, root, tmp_path):
    """A newer publication was seen; a server with the old timestamp, or without a valid one, is refused."""
    old = signed_metadata(keys, ONE, 1, NOW - timedelta(days=4))
    new = signed_metadata(keys, TWO, 2, NOW)
    take(new, root, tmp_path / "kept")
    with pytest.raises(UntrustedError):
        take({**new, "timestamp.json": old["timestamp.json"]}, root, tmp_path / "kept")


@pytest.mark.parametrize("part", ["targets", "snapshot"])
def test_parts_of_two_publications(keys, root, tmp_path, part):
    first, second = signed_metadata(keys, ONE, 1, NOW), signed_metadata(keys, TWO, 2, NOW)
    with pytest.raises(UntrustedError):
        take({**second, f"2.{part}.json": first[f"1.{part}.json"]}, root, tmp_path / "kept")
    same_version = signed_metadata(keys, {"a": Target(3, "33" * 32, {"schema": 4})}, 1, NOW)
    with pytest.raises(UntrustedError, match="belong together"):
        take({**first, f"1.{part}.json": same_version[f"1.{part}.json"]}, root, tmp_path / "other")


@pytest.mark.parametrize("role", ROLES)
def test_signed_by_somebody_else(keys, root, tmp_path, role):
    make_keys(tmp_path / "others", NOW)
    if role != "root":
        (keys / f"{role}.pem").write_bytes((tmp_path / "others" / f"{role}.pem").read_bytes())
        with pytest.raises(UntrustedError, match="did not sign it"):
            take(signed_metadata(keys, ONE, 1, NOW), root, tmp_path / "kept")
    else:
        with pytest.raises(UntrustedError, match="did not sign it"):
            take(signed_metadata(tmp_path / "others", ONE, 1, NOW), root, tmp_path / "kept")


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", b"null", b" " * (MAX_METADATA_BYTES + 1), None])
def test_damaged(keys, root, tmp_path, name, data):
    files = signed_metadata(keys, ONE, 1, NOW)
    changed = {key: value for key, value in files.items() if key != name} | ({} if data is None else {name: data})
    with pytest.raises(UntrustedError) as caught:
        take(changed, root, tmp_path / "kept")
    assert "\n" not in str(caught.value)
    assert take(files, root, tmp_path / "kept") == (1, ONE)


def test_every_changed_byte_of_a_signed_part_is_noticed(keys, root, tmp_path):
    files = signed_metadata(keys, ONE, 1, NOW)
    document = json.loads(files["timestamp.json"])
    document["signed"]["version"] = 9
    with pytest.raises(UntrustedError, match="did not sign it"):
        take({**files, "timestamp.json": json.dumps(document).encode()}, root, tmp_path / "kept")


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"[" * 100_000])
def test_data_that_is_not_a_root(keys, tmp_path, data):
    with pytest.raises(UntrustedError):
        take(signed_metadata(keys, ONE, 1, NOW), data, tmp_path / "kept")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p256"])
def test_new_keys(tmp_path, role, algorithm):
    keys, kept = tmp_path / "keys", tmp_path / "kept"
    make_keys(keys, NOW, algorithm, root_keys=3)
    root = (keys / "root.json").read_bytes()
    take(signed_metadata(keys, ONE, 1, NOW), root, kept)
    stolen = (keys / (f"{role}.pem" if role != "root" else "root-1.pem")).read_bytes()
    renew_root(keys, NOW, role, algorithm)
    assert take(signed_metadata(keys, TWO, 2, NOW), root, kept) == (2, TWO)
    assert take(signed_metadata(keys, TWO, 2, NOW), (keys / "2.root.json").read_bytes(), tmp_path / "new") == (2, TWO)
    if role != "root":
        (keys / f"{role}.pem").write_bytes(stolen)
        with pytest.raises(UntrustedError, match="did not sign it"):
            take(signed_metadata(keys, TWO, 3, NOW), root, kept)


def test_too_few_root_keys_sign_nothing(tmp_path):
    keys = tmp_path / "keys"
    make_keys(keys, NOW, root_keys=3)
    root = (keys / "root.json").read_bytes()
    for name in ("root-1.pem", "root-2.pem"):
        (keys / name).unlink()
    with pytest.raises(InputError, match="too few"):
        renew_root(keys, NOW, "timestamp")
    assert (keys / "root.json").read_bytes() == root


def test_without_a_network_nothing_is_refused_for_good(keys, root, tmp_path):
    def read(name):
        raise NetworkError("registry answered 429")

    with pytest.raises(NetworkError, match="429"):
        verified_targets(root, tmp_path / "kept", read, "oci://x")
    assert take(signed_metadata(keys, ONE, 1, NOW), root, tmp_path / "kept") == (1, ONE)


def test_a_folder_that_cannot_be_written(keys, root, tmp_path):
    (tmp_path / "kept").write_bytes(b"")
    with pytest.raises(DatabaseError, match="kept"):
        take(signed_metadata(keys, ONE, 1, NOW), root, tmp_path / "kept")


def test_keys_are_not_written_over(keys):
    with pytest.raises(UsageError, match="not empty"):
        make_keys(keys, NOW)


def test_a_root_past_its_end_publishes_nothing(keys):
    check_keys(keys, NOW)
    with pytest.raises(InputError, match="expired on") as caught:
        check_keys(keys, NOW + timedelta(days=731))
    assert "--renew" in caught.value.hint


def test_folders_without_keys(tmp_path):
    with pytest.raises(InputError, match=r"root\.json"):
        check_keys(tmp_path, NOW)
    (tmp_path / "root.json").write_bytes(b"{}")
    with pytest.raises(InputError, match="damaged"):
        renew_root(tmp_path, NOW)


@pytest.mark.parametrize("role", [None, "root", "targets", "snapshot"])
def test_a_renewed_root_keeps_the_accepted_versions(keys, root, tmp_path, role):
    """Whichever of a publisher's roots is trusted, today or tomorrow, what was seen before is not gone back on."""
    kept = tmp_path / "kept"
    old = signed_metadata(keys, ONE, 1, NOW)
    take(signed_metadata(keys, TWO, 2, NOW), root, kept)
    renew_root(keys, NOW, role)
    renewed = (keys / "root.json").read_bytes()
    files = {**old, "2.root.json": renewed}
    with pytest.raises(UntrustedError):
        take(files, renewed, kept)
    new = signed_metadata(keys, TWO, 3, NOW)
    assert take(new, renewed, kept) == (3, TWO)
    with pytest.raises(UntrustedError, match="older"):
        take(signed_metadata(keys, ONE, 2, NOW), root, kept)
    assert len(list(kept.iterdir())) == 1


def test_another_publisher_is_remembered_apart(keys, root, tmp_path):
    make_keys(tmp_path / "others", NOW)
    take(signed_metadata(keys, TWO, 9, NOW), root, tmp_path / "kept")
    others = (tmp_path / "others" / "root.json").read_bytes()
    assert take(signed_metadata(tmp_path / "others", ONE, 1, NOW), others, tmp_path / "kept") == (1, ONE)


def reader(files):
    return lambda name: (one for one in [files[name]]) if name in files else None


def test_a_publisher_continues_from_a_publication_past_its_end(keys, root, tmp_path):
    files = signed_metadata(keys, ONE, 1, NOW - timedelta(days=40))
    with pytest.raises(EndedError):
        take(files, root, tmp_path / "kept")
    assert targets_past_end(root, reader(files), "x") == (1, ONE)
    renew_root(keys, NOW, "root")
    renew_root(keys, NOW, "targets")
    assert targets_past_end(root, reader(signed_metadata(keys, TWO, 2, NOW)), "x") == (2, TWO)


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
def test_a_publication_past_its_end_is_verified(keys, root, tmp_path, name):
    make_keys(tmp_path / "others", NOW)
    files, foreign = (signed_metadata(one, ONE, 1, NOW - timedelta(days=9)) for one in (keys, tmp_path / "others"))
    for data in (foreign[name], b"{}", b" " * (MAX_METADATA_BYTES + 1)):
        with pytest.raises(UntrustedError):
            targets_past_end(root, reader({**files, name: data}), "x")
    with pytest.raises(UntrustedError):
        targets_past_end(root, reader({key: data for key, data in files.items() if key != name}), "x")


def test_a_chain_of_roots_with_a_hole(keys):
    renew_root(keys, NOW)
    renew_root(keys, NOW)
    check_keys(keys, NOW)
    (keys / "2.root.json").unlink()
    with pytest.raises(InputError, match=r"lacks 2\.root\.json"):
        check_keys(keys, NOW)


def test_a_root_key_that_was_lost_is_replaced(tmp_path):
    """Two of three sign, and the new root has three again."""
    keys = tmp_path / "keys"
    make_keys(keys, NOW, root_keys=3)
    root = (keys / "root.json").read_bytes()
    (keys / "root-2.pem").unlink()
    renew_root(keys, NOW, "root")
    role = json.loads((keys / "root.json").read_bytes())["signed"]["roles"]["root"]
    assert (len(role["keyids"]), role["threshold"]) == (3, 2)
    assert sorted(file.name for file in keys.glob("root*.pem")) == ["root-1.pem", "root-2.pem", "root-3.pem"]
    assert take(signed_metadata(keys, ONE, 1, NOW), root, tmp_path / "kept") == (1, ONE)


def test_no_root_key(tmp_path):
    with pytest.raises(UsageError, match="--root-keys takes 1 or more"):
        make_keys(tmp_path / "keys", NOW, root_keys=0)
    assert not (tmp_path / "keys").exists()
