import pytest

from careen.editor.documents import MAX_CHARACTERS, Document, group_of

FROM = "FROM debian:12\n"
POD = "apiVersion: v1\nkind: Pod\n"


@pytest.mark.parametrize(
    ("uri", "language", "text", "path"),
    [
        ("file:///w/Dockerfile", "dockerfile", FROM, "/w/Dockerfile"),
        ("file:///w/build.docker", "dockerfile", FROM, "/w/build.docker.Dockerfile"),
        ("untitled:Untitled-1", "dockerfile", "RUN x\n", "untitled/Untitled-1.Dockerfile"),
        ("untitled:Untitled-1", "yaml", POD, "untitled/Untitled-1.yaml"),
        ("file:///w/a%20b/pod.yaml", "yaml", POD, "/w/a b/pod.yaml"),
        ("vscode-remote://ssh/w/pod.yaml", "yaml", POD, "/w/pod.yaml"),
        ("untitled:", "dockerfile", "RUN x\n", "untitled/Dockerfile"),
    ],
)
def test_the_name_by_which_checks_know_it(uri, language, text, path):
    assert Document(uri, text, 1, language).path == path


@pytest.mark.parametrize(
    ("uri", "text", "sort"),
    [
        ("file:///w/Dockerfile", FROM, "checked"),
        ("file:///w/go.mod", "module a\n", "packages"),
        ("file:///w/requirements-dev.txt", "", "packages"),
        ("file:///w/notes.md", "# hello\n", ""),
        ("file:///w/values.yaml", "image: a\n", ""),
    ],
)
def test_what_is_looked_for(uri, text, sort):
    assert Document(uri, text).sort == sort


def test_manifests_of_a_folder_are_checked_together():
    pod, other = Document("file:///w/a.yaml", POD), Document("file:///w/b.yaml", POD)
    elsewhere, compose = Document("file:///x/c.yaml", POD), Document("file:///w/compose.yaml", "services: {}\n")
    large = Document("file:///w/d.yaml", POD + "#" * MAX_CHARACTERS)
    assert group_of(pod, [other, pod, elsewhere, compose, large]) == [pod, other]


def test_a_dockerfile_is_checked_alone():
    one, two = Document("file:///w/Dockerfile", FROM), Document("file:///w/Dockerfile.dev", FROM)
    assert group_of(one, [one, two]) == [one]
