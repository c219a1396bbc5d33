from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from argon2 import PasswordHasher
from tests.support.reports import usual
from tests.support.service import Service, with_fakes

from careen.server import passwords

# It has no wheels for every system.
collect_ignore = [] if find_spec("schemathesis") else ["test_schemathesis.py"]


@pytest.fixture(autouse=True)
def cheap_hashes(request, monkeypatch) -> None:
    """The real ones are slow on purpose; ``test_passwords`` makes one."""
    if request.module.__name__.endswith("test_passwords"):
        return
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def service(tmp_path, monkeypatch) -> Iterator[Service]:
    made = Service(tmp_path)
    with_fakes(monkeypatch, made, usual())
    yield made
    made.fleet.engine.dispose()
