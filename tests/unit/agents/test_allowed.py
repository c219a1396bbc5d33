import os

import pytest

from careen.agents.allowed import Allowed, NotAllowedError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links of Windows need rights")


@pytest.fixture
def world(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "sub").mkdir(parents=True)
    outside.mkdir()
    (inside / "a.tar").write_text("a")
    (outside / "secret.tar").write_text("s")
    (inside / "link.tar").symlink_to(outside / "secret.tar")
    (inside / "folder-link").symlink_to(outside)
    (inside / "circle").symlink_to(inside / "circle")
    (inside / "good-link.tar").symlink_to(inside / "a.tar")
    return Allowed((inside.resolve(),), ("my-app:*", "docker.io/library/alpine:*"), ("registry.example/team",))


@pytest.mark.parametrize("text", ["a.tar", "./a.tar", "sub/../a.tar", "good-link.tar", "./sub"])
def test_paths_inside(world, text):
    assert world.path(text).is_relative_to(world.folders[0])


@pytest.mark.parametrize(
    "text",
    ["../out/secret.tar", "/etc/passwd", "link.tar", "folder-link/secret.tar", "a\0b", "../in-other", "sub/../../out",
     "../nothing-there"],
)  # fmt: skip
def test_paths_outside(world, text):
    with pytest.raises(NotAllowedError) as raised:
        world.path(text)
    assert "exist" not in str(raised.value)  # whether there is something stays unknown
    assert "secret" not in str(raised.value)


def test_a_circle_of_links(world):
    with pytest.raises(NotAllowedError):
        world.path("circle")


def test_a_path_inside_that_does_not_exist(world):
    with pytest.raises(NotAllowedError, match="does not exist"):
        world.path("nothing")


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("./a.tar", "{in}/a.tar"),
        ("a.tar:my-app:1", "{in}/a.tar:my-app:1"),
        ("docker-archive:a.tar", "docker-archive:{in}/a.tar"),
        ("dir:./sub", "directory:{in}/sub"),
        ("dir://sub", "directory:{in}/sub"),
        ("my-app:1", "docker:my-app:1"),
        ("alpine:3.20", "docker:alpine:3.20"),
        ("podman:my-app:1", "podman:my-app:1"),
        ("registry.example/team/app:1", "registry:registry.example/team/app:1"),
        ("registry:registry.example/team/app:1", "registry:registry.example/team/app:1"),
    ],
)
def test_references(world, text, opened):
    assert world.reference(text) == opened.replace("{in}", str(world.folders[0]))


@pytest.mark.parametrize(
    "text",
    ["./link.tar", "docker-archive:../out/secret.tar", "sbom:/etc/passwd", "dir:..", "oci:../out", "nginx:latest",
     "docker:nginx", "registry:nginx", "registry.example/other/app:1", "registry.example.evil/team/app", "-",
     "registry.example/teammate/app", "containerd:nginx", "file:/etc/passwd", "squashfs:/x", "link.tar:my-app:1",
     "registry:my-app:1"],
)  # fmt: skip
def test_references_that_are_refused(world, text):
    with pytest.raises(NotAllowedError):
        world.reference(text)


def test_by_default_there_is_no_image(tmp_path):
    with pytest.raises(NotAllowedError):
        Allowed((tmp_path,)).reference("alpine:3.20")
    with pytest.raises(NotAllowedError):
        Allowed(()).path("x")


def test_links_of_an_image_layout(world):
    layout = world.folders[0] / "layout"
    (layout / "blobs" / "sha256").mkdir(parents=True)
    (layout / "index.json").write_text("{}")
    assert world.reference("./layout") == str(layout)
    (layout / "blobs" / "sha256" / "ab").symlink_to("/etc/passwd")
    with pytest.raises(NotAllowedError):
        world.reference("./layout")
