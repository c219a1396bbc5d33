"""Builds the container image of Careen without a daemon and without root: ``python deploy/image [--flavour cli|server]``.

In ``build/image``: ``inputs/`` has what was downloaded, ``cli/`` and ``server/`` are OCI layouts, each with its SBOM beside it
(``cli.cdx.json``) and inside as a referrer. The same inputs give the same digest.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import fetch
import layout
import rootfs

BUILD = fetch.HOME / "build" / "image"
TITLES = {"cli": "careen", "server": "careen-server"}
ENTRY = ["/usr/bin/python3", "-I", "-m", "careen"]  # -I: no module is loaded from the working folder
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def build(flavour: str, inputs: Path, place: Path, epoch: int) -> str:
    """The digest of the image that ``inputs`` give, written to ``place``."""
    debian, dependencies, careen = rootfs.compiled((
        rootfs.debian((inputs / "debian").glob("*.deb")),
        rootfs.wheels((inputs / flavour).glob("*.whl")),
        rootfs.wheels((inputs / "careen").glob("*.whl")),
    ))  # fmt: skip
    layers = [
        layout.Layer(debian, "Debian packages"),
        layout.Layer(dependencies, "wheels of requirements.lock"),
        layout.Layer(careen, "the wheel of Careen"),
    ]
    version = next((inputs / "careen").glob("*.whl")).name.split("-")[1]
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    return layout.write(place, layers, config(flavour, version), ARCHITECTURES[os.uname().machine], created, version)


def config(flavour: str, version: str) -> dict[str, object]:
    return {
        "User": f"{rootfs.USER}:{rootfs.USER}",
        "WorkingDir": "/home/nonroot",
        "Entrypoint": ENTRY,
        "Cmd": ["--help"],
        "Env": [
            "PATH=/usr/local/bin:/usr/bin",
            "HOME=/home/nonroot",
            "LANG=C.UTF-8",
            "CAREEN_CACHE_DIR=/cache",
            f"SSL_CERT_FILE=/{rootfs.AUTHORITIES}",
        ],
        "Labels": {
            "org.opencontainers.image.title": TITLES[flavour],
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.licenses": "Apache-2.0",
        },
    }


def add_sbom(place: Path, epoch: int) -> None:
    """Careen's own inventory of the image, beside its layout and as its referrer."""
    file = place.with_name(f"{place.name}.cdx.json")
    command = [sys.executable, "-m", "careen", "inventory", "--quiet", f"oci-layout:{place}", "--format", f"cyclonedx={file}"]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)})
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    layout.attach(place, file.read_bytes(), "application/vnd.cyclonedx+json", created)


def epoch_of_commit() -> int:
    shown = subprocess.run(["git", "-C", str(fetch.HOME), "log", "-1", "--format=%ct"], capture_output=True, text=True)
    return int(os.environ.get("SOURCE_DATE_EPOCH") or shown.stdout.strip() or 1577836800)


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy/image")
    parser.add_argument("--flavour", choices=tuple(TITLES), action="append")
    parser.add_argument("--inputs", type=Path, default=BUILD / "inputs", help="what was downloaded before, or will be now")
    given = parser.parse_args()
    epoch = epoch_of_commit()
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)  # for the wheel
    fetch.debian(given.inputs / "debian")
    fetch.careen(given.inputs / "careen")
    for flavour in given.flavour or TITLES:
        fetch.wheels(flavour, given.inputs / flavour)
        place = BUILD / flavour
        digest = build(flavour, given.inputs, place, epoch)
        add_sbom(place, epoch)
        size = sum(layer["size"] for layer in _manifest(place, digest)["layers"])
        print(f"{place}: {digest}, {size / 1e6:.1f} MB")


def _manifest(place: Path, digest: str) -> dict[str, list[dict[str, int]]]:
    found: dict[str, list[dict[str, int]]] = json.loads((place / "blobs" / digest.replace(":", "/")).read_bytes())
    return found


if __name__ == "__main__":
    main()
