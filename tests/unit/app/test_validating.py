import gzip
import io
import json

import pytest

from tests.support.valid_documents import cyclonedx

pytest.importorskip("jsonschema_rs")

from careen.app.validating import validate_file
from careen.errors import InputError


def test_a_file_and_standard_input(tmp_path, monkeypatch):
    data = json.dumps(cyclonedx()).encode()
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert [validate_file(str(place)).valid for place in (tmp_path / "a", tmp_path / "a.gz", "-")] == [True] * 3


@pytest.mark.parametrize("name", ["absent", "other", "."])
def test_what_cannot_be_validated_is_named(tmp_path, name):
    (tmp_path / "other").write_text("hello")
    with pytest.raises(InputError, match=str(tmp_path / name)) as refused:
        validate_file(str(tmp_path / name))
    assert refused.value.hint
