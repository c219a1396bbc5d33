"""Debian changelogs: which version first names a flaw; and where a package's files have the changelog.

Shape: entries ``name (version) suites; urgency=…``, indented lines, a trailer ``-- who  when``; the newest first. The
version that first names a CVE is the one that mends it, unless the line says that the package is not affected.
Raises: ValueError where there is no changelog.  **Source:** Debian Policy 4.4 and 12.7; deb(5); dpkg-source(1).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from .inflate import Limits, Stream, open_stream
from .tar import content, members

MAX_BYTES = 32 << 20
MAX_INFLATED_BYTES = 2 << 30
_LIMITS = Limits(inflated_bytes=MAX_INFLATED_BYTES, members=200_000)
_ENTRY = re.compile(r"^\w[\w.+-]* \(([^()\s]{1,200})\)(?: [\w.+~/-]+)+;", re.MULTILINE | re.ASCII)
_CVE = re.compile(r"\b(?:CVE|CAN)[-=_ ]((?:19|20)\d\d-\d{4,12})\b", re.ASCII)
# Only where the words stand beside the name: "you are not affected unless …" is said of flaws that are mended.
_UNAFFECTED = re.compile(
    r"\bnot\s{1,20}(?:affected\s{1,20}by|vulnerable\s{1,20}to):?\s{1,20}CVE-[\d-]{1,30}"
    r"|\bCVE-[\d-]{1,30}\s{0,8}(?:[(:,]\s{0,8})?(?:is\s{1,20})?not\s{1,20}(?:affected|vulnerable|applicable)",
    re.IGNORECASE,
)


def fixes(changelog: str, key: Callable[[str], Any]) -> dict[str, str]:
    """By CVE the lowest version whose entry names it. ``key`` orders versions; one that it refuses is passed over.

    A rebuild for another release (``1.2-3~deb11u1`` above ``1.2-3``) has what the version that it rebuilds has.
    """
    lowest: dict[str, tuple[Any, str]] = {}
    rebuilt: dict[str, str] = {}
    starts = list(_ENTRY.finditer(changelog))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(changelog)
        version = rebuilt.get(start[1], start[1])
        original, rebuild, _ = start[1].rpartition("~")
        if rebuild:
            rebuilt[original] = version
        try:
            place = key(version)
        except ValueError:
            continue
        for cve in _named(changelog[start.end() : end]):
            if cve not in lowest or place < lowest[cve][0]:
                lowest[cve] = (place, version)
    return {cve: version for cve, (_, version) in sorted(lowest.items())}


def _named(entry: str) -> Iterator[str]:
    return (f"CVE-{number}" for number in _CVE.findall(_UNAFFECTED.sub("", entry)))


def changelog_in(file: BinaryIO) -> str:
    """The changelog out of a source package's archive or diff, or a binary package."""
    head = file.read(8)
    file.seek(0)
    if head == b"!<arch>\n":
        return _of_deb(file)
    stream = open_stream(file, _LIMITS)
    if stream.peek(4) == b"--- ":
        return _of_diff(stream)
    return _of_tar(stream, lambda path: path == "debian/changelog" or re.fullmatch(r"[^/]+/debian/changelog", path) is not None)


def _of_deb(file: BinaryIO) -> str:
    file.seek(8)
    while True:
        head = file.read(60)
        if len(head) < 60:
            raise ValueError("a .deb without data")
        size = head[48:58].strip()
        if head[58:] != b"`\n" or not size.isdigit():
            raise ValueError("a damaged ar archive")
        if head.startswith(b"data.tar"):
            return _of_tar(open_stream(file, _LIMITS), _is_documented)
        file.seek(int(size) + int(size) % 2, 1)


def _is_documented(path: str) -> bool:
    """The Debian changelog of a package with an upstream one, else that of a package made for Debian."""
    return re.fullmatch(r"usr/share/doc/[^/]+/changelog(?:\.Debian)?\.gz", path) is not None


def _of_tar(stream: Stream, is_it: Callable[[str], bool]) -> str:
    found = ""
    for number, member in enumerate(members(stream)):
        if number > _LIMITS.members:
            raise ValueError(f"an archive of more than {_LIMITS.members} files")
        if member.kind == "f" and member.size_bytes <= MAX_BYTES and is_it(member.path):
            text = _text(b"".join(content(stream, member)))
            if not _ENTRY.search(text):
                continue  # upstream's
            if not member.path.endswith("/changelog.gz"):
                return text
            found = text
    if not found:
        raise ValueError("an archive without a changelog")
    return found


def _of_diff(stream: Stream) -> str:
    """Of a new file in a diff, every line is there with a plus before it."""
    data = stream.read(MAX_BYTES)
    lines: list[bytes] = []
    inside = False
    for line in data.split(b"\n"):
        if line.startswith(b"+++ "):
            inside = line.split(b"\t")[0].endswith(b"/debian/changelog")
        elif line.startswith(b"--- "):
            if lines:
                break
            inside = False
        elif inside and line.startswith(b"+"):
            lines.append(line[1:])
    if not lines:
        raise ValueError("a diff without a changelog")
    return b"\n".join(lines).decode("utf-8", "replace")


def _text(data: bytes) -> str:
    from io import BytesIO

    if data[:2] == b"\x1f\x8b":
        stream = open_stream(BytesIO(data), _LIMITS)
        data = stream.read(MAX_BYTES)
    return data.decode("utf-8", "replace")
