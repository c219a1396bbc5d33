"""Draws the tables of RESULTS.md: for each kind of image the median CPU and wall seconds of each tool, one bar each.

    python benchmarks/plot.py [RESULTS.md]

Writes results-<kind>.svg beside it. It needs matplotlib, which nothing else here does.
"""

import re
import sys
from pathlib import Path

TOOLS = {"careen": "#1b6ca8", "trivy": "#c97b1a", "syft": "#8a8a8a", "floor": "#c9d6df"}
ROW = re.compile(r"\| (\S+) \| (\w+) \| [\d.]+ / ([\d.]+) / [\d.]+ \| [\d.]+ / ([\d.]+) / [\d.]+ \|")


def plot(results: Path) -> list[Path]:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    made = []
    for section in results.read_text().split("\n## ")[1:]:
        kind = section.split("\n", 1)[0].strip()
        rows = {(image, tool): (float(wall), float(cpu)) for image, tool, wall, cpu in ROW.findall(section)}
        images = list(dict.fromkeys(image for image, _ in rows))
        tools = [tool for tool in TOOLS if any(tool == one for _, one in rows)]
        matplotlib.rcParams["svg.hashsalt"] = kind
        figure, plots = pyplot.subplots(1, 2, figsize=(11, 0.4 * len(images) * len(tools) / 2 + 1), sharey=True)
        for axes, what, title in zip(plots, (0, 1), ("wall seconds", "CPU seconds"), strict=True):
            for number, tool in enumerate(tools):
                places = [place + 0.8 * number / len(tools) for place in range(len(images))]
                values = [rows.get((image, tool), (0.0, 0.0))[what] for image in images]
                axes.barh(places, values, 0.8 / len(tools), label=tool, color=TOOLS[tool])
            axes.set_xscale("log")
            axes.set_yticks([place + 0.4 - 0.4 / len(tools) for place in range(len(images))], images)
            axes.set_xlabel(f"{title}, median")
            axes.grid(visible=True, axis="x", alpha=0.3)
        plots[0].invert_yaxis()
        plots[1].legend()
        figure.tight_layout()
        path = results.with_name(f"results-{kind}.svg")
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
        made.append(path)
    return made


if __name__ == "__main__":
    sys.stdout.writelines(
        f"{path}\n" for path in plot(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("RESULTS.md")))
    )
