"""How something was built, by SLSA provenance of every version."""

import pytest

from careen.images.referrers.provenance import MAX_TEXT, Built, built

COMMIT = "c0ffee"
GIT = {"uri": "git+https://x.example/a@refs/heads/main", "digest": {"sha1": COMMIT}}
IMAGE = {"uri": "pkg:docker/debian@12", "digest": {"sha256": "12", "sha512": "34"}}


def test_version_1():
    predicate = {
        "buildDefinition": {
            "externalParameters": {"workflow": {"repository": "https://x.example/a", "ref": "refs/heads/main"}},
            "resolvedDependencies": [IMAGE, GIT],
        },
        "runDetails": {"builder": {"id": "https://ci.example"}},
    }
    materials = (("pkg:docker/debian@12", "sha256:12"), ("git+https://x.example/a@refs/heads/main", COMMIT))
    assert built(predicate) == Built("https://ci.example", "https://x.example/a", COMMIT, materials)


def test_version_0():
    predicate = {
        "builder": {"id": "https://ci.example"},
        "invocation": {"configSource": {"uri": "https://x.example/b", "digest": {"sha1": COMMIT}}},
        "materials": [IMAGE, GIT],
    }
    found = built(predicate)
    assert (found.builder, found.source, found.revision) == ("https://ci.example", "https://x.example/b", COMMIT)


@pytest.mark.parametrize("where", ["buildkit_metadata", "https://mobyproject.org/buildkit@v1#metadata"])
def test_the_repository_that_buildkit_was_called_in(where):
    vcs = {"vcs": {"source": "https://x.example/a", "revision": COMMIT}}
    found = built({"runDetails": {"metadata": {where: vcs}}})
    assert (found.source, found.revision) == ("https://x.example/a", COMMIT)


def test_a_git_material_is_the_source_if_nothing_else_is():
    found = built({"materials": [IMAGE, GIT]})
    assert (found.source, found.revision) == ("git+https://x.example/a@refs/heads/main", COMMIT)


def test_the_revision_of_another_repository_is_not_taken():
    workflow = {"repository": "https://x.example/other", "ref": "v1"}
    found = built({"buildDefinition": {"externalParameters": {"workflow": workflow}, "resolvedDependencies": [GIT]}})
    assert (found.source, found.revision) == ("https://x.example/other", "v1")


@pytest.mark.parametrize("predicate", [{}, {"builder": 1, "materials": "x"}, {"buildDefinition": {"externalParameters": []}}])
def test_other_shapes_are_empty(predicate):
    assert built(predicate) == Built("", "", "", ())


def test_odd_materials_and_long_texts():
    found = built({"builder": {"id": "x" * 5000}, "materials": [1, {"name": "n", "digest": {"md5": "1", "sha1": 2}}]})
    assert len(found.builder) == MAX_TEXT
    assert found.materials == (("", None), ("n", None))
