import io
import shutil
import subprocess
import tarfile

import pytest
from tests.support import oddtars

from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream


def walk(data):
    source = SeekStream(io.BytesIO(data))
    return [(member, b"".join(tar.content(source, member))) for member in tar.members(source)]


def archive(*names, **fields):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as writer:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 3
            for key, value in fields.items():
                setattr(info, key, value)
            writer.addfile(info, io.BytesIO(b"abc"))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "path", "escapes"),
    [
        ("./etc/passwd", "etc/passwd", False),
        ("/etc//passwd", "etc/passwd", False),
        ("etc/./passwd", "etc/passwd", False),
        ("a/../b", "b", False),
        ("usr/.cache/x", "usr/.cache/x", False),
        (".hidden", ".hidden", False),
        ("../../etc/passwd", "", True),
        ("a/../../b", "", True),
        ("a..b/c", "a..b/c", False),
    ],
)
def test_names_come_out_clean(name, path, escapes):
    [(member, body)] = walk(archive(name))
    assert (member.path, member.escapes, body) == (path, escapes, b"abc")


def test_a_damaged_header_ends_the_walk_with_what_came_before():
    data = bytearray(archive("good", "bad"))
    data[1024 + 10] ^= 0xFF
    source = SeekStream(io.BytesIO(bytes(data)))
    walker = tar.members(source)
    assert next(walker).path == "good"
    with pytest.raises(ValueError, match="damaged header"):
        next(walker)


def test_the_error_of_a_truncated_archive_names_the_place():
    data = archive("one", "two")
    with pytest.raises(ValueError, match="breaks off"):
        walk(data[: 512 + 1])
    with pytest.raises(ValueError, match="breaks off"):
        walk(data[: 1024 + 100])


def test_a_size_beyond_the_archive_is_an_error_not_a_loop():
    data = bytearray(archive("big"))
    data[124:136] = b"77777777777\0"
    header = bytes(data[:148]) + b" " * 8 + bytes(data[156:512])
    data[148:156] = b"%06o\0 " % sum(header)
    with pytest.raises(ValueError, match="breaks off"):
        list(tar.members(SeekStream(io.BytesIO(bytes(data)))))


def test_base_256_numbers():
    [(member, _)] = walk(archive("x", uid=1 << 40))
    assert member.uid == 1 << 40


@pytest.mark.parametrize("form", ["gnu", "pax"])
@pytest.mark.parametrize("version", ["0.0", "0.1", "1.0"])
def test_sparse_files_as_gnu_tar_writes_them(tmp_path, form, version):
    program = shutil.which("tar")
    if not program or b"GNU tar" not in subprocess.run([program, "--version"], capture_output=True, check=True).stdout:
        pytest.skip("GNU tar is not installed: nothing else writes its sparse files")
    content = bytearray(900_000)
    for at in range(0, 900_000, 40_960):
        content[at : at + 100] = b"data" * 25
    with open(tmp_path / "sparse", "wb") as file:
        for at in range(0, 900_000, 40_960):
            file.seek(at)
            file.write(b"data" * 25)
        file.truncate(900_000)
    (tmp_path / "after").write_bytes(b"next")
    options = ["--sparse-version", version] if form == "pax" else []
    command = [program, "--format", form, "-S", *options, "-cf", tmp_path / "a.tar", "-C", tmp_path, "sparse", "after"]
    subprocess.run(command, check=True)
    (member, body), (after, rest) = walk((tmp_path / "a.tar").read_bytes())
    assert (member.path, member.size_bytes, after.path, rest) == ("sparse", 900_000, "after", b"next")
    assert body == content


def test_extension_headers_are_bounded():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as writer:
        info = tarfile.TarInfo("x")
        info.pax_headers = {"comment": "y" * (9 << 20)}
        writer.addfile(info)
    with pytest.raises(ValueError, match="extension header"):
        walk(stream.getvalue())


def test_a_sparse_map_that_breaks_off_ends():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("x")
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.realsize": "9",
            "GNU.sparse.name": "x",
        }
        body = b"50000\n" + b"1\n" * 1000
        info.size = 1 << 20
        archive.addfile(info, io.BytesIO(body + bytes(info.size - len(body))))
    with pytest.raises(ValueError, match="sparse map"):
        walk(stream.getvalue()[: 4 * 512])


def test_global_records_apply_to_no_other_member():
    """As engines have it: a global header is a member of its own, and its values do not apply to others."""
    stream = io.BytesIO()
    records = {"path": "hidden", "uid": "4321", "comment": "x"}
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT, pax_headers=records) as writer:
        for name in ("one", "two"):
            writer.addfile(tarfile.TarInfo(name))
    first, *rest = [member for member, _ in walk(stream.getvalue())]
    assert (first.kind, first.path, bool(first.doubt)) == ("g", "hidden", True)
    assert [(member.path, member.uid, member.doubt) for member in rest] == [("one", 0, None), ("two", 0, None)]


def test_archives_of_git_raise_no_doubt():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "c0ffee"}) as writer:
        writer.addfile(tarfile.TarInfo("one"))
    assert [(member.kind, member.doubt) for member, _ in walk(stream.getvalue())] == [("g", None), ("f", None)]


@pytest.mark.parametrize("flag", [b"X", b"V", b"D", b"7", b"S", b"9"])
def test_types_that_engines_do_not_know_make_them_refuse(flag):
    [member] = tar.members(SeekStream(io.BytesIO(oddtars.header(b"a", flag, form="gnu"))))
    assert member.doubt.refused


def test_a_lone_block_of_zeros_is_an_end_only_if_nothing_follows():
    one, two = oddtars.member(b"one", b"1"), oddtars.member(b"two", b"2")
    assert len(walk(one + bytes(512))) == 1
    with pytest.raises(ValueError, match="single block"):
        walk(one + bytes(512) + two)
    assert len(walk(one + bytes(1024) + two)) == 1


def test_of_two_extended_headers_the_last_one_counts_alone():
    first = oddtars.pax(oddtars.record(b"path", b"first"), oddtars.record(b"uid", b"5"))
    second = oddtars.pax(oddtars.record(b"gid", b"6"))
    [(member, _)] = walk(first + second + oddtars.member(b"name"))
    assert (member.path, member.uid, member.gid, bool(member.doubt)) == ("name", 7, 6, True)
