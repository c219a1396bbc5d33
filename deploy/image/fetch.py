"""What an image is made of, downloaded by the ordinary clients: Debian packages and wheels.

``debian`` uses mmdebstrap, whose apt verifies signatures; ``wheels`` uses pip, which verifies the hashes of requirements.lock.
Files that are there already stay, so that the same folder gives the same image again.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE.parents[1]
SUITE, PYTHON = "trixie", "3.13"
HOOK = 'mkdir "$1/debs" && cd "$1/debs" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download -qq -o APT::Sandbox::User=root '
GLIBC = range(17, 42)  # of manylinux_2_N: Debian 13 has 2.41
EXTRAS = {"cli": ("secrets",), "server": ("secrets", "server")}


def debian(place: Path) -> None:
    if any(place.glob("*.deb")):
        return
    place.mkdir(parents=True, exist_ok=True)
    names = [line for line in (HERE / "debian.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    with tempfile.TemporaryDirectory(prefix="careen-image-") as folder:
        root = Path(folder, "root")
        command = [
            "mmdebstrap",
            "--quiet",
            "--variant=custom",
            "--format=directory",
            f"--customize-hook={HOOK}{' '.join(names)}",
        ]
        subprocess.run([*command, SUITE, str(root)], check=True)
        found = sorted((root / "debs").glob("*.deb"))
        if len(found) != len(names):
            sys.exit(f"{len(found)} of {len(names)} Debian packages were found")
        for deb in found:
            (place / deb.name).write_bytes(deb.read_bytes())


def wheels(flavour: str, place: Path) -> None:
    """The dependencies of a flavour."""
    if any(place.glob("*.whl")):
        return
    place.mkdir(parents=True, exist_ok=True)
    extras = [word for extra in EXTRAS[flavour] for word in ("--extra", extra)]
    locked = subprocess.run([sys.executable, str(HOME / ".ci" / "locked.py"), *extras], check=True, capture_output=True)
    machine = os.uname().machine
    platforms = [word for number in GLIBC for word in ("--platform", f"manylinux_2_{number}_{machine}")]
    platforms += ["--platform", f"manylinux2014_{machine}", "--platform", f"manylinux2010_{machine}"]
    abis = [word for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none") for word in ("--abi", abi)]
    with tempfile.TemporaryDirectory(prefix="careen-image-") as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_bytes(locked.stdout)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--require-hashes", "--python-version", PYTHON, "--implementation", "cp"]
        subprocess.run([*command, *platforms, *abis, "--dest", str(place), "--requirement", str(requirements)], check=True)


def careen(place: Path) -> None:
    """The wheel of this checkout."""
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(command, cwd=HOME, check=True, capture_output=True)
