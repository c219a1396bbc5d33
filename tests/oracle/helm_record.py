"""Writes what the installed Helm makes of the charts and expressions of tests/unit/charts.

``python -m tests.oracle.helm_record``
"""

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.charts import HERE, SETTINGS, chart_files

CHART = 'apiVersion: v2\nname: c\nversion: 1.2.3\nappVersion: "4.5"\n'
FLAGS = ("--namespace", "release", "--skip-tests", "--kube-version", "1.35.0")


def chart_output(folder: Path, *flags: str) -> str | None:
    """None: Helm refuses the chart."""
    done = subprocess.run(
        ["helm", "template", "release", str(folder), *FLAGS, *flags], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


def expression_output(expression: str) -> str | None:
    files = {
        "Chart.yaml": CHART.encode(),
        "values.yaml": (HERE / "expressions-values.yaml").read_bytes(),
        "templates/_t.tpl": ('{{ define "t" }}' + expression + "{{ end }}").encode(),
        "templates/a.yaml": b'x: {{ include "t" . | b64enc }}',
    }
    with tempfile.TemporaryDirectory() as folder:
        output = chart_output(laid_out(files, Path(folder)))
    return None if output is None else base64.b64decode(output.rpartition("x: ")[2].strip()).decode()


def shop_output(values: bool) -> str | None:
    flags = [part for setting in SETTINGS for part in ("--set", setting)]
    flags = ["-f", str(HERE / "shop-values.yaml"), *flags] if values else []
    with tempfile.TemporaryDirectory() as folder:
        return chart_output(laid_out(chart_files(), Path(folder)), *flags)


def laid_out(files: dict[str, bytes], folder: Path) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def main() -> None:
    rows = [
        [expression, expression_output(expression)]
        for expression, _ in json.loads((HERE / "expressions.json").read_text("utf-8"))
    ]
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (HERE / "expressions.json").write_text(f"[\n{text}\n]\n", "utf-8")
    for name, values in (("shop.yaml", False), ("shop-set.yaml", True)):
        (HERE / name).write_text(shop_output(values) or sys.exit("helm refuses the chart"), "utf-8")


if __name__ == "__main__":
    main()
