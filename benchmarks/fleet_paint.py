"""When the pages of a server paint in headless Chromium, and how far what they display moves.

    python benchmarks/fleet_paint.py --data DIR [--to postgresql://…] [--times 5]

The server is that of ``fleet_readers``, on the fleet that ``fleet.py make`` has made. For each page at 1280 and at 390 pixels:
the first paint of any content and the largest one in ms from the start of the navigation, the CPU time of the page's main
thread, and its layout shift. Each page is opened ``--times`` times after one that is not counted; the least time counts, and
the largest shift. Ends with 1 if a page paints after 1 s, or moves. Needs Chromium and playwright-core, as
``tests/e2e/test_pages.py`` does.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from fleet_readers import pages, served

SCRIPT = Path(__file__).with_suffix(".mjs")
PAINT_MS = 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", default="")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("no Chromium")
    with served(options) as (_, port, headers, places):
        image = ("image", f"/projects/1/images/{places['identity']}")
        plan = {
            "address": f"http://127.0.0.1:{port}",
            "cookie": headers["Cookie"].split("=", 1),
            "pages": [*pages(places), image],
            "times": options.times,
        }
        found = json.loads(subprocess.check_output(["node", str(SCRIPT), json.dumps(plan), chromium], text=True))
    print(json.dumps({"load": os.getloadavg()[0], "pages": found}, indent=1))
    return any(page["first_paint_ms"] > PAINT_MS or page["shift"] > 0 for page in found)


if __name__ == "__main__":
    sys.exit(main())
