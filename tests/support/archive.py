"""A little Debian archive made in a test: suites with InRelease, Sources and Packages, and the files they name."""

import gzip
import hashlib
import io
import lzma
import subprocess
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

DATE = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def changelog(name, *entries):
    """Entries as (version, lines), the newest first."""
    text = []
    for version, *lines in entries:
        text.append(f"{name} ({version}) stable; urgency=medium\n")
        text += [f"  * {line}" for line in lines]
        text.append("\n -- A Maintainer <a@example.org>  Sun, 01 Mar 2026 10:00:00 +0000\n")
    return "\n".join(text)


def debian_tar(text, folder="debian", patches=None):
    files = {f"{folder}/control": b"Source: x\n", f"{folder}/changelog": text.encode()}
    files |= {f"{folder}/patches/{path}": patch.encode() for path, patch in (patches or {}).items()}
    return lzma.compress(_tar(files))


def diff_gz(name, text, patches=None):
    lines = text.splitlines()
    added = "".join(f"+{line}\n" for line in lines)
    for path, patch in (patches or {}).items():
        new = "".join(f"+{line}\n" for line in patch.splitlines())
        added += f"--- {name}.orig/debian/patches/{path}\n+++ {name}/debian/patches/{path}\n@@ -0,0 +1,9 @@\n{new}"
    other = f"--- {name}.orig/Makefile\n+++ {name}/Makefile\n@@ -1 +1 @@\n-all:\n+all: CVE-2001-0001\n"
    return gzip.compress(
        f"{other}--- {name}.orig/debian/changelog\n+++ {name}/debian/changelog\n@@ -0,0 +1,{len(lines)} @@\n{added}".encode()
    )


def deb(name, text, native=False, news=""):
    path = f"./usr/share/doc/{name}/" + ("changelog.gz" if native else "changelog.Debian.gz")
    files = {path: gzip.compress(text.encode())} if text else {"./usr/bin/x": b"x"}
    if not native and text:
        files = {f"./usr/share/doc/{name}/changelog.gz": gzip.compress(b"Changes of upstream\n"), **files}
    if news:
        files[f"./usr/share/doc/{name}/NEWS.gz"] = gzip.compress(news.encode())
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": lzma.compress(_tar({"./control": b""})),
        "data.tar.xz": lzma.compress(_tar(files)),
    }
    out = b"!<arch>\n"
    for member, data in members.items():
        out += f"{member:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
    return out


@dataclass
class Archive:
    """Files by path below its root. ``suite`` adds one with its packages; ``write`` puts all into a folder."""

    files: dict[str, bytes] = field(default_factory=dict)

    def source(self, name, version, data, kind="debian.tar.xz"):
        """A paragraph of ``Sources`` and the file that it names."""
        plain = version.partition(":")[2] or version
        file = f"{name}_{plain}.{kind}"
        self.files[f"pool/{name}/{file}"] = data
        listed = f" {hashlib.sha256(data).hexdigest()} {len(data)} {file}"
        other = f" {'0' * 64} 12 {name}_{plain}.dsc"
        return f"Package: {name}\nVersion: {version}\nChecksums-Sha256:\n{other}\n{listed}\nDirectory: pool/{name}\n"

    def binary(self, name, version, data, source=None):
        path = f"pool/{(source or name).partition(' ')[0]}/{name}_{version.partition(':')[2] or version}_amd64.deb"
        self.files[path] = data
        digest = hashlib.sha256(data).hexdigest()
        line = f"Source: {source}\n" if source else ""
        return f"Package: {name}\n{line}Version: {version}\nFilename: {path}\nSize: {len(data)}\nSHA256: {digest}\n"

    def suite(
        self,
        name,
        sources=(),
        packages=(),
        codename=None,
        date=DATE,
        valid_until=None,
        sign=lambda text: text,
        status="",
        whole=False,
    ):
        """``whole``: the list of its other component is there too, and empty."""
        listed = []
        for path, paragraphs in (("main/source/Sources", sources), ("main/binary-amd64/Packages", packages)):
            plain = "\n".join(paragraphs).encode()
            packed = lzma.compress(plain)
            if paragraphs:
                self.files[f"dists/{name}/{path}.xz"] = packed
            listed += [
                f" {hashlib.sha256(data).hexdigest()} {len(data)} {path}{end}" for data, end in ((plain, ""), (packed, ".xz"))
            ]
        if whole:
            listed.append(f" {hashlib.sha256(b'').hexdigest()} 0 contrib/source/Sources")
        expires = f"Valid-Until: {format_datetime(valid_until)}\n" if valid_until else ""
        text = (
            f"Suite: {status or name}\nCodename: {codename or name}\nDate: {format_datetime(date)}\n{expires}"
            f"Components: main contrib\nSHA256:\n" + "\n".join(listed) + "\n"
        )
        self.files[f"dists/{name}/InRelease"] = sign(text.encode())

    def write(self, root):
        for path, data in self.files.items():
            target = Path(root, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return root

    def respond(self, prefix="/debian/"):
        """For ``servers.Server``."""
        from urllib.parse import unquote

        from tests.support.servers import Answer

        def respond(request):
            data = self.files.get(unquote(request.path).removeprefix(prefix))
            return Answer(404) if data is None else Answer(200, data)

        return respond


class Signer:
    """A key made for a test by GnuPG; ``keyring`` is the public half."""

    def __init__(self, home):
        home.mkdir(mode=0o700)
        self._home = str(home)
        self._run(
            "--quick-generate-key", "--passphrase", "", "--pinentry-mode", "loopback", "test@example.org", "ed25519", "sign"
        )
        self.keyring = home / "keyring.pgp"
        self.keyring.write_bytes(self._run("--export"))

    def __call__(self, text):
        return self._run("--clearsign", input=text)

    def _run(self, *arguments, input=b""):
        command = [
            "gpg",
            "--homedir",
            self._home,
            "--batch",
            "--quiet",
            "--no-autostart" if "--export" in arguments else "--yes",
            *arguments,
        ]
        return subprocess.run(command, input=input, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self._home, "--kill", "all"], check=False)


def _tar(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as writer:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            writer.addfile(entry, io.BytesIO(data))
    return packed.getvalue()
