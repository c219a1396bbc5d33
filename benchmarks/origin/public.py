"""Code of public algorithms in projects that the base does not have: no project is to be named for it.

Many write MD5, CRC-32, AES or ``strlcpy`` the way their standard or first author does, and some projects of the base do. A
place is one file that has such code, known by the constants of the algorithm or by the function that it defines.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from careen.origin.building import is_own_code
from careen.origin.identify import identify
from careen.origin.knowledge import Knowledge
from careen.origin.source import language_of

from . import sets, vendored
from .sets import Share, words

PROJECTS = {
    "debian": words("""
        apr btrfs-progs busybox ccache coreutils cups dovecot dpkg e2fsprogs exim4 flac freeradius gzip iperf3 krb5 lftp libbsd
        libgcrypt20 libmd libsndfile libssh libvorbis libxcrypt lynx mbedtls mpg123 mupdf mutt nasm neon27 net-snmp nettle nsd
        ntpsec openldap openssh postfix postgresql-15 ppp proftpd-dfsg qpdf ruby3.1 screen sox squid tcpdump tor unbound
        util-linux w3m wget wpa zsh"""),
    "npm": words("aes-js base64-js blueimp-md5 crc crc-32 js-base64 js-md5 js-sha256 md5.js murmurhash-js punycode sha.js"),
}  # fmt: skip
ALGORITHMS = {
    "MD5": rb"(?i)0xd76aa478",
    "SHA-1": rb"(?i)0xca62c1d6",
    "SHA-2": rb"(?i)0x428a2f98",
    "RIPEMD-160": rb"(?i)0x50a28be6",
    "CRC-32": rb"(?i)0x77073096|0xedb88320|0x04c11db7",
    "AES": rb"(?i)0xc66363a5|0x63,\s*0x7c,\s*0x77",
    "DES": rb"(?i)0x01010400|0x00808200|0x02080800",
    "Blowfish": rb"(?i)0xd1310ba6",
    "ChaCha, Salsa": rb"expand 32-byte k|(?i:0x61707865)",
    "SipHash": rb"(?i)0x736f6d65",
    "Mersenne Twister": rb"(?i)0x9908b0df",
    "hashes of tables": rb"(?i)0xcc9e2d51|0x01000193|0xdeadbeef\s*\+|golden ratio",
    "Base64": rb"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\+/|'A',\s*'B',\s*'C',\s*'D',\s*'E'",
    "getopt": rb"(?m)^(?:\w+ )*\**(?:bsd_?)?getopt(?:_long|_internal)?\s?\(",
    "strlcpy": rb"(?m)^(?:[\w ]+ )?\**\w*strlc(?:py|at)\s?\(",
    "inet_pton": rb"(?m)^(?:[\w ]+ )?\**\w*inet_(?:pton|ntop|aton)\d?\s?\(",
    "queues and trees": rb"define\s+(?:TAILQ_INSERT_HEAD|RB_INSERT_COLOR|RB_GENERATE)",
    "regular expressions": rb"(?m)^(?:[\w ]+ )?\**(?:regcomp|re_comp|fnmatch)\s?\(",
    "printf": rb"(?m)^(?:[\w ]+ )?\**\w*v?snprintf\s?\(|^dopr\w*\s?\(",
    "UTF-8": rb"(?m)^(?:[\w ]+ )?\**\w*(?:utf8_?to_?\w+|ConvertUTF\w+|decode_utf8\w*|wcwidth\w*)\s?\(",
}
SIZES = range(600, 80_000)
MOST_PLACES = 6  # of one project


class Place(NamedTuple):
    project: str
    algorithm: str
    path: str
    data: bytes


def places(projects: Mapping[str, Sequence[str]] = PROJECTS) -> Iterator[Place]:
    """For each algorithm that a project has, the smallest file with it."""
    for kind, names in projects.items():
        for name in names:
            archive = sets.one_release(kind, name)
            files = {} if archive is None else sets.files_of(archive)
            code = {
                path: data
                for path, data in sorted(files.items(), key=lambda file: (len(file[1]), file[0]))
                if language_of(path) and len(data) in SIZES and ".min." not in path and is_own_code(path)
            }
            found: dict[str, str] = {}
            for algorithm, pattern in ALGORITHMS.items():
                path = next((path for path, data in code.items() if re.search(pattern, data)), "")
                if path and path not in found.values() and len(found) < MOST_PLACES:
                    found[algorithm] = path
            for algorithm, path in found.items():
                yield Place(name, algorithm, path, code[path])


def named(known: Knowledge, place: Place) -> list[str]:
    """The projects that are named of a place, other than by low confidence."""
    path = f"src/file{posixpath.splitext(place.path)[1]}"
    found = identify(known, [(path, place.data)]).components
    return [component.project for component in found]


def main() -> None:
    known = vendored.base()
    rows = []
    everywhere = list(places())
    for half in ("tune", "held-out"):
        mine = [place for place in everywhere if sets.half(place.project) == half]
        wrong = 0
        for place in mine:
            projects = named(known, place)
            wrong += bool(projects)
            if projects:
                print(half, place.project, place.algorithm, place.path, *projects, sep="\t")
        rows.append((half, Share(wrong, len(mine))))
    text = sets.table(("half of the projects", "places in which a project is named"), rows)
    sets.write_section("public", f"## Public algorithms\n\n{TEXT}\n\n{text}")


COUNT = sum(map(len, PROJECTS.values()))
TEXT = f"""Files that have the code of a public algorithm (MD5, CRC-32, AES, Base64, `getopt` and others), of {COUNT} projects
that the base does not have, each identified alone: `python -m benchmarks.origin public`. The base is that of the vendored
sources, in which rhash, libarchive, libsodium, curl and SQLite have such code too. The half that was tuned on is in the
stop-list of common code, so that only the other one shows how often a project is named.

No bar is set. Named in the held-out half: code in a file whose name does not show that it is a public algorithm."""


if __name__ == "__main__":
    main()
