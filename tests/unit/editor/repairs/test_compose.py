import pytest

from careen.editor.repairs.compose import REPAIRS
from careen.editor.repairs.rows import At


@pytest.mark.parametrize(
    ("id", "before", "after"),
    [
        ("CMP-011", '      - "8080:80"', '      - "127.0.0.1:8080:80"'),
        ("CMP-011", "      - 0.0.0.0:8080:80", '      - "127.0.0.1:8080:80"'),
        ("CMP-004", "      - /srv/a:/b", "      - /srv/a:/b:ro"),
        ("CMP-004", "      - '/srv/a:/b:rw'", "      - '/srv/a:/b:ro'"),
        ("CMP-049", "      A: ${B:-secret}", "      A: ${B:?set it}"),
    ],
)
def test_a_row(id, before, after):
    assert next(REPAIRS[id]([before], At(1, 1))) == [after]


def test_the_service_of_the_finding():
    rows = ["services:", "  a:", "    image: x", "  b:", "    image: y"]
    assert next(REPAIRS["CMP-018"](rows, At(5, 5)))[5] == "    read_only: true"
