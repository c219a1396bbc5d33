"""The command line as a user runs it: a process of its own, with its own cache and home."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADVISORIES = ROOT / "examples" / "advisories"


class Shell:
    """``run("scan", path)`` gives the finished process, its output as text."""

    def __init__(self, home: Path, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        self.home = home
        self.environment = {**kept, "HOME": str(home), "CAREEN_CACHE_DIR": str(home / "cache"), "COLUMNS": "80", **environment}
        self.environment["PYTHONFAULTHANDLER"] = "1"  # where a process that dies by a signal was
        self.environment["DOCKER_HOST"] = environment.get("DOCKER_HOST", f"unix://{home}/no-engine.sock")

    def run(self, *arguments: object, stdin: bytes | None = None, timeout: float = 60) -> subprocess.CompletedProcess:
        finished = subprocess.run(
            self.command(*arguments), input=stdin, capture_output=True, env=self.environment, cwd=self.home, timeout=timeout,
            check=False, **({} if stdin is not None else {"stdin": subprocess.DEVNULL}),
        )  # fmt: skip
        finished.stdout, finished.stderr = finished.stdout.decode(), finished.stderr.decode()
        return finished

    def start(self, *arguments: object, **options: object) -> subprocess.Popen:
        return subprocess.Popen(self.command(*arguments), env=self.environment, cwd=self.home, **options)

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "careen", *map(str, arguments)]
