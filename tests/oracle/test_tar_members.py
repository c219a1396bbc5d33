"""Our tar walker against the standard library's tarfile, on archives that tarfile wrote in every format."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples

from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream, open_stream
from careen.safety.budget import Limits

KINDS = {
    tarfile.REGTYPE: "f",
    tarfile.DIRTYPE: "d",
    tarfile.SYMTYPE: "l",
    tarfile.LNKTYPE: "h",
    tarfile.CHRTYPE: "c",
    tarfile.FIFOTYPE: "p",
}
name = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/"), min_size=1, max_size=40).filter(
    lambda part: part not in (".", "..")
)
path = st.lists(name, min_size=1, max_size=8).map("/".join)
entry = st.fixed_dictionaries(
    {
        "path": path,
        "kind": st.sampled_from(sorted(KINDS)),
        "mode": st.integers(0, 0o7777),
        "uid": st.sampled_from([0, 1000, 2097151, 2097152, 1 << 31]),
        "data": st.binary(max_size=2000),
        "link": path,
    }
)


def write(entries, form):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for item in entries:
            info = tarfile.TarInfo(item["path"])
            info.type, info.mode, info.uid, info.gid = item["kind"], item["mode"], item["uid"], 7
            if item["kind"] in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = item["link"]
            if item["kind"] == tarfile.REGTYPE:
                info.size = len(item["data"])
                archive.addfile(info, io.BytesIO(item["data"]))
            else:
                archive.addfile(info)
    return stream.getvalue()


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@examples(60)
@given(entries=st.lists(entry, max_size=6))
def test_reads_what_tarfile_writes(form, entries):
    data = write(entries, form)
    for source in (SeekStream(io.BytesIO(data)), open_stream(io.BytesIO(data), Limits())):
        seen = [
            (member, b"".join(tar.content(source, member, 300)) if member.kind == "f" else b"")
            for member in tar.members(source)
        ]
        assert len(seen) == len(entries)
        for (member, body), item in zip(seen, entries, strict=True):
            assert member.path == item["path"]
            assert (member.kind, member.mode, member.uid, member.gid) == (KINDS[item["kind"]], item["mode"], item["uid"], 7)
            if member.kind == "f":
                assert body == item["data"]
            if member.kind in "lh":
                assert member.link == item["link"]
