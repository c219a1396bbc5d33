"""Image references as written."""

import pytest

from careen.formats.images.image_name import is_of_registry, is_one_of, parse


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


@pytest.mark.parametrize(
    ("image", "allowed", "is_one"),
    [
        ("debian:12", "debian", True),
        ("docker.io/library/debian:12", "debian", True),
        ("debian", "docker.io/library/debian", True),
        ("debian:12-slim", "debian:12*", True),
        ("debian:13", "debian:12*", False),
        ("debian", "debian:latest", True),
        ("evil/debian", "debian", False),
        ("registry.example/base/py:3", "registry.example/base/*", True),
        ("registry.example/other/py:3", "registry.example/base/*", False),
        ("debian@sha256:" + "a" * 64, "debian@sha256:" + "a" * 64, True),
        ("debian@sha256:" + "b" * 64, "debian@sha256:" + "a" * 64, False),
        ("$BASE", "debian", True),
    ],
)
def test_images_that_are_allowed(image, allowed, is_one):
    assert is_one_of(image, (allowed,)) is is_one


@pytest.mark.parametrize(
    ("image", "allowed", "is_of"),
    [
        ("debian", "docker.io", True),
        ("quay.example/x", "docker.io", False),
        ("a.registry.example/x", "*.registry.example", True),
        ("registry.example/x", "*.registry.example", False),
        ("localhost:5000/x", "localhost:5000", True),
        ("${REGISTRY}/x", "docker.io", True),
    ],
)
def test_registries_that_are_allowed(image, allowed, is_of):
    assert is_of_registry(image, (allowed,)) is is_of


@pytest.mark.parametrize(
    ("image", "is_pinned"),
    [
        ("web@sha256:" + "a" * 64, True),
        ("web:1@sha512:" + "0" * 128, True),
        ("web@sha256:${DIGEST}", True),
        ("web@sha256:" + "a" * 63, False),
        ("web@sha256:" + "A" * 64, False),
        ("web@sha256:zz", False),
        ("web@", False),
        ("web:1", False),
    ],
)
def test_a_digest_pins_if_it_is_one(image, is_pinned):
    assert parse(image).pinned is is_pinned
