"""Ten small images of well-known kinds, each with one package that the test's web has a vulnerability of."""

import json
from pathlib import Path

from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.rpmdb import package, sqlite

KINDS = ("debian", "ubuntu", "alpine", "chainguard", "wolfi", "rhel", "amazon", "suse", "python", "node")

RELEASES = {
    "debian": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "ubuntu": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24.04.3 LTS"\n',
    "alpine": 'ID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n',
    "chainguard": 'ID=chainguard\nVERSION_ID="20230214"\nPRETTY_NAME="Chainguard"\n',
    "wolfi": 'ID=wolfi\nVERSION_ID="20230201"\nPRETTY_NAME="Wolfi"\n',
    "rhel": 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.6"\nCPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"\n',
    "amazon": 'ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"\n',
    "suse": 'ID="sles"\nID_LIKE="suse"\nVERSION_ID="15.6"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP6"\n',
}
VENDORS = {"rhel": "Red Hat, Inc.", "amazon": "Amazon Linux", "suse": "SUSE LLC <https://www.suse.com/>"}
MARKS = {"rhel": "1.el9", "amazon": "1.amzn2023", "suse": "150600.1"}


def image_of(kind: str, folder: Path) -> Path:
    """A docker archive."""
    base = {"python": "debian", "node": "debian"}.get(kind, kind)
    files = {"etc/os-release": RELEASES[base].encode(), **_packages(base, folder)}
    layers = [make_layer(files)]
    if kind == "python":
        about = b"Metadata-Version: 2.1\nName: acme-web\nVersion: 1.0\n"
        site = "usr/local/lib/python3.13/site-packages"
        layers.append(make_layer({
            f"{site}/acme_web/__init__.py": b"", f"{site}/acme_web-1.0.dist-info/METADATA": about,
            f"{site}/acme_web-1.0.dist-info/RECORD": b"acme_web/__init__.py,,\n",
        }))  # fmt: skip
    if kind == "node":
        about = json.dumps({"name": "acme-web", "version": "1.0.0"}).encode()
        layers.append(make_layer({"app/node_modules/acme-web/package.json": about}))
    return write_docker_archive(folder / f"{kind}.tar", make_image(tuple(layers)))


def _packages(base: str, folder: Path) -> dict[str, bytes]:
    if base in ("debian", "ubuntu"):
        maintainer = (
            "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>" if base == "ubuntu" else "A Person <a@debian.org>"
        )
        status = (
            "Package: acme\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n"
            f"Maintainer: {maintainer}\nDescription: for tests\n\n"
        )
        return {"var/lib/dpkg/status": status.encode()}
    if base in ("alpine", "chainguard", "wolfi"):
        record = (
            "C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\nP:acme\nV:1.0-r0\nA:x86_64\nS:1\nI:1\nT:for tests\nU:https://example.test\n"
            "L:MIT\no:acme\nm:A Person <a@example.test>\nt:1700000000\nc:0123456789012345678901234567890123456789\n\n"
        )
        return {"lib/apk/db/installed" if base == "alpine" else "usr/lib/apk/db/installed": record.encode()}
    made = folder / f"{base}.sqlite"
    made.unlink(missing_ok=True)
    data = sqlite(made, [package("acme", "1.0", MARKS[base], vendor=VENDORS[base])])
    return {"usr/lib/sysimage/rpm/rpmdb.sqlite" if base in ("suse", "amazon") else "var/lib/rpm/rpmdb.sqlite": data}
