"""Image references as written."""

import pytest

from careen.formats.imagename import parse


@pytest.mark.parametrize(
    ("text", "parts", "mutable"),
    [
        ("web", ("", "web", "", ""), True),
        ("web:latest", ("", "web", "latest", ""), True),
        ("team/web:1.2", ("", "team/web", "1.2", ""), False),
        ("registry.example:5000/team/web", ("registry.example:5000", "team/web", "", ""), True),
        ("localhost/web:1", ("localhost", "web", "1", ""), False),
        ("web@sha256:ab", ("", "web", "", "sha256:ab"), False),
        ("registry.example/web:1@sha256:ab", ("registry.example", "web", "1", "sha256:ab"), False),
        ("", ("", "", "", ""), True),
    ],
)
def test_parts(text, parts, mutable):
    found = parse(text)
    assert (found.registry, found.repository, found.tag, found.digest) == parts
    assert found.mutable is mutable


def test_last_part():
    assert parse("registry.example/a/b/web:1").last == "web"
