"""``make bench``: Careen and its peers on real images, one after the other in each round; writes RESULTS.md.

Whole processes, as the operating system accounts for them: wall and CPU seconds (user and system), peak memory. That of
Careen, which has several processes, is the peak of all together, sampled in a run of its own. Careen is installed as a user
has it: its wheel without extras, in an environment of its own. Every cold run gets an empty cache with the tool's database in
it. The floor is what no scanner can do without: inflating the layers with ISA-L and the SHA-256 of their stored bytes, in one
process.

    CORPUS=.cache/corpus PEERS=.cache/peers CAREEN_CACHE_DIR=.cache/careen python benchmarks/run.py [--runs N] [image ...]

With REGISTRY=127.0.0.1:5055 images are also pulled from there, each as NAME:latest: a registry on this machine that they
were pushed to (``docker-registry serve config.yml``, ``skopeo copy --dest-tls-verify=false oci:LAYOUT docker://…``).
"""

import argparse
import contextlib
import importlib
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from measured import measured, peak_together
from plot import plot

HERE = Path(__file__).resolve().parent
CORPUS = Path(os.environ.get("CORPUS", ".cache/corpus"))
PEERS = Path(os.environ.get("PEERS", ".cache/peers"))
REGISTRY = os.environ.get("REGISTRY", "")
DATABASE = Path(os.environ.get("CAREEN_CACHE_DIR", ".cache/careen"))
TOOLS = ("careen", "trivy", "syft")
FLOOR = """
import hashlib, json, sys
from pathlib import Path
from isal import isal_zlib
folder = Path(sys.argv[1])
blob = lambda digest: folder / "blobs" / digest.replace(":", "/")
index = json.loads((folder / "index.json").read_text())
for layer in json.loads(blob(index["manifests"][0]["digest"]).read_text())["layers"]:
    engine, hashed = isal_zlib.decompressobj(31), hashlib.sha256()
    with open(blob(layer["digest"]), "rb") as file:
        while chunk := file.read(1 << 16):
            hashed.update(chunk)
            engine.decompress(chunk)
print("{}")
"""


class Run(NamedTuple):
    wall_s: float
    cpu_s: float
    peak_mib: float
    packages: int
    exit_code: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="*")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    options = parser.parse_args()
    cases = tomllib.loads((HERE / "cases.toml").read_text())
    runs = options.runs or cases.pop("runs")
    cases.pop("runs", None)
    tools = [importlib.import_module(f"peers.{name}") for name in TOOLS]
    sections = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        python = _installed(Path(folder))
        for kind, case in cases.items():
            images = [image for image in case["images"] if not options.images or image in options.images]
            rows = {image: _image(kind, image, tools, runs, python) for image in images if _is_there(kind, image)}
            if rows:
                sections.append(_section(kind, rows))
        options.output.write_text("\n".join([_head(runs, python), *sections]))
    print(f"written: {options.output}")
    with contextlib.suppress(ImportError):
        print(*plot(options.output), sep="\n")
    return 0


def _installed(folder: Path) -> str:
    """Installs Careen as the README says into a new environment; returns its interpreter."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(HERE.parent)], check=True)
    return python


def _place(kind: str, image: str) -> str:
    if kind == "registry":
        return f"{REGISTRY}/{image}:latest"
    return str((CORPUS / "docker" / f"{image}.tar" if kind == "archive" else CORPUS / "oci" / image).resolve())


def _is_there(kind: str, image: str) -> bool:
    return bool(REGISTRY) if kind == "registry" else Path(_place(kind, image)).exists()


def _image(kind: str, image: str, tools: list, runs: int, python: str) -> dict[str, list[Run]]:
    place = _place(kind, image)
    found: dict[str, list[Run]] = {tool.NAME: [] for tool in tools}
    found["floor"] = []
    for _ in range(runs):  # interleaved: a machine that slows down slows all of them down
        for tool in tools:
            if kind in ("warm", "default") and tool.NAME == "syft":
                continue  # it keeps nothing between runs, and looks for packages alone
            found[tool.NAME].append(_run(tool, place, kind, python))
        if kind == "large":
            found["floor"].append(_measured([python, "-c", FLOOR, place], {}, None))
        print(
            f"{kind:8} {image:20} " + "  ".join(f"{name} {each[-1].cpu_s:.2f}" for name, each in found.items() if each),
            flush=True,
        )
    together = _together(tools[0], place, kind, python)
    found["careen"] = [run._replace(peak_mib=together) for run in found["careen"]]
    return {name: each for name, each in found.items() if each}


def _together(careen, place: str, kind: str, python: str) -> float:
    """The peak memory of all processes of Careen."""
    with _prepared(careen, place, kind, python) as (command, environment):
        return peak_together(command, environment)


def _run(tool, place: str, kind: str, python: str) -> Run:
    with _prepared(tool, place, kind, python) as (command, environment):
        return _measured(command, environment, tool.count)


@contextlib.contextmanager
def _prepared(tool, place: str, kind: str, python: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The command and its environment, with an empty cache or, for a second scan, with that of a first one."""
    cache = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        environment = tool.prepare(cache, DATABASE if tool.NAME == "careen" else PEERS)
        command = tool.command(place, cache, default=kind == "default")
        command[0] = python if tool.NAME == "careen" else str(PEERS / command[0])
        if kind == "warm":
            _measured(command, environment, None)
        yield command, environment
    finally:
        shutil.rmtree(cache)


def _measured(command: list[str], environment: dict[str, str], count) -> Run:
    with tempfile.TemporaryFile() as output:
        cost = measured(command, environment, output)
        output.seek(0)
        packages = count(output.read()) if count and cost.exit_code == 0 else 0
    return Run(cost.wall_s, cost.cpu_s, cost.peak_mib, packages, cost.exit_code)


def _section(kind: str, rows: dict[str, dict[str, list[Run]]]) -> str:
    lines = [
        f"\n## {kind}\n",
        "| image | tool | wall s (min / median / max) | CPU s (min / median / max) | peak MiB | packages | exit |",
    ]
    lines.append("|---|---|---|---|---|---|---|")
    for image, found in rows.items():
        for name, each in found.items():
            lines.append(
                f"| {image} | {name} | {_three(run.wall_s for run in each)} | {_three(run.cpu_s for run in each)} "
                f"| {statistics.median(run.peak_mib for run in each):.0f} | {each[-1].packages or ''} | {each[-1].exit_code} |"
            )
    load = os.getloadavg()[2]  # above 2, other programs ran as well, and all wall times are too long
    lines.append(
        f"\nThe load of the last 15 minutes was {load:.1f}. Medians, Careen over the other, geometric mean over the images:\n"
    )
    for other in ("trivy", "syft", "floor"):
        pairs = [(found["careen"], found[other]) for found in rows.values() if other in found]
        if pairs:
            ratios = {
                what: math.exp(statistics.mean(math.log(_median(ours, what) / _median(theirs, what)) for ours, theirs in pairs))
                for what in ("wall_s", "cpu_s", "peak_mib")
            }
            worst = max(_median(ours, "wall_s") / _median(theirs, "wall_s") for ours, theirs in pairs)
            lines.append(
                f"- of {other}: wall {ratios['wall_s']:.2f} (worst image {worst:.2f}), CPU {ratios['cpu_s']:.2f}, "
                f"peak memory {ratios['peak_mib']:.2f}"
            )
    return "\n".join(lines) + "\n"


def _three(values) -> str:
    kept = sorted(values)
    return f"{kept[0]:.2f} / {statistics.median(kept):.2f} / {kept[-1]:.2f}"


def _median(runs: list[Run], what: str) -> float:
    return max(statistics.median(getattr(run, what) for run in runs), 0.001)


def _head(runs: int, python: str) -> str:
    def version_of(command: list[str]) -> str:
        try:
            text = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.strip()
        except OSError:
            return "absent"
        lines = text.splitlines()
        return next((line for line in lines if "ersion" in line), lines[0] if lines else "?").strip()

    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "?",
    )
    versions = {
        "Careen": version_of([python, "-m", "careen", "--version"]),
        "Trivy": version_of([str(PEERS / "bin/trivy"), "--version"]),
        "Syft": version_of([str(PEERS / "bin/syft"), "version"]),
    }
    # Other programs on the machine then hardly slow a run down, whatever the load says.
    priority = ", at real-time priority" if os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR) else ""
    return (
        "# Careen beside its peers\n\n"
        f"Written by `make bench` on {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores of {cpu}, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}; "
        f"{runs} interleaved rounds, whole processes{priority}.\n\n"
        + "".join(f"- {name}: {json.dumps(version)}\n" for name, version in versions.items())
        + "\nTrivy's database is made from the advisory feeds that Careen's is made from. Syft matches nothing.\n"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main())
