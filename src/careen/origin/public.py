"""Public algorithms: code that anyone writes, or copies from anyone, the way its standard or first author does.

A file that has the name of such an algorithm does not show by a part of it where it comes from.

**Source:** RFC 1321 (MD5), 3174 (SHA-1), 1950 and 1952 (checksums), 4648 (Base64), 3629 (UTF-8); FIPS 180, 197 and 46 (SHA-2,
AES, DES); POSIX and the libraries of BSD and GNU (``getopt``, ``strlcpy``, ``queue.h``).
"""

import posixpath

from careen.safety.pattern import pattern

# A word of a file's name, after which numbers and variants may follow: md5, md5c, sha256, crc32_fast.
_ALGORITHM = pattern(
    r"md[245]|sha\d|shs|ripemd|rmd\d|whirlpool|tiger|gost|snefru|has160|keccak|blake\d|hmac|pbkdf2|scrypt|bcrypt"
    r"|crc|adler|fletcher|aes|rijndael|des\d?(?![a-z])|arc4|rc[2456]|cast5|blowfish|twofish|serpent|camellia|x?tea(?![a-z])"
    r"|chacha|salsa|poly1305|c?siphash|murmur|xxh|cityhash|jhash|lookup\d|fnv|hsieh|spookyhash"
    r"|(?:x|ed|curve)25519|mt19937|isaac|[dle]?rand48"
    r"|base(?:16|32|58|64|85)|b64|uu(?:en|de)code|utf_?(?:7|8|16)|punycode|wcwidth|soundex"
    r"|getopts?(?![a-z])|getline|getdelim|getpass|strl(?:cpy|cat)?(?![a-z])|strsep|strtok|strn?(?:dup|len|str)(?![a-z])|strtonum"
    r"|str(?:case)+(?:cmp|str)|strptime|strto[dlu]|dtoa|v?a?sn?printf|inet_(?:pton|ntop|aton|ntoa)|pton|ntop"
    r"|qsort|mergesort|heapsort|bsearch|fnmatch|reg(?:ex|exp|comp|exec|free)(?![a-z])|mkd?stemp|setenv|gettimeofday"
    r"|rb_?tree|splay|avl|uthash|utlist|stdint|inttypes"
)
_HEADERS = ("queue.h", "tree.h")  # of BSD; others are trees of anything
_WORDS = pattern(r"[a-z]+\d*(?:_\d+)?")


def is_public(path: str, project: str) -> bool:
    """Whether a file of a project has the name of a public algorithm. The project that is named after one is its author."""
    name = posixpath.basename(path).lower()
    stem = name.rpartition(".")[0]
    owner = project.rpartition(":")[2].rpartition("/")[2].lower()
    return name in _HEADERS or any(_ALGORITHM.match(word) and not owner.startswith(word) for word in _WORDS.findall(stem))
