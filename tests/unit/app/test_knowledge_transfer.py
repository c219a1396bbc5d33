"""Knowledge bases in files and registries: what is verified, what is only taken, and what is refused."""

import os
import random
from datetime import UTC, datetime, timedelta

import pytest

np = pytest.importorskip("numpy")

from careen.app.knowledge_transfer import export_base, import_base, pull_base, push_base  # noqa: E402
from careen.app.origin import knowledge_base  # noqa: E402
from careen.config import Settings  # noqa: E402
from careen.errors import InputError, UsageError  # noqa: E402
from careen.origin.fixes import Change, Fix  # noqa: E402
from careen.origin.knowledge import write_base  # noqa: E402
from careen.origin.packing import packed, unpack  # noqa: E402
from careen.signing.repository import make_keys  # noqa: E402
from careen.signing.updates import UntrustedError  # noqa: E402
from tests.support.registry import Registry  # noqa: E402
from tests.unit.origin.test_merging import ALL, base  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    write_base(tmp_path / "base", base(liba=ALL, fixes=[Fix("liba", "CVE-2024-1", (Change("a.c", b"12345678", b""),))]))
    return tmp_path / "base"


@pytest.fixture
def keys(tmp_path):
    make_keys(tmp_path / "keys", datetime.now(UTC))
    return tmp_path / "keys"


def settings(tmp_path, keys=None):
    return Settings(cache_dir=tmp_path / "cache", db_root=keys and keys / "root.json")


def same(one, other):
    assert {path.name for path in one.glob("*.*")} == {path.name for path in other.glob("*.*")}
    for path in one.glob("*.*"):
        assert path.read_bytes() == (other / path.name).read_bytes()


def test_a_file_that_nobody_signed_is_taken_and_not_trusted(tmp_path, folder):
    export_base(folder, tmp_path / "file")
    taken = import_base(tmp_path / "file", tmp_path / "there", settings(tmp_path))
    same(folder, tmp_path / "there")
    assert not taken.is_trusted
    found = knowledge_base(tmp_path / "there", settings(tmp_path))
    assert (found.is_trusted, len(found.fixes_of("liba")), found.trusted_fixes_of("liba")) == (False, 1, ())


def test_a_signed_file_is_verified_and_trusted(tmp_path, folder, keys):
    digest = export_base(folder, tmp_path / "file", keys)
    taken = import_base(tmp_path / "file", tmp_path / "there", settings(tmp_path, keys))
    assert (taken.digest, taken.is_trusted) == (digest, True)
    assert len(knowledge_base(tmp_path / "there", settings(tmp_path)).trusted_fixes_of("liba")) == 1
    # Whoever has no record of the verification does not trust the folder.
    assert not knowledge_base(tmp_path / "there", Settings(cache_dir=tmp_path / "other-cache")).is_trusted


def test_the_signature_of_another_is_refused(tmp_path, folder, keys):
    make_keys(tmp_path / "others", datetime.now(UTC))
    export_base(folder, tmp_path / "file", tmp_path / "others")
    with pytest.raises(UntrustedError):
        import_base(tmp_path / "file", tmp_path / "there", settings(tmp_path, keys))
    with pytest.raises(UsageError, match="no root of trust"):
        import_base(tmp_path / "file", tmp_path / "there", settings(tmp_path))
    assert not (tmp_path / "there").exists()


def test_a_registry(tmp_path, folder, keys):
    with Registry() as registry:
        plain = settings(tmp_path, keys)
        _, by_digest = push_base(f"oci://{registry.host}/team/base:unsigned", folder, plain)
        with pytest.raises(InputError, match="is not signed"):
            pull_base(f"oci://{registry.host}/team/base:unsigned", tmp_path / "there", plain)
        assert not pull_base(by_digest, tmp_path / "there", plain).is_trusted
        push_base(f"oci://{registry.host}/team/base", folder, plain, keys)
        assert pull_base(f"oci://{registry.host}/team/base", tmp_path / "signed", plain).is_trusted
    same(folder, tmp_path / "signed")


def test_an_older_publication_is_refused(tmp_path, folder, keys, monkeypatch):
    with Registry() as registry:
        address = f"oci://{registry.host}/team/base"
        push_base(address, folder, settings(tmp_path, keys), keys)
        pull_base(address, tmp_path / "there", settings(tmp_path, keys))

        class Earlier(datetime):
            @classmethod
            def now(cls, zone=None):
                return datetime.now(zone) - timedelta(hours=1)

        monkeypatch.setattr("careen.app.knowledge_transfer.datetime", Earlier)
        push_base(address, folder, settings(tmp_path, keys), keys)
        with pytest.raises(UntrustedError, match="older"):
            pull_base(address, tmp_path / "there", settings(tmp_path, keys))


def test_another_base_than_the_signed_one_is_refused(tmp_path, folder, keys):
    with Registry() as registry:
        address = f"oci://{registry.host}/team/base"
        push_base(address, folder, settings(tmp_path, keys), keys)
        largest = max(registry.blobs, key=lambda digest: len(registry.blobs[digest]))
        registry.altered[largest] = registry.blobs[largest][:-1] + b"\0"
        with pytest.raises(InputError):
            pull_base(address, tmp_path / "there", settings(tmp_path, keys))
    assert not (tmp_path / "there" / "manifest.json").exists()


def test_mutations_of_a_packed_base_are_refused(tmp_path, folder):
    good = b"".join(packed(folder))
    unpack((good,), tmp_path / "there")
    made = random.Random(2)
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "100"))):
        damaged = bytearray(good)
        at = made.randrange(1200 if made.random() < 0.5 else len(good))
        damaged[at : at + made.randrange(2)] = made.choice([b"", b"\0", b"\xff", b"/../"])
        if bytes(damaged) == good:
            continue
        with pytest.raises(ValueError, match=r"\S"):
            unpack((bytes(damaged),), tmp_path / "there")
        assert [path.name for path in tmp_path.iterdir() if ".." in path.name] == []
    same(folder, tmp_path / "there")
