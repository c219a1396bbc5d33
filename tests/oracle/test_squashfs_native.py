"""Our reader of squashfs against files that mksquashfs wrote, where it is installed."""

import os
import random
import shutil
import subprocess

import pytest

from careen.formats.archives import tar
from careen.formats.archives.inflate import open_stream
from careen.images.squashfs import IMAGE_SOURCE
from careen.plugins import OpenContext
from careen.safety.budget import Limits

pytestmark = pytest.mark.skipif(not shutil.which("mksquashfs"), reason="no mksquashfs")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("squashfs") / "root"
    chance = random.Random(5)
    for folder in range(60):
        place = root / f"folder{folder}" / "inner"
        place.mkdir(parents=True)
        for number in range(40):
            size = chance.choice((0, 1, 100, 5000, 200_000 if number == 7 else 900))
            (place / f"file{number}").write_bytes(chance.randbytes(size // 2) + b"text " * (size // 10))
    (root / "link").symlink_to("folder1/inner")
    os.link(root / "folder3/inner/file7", root / "hard")
    (root / ("n" * 200)).write_bytes(b"long")
    (root / "setuid").write_bytes(b"#!")
    (root / "setuid").chmod(0o4755)
    with (root / "sparse").open("wb") as file:
        file.seek(40_000_000)
        file.write(b"end")
    return root


@pytest.mark.parametrize(
    "options",
    [
        "-comp gzip",
        "-comp xz",
        "-comp zstd",
        "-comp lz4",
        "-comp lz4 -Xhc",
        "-comp lzo",
        "-comp lzo -Xalgorithm lzo1x_1",
        "-comp lzma",
        "-noI -noD -noF -no-fragments",
        "-b 4096",
    ],
)
def test_the_same_tree(tree, tmp_path, options):
    made = subprocess.run(
        ["mksquashfs", tree, tmp_path / "made", *options.split(), "-no-progress", "-quiet", "-processors", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"mksquashfs cannot {options}")
    layer = IMAGE_SOURCE.open(str(tmp_path / "made"), OpenContext()).layers[0]
    seen = {}
    with layer.open() as raw:
        stream = open_stream(raw, Limits())
        for member in tar.members(stream):
            content = b"".join(tar.content(stream, member)) if member.kind == "f" else b""
            seen[member.path] = member
            place = tree / member.path
            status = place.lstat()
            assert (member.mode, member.uid, member.gid) == (status.st_mode & 0o7777, status.st_uid, status.st_gid)
            if member.kind == "f":
                assert content == place.read_bytes()
            elif member.kind == "l":
                assert member.link == os.readlink(place)
            elif member.kind == "h":
                assert (tree / member.link).samefile(place)
    assert set(seen) == {str(path.relative_to(tree)) for path in tree.rglob("*")}
    assert {seen["hard"].kind, seen["folder3/inner/file7"].kind} == {"f", "h"}
    assert len(seen["sparse"].sparse) == 1
