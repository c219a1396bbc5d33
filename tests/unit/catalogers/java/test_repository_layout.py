"""Groups by the layout of a repository."""

import pytest

from careen.catalogers.java import Artifact, join
from careen.catalogers.java.repository_layout import coordinates_of
from careen.model.delta import Fact


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/libraries/com/mojang/authlib/2.3.31/authlib-2.3.31.jar", ("com.mojang", "authlib", "2.3.31")),
        ("root/.m2/repository/junit/junit/4.12/junit-4.12.jar", ("junit", "junit", "4.12")),
        ("m2/org/a/b-c/1.0-RC1/b-c-1.0-RC1-all.jar", ("org.a", "b-c", "1.0-RC1")),
        (
            f"root/.gradle/caches/modules-2/files-2.1/com.a.b/c/1.2/{'0' * 40}/c-1.2.jar",
            ("com.a.b", "c", "1.2"),
        ),
        ("data/libraries/com/mojang/authlib/2.3.31/other-2.3.31.jar", None),
        ("opt/app/lib/authlib-2.3.31.jar", None),
        ("m2/org/a/b-c/1.0/b-c-1.0-sources.jar", None),
        ("usr/share/maven-repo/junit/junit/debian/junit-debian.jar", None),
        ("srv/com/mojang/authlib/2.3.31/authlib-2.3.31.jar", None),
    ],
)
def test_the_place_names_the_artifact(path, expected):
    assert coordinates_of(path) == expected


@pytest.mark.parametrize(
    ("found", "name", "confidence"),
    [
        (Artifact("authlib", "2.3.31", "", (), 0.3), "com.mojang:authlib", 0.9),
        (Artifact("com.wrong:authlib", "2.3.31", "", (), 0.4), "com.mojang:authlib", 0.9),
        (Artifact("com.right:authlib", "2.3.31", "", ()), "com.right:authlib", 1.0),
        (Artifact("authlib", "2.3.32", "", (), 0.3), "authlib", 0.3),
        (Artifact("inner", "2.3.31", "lib/inner.jar", (), 0.3), "inner", 0.3),
    ],
)
def test_a_guess_gives_way_to_the_place(found, name, confidence):
    [package] = join([Fact("libraries/com/mojang/authlib/2.3.31/authlib-2.3.31.jar", 0, found)])
    assert (package.name, package.confidence) == (name, confidence)
