"""Rules of the binary cataloger: each is anchored, names no version and takes time in proportion to what it reads."""

import re
from pathlib import Path

import pytest
from tests.support.reading import MemoryFile, read, read_all
from tests.support.work import ends

from careen.app import wiring
from careen.app.opening import open_image
from careen.app.wiring import fingerprint
from careen.catalogers import dpkg
from careen.catalogers.binary import AFTER_BYTES, CATALOGER, PROGRAMS, WINDOW_BYTES, _compiled, _Search
from careen.config import Settings
from careen.contents import Contents, contents
from careen.layers.index import Readers, index
from careen.safety.budget import Budget, Limits
from careen.store.memory import NoStore

READER = CATALOGER.readers[0]
FIXED_BYTES = 8
RULES = [
    (
        program,
        one.bytes,
        getattr(one, "version", "") or program.version,
        (one.text,) if hasattr(one, "text") else one.texts,
        one,
    )
    for program in PROGRAMS
    for one in (*program.strong, *program.loose)
]
each = pytest.mark.parametrize(("program", "expression", "version", "texts", "rule"), RULES)

CORPUS = Path(__file__).parents[3] / ".cache" / "corpus" / "oci"
DEBIAN = ("debian12", "debian13", "debian11-old", "python-app", "php-app", "ruby-app", "node-app")
UNSTATED = {program.name for program in PROGRAMS if program.unstated}
# What may be found in them: product -> the ends of paths of files that are this program.
PRESENT = {
    "bison": r"bin/bison",
    "findutils": r"bin/(find|xargs)",
    "gawk": r"bin/g?awk",
    "libgd": r"/libgd\.so\.3[\d.]+",
    "protobuf": r"/libproto(buf|buf-lite|c)\.so\.[\d.]+",
    "tar": r"bin/tar",
    "berkeley-db": r"/libdb-5\.3\.so",
    "bzip2": r"/libbz2\.so\.1\.[\d.]+|bin/(bzip2|bunzip2|bzcat)|/Pillow\.libs/libfreetype-[0-9a-f]{8}\.so\.[\d.]+",
    "composer": r"bin/composer|/Composer/Composer\.php",
    "cairo": r"/libcairo\.so\.2\.[\d.]+",
    "dav1d": r"/libdav1d\.so\.[\d.]+",
    "dbus": r"/libdbus-1\.so\.3\.[\d.]+",
    "e2fsprogs": r"/libext2fs\.so\.2\.4",
    "fontconfig": r"/libfontconfig\.so\.1\.[\d.]+",
    "gdbm": r"/libgdbm\.so\.6\.[\d.]+",
    "gdk-pixbuf": r"/libgdk_pixbuf-2\.0\.so\.0\.[\d.]+",
    "glib": r"/lib(glib|gobject|gio|gmodule|gthread)-2\.0\.so\.0\.[\d.]+",
    "jansson": r"/libjansson\.so\.4[\d.]+",
    "json-c": r"/libjson-c\.so\.5[\d.]+",
    "lame": r"/libmp3lame\.so\.0\.[\d.]+",
    "libbpf": r"/libbpf\.so\.[\d.]+",
    "libpsl": r"/libpsl\.so\.5\.[\d.]+",
    "libvorbis": r"/libvorbis\.so\.0\.[\d.]+",
    "lmdb": r"/liblmdb\.so\.0\.[\d.]+",
    "mpc": r"/libmpc\.so\.3\.[\d.]+",
    "mpfr": r"/libmpfr\.so\.6\.[\d.]+",
    "ncurses": r"/lib(ncurses|tinfo)w?\.so\.6\.\d",
    "opus": r"/libopus\.so\.0\.[\d.]+",
    "pango": r"/libpango(cairo|ft2)?-1\.0\.so\.0\.[\d.]+",
    "pixman": r"/libpixman-1\.so\.0\.[\d.]+",
    "svt-av1": r"/libSvtAv1Enc\.so\.[\d.]+",
    "xxhash": r"/libxxhash\.so\.0\.[\d.]+",
    "boost": r"/libboost_\w+\.so\.[\d.]+",
    "geos": r"/libgeos(_c)?(-[0-9a-f]{8})?[-.][\w.]+",
    "grep": r"bin/grep",
    "icu": r"/libicu(data|i18n|io|uc)\.so\.[\d.]+",
    "tempfile": r"bin/tempfile",
    "apr": r"/libapr-1\.so\.0\.[\d.]+",
    "apr-util": r"/libaprutil-1\.so\.0\.[\d.]+",
    "brotli": r"/libbrotli(common|dec|enc)\.so\.1\.[\d.]+",
    "coreutils": r"bin/(\[|[a-z0-9]+)",
    "freetype": r"/libfreetype(-[0-9a-f]{8})?\.so\.6\.[\d.]+",
    "lcms2": r"/liblcms2(-[0-9a-f]{8})?\.so\.2\.[\d.]+",
    "gmp": r"/libgmp\.so\.10\.[\d.]+",
    "libpq": r"/libpq\.so\.5\.\d+",
    "libwebp": r"/libwebp(demux|mux)?(-[0-9a-f]{8})?\.so\.[\d.]+",
    "libyaml": r"/libyaml-0\.so\.2\.[\d.]+|/_yaml\.cpython-\d+-x86_64-linux-gnu\.so",
    "lz4": r"/liblz4\.so\.1\.[\d.]+",
    "openldap": r"/libldap(_r)?-2\.\d\.so\.[\d.]+|/libldap\.so\.2\.[\d.]+",
    "bash": r"bin/bash",
    "curl": r"bin/curl|/libcurl(-gnutls)?\.so\.4\.[\d.]+",
    "expat": r"/libexpat\.so\.1\.[\d.]+",
    "freetds": r"/lib(sybdb|ct|tdsodbc)\.so\.[\d.]+",
    "git": r"bin/git|/git-core/git",
    "file": r"bin/file|/libmagic\.so\.1\.[\d.]+",
    "glibc": r"/libc(-2\.31)?\.so(\.6)?|bin/(ldconfig|getconf|getent|iconv|locale|localedef|pldd|zdump|zic)",
    "gnutls": r"/libgnutls\.so\.30\.[\d.]+",
    "gdal": r"/libgdal(-[0-9a-f]{8})?\.so\.[\d.]+",
    "gzip": r"bin/gzip",
    "httpd": r"sbin/apache2",
    "hdf5": r"/libhdf5(_serial)?(-[0-9a-f]{8})?\.so\.[\d.]+",
    "imagemagick": r"/libMagickCore-\d\.Q16(HDRI)?\.so\.[\d.]+|bin/(convert|identify|magick)-im\d\.q16(hdri)?",
    "krb5": r"/libkrb5\.so\.3\.3",
    "harfbuzz": r"/libharfbuzz(-[0-9a-f]{8})?\.so\.0\.[\d.]+",
    "argon2": r"/libargon2\.so\.1",
    "libaom": r"/libaom\.so\.[\d.]+",
    "libavif": r"/libavif(-[0-9a-f]{8})?\.so\.[\d.]+",
    "libde265": r"/libde265\.so\.0\.[\d.]+",
    "libgcrypt": r"/libgcrypt\.so\.20\.[\d.]+",
    "libheif": r"/libheif\.so\.1\.[\d.]+",
    "libjpeg-turbo": r"/libjpeg(-[0-9a-f]{8})?\.so\.62\.[\d.]+",
    "libmaxminddb": r"/libmaxminddb\.so\.[\d.]+",
    "libphp": r"/libphp8\.\d\.so",
    "libpng": r"/libpng16(-[0-9a-f]{8})?\.so\.16\.[\d.]+",
    "libsodium": r"/libsodium\.so\.2\d\.[\d.]+",
    "libssh2": r"/libssh2\.so\.1\.0\.1",
    "libtiff": r"/libtiff(-[0-9a-f]{8})?\.so\.[56]\.[\d.]+",
    "lua": r"/liblua5\.3(-c\+\+)?\.so\.0\.0\.0",
    "libuv": r"/libuv\.so\.1\.[\d.]+",
    "libxml2": r"/libxml/xmlversion\.h|/libxml2\.so\.2\.[\d.]+|/lxml/etree\.cpython-39-x86_64-linux-gnu\.so",
    "libxslt": r"/libxslt/xsltconfig\.h|/libxslt\.so\.1\.[\d.]+|/lxml/etree\.cpython-39-x86_64-linux-gnu\.so",
    "mariadb": r"bin/mariadb(-admin|-dump)?",
    "nginx": r"sbin/nginx",
    "node": r"bin/node",
    "nss": r"/lib(nss3|ssl3|smime3|nssutil3|softokn3|freebl3|freeblpriv3)\.so",
    "proj": r"/libproj(-[0-9a-f]{8})?\.so\.[\d.]+",
    "sqlcipher": r"/libsqlcipher\.so\.[\d.]+|bin/sqlcipher",
    "openblas": r"/libopenblas[\w.-]*\.so[\d.]*",
    "openjpeg": r"/libopenjp2(-[0-9a-f]{8})?\.so\.2\.[\d.]+",
    "openssl": r"bin/(openssl|node)|/bindings/_(openssl|rust)\.abi3\.so|/lib(ssl|crypto)\.so\.[\d.]+",
    "pcre": r"/libpcre\.so\.3\.[\d.]+",
    "pcre2": r"/libpcre2-(8|posix|16|32)\.so\.[\d.]+",
    "perl": r"bin/perl(5\.[\d.]+)?|/libperl\.so\.5\.[\d.]+",
    "php-cli": r"bin/php8\.\d",
    "postgresql": r"/postgresql/\d+/bin/(pg_(basebackup|dump|dumpall|isready|restore)|psql)",
    "python": r"bin/python3\.\d+|/libpython3\.\d+\.so\.1\.0",
    "ruby": r"/libruby-3\.\d\.so\.3\.\d\.\d+",
    "sqlite": r"/libsqlite3\.so\.0\.8\.6",
    "util-linux": r"bin/(getopt|lsblk|mount|agetty|fdisk|hwclock|losetup|lscpu|partx|zramctl|blkid|mkswap)",
    "diffutils": r"bin/diff",
    "procps-ng": r"bin/(ps|top)",
    "xz": r"/liblzma(-[0-9a-f]{8})?\.so\.5\.[\d.]+",
    "subversion": r"/libsvn_ra(_\w+)?-1\.so\.1\.[\d.]+",
    "zlib": r"/libz(-[0-9a-f]{8})?\.so\.1\.[\d.]+|bin/node|/lxml/(etree|objectify)\.cpython-39-x86_64-linux-gnu\.so",
    "zstd": r"/libzstd(-[0-9a-f]{8})?\.so\.1\.[\d.]+",
}


@each
def test_anchored(program, expression, version, texts, rule):
    parsed = re._parser.parse(expression.replace("<version>", "(?P<version>x)").encode(), re.DOTALL)
    beside = min((len(text) for text in getattr(rule, "beside", ())), default=0)
    place = len(min(program.files, key=len)) if program.at_start else 0  # both where it lies and what it is called
    assert _fixed(parsed) - 1 + beside + place + getattr(rule, "alone", 0) >= FIXED_BYTES


@each
def test_no_literal_version(program, expression, version, texts, rule):
    assert expression.count("<version>") == 1
    assert not re.search(r"\d\\?\.\d", re.sub(r"\{[\d,]+\}|\\x[0-9a-f]{2}|%[\\.\d]+[a-z]", "", expression))
    assert not re.search(r"\d\\\.\d+\\\.\d", version)


@each
def test_bounded(program, expression, version, texts, rule):
    """A match lies within a window, and no part of it repeats without end."""
    compiled = _compiled(expression, version)
    assert re._parser.parse(compiled.pattern, re.DOTALL).getwidth()[1] <= AFTER_BYTES
    assert not re.search(r"(?<!\\)[*]|(?<![\\+\d(\[ ])\+", re.sub(r"\[[^\]]*\]", "", expression))


@each
def test_text_is_in_the_expression(program, expression, version, texts, rule):
    if not hasattr(rule, "text"):
        return
    characters = re._parser.parse(expression.replace("<version>", "(?P<version>x)").encode(), re.DOTALL)
    of_version = re._parser.parse(version.encode(), re.DOTALL)
    assert rule.text.encode() in _longest(characters) + b"|" + _longest(of_version)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_names_and_fields(program):
    by_numbers = program.functions or program.releases or program.by_name
    assert program.strong or program.loose or by_numbers or program.unstated or program.named
    assert all(name and "/" not in name and name.strip("*") for name in program.files)
    assert program.cpe is None or re.fullmatch(r"[a-z0-9_.-]+:[a-z0-9_.<>\\/!-]+", program.cpe)


HOSTILE_BYTES = 100_000  # a few ms; quadratic: a quarter of a minute


def test_time_is_linear():
    """For every rule, what it likes best: its own fixed texts, numbers and NULs, over and over."""
    for program in PROGRAMS:
        lures = [text.encode() for one in program.strong for text in (one.text,)]
        lures += [text.encode() for one in program.loose for text in (*one.texts, *one.beside[:1])]
        for lure in (b"\0", b"1.", b"1.1.1\0", b"v1.1.1-", b"\x001.22.333", b"".join(lures), b"1.1.1\0".join([*lures, b"\0"])):
            content = (lure * (HOSTILE_BYTES // (len(lure) or 1) + 1))[:HOSTILE_BYTES]
            with ends(f"{program.name}: {lure!r}"):
                _Search("x1.1", program).search(content, 0, len(content))


@pytest.mark.parametrize(
    "at", [0, 4000, WINDOW_BYTES - 20, WINDOW_BYTES - 1, WINDOW_BYTES, WINDOW_BYTES + 3, 2 * WINDOW_BYTES - 9]
)
def test_seams(at):
    data = bytes(at) + b"nginx version: nginx/1.25.13\n" + bytes(3000)
    file = MemoryFile("usr/sbin/nginx", data, 0o755)
    for sizes in ((1 << 20,), (65536,), (7919,)):
        assert [package.version for package in read(READER, file, sizes)] == ["1.25.13"]


@pytest.mark.parametrize("at", [64, WINDOW_BYTES - 3, WINDOW_BYTES, WINDOW_BYTES + 1])
def test_versions_without_a_name_across_windows(at):
    data = b"\xff" * at + b"v3.14.15\0\0" + (9).to_bytes(8, "little") * 20
    assert [package.version for package in read(READER, MemoryFile("bin/helm", data, 0o755))] == ["3.14.15"]
    words = b"some word " * (at // 10 + 1) + b"v3.14.15\0\0" + (9).to_bytes(8, "little") * 20
    assert not read(READER, MemoryFile("bin/helm", words, 0o755))


def test_a_flood_of_versions_is_not_gone_through():
    with pytest.raises(ValueError, match="texts that could be a version of grafana"):
        read(READER, MemoryFile("bin/grafana", b"1.1.1\0" * 30_000, 0o755))


@pytest.mark.parametrize("version", ["0.1.0", "12.34.567", "9.9.9"])
@pytest.mark.parametrize(
    ("name", "product", "content"),
    [
        ("nginx", "nginx", b"nginx version: nginx/@\n"),
        ("memcached", "memcached", b"\0memcached @\n\0"),
        ("lighttpd", "lighttpd", b"\0lighttpd/@\0"),
        ("node", "node", b"\0node.js/v@\0"),
        ("bun", "bun", b"Bun v@\nbun-@\n"),
        ("libQt6Core.so.6", "qtbase", b"Qt @ (x86_64-little_endian-lp64 shared)"),
        ("fluent-bit", "fluent-bit", b"\0@\0\0\0Fluent Bit v%s\n"),
        ("xtrabackup", "percona-xtrabackup", b"/BUILD/percona-xtrabackup-@-30/x"),
        ("mariadbd", "mariadb", b"\0@-MariaDB\0"),
        ("libwolfssl.so.42", "wolfssl", b"\0wolfSSL @\0"),
        ("libmbedcrypto.so.3", "mbedtls", b"H\xb8Mbed TLSH\x89\x07H\xb8S @\0H\x89G"),
        ("libgnutls.so.30", "gnutls", b"\0Enabled GnuTLS @ logging...\n\0"),
        ("libnghttp2.so.14", "nghttp2", b"\0nghttp2_version\0 \0@\0CONNECT\0"),
        ("libpng16.so.16", "libpng", b"\n libpng version @ - "),
        ("vsftpd", "vsftpd", b"\0vsftpd: version @\n\0"),
        ("openvpn", "openvpn", b"\0OpenVPN @ x86_64-pc-linux-gnu [SSL (OpenSSL)]"),
        ("tini", "tini", b"\0tini version @ - git.de40ad0\0"),
        ("gpg", "gnupg", b"\0GNU Privacy Guard's OpenPGP server @ ready\0"),
        ("gpgsm", "gnupg", b"\0GNU Privacy Guard's S/M server @ ready\0"),
        ("libunbound.so.8", "unbound", b"\0\1pluggable-event@\0pluggable-event\0"),
        ("libvarnishapi.so.3", "varnish", b"\0varnish-@ revision 7cee1c581bead20e88d101ab3d72afb29f14d87a\0"),
        ("dig", "bind", b"\0libisc-@~bpo12-Debian.so\0"),
        ("qemu-img", "qemu", b"\0qemu-img version @ (Debian)\n"),
        ("tshark", "wireshark", b"\0@ (Git v4.0.17 packaged as 4.0.17-0)\0"),
    ],
)
def test_other_versions(name, product, content, version):
    packages = read_all(CATALOGER, {f"bin/{name}": MemoryFile(f"bin/{name}", content.replace(b"@", version.encode()), 0o755)})
    assert [(package.name, package.version) for package in packages] == [(product, version)]


def test_a_file_of_several_rules_is_what_one_of_them_is_certain_of():
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46)
    content += b"\x009.7.4\x009.7.4.0\0mysql_real_escape_string\0mysql 9.7.4.0\0" + bytes(200)
    packages = [one for reader in CATALOGER.readers for one in read(reader, MemoryFile("opt/mysql", content, 0o755))]
    assert [(one.name, one.version) for one in packages] == [("mysql", "9.7.4")]


def test_a_rule_without_a_text_names_what_states_its_own_version():
    content = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + bytes(46) + b"\0GNU patch 2.7.6\0svn\0" + bytes(200)
    packages = [one for reader in CATALOGER.readers for one in read(reader, MemoryFile("opt/patch", content, 0o755))]
    assert [(one.name, one.version, one.cpe) for one in packages] == [
        ("patch", "2.7.6", "cpe:2.3:a:gnu:patch:2.7.6:*:*:*:*:*:*:*")
    ]


@pytest.mark.parametrize(
    ("name", "product", "content", "version"),
    [
        ("libgdal-1a2b3c4d.so.32.3.6.4", "gdal", b"TXT\0RELEASE_DATE\x003.6.4\0VERSION_NUM\x000.25\0", "3.6.4"),
        ("doveadm", "dovecot", b"\0002.3.ABIv13(2.3.13)\0", "2.3.13"),
        ("nmap", "nmap", b"\0https://nmap.org\x007.95\0Nmap\0", "7.95"),
        ("libtcl8.6.so", "tcl", b"\x008.6.11\0tcl_patchLevel\0", "8.6.11"),
        ("systemd", "systemd", b"\0systemd 247.3-7 running in %ssystem mode\0", "247.3"),
        ("iconv", "glibc", b"\0(Debian GLIBC 2.31-13+deb11u14) \0", "2.31"),
        ("dumb-init", "dumb-init", b"\x001.2.5\ndumb-init v%.*s\0", "1.2.5"),
        ("envoy", "envoy", b"\x001.40.0\0 removed from Envoy soon\0\x001.3.1\0 inflate\0\x001.0.0\0", "1.40.0"),
        ("bazel-2.1.0-linux-x86_64", "bazel", b"build-label.txt\0PK\3\4\x0a\0build-label.txt2.1.0PK\3\4", "2.1.0"),
        ("libduckdb.so", "duckdb", b"\0scalar\x00069cc9f9b5\0v1.5.6\0Development Version\0", "1.5.6"),
        ("ping", "iputils", b"\0bad TOS value: %s\x0020240905\0iputils\0ping\0", "20240905"),
        ("neomutt", "neomutt", b'\0ID ("name" "NeoMutt" "version" "20250510")\0', "20250510"),
        ("x11vnc", "x11vnc", b"\x000.9.17 lastmod: 2025-04-11\0RFB 3.6\0", "0.9.17"),
        ("fwknopd", "fwknop", b"\0<not set>\x002.6.11\0w\0/etc/fwknop/fwknopd.conf\0", "2.6.11"),
        ("shibd", "shibboleth-sp", b"\0print this help message\n\0shibboleth 3.5.2\n\0forking\0", "3.5.2"),
        ("ntpd", "ntp", b"\n\0ntpd 4.2.8p15\0\0\0ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)\0", "4.2.8p15"),
        ("git-upload-pack", "git", b"\0git/2.50.1\0GIT_PAGER\0", "2.50.1"),
        (
            *("libjvm.so", "openjdk"),
            b"OpenJDK 64-Bit Server VM (11.0.7+10-LTS) for linux-amd64 JRE (Zulu11.39+15-CA) (11.0.7+10-LTS), built on",
            "11.0.7+10",
        ),
        ("libmupdf.so", "mupdf", b"\xba\xff1.23.0\0\0\0cannot create context: incompatible header (%s)", "1.23.0"),
    ],
)
def test_versions_in_a_table_of_texts(name, product, content, version):
    packages = read_all(CATALOGER, {f"lib/{name}": MemoryFile(f"lib/{name}", content, 0o755)})
    assert [(package.name, package.version) for package in packages] == [(product, version)]


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (b"openjdk\0java\x001.8\x001.8.0_302-b08\0", "1.8.0_302-b08"),
        (b"openjdk\0java\x000.0\x0017.0.9+9-Debian-1deb12u1\0", "17.0.9+9"),
        (b"openjdk\0java\x000.0\x0021+35\0", "21+35"),
        (b"\0\0java\x000.0\x0020.0.2+9-78\0", "20.0.2+9-78"),
    ],
)
def test_versions_of_java(content, version):
    assert [package.version for package in read(READER, MemoryFile("bin/java", b"\0" + content, 0o755))] == [version]


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (b"\x005.0.05ca5019de136-1539906480000000000\0", "5.0.0"),
        (b"\x006.2.11841ce7054bd9-1542359302000000000\0", "6.2.11"),
        (b"\x007.4.2buildkitsandbox-1742359302000000000\0", "7.4.2"),
        (b"\x008.0.21789404730000000000\0", "8.0.2"),
        (b"Server started, Redis version 3.2.12\0", "3.2.12"),
    ],
)
def test_versions_of_redis(content, version):
    assert [package.version for package in read(READER, MemoryFile("redis-server", content, 0o755))] == [version]


def test_a_version_in_another_file_name_is_not_used():
    content = b"PYTHONHOME\0\x003.12.4\0"
    assert read(READER, MemoryFile("bin/python3.12", content, 0o755))
    assert not read(READER, MemoryFile("bin/python3.1", content, 0o755))
    assert not read(READER, MemoryFile("bin/python3", content, 0o755))


def test_several_versions_are_an_error():
    file = MemoryFile("bin/envoy", b"envoy.cluster\0\x001.28.3\0x\x001.9.1\0", 0o755)
    with pytest.raises(ValueError, match=r"envoy has one of the versions 1\.28\.3, 1\.9\.1"):
        read(READER, file)


def test_other_files_are_not_read():
    for path in ("usr/bin/xclip", "usr/lib/libm.so.6", "nginx/conf", "srv/python3-config.txt"):
        assert READER.read(MemoryFile(path, b"", 0o755)) is None


@pytest.mark.parametrize(("version", "cpe"), [("21.0.3+9", "21.0.3"), ("1.8.0_302-b08", "8:update302")])
def test_cpe_names_the_version_without_its_build(version, cpe):
    (package,) = read(READER, MemoryFile("bin/java", b"openjdk\0java\x000.0\0" + version.encode() + b"\0", 0o755))
    assert package.purl == f"pkg:generic/openjdk@{version.replace('+', '%2B')}"
    assert package.cpe.startswith(f"cpe:2.3:a:oracle:openjdk:{cpe}:*")


def test_rules_are_part_of_the_fingerprint(monkeypatch):
    before, real = fingerprint(()), contents()
    assert real.digests["catalogers/binary/rules/servers.toml"]
    other = {**real.digests, "catalogers/binary/rules/servers.toml": "0" * 32}
    monkeypatch.setattr(wiring, "contents", lambda: Contents(other, False, "other"))
    assert fingerprint(()) != before


def test_nothing_is_found_in_debian_that_is_not_there(tmp_path):
    images = [CORPUS / name for name in DEBIAN if (CORPUS / name).exists()]
    if not images:
        pytest.skip("no .cache/corpus here: tests over real images are skipped")
    readers, seen = Readers.of((CATALOGER, dpkg.CATALOGER), ""), set()
    for folder in images:
        for layer in open_image(str(folder), Settings(cache_dir=tmp_path)).layers:
            if layer.digest in seen:
                continue
            seen.add(layer.digest)
            delta = index(layer, readers, NoStore(), Budget(Limits()))
            assert not [unknown for unknown in delta.unknowns if unknown.cataloger == CATALOGER.name]
            for path, package in delta.facts.get(CATALOGER.name, ()):
                places = PRESENT.get(package.name, f"(?:bin|git-core)/{package.name}")  # without a rule: the program's own name
                assert re.search(f"(?:{places})$", "/" + path), f"{path} of {folder.name} is not {package.name}"
                assert re.match(r"\d+\.\d+", package.version) or package.name in UNSTATED
    assert len(seen) > 1


def _fixed(parsed) -> int:
    """Bytes that each text which meets the expression has at least."""
    total = 0
    for operator, argument in parsed:
        match str(operator):
            case "LITERAL":
                total += 1
            case "SUBPATTERN":
                total += _fixed(argument[-1])
            case "BRANCH":
                total += min(map(_fixed, argument[1]))
            case "MAX_REPEAT" | "MIN_REPEAT":
                total += argument[0] * _fixed(argument[2])
            case "ASSERT":
                total += _fixed(argument[1])
    return total


def _longest(parsed) -> bytes:
    """What every text that meets the expression contains, parts that may differ as bytes of their own in between."""
    content = b""
    for operator, argument in parsed:
        match str(operator):
            case "LITERAL":
                content += bytes([argument])
            case "SUBPATTERN":
                content += _longest(argument[-1])
            case "ASSERT":
                content += b"|" + _longest(argument[1])
            case "MAX_REPEAT" if argument[0] and str(argument[2][0][0]) == "LITERAL":
                content += bytes([argument[2][0][1]]) * argument[0]
                if argument[0] != argument[1]:
                    content += b"|"
            case _:
                content += b"|"
    return content
