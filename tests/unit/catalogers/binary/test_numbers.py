"""Where numbers with a dot begin."""

import pytest

from careen.catalogers.binary.numbers import DOT, start_of


@pytest.mark.parametrize(("data", "starts"), [(b"a1.2", [1]), (b"v10.20.3", [1, 4]), (b"1234567.8", [2]), (b"a.1 1. .2", [])])
def test_starts(data, starts):
    assert [start_of(data, match.start()) for match in DOT.finditer(data)] == starts
