import pytest
from tests.support.package_index import ENVIRON


@pytest.fixture(autouse=True)
def configured(monkeypatch):
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
