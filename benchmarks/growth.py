"""How a scan grows: layers of 10 to 1,000 MB and of 10 GB, up to 20,000 packages, 10^6 files, 500 layers.

Whole processes on images made here (seeded, the same each time), without cache; the least CPU seconds of the runs. The last
column holds the largest against a straight line through the image of size 0 and the second largest.

    CAREEN_CACHE_DIR=.cache/careen python benchmarks/growth.py [--runs N] [--folder DIR] [growth ...]

Writes GROWTH.md, and a plot of each growth if matplotlib is there.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from measured import measured

HERE = Path(__file__).resolve().parent
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
ALLOWED = 1.1


class Point(NamedTuple):
    size: int
    cpu_s: float
    wall_s: float
    peak_mib: float
    packages: int


class Growth(NamedTuple):
    title: str
    unit: str
    sizes: tuple[int, ...]
    write: Callable[..., None]  # (archive, size=...)
    is_layered: bool = False  # the size is that of layers, each written with its number as size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *GROWTHS])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where images are made (some GB; default: a temporary folder)")
    options = parser.parse_args()
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(HERE.parent / "src")], check=True)
    sections = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name in options.names or GROWTHS:
            growth = GROWTHS[name]
            points = []
            for size in (0, *growth.sizes):
                numbers = range(size + 1) if growth.is_layered else (size,)
                image = _layout(Path(folder) / f"{name}-{size}", [partial(growth.write, size=number) for number in numbers])
                points.append(_measured(image, options.runs)._replace(size=size))
                subprocess.run(["rm", "-rf", str(image)], check=True)
                print(name, points[-1], flush=True)
            sections.append(_section(name, growth, points))
    head = (
        f"# How a scan grows\n\nWritten by `benchmarks/growth.py` on {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}; whole processes without "
        f"cache, the least of {options.runs} runs. Expected is at most {ALLOWED} of a straight line\n"
        "through the image of size 0 and the second largest.\n"
    )
    (HERE / "GROWTH.md").write_text("\n".join([head, *sections]))
    return 0


def _text(archive: tarfile.TarFile, size: int) -> None:
    """Files of 1 MB of words, as documents and sources are."""
    seed = random.Random(7)  # the same words in each, for some look more like secrets than others
    words = [bytes(seed.randrange(97, 123) for _ in range(seed.randrange(3, 10))) for _ in range(4000)]
    _add(archive, "etc/os-release", OS_RELEASE)
    for number in range(size):
        page = b" ".join(seed.choices(words, k=40_000))
        _add(archive, f"srv/data/{number // 100}/{number}.txt", (page * (1 + 1_000_000 // len(page)))[:1_000_000])


def _packages(archive: tarfile.TarFile, size: int) -> None:
    _add(archive, "etc/os-release", OS_RELEASE)
    paragraphs = [
        f"Package: package{number}\nStatus: install ok installed\nArchitecture: amd64\nSource: source{number // 2}\n"
        f"Version: 1.{number % 50}-1\n"
        for number in range(size)
    ]
    _add(archive, "var/lib/dpkg/status", "\n".join(paragraphs).encode())
    for number in range(size):
        _add(archive, f"usr/share/package{number}/data", b"x" * 200)
        listed = f"/usr\n/usr/share\n/usr/share/package{number}\n/usr/share/package{number}/data\n"
        _add(archive, f"var/lib/dpkg/info/package{number}.list", listed.encode())


def _files(archive: tarfile.TarFile, size: int) -> None:
    _add(archive, "etc/os-release", OS_RELEASE)
    for number in range(size):
        _add(archive, f"srv/{number % 97}/{number % 1009}/file-{number}.dat", b"%d" % number)


def _one_of_many(archive: tarfile.TarFile, size: int) -> None:
    """A layer with 200 files, of which a tenth replaces files of the layer below."""
    if size == 0:
        _add(archive, "etc/os-release", OS_RELEASE)
        return
    for number in range(200):
        _add(archive, f"srv/{number % 7}/{size if number % 10 else 0}-{number}.txt", b"%d of %d\n" % (number, size))


def _zeros(archive: tarfile.TarFile, size: int) -> None:
    _add(archive, "etc/os-release", OS_RELEASE)
    for number in range(size // 1000):
        member = tarfile.TarInfo(f"srv/data/{number}.img")
        member.size = 1_000_000_000
        archive.addfile(member, _Zeros(member.size))


class _Zeros(io.RawIOBase):
    """Mostly zeros: every 64th block of 64 KiB is noise, so that no limit of compression is met."""

    _noise = random.Random(1).randbytes(65536)

    def __init__(self, size: int) -> None:
        self._left, self._turn = size, 0

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._left, 65536)
        self._left -= size
        self._turn += 1
        return self._noise[:size] if self._turn % 64 == 0 else bytes(size)


def _add(archive: tarfile.TarFile, path: str, content: bytes) -> None:
    member = tarfile.TarInfo(path)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


GROWTHS = {
    "layer": Growth("Size of a layer", "MB", (10, 30, 100, 300, 1000), _text),
    "packages": Growth("Packages", "packages", (100, 300, 1000, 3000, 10_000, 20_000), _packages),
    "files": Growth("Files", "files", (10_000, 30_000, 100_000, 300_000, 1_000_000), _files),
    "layers": Growth("Layers", "layers", (50, 100, 250, 500), _one_of_many, is_layered=True),
    "sparse": Growth("Ten gigabytes of mostly zeros", "MB", (1000, 10_000), _zeros),
}


def _layout(folder: Path, writes: Sequence[Callable[[tarfile.TarFile], None]]) -> Path:
    """An OCI layout of gzip layers."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layers = []
    for write in writes:
        with (
            (folder / "layer").open("wb") as file,
            gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            write(archive)
        layers.append(_kept(folder / "layer", blobs, "application/vnd.oci.image.layer.v1.tar+gzip"))
    config = _blob({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "config": {}}, blobs)
    manifest = _blob({"schemaVersion": 2, "config": {**config, "mediaType": CONFIG}, "layers": layers}, blobs)
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [{**manifest, "mediaType": MANIFEST}]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


CONFIG, MANIFEST = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.manifest.v1+json"


def _blob(document: dict, blobs: Path) -> dict:
    data = json.dumps(document).encode()
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def _kept(path: Path, blobs: Path, media_type: str) -> dict:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    path.rename(blobs / digest)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _measured(image: Path, runs: int) -> Point:
    return min((_run(image) for _ in range(runs)), key=lambda point: point.cpu_s)


def _run(image: Path) -> Point:
    command = [sys.executable, "-m", "careen", "scan", str(image), "--offline", "--quiet", "--no-cache", "--format", "json"]
    with tempfile.TemporaryFile() as output:
        cost = measured(command, {}, output)
        output.seek(0)
        return Point(0, cost.cpu_s, cost.wall_s, cost.peak_mib, _count(output))


def _count(output: BinaryIO) -> int:
    return len(json.loads(output.read() or b"{}").get("packages", ()))


def _section(name: str, growth: Growth, points: list[Point]) -> str:
    lines = [f"## {growth.title}\n", f"| {growth.unit} | CPU s | wall s | peak MiB | packages | of a straight line |"]
    lines.append("|---:|---:|---:|---:|---:|---:|")
    shares = list(_shares(points))
    for point, share in zip(points, shares, strict=True):
        ratio = f"{share:.2f}" if share else ""
        lines.append(
            f"| {point.size:,} | {point.cpu_s:.2f} | {point.wall_s:.2f} | {point.peak_mib:.0f} | {point.packages:,} | {ratio} |"
        )
    if _plotted(HERE / f"growth-{name}.svg", growth, points):
        lines.append(f"\n![{growth.title}](growth-{name}.svg)")
    return "\n".join(lines) + "\n"


def _shares(points: list[Point]) -> Iterator[float]:
    start, known = points[0], points[-2]
    slope = max(known.cpu_s - start.cpu_s, 0.001) / known.size
    for point in points:
        yield (point.cpu_s - start.cpu_s) / (slope * point.size) if point.size > known.size else 0.0


def _plotted(path: Path, growth: Growth, points: list[Point]) -> bool:
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = growth.title
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 3))
    axes.loglog(
        [max(point.size, 1) for point in points[1:]], [point.cpu_s for point in points[1:]], marker="o", label="CPU seconds"
    )
    axes.loglog(
        [max(point.size, 1) for point in points[1:]],
        [point.peak_mib / 1000 for point in points[1:]],
        marker="s",
        label="peak GB",
    )
    axes.set_xlabel(growth.unit)
    axes.legend()
    axes.grid(visible=True, alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    return True


if __name__ == "__main__":
    sys.exit(main())
