"""Images that attack who reads their archives: by what is in doubt, and by what it costs.

``Attack.layers(scale)`` gives the stored bytes of its layers; scale 1 is the whole attack, a smaller one the same in small,
for which ``--budget`` makes the bounds as small. All is harmless: zeros, empty files, packages that do not exist.
"""

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import oddtars
from .executables import elf
from .images import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, sha256
from .oddtars import header, member, octal, padded, pax, record

END = bytes(1024)
STATUS = b"Package: spar\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0-1\n\n"
BASE = member(b"etc/os-release", b'ID=debian\nVERSION_ID="12"\n') + member(b"var/lib/dpkg/status", STATUS)
MANIFEST = json.dumps({"name": "spar", "version": "1.0.0"}).encode()
PACKAGE = b"app/node_modules/spar/package.json"


@dataclass(frozen=True)
class Attack:
    """``code`` is that of an unknown of the layer. ``whole``: it ends every scan with 3, not only one with --strict."""

    name: str
    layers: Callable[[float], list[bytes]]
    code: str
    whole: bool = True
    packages: tuple[str, ...] = field(default=("spar",))


def zipped(*parts: bytes) -> bytes:
    return gzip.compress(b"".join(parts), 1, mtime=0)


def with_base(*parts: bytes) -> list[bytes]:
    return [zipped(BASE, END), zipped(*parts, END)]


def repeated(block: bytes, count: int) -> bytes:
    """So many gzip members, so that no reader has to keep more than one."""
    body = gzip.compress(block, 6, mtime=0)
    return body * count


# what is in doubt


def global_path(scale: float) -> list[bytes]:
    return [zipped(pax(record(b"path", b"hidden"), flag=b"g"), BASE, END)]


def global_whiteout(scale: float) -> list[bytes]:
    return with_base(pax(record(b"comment", b"x"), flag=b"g", name=b"var/lib/dpkg/.wh.status"))


def global_at_a_path(scale: float) -> list[bytes]:
    return with_base(member(PACKAGE, MANIFEST), pax(record(b"comment", b"x"), flag=b"g", name=PACKAGE))


def unknown_type(scale: float) -> list[bytes]:
    return with_base(member(b"x", b"", b"Q"), member(PACKAGE, MANIFEST))


def lone_zeros(scale: float) -> list[bytes]:
    return with_base(bytes(512), member(PACKAGE, MANIFEST))


def two_paths(scale: float) -> list[bytes]:
    return with_base(pax(record(b"path", b"first"), record(b"path", PACKAGE)), member(b"x", MANIFEST))


def sparse_name(scale: float) -> list[bytes]:
    return with_base(pax(record(b"GNU.sparse.name", b"harmless")), member(PACKAGE, MANIFEST))


def negative_size(scale: float) -> list[bytes]:
    return with_base(header(b"x", b"0", size=oddtars.base256(-512, 12)), member(PACKAGE, MANIFEST))


def later_link(scale: float) -> list[bytes]:
    return with_base(member(b"opt/x", b"", b"1", link=b"opt/y"), member(b"opt/y", b"data"))


def behind_gzip(scale: float) -> list[bytes]:
    return [zipped(BASE, END) + b"garbage that is no gzip"]


def through_a_link(scale: float) -> list[bytes]:
    return with_base(member(b"opt/db", b"", b"2", link=b"../var/lib/dpkg"), member(b"opt/db/status", STATUS))


def through_a_lower_link(scale: float) -> list[bytes]:
    return [
        zipped(BASE, member(b"opt/db", b"", b"2", link=b"../var/lib/dpkg"), END),
        zipped(member(b"opt/db/status", STATUS), END),
    ]


# what it costs


def sparse_terabyte(scale: float) -> list[bytes]:
    """One program of which nearly all is a hole."""
    size = int(scale * (1 << 40))
    records = (
        record(b"GNU.sparse.major", b"1"),
        record(b"GNU.sparse.minor", b"0"),
        record(b"GNU.sparse.realsize", b"%d" % size),
        record(b"GNU.sparse.name", b"usr/bin/tool"),
    )
    start = elf(b"")
    body = padded(b"1\n0\n%d\n" % len(start)) + start
    return with_base(pax(*records) + member(b"x", body, mode=octal(0o755, 8)))


def global_records(scale: float) -> list[bytes]:
    """Many records, and many members that might each take a copy of them."""
    records = b"".join(record(b"k%d" % number, b"v") for number in range(int(60_000 * scale)))
    files = b"".join(header(b"f%d" % number) for number in range(int(100_000 * scale)))
    return with_base(pax(records, flag=b"g", name=b"pax_global_header") + files)


def records_of_each(scale: float) -> list[bytes]:
    one = pax(b"".join(record(b"k%d" % number, b"v") for number in range(60_000))) + header(b"f")
    return [zipped(BASE), gzip.compress(BASE, mtime=0) + repeated(one, int(400 * scale))]


def records_of_one(scale: float) -> list[bytes]:
    return with_base(pax(b"6 a=b\n" * 170_000) + header(b"f"))


def extensions_in_a_row(scale: float) -> list[bytes]:
    return with_base(pax(record(b"comment", b"x")) * 100_000 + header(b"f"))


def sparse_maps(scale: float) -> list[bytes]:
    pairs = b"".join(b"%d\n1\n" % (2 * number) for number in range(90_000))
    records = (record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0"), record(b"GNU.sparse.realsize", b"9000000"))
    one = pax(*records) + member(b"x", padded(b"90000\n" + pairs) + bytes(90_000))
    return [zipped(BASE), gzip.compress(BASE, mtime=0) + repeated(one, int(300 * scale))]


def long_names(scale: float) -> list[bytes]:
    one = member(b"x", b"n" * 1_000_000, b"L", form="gnu") + header(b"f", form="gnu")
    return [zipped(BASE), gzip.compress(BASE, mtime=0) + repeated(one, int(12_000 * scale))]


def tiny_members(scale: float) -> list[bytes]:
    blocks = (b"".join(header(b"%x/%x" % (part, number)) for number in range(10_000)) for part in range(int(250 * scale)))
    return [zipped(BASE), gzip.compress(BASE, mtime=0) + b"".join(gzip.compress(block, 1) for block in blocks)]


def deep_folders(scale: float) -> list[bytes]:
    blocks = []
    for number in range(max(1, int(30 * scale))):
        paths = (b"/".join([b"%x" % (number * 1000 + one)] + [b"d%d" % (one % 10)] * 1000) for one in range(1000))
        blocks.append(gzip.compress(b"".join(pax(record(b"path", path)) + header(b"f") for path in paths), 1))
    return [zipped(BASE), gzip.compress(BASE, mtime=0) + b"".join(blocks)]


def unreadable_names(scale: float) -> list[bytes]:
    return with_base(b"".join(header(b"%d/.wh." % number) for number in range(int(300_000 * scale))))


def many_whiteouts(scale: float) -> list[bytes]:
    """No attack but for its size: nothing may grow with the square."""
    count = int(200_000 * scale)
    return [zipped(BASE, *(header(b"d/%d" % number) for number in range(count)), END)] + [
        zipped(*(header(b"d/.wh.%d" % number) for number in range(count)), END) for _ in range(3)
    ]


def chains_of_links(scale: float) -> list[bytes]:
    count = int(100_000 * scale)
    links = b"".join(header(b"l%d" % number, b"2", link=b"l%d" % (number + 1)) for number in range(count))
    lists = b"".join(b"/l%d/x\n" % number for number in range(count))
    return with_base(links, member(b"var/lib/dpkg/info/spar.list", lists))


def package_links(count: float, target: bytes = b"store") -> bytes:
    return b"".join(header(b"n/%d/package.json" % number, b"1", link=target) for number in range(int(count)))


def links_to_one(scale: float) -> list[bytes]:
    return with_base(member(b"store", MANIFEST), package_links(90_000 * scale))


def links_with_facts(scale: float) -> list[bytes]:
    """Each is a package of its own: what one file costs, 300,000 times."""
    return with_base(member(b"store", MANIFEST), package_links(300_000 * scale))


def links_with_trouble(scale: float) -> list[bytes]:
    return with_base(member(b"store", b"{"), package_links(300_000 * scale))


def links_to_nothing(scale: float) -> list[bytes]:
    return with_base(package_links(300_000 * scale, b"nowhere"))


def links_in_a_circle(scale: float) -> list[bytes]:
    return with_base(package_links(300_000 * scale, b"n/0/package.json"))


def far_links(scale: float) -> list[bytes]:
    links = package_links(30_000 * scale)
    return [zipped(BASE, member(b"store", MANIFEST), END), *(zipped(links, END) for _ in range(12))]


def below_links(scale: float) -> list[bytes]:
    """Each link leads to the place of the package database, and has one below it."""
    count = int(100_000 * scale)
    links = b"".join(header(b"l%d" % number, b"2", link=b"var/lib") for number in range(count))
    return [zipped(BASE, links, END), zipped(*(member(b"l%d/dpkg/status" % number, STATUS) for number in range(count)), END)]


def many_roots(scale: float) -> list[bytes]:
    """Root file systems, each with a package database behind a link."""
    roots = b"".join(
        member(b"r/%d/etc/os-release" % number, b"ID=debian\n") + header(b"r/%d/var/lib/dpkg" % number, b"2", link=b"/d")
        for number in range(int(10_000 * scale))
    )
    places = b"".join(member(b"r/%d/d/status" % number, STATUS) for number in range(int(10_000 * scale)))
    return with_base(roots, places, b"".join(header(b"f/%d" % number) for number in range(int(100_000 * scale))))


def zeros(scale: float) -> list[bytes]:
    """Of 1 MiB each 1 KiB."""
    pieces = int(2048 * scale)
    head = header(b"usr/lib/big.so", size=oddtars.base256(pieces << 24, 12))
    return [zipped(BASE), gzip.compress(BASE + head, mtime=0) + repeated(bytes(1 << 24), pieces)]


def many_packages(scale: float) -> list[bytes]:
    status = b"".join(
        b"Package: p%d\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n" % number
        for number in range(int(1_500_000 * scale))
    )
    return with_base(member(b"var/lib/dpkg/status", status))


def nested_jars(scale: float) -> list[bytes]:
    """Jars in jars that each inflate to much more than they are."""

    def jar(files: dict[str, bytes]) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return made.getvalue()

    inner = jar({"META-INF/MANIFEST.MF": b"Implementation-Title: spar\n" + b" " * (30 << 20)})
    outer = jar({f"lib/{number}.jar": inner for number in range(200)})
    return with_base(b"".join(member(b"opt/%d.jar" % number, outer) for number in range(int(200 * scale) or 1)))


DOUBTS = (
    Attack("global path", global_path, "ambiguous_archive"),
    Attack("global whiteout", global_whiteout, "ambiguous_archive"),
    Attack("global at a path", global_at_a_path, "ambiguous_archive"),
    Attack("unknown type", unknown_type, "ambiguous_archive"),
    Attack("lone zeros", lone_zeros, "unreadable"),
    Attack("two paths", two_paths, "ambiguous_archive", whole=False),
    Attack("sparse name", sparse_name, "ambiguous_archive", whole=False),
    Attack("negative size", negative_size, "unreadable"),
    Attack("link to a later member", later_link, "ambiguous_archive"),
    Attack("garbage behind gzip", behind_gzip, "ambiguous_archive"),
    Attack("through a link", through_a_link, "ambiguous_archive", whole=False),
    Attack("through a lower link", through_a_lower_link, "ambiguous_archive", whole=False),
)
COSTS = (
    Attack("sparse terabyte", sparse_terabyte, "over_budget"),
    Attack("global records", global_records, "ambiguous_archive", whole=False),
    Attack("records of each", records_of_each, "over_budget"),
    Attack("records of one", records_of_one, "over_budget"),
    Attack("extensions in a row", extensions_in_a_row, "over_budget"),
    Attack("sparse maps", sparse_maps, "over_budget"),
    Attack("long names", long_names, "over_budget"),
    Attack("tiny members", tiny_members, "over_budget"),
    Attack("deep folders", deep_folders, "over_budget"),
    Attack("unreadable names", unreadable_names, "over_budget"),
    Attack("zeros", zeros, "over_budget"),
    Attack("many packages", many_packages, "over_budget"),
    Attack("many whiteouts", many_whiteouts, ""),
    Attack("chains of links", chains_of_links, ""),
    Attack("links to one", links_to_one, ""),
    Attack("links with facts", links_with_facts, "over_budget"),
    Attack("links with trouble", links_with_trouble, "over_budget"),
    Attack("links to nothing", links_to_nothing, "ambiguous_archive"),
    Attack("links in a circle", links_in_a_circle, "over_budget"),
    Attack("far links", far_links, "over_budget"),
    Attack("below links", below_links, "over_budget"),
    Attack("many roots", many_roots, ""),
    Attack("nested jars", nested_jars, "unreadable", whole=False),
)


def written(attack: Attack, folder: Path, scale: float = 1.0) -> Path:
    """The attack as an OCI layout below ``folder``."""
    layers = attack.layers(scale)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"User": "1000"},
        "rootfs": {"type": "layers", "diff_ids": [_diff_id(data) for data in layers]},
    }
    place = folder / attack.name.replace(" ", "-")
    described = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": _blob(place, OCI_CONFIG, json.dumps(config).encode())}
    described["layers"] = [_blob(place, f"{OCI_LAYER}+gzip", data) for data in layers]
    index = {"schemaVersion": 2, "manifests": [_blob(place, OCI_MANIFEST, json.dumps(described).encode())]}
    (place / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (place / "index.json").write_text(json.dumps(index))
    return place


def _diff_id(data: bytes) -> str:
    """Of layers that are small: to inflate the others is the attack."""
    parts = []
    while data[:2] == b"\x1f\x8b" and len(data) < 1 << 16:
        engine = zlib.decompressobj(31)
        parts.append(engine.decompress(data, 1 << 26))
        data = engine.unused_data
    return sha256(b"".join(parts))


def _blob(place: Path, media_type: str, data: bytes) -> dict[str, Any]:
    digest = sha256(data)
    path = place / "blobs" / digest.replace(":", "/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}
