"""The file system of the image: Debian packages without their scripts, wheels, and the few files that scripts would write.

Nothing is installed and nothing of a package runs. What dpkg would note of a package is kept in ``var/lib/dpkg/status.d``, as
distroless images have it, so that scanners know its version. Documentation, manuals and translations are left out, copyright
files are not.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from layout import Entry, folder

USER = 65532
PYTHON = "3.13"
PACKAGES = f"usr/local/lib/python{PYTHON}/dist-packages"
LEFT_OUT = (
    "usr/share/doc/",
    "usr/share/man/",
    "usr/share/locale/",
    "usr/share/lintian/",
    "usr/share/doc-base/",
    "usr/share/bug/",
)
WRITTEN = {
    "etc/passwd": f"root:x:0:0:root:/root:/usr/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/home/nonroot:/usr/sbin/nologin\n",
    "etc/group": f"root:x:0:\nnonroot:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
AUTHORITIES = "etc/ssl/certs/ca-certificates.crt"


def debian(debs: Iterable[Path]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for deb in sorted(debs):
        fields, sums = _control(deb)
        found |= _files(deb)
        name = fields["Package"]
        found[f"var/lib/dpkg/status.d/{name}"] = Entry(_status(fields).encode())
        found[f"var/lib/dpkg/status.d/{name}.md5sums"] = Entry(sums)
    found |= {path: Entry(text.encode()) for path, text in WRITTEN.items()}
    found[AUTHORITIES] = Entry(b"".join(entry.data or b"" for path, entry in sorted(found.items()) if _is_authority(path)))
    found["usr/bin/python3"] = Entry(link=f"python{PYTHON}")
    found |= {
        "tmp": folder(0o1777),
        "home/nonroot": folder(0o700, USER),
        "data": folder(0o700, USER),
        "cache": folder(0o700, USER),
    }
    return found


def wheels(files: Iterable[Path]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for file in sorted(files):
        with zipfile.ZipFile(file) as archive:
            for item in archive.infolist():
                path = _installed(item.filename)
                if path and not item.is_dir():
                    found[f"{PACKAGES}/{path}"] = Entry(archive.read(item), 0o755 if path.endswith(".so") else 0o644)
    return found


def compiled(layers: Iterable[dict[str, Entry]]) -> list[dict[str, Entry]]:
    """The layers, each with the bytecode of its modules: a read-only image cannot write it. The image's Python makes it."""
    layers = list(layers)
    with tempfile.TemporaryDirectory(prefix="careen-image-") as name:
        root = Path(name)
        for layer in layers:
            _unpack(layer, root)
        loader = next(root.glob("usr/lib/*/ld-linux-*.so*"))
        command = [str(loader), "--library-path", str(loader.parent), str(root / "usr" / "bin" / f"python{PYTHON}")]
        # -B and -f: else it writes bytecode with a time for the modules that it imports itself
        command += [
            "-B",
            "-m",
            "compileall",
            "-f",
            "-q",
            "-j1",
            "--invalidation-mode",
            "unchecked-hash",
            "-s",
            str(root),
            "-p",
            "/",
        ]
        command += [str(root / "usr" / "lib" / f"python{PYTHON}"), str(root / PACKAGES)]
        environ = {"PYTHONHOME": str(root / "usr"), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"the modules cannot be compiled: {done.stdout}{done.stderr}")
        return [layer | _bytecode(layer, root) for layer in layers]


def _bytecode(layer: dict[str, Entry], root: Path) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for path in layer:
        if path.endswith(".py"):
            place = Path(path)
            made = place.parent / "__pycache__" / f"{place.stem}.cpython-{PYTHON.replace('.', '')}.pyc"
            if (root / made).is_file():
                found[made.as_posix()] = Entry((root / made).read_bytes())
    return found


def _unpack(layer: dict[str, Entry], root: Path) -> None:
    for path, entry in sorted(layer.items()):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.link:
            place.symlink_to(entry.link)
        elif entry.data is None:
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(entry.data)
            place.chmod(entry.mode)


def _files(deb: Path) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    with tarfile.open(fileobj=io.BytesIO(_dpkg("--fsys-tarfile", deb))) as archive:
        for item in archive:
            path = item.name.removeprefix("./").rstrip("/")
            if not path or (path.startswith(LEFT_OUT) and not path.endswith("/copyright")):
                continue
            if item.issym():
                found[path] = Entry(link=item.linkname)
            elif item.islnk():
                found[path] = found[item.linkname.removeprefix("./")]
            elif item.isdir():
                found[path] = folder(item.mode & 0o7777)
            else:
                stream = archive.extractfile(item)
                found[path] = Entry(stream.read() if stream else b"", item.mode & 0o755)  # no setuid program is needed
    return found


def _control(deb: Path) -> tuple[dict[str, str], bytes]:
    """The fields of a package, and the checksums of its files that stay."""
    with tarfile.open(fileobj=io.BytesIO(_dpkg("--ctrl-tarfile", deb))) as archive:
        members = {item.name.removeprefix("./"): archive.extractfile(item) for item in archive if item.isfile()}
        texts = {name: stream.read() for name, stream in members.items() if stream}
    fields: dict[str, str] = {}
    name = ""
    for line in texts["control"].decode().splitlines():
        if line[:1].isspace():
            fields[name] += f"\n{line}"
        elif line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    kept = (line for line in texts.get("md5sums", b"").splitlines(keepends=True) if _stays(line))
    return fields, b"".join(kept)


def _stays(line: bytes) -> bool:
    path = line.decode().split(None, 1)[-1].strip()
    return not path.startswith(LEFT_OUT) or path.endswith("/copyright")


def _status(fields: dict[str, str]) -> str:
    whole = {"Package": fields["Package"], "Status": "install ok installed"} | fields
    return "".join(f"{name}: {value}\n" for name, value in whole.items())


def _is_authority(path: str) -> bool:
    return path.startswith("usr/share/ca-certificates/mozilla/") and path.endswith(".crt")


def _installed(path: str) -> str:
    """Where a file of a wheel goes; "" for its scripts and data, of which the image has no use."""
    first, _, rest = path.partition("/")
    if not first.endswith(".data"):
        return path
    kind, _, inner = rest.partition("/")
    return inner if kind in ("purelib", "platlib") else ""


def _dpkg(what: str, deb: Path) -> bytes:
    return subprocess.run(["dpkg-deb", what, str(deb)], check=True, capture_output=True).stdout
