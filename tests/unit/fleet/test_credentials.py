"""Credentials are sealed at rest, with keys that can be changed."""

import base64
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.support.registries.fleet import known_names, new_project, small_fleet

from careen.errors import UsageError
from careen.fleet import registries
from careen.fleet.asking import Login
from careen.fleet.credentials import (
    Keyring,
    SealError,
    add_key,
    keyring,
    new_key,
    rotate,
    seal_anew,
)
from careen.fleet.tables import registry

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


@given(st.binary(max_size=500))
def test_there_and_back(data):
    keys = Keyring([KEY])
    sealed = keys.seal(data)
    assert keys.unseal(sealed) == data
    assert sealed != keys.seal(data)
    assert len(data) < 4 or data not in sealed


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_changed_bit_is_noticed(data, chance):
    keys = Keyring([KEY])
    sealed = bytearray(keys.seal(data))
    sealed[chance.draw(st.integers(0, len(sealed) - 1))] ^= 1
    with pytest.raises(SealError):
        keys.unseal(bytes(sealed))


@pytest.mark.parametrize("data", [b"", b"C1", b"C1abcd", b"no seal at all", bytes(range(80))])
def test_what_was_never_sealed(data):
    with pytest.raises(SealError):
        Keyring([KEY]).unseal(data)


def test_the_wrong_key_is_one_clear_error():
    sealed = Keyring([KEY]).seal(b"s3cret")
    with pytest.raises(SealError, match="sealed with another key") as caught:
        Keyring([OTHER]).unseal(sealed)
    assert "s3cret" not in str(caught.value) + caught.value.hint
    assert Keyring([OTHER, KEY]).unseal(sealed) == b"s3cret"


def test_no_repr_shows_a_key():
    assert base64.b64encode(KEY).decode() not in repr(Keyring([KEY]))
    assert "s3cret" not in repr(Login("ann", "s3cret"))


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "secret.key"
    sealed = keyring(file, {}).seal(b"x")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keyring(file, {}).unseal(sealed) == b"x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.key"]
    file.chmod(0o644)
    with pytest.raises(UsageError, match="other users"):
        keyring(file, {})


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"x" * 31).decode(), "*" * 44, "é"])
def test_files_that_have_no_key(tmp_path, text):
    file = tmp_path / "secret.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(UsageError):
        keyring(file, {})


def test_keys_of_the_environment(tmp_path):
    first, second = new_key(), new_key()
    sealed = keyring(tmp_path / "no", {"CAREEN_SECRET_KEY": first}).seal(b"x")
    assert keyring(tmp_path / "no", {"CAREEN_SECRET_KEY": f"{second},{first}"}).unseal(sealed) == b"x"
    assert not (tmp_path / "no").exists()
    with pytest.raises(UsageError, match="CAREEN_SECRET_KEY has no key"):
        keyring(tmp_path / "no", {"CAREEN_SECRET_KEY": "wrong"})


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    known_names(monkeypatch)
    made = small_fleet(tmp_path)
    yield made
    made.engine.dispose()


def stored(fleet):
    with fleet.engine.connect() as connection:
        row = connection.execute(select(registry.c.credentials, registry.c.webhook_secret)).one()
    return bytes(row[0]), bytes(row[1])


def test_a_rotation_seals_all_anew_and_other_processes_follow(fleet, tmp_path):
    login = Login("ann", "s3cret")
    registries.add(fleet, new_project(fleet), "registry.example", login=login, webhook_secret="h00k")
    before = stored(fleet)
    assert b"s3cret" not in before[0]
    file = tmp_path / "secret.key"
    running = keyring(file, {})  # of a server that has started earlier
    assert rotate(fleet.engine, file) == 2
    after = stored(fleet)
    assert not set(before) & set(after)
    assert b"s3cret" in running.unseal(after[0])
    assert running.unseal(after[1]) == b"h00k"
    assert running.unseal(before[1]) == b"h00k"  # what waits in the queue
    rotate(fleet.engine, file)
    assert len(file.read_text().split()) == 2
    with pytest.raises(SealError):
        keyring(file, {}).unseal(before[1])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_rotation_that_was_interrupted_is_completed(fleet, tmp_path):
    registries.add(fleet, new_project(fleet), "registry.example", login=Login("ann", "s3cret"))
    file = tmp_path / "secret.key"
    add_key(file)
    assert rotate(fleet.engine, file) == 1
    assert b"s3cret" in keyring(file, {}).unseal(stored(fleet)[0])


def test_with_a_wrong_key_nothing_is_changed(fleet, tmp_path):
    registries.add(fleet, new_project(fleet), "registry.example", login=Login("ann", "s3cret"))
    before = stored(fleet)
    with pytest.raises(SealError):
        seal_anew(fleet.engine, Keyring([OTHER]))
    assert stored(fleet) == before
