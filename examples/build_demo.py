"""Puts the demonstration image together from the text files in ``demo``: no network, no Docker, the same bytes each time."""

import hashlib
import io
import json
import os
import re
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

DEMO = Path(__file__).parent / "demo"
IMAGE = DEMO / "image.tar"


def build(path: Path = IMAGE) -> Path:
    """An archive as ``docker save`` writes it."""
    layers = [_tar(files) for files in (_debian(), _python(), _node(), _java(), _go())]
    steps = [
        "/bin/sh -c #(nop) ADD file:debian-12-slim in /",
        "RUN /bin/sh -c python3 -m venv /opt/shop/venv && /opt/shop/venv/bin/pip install -r requirements.txt # buildkit",
        "RUN /bin/sh -c npm ci --prefix /opt/shop/web # buildkit",
        "COPY service.jar /opt/shop/lib/ # buildkit",
        "COPY worker /opt/shop/ # buildkit",
    ]
    of_base = {"Labels": {"org.opencontainers.image.base.name": "debian:12"}}
    return _archive(path, "careen/demo:latest", layers, steps, {**of_base, "Cmd": ["/opt/shop/worker"]})


def build_older(path: Path) -> Path:
    """The tag before: an older Jinja2, a token that somebody left in a file, and no Go program."""
    python = {name.replace("3.1.2", "3.0.3"): str(text).replace("3.1.2", "3.0.3") for name, text in _python().items()}
    token = "glpat-" + _hash(b"a token of nobody")[:20]  # made here, so that no scanner finds it in this repository
    left = {"opt/shop/.env": f"GITLAB_TOKEN={token}\n"}
    steps = [
        "/bin/sh -c #(nop) ADD file:debian-12-slim in /",
        "RUN /bin/sh -c python3 -m venv /opt/shop/venv && /opt/shop/venv/bin/pip install -r requirements.txt # buildkit",
        "RUN /bin/sh -c npm ci --prefix /opt/shop/web # buildkit",
        "COPY .env /opt/shop/ # buildkit",
    ]
    layers = [_tar(files) for files in (_debian(), python, _node(), left)]
    of_base = {"Labels": {"org.opencontainers.image.base.name": "debian:12"}}
    return _archive(path, "careen/demo:1.0", layers, steps, of_base)


def build_base(path: Path) -> Path:
    """The image that the demonstration begins with."""
    return _archive(path, "careen/demo-base:12", [_tar(_debian())], ["/bin/sh -c #(nop) ADD file:debian-12-slim in /"], {})


def _archive(path: Path, name: str, layers: list[bytes], steps: list[str], of_config: dict[str, object]) -> Path:
    config = json.dumps(
        {
            "created": "2023-11-01T12:00:00Z",
            "os": "linux",
            "architecture": "amd64",
            "config": of_config,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{_hash(layer)}" for layer in layers]},
            "history": [{"created_by": step} for step in steps],
        }
    ).encode()
    names = [f"{_hash(layer)}/layer.tar" for layer in layers]
    manifest = [{"Config": f"{_hash(config)}.json", "RepoTags": [name], "Layers": names}]
    members = {**dict(zip(names, layers, strict=True)), f"{_hash(config)}.json": config, "manifest.json": json.dumps(manifest)}
    aside = path.with_name(f"{path.name}.{os.getpid()}")  # whoever reads it meanwhile, reads a whole one
    aside.write_bytes(_tar(members))
    aside.replace(path)
    return path


def _debian() -> dict[str, bytes | str]:
    status = _text("dpkg-status")
    files: dict[str, bytes | str] = {"etc/os-release": _text("os-release"), "var/lib/dpkg/status": status}
    for name in re.findall("^Package: (.+)$", status, re.MULTILINE):
        files[f"usr/share/doc/{name}/copyright"] = "see the package's own\n"
        files[f"var/lib/dpkg/info/{name}.list"] = f"/usr/share/doc/{name}/copyright\n"
    return files


def _python() -> dict[str, bytes | str]:
    packages = "opt/shop/venv/lib/python3.11/site-packages"
    names = {"Jinja2-3.1.2": "jinja2", "MarkupSafe-2.1.5": "markupsafe", "requests-2.28.2": "requests"}
    return {f"{packages}/{folder}.dist-info/METADATA": _text(f"{name}-METADATA") for folder, name in names.items()}


def _node() -> dict[str, bytes | str]:
    names = ("lodash", "minimist", "ms")
    manifest = json.dumps({"name": "web", "private": True, "dependencies": dict.fromkeys(names, "*")})
    modules = {f"opt/shop/web/node_modules/{name}/package.json": _text(f"{name}-package.json") for name in names}
    return {"opt/shop/web/package.json": manifest, **modules}


def _java() -> dict[str, bytes | str]:
    about = "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties"
    inner = _jar({"META-INF/MANIFEST.MF": _text("log4j-MANIFEST.MF"), about: _text("log4j-pom.properties")})
    manifest = "Manifest-Version: 1.0\nMain-Class: shop.example.Service\n"
    return {"opt/shop/service.jar": _jar({"META-INF/MANIFEST.MF": manifest, "BOOT-INF/lib/log4j-core-2.14.1.jar": inner})}


def _go() -> dict[str, bytes | str]:
    version, _, modules = _text("go-buildinfo.txt").partition("\n")
    return {"opt/shop/worker": _executable(_build_info(version.encode(), modules.encode()))}


def _build_info(version: bytes, modules: bytes) -> bytes:
    """Source: Go, src/debug/buildinfo/buildinfo.go: marker, flag 2 for texts in place, each with its length before it."""
    start = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
    end = bytes.fromhex("f932433186182072008242104116d8f2")
    head = b"\xff Go buildinf:" + bytes([8, 2])
    return head.ljust(32, b"\0") + b"".join(_varint(len(text)) + text for text in (version, start + modules + end))


def _executable(data: bytes) -> bytes:
    """A whole ELF program for x86-64 Linux that ends at once, with the data behind its code.

    Source: System V ABI, ELF header and program header.
    """
    base, code = 0x400000, bytes.fromhex("31ffb83c0000000f05")  # xor edi,edi; mov eax,60; syscall
    entry = 64 + 56
    body = (code.ljust(-entry % 16 + 16, b"\x90") + data).ljust(4096, b"\0")
    size = entry + len(body)
    ident = b"\x7fELF" + bytes([2, 1, 1, 0]) + bytes(8)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + entry, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return header + struct.pack("<IIQQQQQQ", 1, 7, 0, base, base, size, size, 4096) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _jar(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:  # stored: compressed bytes differ from one zlib to the next
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def _tar(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            content = data.encode() if isinstance(data, str) else data
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755 if content.startswith(b"\x7fELF") else 0o644
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(name: str) -> str:
    return (DEMO / name).read_text("utf-8")


if __name__ == "__main__":
    print(build(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGE))
