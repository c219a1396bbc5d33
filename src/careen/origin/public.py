"""Public code: algorithms that anyone writes, or copies from anyone, the way their standard or first author does; and
libraries of one or two files, which are made to be copied.

A file that has such a name shows only the project that has the name as well: others carry a copy.

**Source:** RFC 1321 (MD5), 3174 (SHA-1), 1950 and 1952 (checksums), 4648 (Base64), 3629 (UTF-8); FIPS 180, 197 and 46 (SHA-2,
AES, DES); POSIX and the libraries of BSD and GNU (``getopt``, ``strlcpy``, ``queue.h``).
"""

import posixpath
from functools import cache, lru_cache
from pathlib import Path

from careen.safety.pattern import pattern

# A word of a file's name, after which numbers and variants may follow: md5, md5c, sha256, crc32_fast.
_ALGORITHM = pattern(
    r"md[245]|sha\d|shs|ripemd|rmd\d|whirlpool|tiger|gost|snefru|has160|keccak|blake\d|hmac|pbkdf2|scrypt|bcrypt"
    r"|crc|adler|fletcher|aes|rijndael|des\d?(?![a-z])|arc4|rc[2456]|cast5|blowfish|twofish|serpent|camellia|x?tea(?![a-z])"
    r"|chacha|salsa|poly1305|c?siphash|murmur|xxh|cityhash|jhash|lookup\d|fnv|hsieh|spookyhash"
    r"|(?:x|ed|curve)25519|mt19937|isaac|[dle]?rand48"
    r"|base(?:16|32|58|64|85)|b64|uu(?:en|de)code|utf_?(?:7|8|16)|punycode|wcwidth|soundex"
    r"|getopts?(?![a-z])|getline|getdelim|getpass|strl(?:cpy|cat)?(?![a-z])|strsep|strtok|strn?(?:dup|len|str)(?![a-z])|strtonum"
    r"|str(?:case)+(?:cmp|str)|strptime|strto[dlu]|dtoa|v?a?sn?printf|inet(?![a-z])|pton|ntop|get(?:addr|name)info"
    r"|qsort|mergesort|heapsort|bsearch|fnmatch|reg(?:ex|exp|comp|exec|free)(?![a-z])|mkd?stemp|setenv|gettimeofday"
    r"|rb_?tree|splay|avl|uthash|utlist|stdint|inttypes"
)
COPIED = Path(__file__).with_name("copied.txt")
_PREFIX = pattern(r"^[a-z]{1,3}[-_]")  # of the project that has a copy: la_queue.h
_WORDS = pattern(r"[a-z]+\d*(?:_\d+)?")
_LEAST_OF_AN_AUTHOR = 3  # letters
_SCRIPTS = (".js", ".mjs", ".cjs")


@lru_cache(1 << 14)
def is_public(path: str, project: str) -> bool:
    """Whether a file of a project has the name of public code of which the project is not the author."""
    names = (*_libraries(path), *_algorithms(path))
    return bool(names) and not any(_is_author(name, project) for name in names)


@lru_cache(1 << 14)
def is_library(path: str, project: str) -> bool:
    """Whether a file of a project has the name of another project's library: the project did not write it, but copied it."""
    return any(not _is_author(name, project) for name in _libraries(path))


@lru_cache(1 << 14)
def is_authors(path: str, project: str) -> bool:
    """Whether a file has the name of public code, and its project has it as well."""
    return any(_is_author(name, project) for name in (*_libraries(path), *_algorithms(path)))


def _libraries(path: str) -> tuple[str, ...]:
    name = posixpath.basename(path).lower()
    names = (name, _PREFIX.sub("", name))
    return tuple(known for known in (*names, *map(_stem, names)) if known in _copied())


def _algorithms(path: str) -> tuple[str, ...]:
    return tuple(filter(_ALGORITHM.match, _WORDS.findall(_stem(posixpath.basename(path).lower()))))


def _stem(name: str) -> str:
    return name.partition(".")[0] if name.endswith(_SCRIPTS) else name.rpartition(".")[0]


def _is_author(name: str, project: str) -> bool:
    """Whether a project is named after public code, or the code after it: base64-js, tinyxml of tinyxml2."""
    owner = project.rpartition(":")[2].rpartition("/")[2].lower()
    return owner.startswith(name) or (len(owner) >= _LEAST_OF_AN_AUTHOR and name.startswith(owner))


@cache
def _copied() -> frozenset[str]:
    return frozenset(line for line in COPIED.read_text("utf-8").splitlines() if not line.startswith("#"))
