"""How long admission takes to answer: the latency of reviews over HTTP, one after the other.

    python benchmarks/admission.py [--images 10000] [--reviews 1000] [--containers 4]

The fleet is a SQLite file with so many images. Ends with 1 if the 99th percentile is over 100 ms.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import httpx2 as httpx
from sqlalchemy import insert

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support.fake_fleet import make_fleet
from tests.support.served import served

from careen.fleet.tables import image, project_image
from careen.server.interfaces import admission

MOST_MS = 100.0


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--images", type=int, default=10_000)
    made.add_argument("--reviews", type=int, default=1000)
    made.add_argument("--containers", type=int, default=4)
    asked = made.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = measured(Path(folder), asked.images, asked.reviews, asked.containers)
    marks = {share: times[min(int(len(times) * share), len(times) - 1)] * 1000 for share in (0.5, 0.95, 0.99)}
    shown = "  ".join(f"p{share * 100:.0f} {value:.1f} ms" for share, value in marks.items())
    what = f"{asked.reviews} reviews of {asked.containers} containers, {asked.images} images"
    print(f"{what}: {shown}  most {times[-1] * 1000:.1f} ms")
    return int(marks[0.99] > MOST_MS)


def measured(folder: Path, images: int, reviews: int, containers: int) -> list[float]:
    chance, times = random.Random(1), []
    rules = b'{"admission": {"rules": {"mode": "enforce", "deny": ["verdict", "critical"]}}}'
    fake = make_fleet(folder, Patch(), settings=rules)
    fake.add_key("k", "admission")
    fill(fake, images)
    with served(admission.routes(fake.fleet)) as address, httpx.Client(headers={"Authorization": "Bearer k"}) as client:
        for number in range(reviews):
            names = [f"registry.example/app@{digest(chance.randrange(images * 11 // 10))}" for _ in range(containers)]
            body = review(number, names)
            begun = time.perf_counter()
            client.post(f"{address}/admission/v1/validate", json=body).raise_for_status()
            times.append(time.perf_counter() - begun)
    return sorted(times)


def fill(fake, images: int) -> None:
    row = {"reference": "x", "state": "ready", "enrolled_at": 1.0, "coverage": "complete", "assessed_at": 1.0}
    rows = [
        {**row, "id": number + 1, "identity": digest(number), "digest": digest(number), "exit_code": number % 2}
        for number in range(images)
    ]
    with fake.fleet.engine.begin() as connection:
        connection.execute(insert(image), rows)
        seen = [{"project_id": 1, "image_id": number + 1, "seen_at": 1.0} for number in range(images)]
        connection.execute(insert(project_image), seen)


def review(number: int, names: list[str]) -> dict:
    spec = {"containers": [{"name": f"c{index}", "image": name} for index, name in enumerate(names)]}
    request = {"uid": str(number), "operation": "CREATE", "namespace": "shop", "object": {"spec": spec}}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


class Patch:
    """As pytest's, for the whole process."""

    def setattr(self, target, name, value) -> None:
        setattr(target, name, value)


if __name__ == "__main__":
    sys.exit(main())
