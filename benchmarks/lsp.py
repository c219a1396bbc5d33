"""How long after a keystroke the language server shows what it found: a test client over the pipes of ``careen lsp``.

    python benchmarks/lsp.py [--lines 300] [--keystrokes 60]

The Dockerfile has so many lines; most are ordinary, every tenth has something to report. A keystroke is sent when the answer
to the one before has come. Ends with 1 if the median is over 100 ms.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support.editor import Editor

MOST_MS = 100.0
URI = "file:///project/Dockerfile"
BLOCK = """
# Part {n} of the application, with what it needs
ENV APP_{n}_HOME=/opt/app{n} \\
    APP_{n}_PORT=80{n:02}
WORKDIR /opt/app{n}
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        libpq5 \\
        libxml2 \\
        curl \\
    && rm -rf /var/lib/apt/lists/*
COPY --chown=10001 app{n}/package.json app{n}/package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
COPY --chown=10001 app{n}/src ./src
EXPOSE 80{n:02}
""".lstrip()


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--lines", type=int, default=300)
    made.add_argument("--keystrokes", type=int, default=60)
    asked = made.parse_args()
    text = dockerfile(asked.lines)
    times, found = measured(text, asked.keystrokes)
    marks = {share: times[min(int(len(times) * share), len(times) - 1)] for share in (0.5, 0.95)}
    shown = "  ".join(f"p{share * 100:.0f} {value:.0f} ms" for share, value in marks.items())
    print(f"{text.count(chr(10)) + 1} lines, {found} diagnostics, {len(times)} keystrokes: {shown}  most {times[-1]:.0f} ms")
    return int(marks[0.5] > MOST_MS)


def dockerfile(lines: int) -> str:
    rows = ["FROM node:22-bookworm-slim", "USER 10001"]
    for number in range(lines):
        rows += BLOCK.format(n=number % 90 + 10).splitlines()
    return "\n".join(rows[:lines])


def measured(text: str, keystrokes: int) -> tuple[list[float], int]:
    command = [sys.executable, "-m", "careen", "lsp", "--stdio"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ)
    editor, times = Editor(process), []
    editor.open(URI, text, "dockerfile")
    editor.diagnostics(URI, 1)
    for number in range(keystrokes):
        begun = time.perf_counter()
        editor.change(URI, number + 2, (2, 0, 2, 0, "# x"[number % 3]))
        found = editor.diagnostics(URI, number + 2)
        times.append((time.perf_counter() - begun) * 1000)
    editor.end()
    editor.close()
    return sorted(times), len(found)


if __name__ == "__main__":
    sys.exit(main())
