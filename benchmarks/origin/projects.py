"""The projects of the base of source code, and the artefacts that carry copies of them.

A base is made of a project's own releases, or of copies in artefacts that carry it unchanged; the queries are other artefacts.
"""

import re
from typing import NamedTuple

from .sets import words

PYTHON = words(
    "attrs cachecontrol certifi chardet click cloudpickle colorama distlib distro fastjsonschema html5lib "
    "idna importlib-metadata importlib-resources jinja2 jsonschema lark loky more-itertools msgpack packaging "
    "pep517 pexpect platformdirs ptyprocess pygments pyparsing pyproject-hooks pyrsistent python-dotenv "
    "pyyaml requests resolvelib rich six tenacity tomli tomlkit truststore typing-extensions urllib3 "
    "webencodings zipp"
)
SCRIPT = words(
    "abbrev agent-base ajv bluebird cacache chalk debug fstream glob graceful-fs ini lru-cache make-fetch-"
    "happen minimatch minipass node-gyp nopt npmlog readable-stream request rimraf semver socks ssri tar "
    "tough-cookie uuid yargs"
)
# By source package of Debian.
DEBIAN = {
    name: name
    for name in words(
    "argon2 brotli bzip2 c-ares curl double-conversion expat hiredis http-parser jemalloc leveldb libarchive "
    "libev libsodium libtommath lmdb lz4 nghttp2 popt rhash snappy xxhash zlib"
)
} | {
    "libuv1": "libuv", "libzstd": "zstd", "xz-utils": "xz", "libjsoncpp": "jsoncpp", "sqlite3": "sqlite",
    "lua5.1": "lua", "lua5.3": "lua", "lua5.4": "lua",
}  # fmt: skip


class Carrier(NamedTuple):
    """``folders``: a pattern of the folder in the archive, by the project that lies there."""

    kind: str
    name: str
    versions: int
    folders: dict[str, str]


BASE_CARRIERS = (
    Carrier("pypi", "zstandard", 10, {"zstd": "zstd"}),
    Carrier("pypi", "pycares", 10, {"c-ares": "deps/c-ares|src/cares"}),
    Carrier("pypi", "uvloop", 10, {"libuv": "vendor/libuv"}),
    Carrier("pypi", "pynacl", 10, {"libsodium": "src/libsodium"}),
    Carrier("pypi", "httptools", 10, {"http-parser": "vendor/http-parser"}),
    Carrier("pypi", "brotli", 10, {"brotli": "c"}),
    Carrier("npm", "node-expat", 6, {"expat": "deps/libexpat"}),
    Carrier("npm", "hiredis", 6, {"hiredis": "deps/hiredis"}),
    Carrier("npm", "lz4", 10, {"lz4": "deps/lz4"}),
    Carrier("npm", "xxhash", 10, {"xxhash": "deps/xxhash"}),
    Carrier("npm", "node-lmdb", 10, {"lmdb": "dependencies/lmdb/libraries/liblmdb"}),
    Carrier("pypi", "lupa", 10, {"lua": r"third-party/lua\d\d"}),
)
_CMAKE = {name: f"Utilities/cm{name}" for name in words("bzip2 curl expat jsoncpp libarchive libuv nghttp2 zlib zstd")} | {
    "xz": "Utilities/cmliblzma",
    "rhash": "Utilities/cmlibrhash",
}
_BLOSC = "(?:blosc/)?c-blosc/internal-complibs"
C_CARRIERS = (
    Carrier("debian", "cmake", 0, _CMAKE),
    Carrier("debian", "redis", 0, {name: f"deps/{name}" for name in ("hiredis", "lua", "jemalloc")}),
    Carrier("debian", "rsync", 0, {"zlib": "zlib", "popt": "popt"}),
    Carrier("debian", "tcl8.6", 0, {"zlib": "compat/zlib", "libtommath": "libtommath"}),
    Carrier("pypi", "gevent", 4, {"libuv": "deps/libuv", "c-ares": "deps/c-ares|c-ares", "libev": "deps/libev|libev"}),
    Carrier("pypi", "blosc", 4, {name: rf"{_BLOSC}/{name}-[\d.]+" for name in ("zstd", "zlib", "lz4", "snappy")}),
    Carrier("pypi", "aiohttp", 4, {"http-parser": "vendor/http-parser"}),
    Carrier("pypi", "brotlicffi", 4, {"brotli": "libbrotli/c"}),
    Carrier("pypi", "pyminizip", 4, {"zlib": r"zlib-[\d.]+"}),
    Carrier("pypi", "hiredis", 10, {"hiredis": "vendor/hiredis"}),
    Carrier("pypi", "lz4", 10, {"lz4": "lz4libs|src"}),
    Carrier("pypi", "ujson", 10, {"double-conversion": r"(?:src/ujson/)?deps/double-conversion/double-conversion"}),
    Carrier("pypi", "xxhash", 10, {"xxhash": "deps/xxhash|xxhash|src/xxhash"}),
    Carrier("pypi", "lmdb", 10, {"lmdb": "lib"}),
    Carrier("npm", "argon2", 6, {"argon2": "argon2"}),
    Carrier("npm", "iltorb", 6, {"brotli": "brotli/c"}),
    Carrier("npm", "leveldown", 6, {"leveldb": r"deps/leveldb/leveldb-[\d.]+", "snappy": r"deps/snappy/snappy(?:-[\d.]+)?"}),
    Carrier("npm", "better-sqlite3", 6, {"sqlite": "deps/sqlite3"}),
)  # fmt: skip
# Packages of Python that carry others, and packages of npm that bring their dependencies.
PYTHON_CARRIERS = {
    "pip": words("10.0.1 18.1 19.3.1 20.2.1 21.3.1 22.3.1 23.3.1 24.3.1 26.3"),
    "setuptools": words("44.0.0 57.0.0 60.0.1 65.5.1 68.1.0 75.0.0 84.2.1"),
    "poetry-core": ["1.0.0", "1.2.0", "1.5.1", "1.8.0", "2.1.0", "2.5.0"],
    "pipenv": ["2018.11.26", "2020.11.15", "2022.1.8", "2023.7.23", "2026.10.3"],
    "joblib": ["0.13.1", "0.17.0", "1.3.1"],
    "botocore": ["1.10.0", "1.44.8"],
    "invoke": ["1.7.3", "3.0.3"],
}
VENDOR_FOLDERS = frozenset(["_vendor", "vendor", "vendored", "externals", "extern"])
MODULES = {"attr": "attrs", "dotenv": "python-dotenv", "yaml": "pyyaml", "yaml2": "pyyaml", "yaml3": "pyyaml"}
SCRIPT_CARRIERS = {"npm": 12, "pnpm": 5}

_HEADERS = {
    "brotli": "common/version.h", "bzip2": "bzlib_private.h", "c-ares": "ares_version.h",
    "curl": "curlver.h",
    "expat": "expat.h", "hiredis": "hiredis.h", "http-parser": "http_parser.h", "jsoncpp": "version.h",
    "leveldb": "leveldb/db.h", "libarchive": "archive.h", "libev": "ev.h", "libsodium": "configure.ac",
    "libuv": "version.h|uv-version.h",
    "lmdb": "lmdb.h", "lua": "lua.h", "lz4": "lz4.h", "nghttp2": "nghttp2ver.h", "snappy": "snappy-stubs-public.h",
    "sqlite": "sqlite3.h", "xxhash": "xxhash.h", "xz": "lzma/version.h", "zlib": "zlib.h", "zstd": "zstd.h",
}  # fmt: skip
_QUOTED = re.compile(rb'VERSION(?:_STR|_STRING|_NUM)?\s+"(\d+(?:\.\d+)+)')
_PARTS = re.compile(
    rb"(?:define|static const int)\s+\w*?(?:VERSION_|XML_|HIREDIS_|SNAPPY_|\bk)?"
    rb"(MAJOR|MINOR|PATCH|RELEASE|MICRO|PATCHLEVEL|Major|Minor)"
    rb'(?:_?VERSION|Version)?(?:_NUM|_N)?\s*=?\s*\(?"?(\d+)'
)
_OWN = {
    "libarchive": (re.compile(rb"ARCHIVE_VERSION_NUMBER\s+(\d)(\d{3})(\d{3})"), 10),
    "brotli": (re.compile(rb"BROTLI_VERSION\s+0x(\w)(\w{3})(\w{3})\b"), 16),
    "libsodium": (re.compile(rb"AC_INIT\(\[libsodium\],\s*\[(\d+)\.(\d+)\.(\d+)"), 10),
    "lua": (re.compile(rb'LUA_RELEASE\s+"Lua (\d)\.(\d)\.(\d)'), 10),
}


def stated_version(project: str, files: dict[str, bytes]) -> tuple[str, str]:
    """(the version that the header of a library states, the header's path); nothing if there is none."""
    names = tuple(f"/{name}" for name in _HEADERS.get(project, "").split("|") if name)
    for path in sorted(files, key=len):
        if f"/{path}".endswith(names) and (version := _stated(project, files[path])):
            return version, path
    return "", ""


def _stated(project: str, header: bytes) -> str:
    if project in _OWN:
        pattern, base = _OWN[project]
        if found := pattern.search(header):
            return ".".join(str(int(part, base)) for part in found.groups())
    elif quoted := _QUOTED.search(header):
        return quoted[1].decode()
    parts: dict[str, str] = {}
    for name, value in _PARTS.findall(header):
        parts.setdefault(name.upper().decode(), value.decode())
    last = next((parts[name] for name in ("PATCH", "RELEASE", "MICRO", "PATCHLEVEL") if name in parts), None)
    known = [part for part in (parts.get("MAJOR"), parts.get("MINOR"), last) if part is not None]
    return ".".join(known) if "MAJOR" in parts and "MINOR" in parts else ""
