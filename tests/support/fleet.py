"""Many images that share layers, as a registry holds them."""

import random

from tests.support.images import BuiltImage, make_image, make_layer
from tests.support.registry import Registry

OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'
STATUS = "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"


def fill(registry: Registry, repositories: int, tags: int, bases: int = 4, filler: int = 0) -> dict[str, BuiltImage]:
    """``repositories`` of ``tags`` each on a few bases; the image of each reference. ``filler`` are bytes a layer."""
    chance = random.Random(1)
    stacks = [_base(number, chance.randbytes(filler)) for number in range(bases)]
    middles = [make_layer({f"opt/runtime/{n}": chance.randbytes(filler) or b"r"}) for n in range(bases * 2)]
    images = {}
    for repository in range(repositories):
        for tag in range(tags):
            app = make_layer({f"srv/{repository}/app": f"{repository}.{tag}".encode() + chance.randbytes(filler // 4)})
            layers = [stacks[repository % bases], middles[repository % len(middles)], app]
            image = make_image(layers, config={"Labels": {}}, compression="gzip")
            images[registry.push(f"team{repository % 3}/app{repository}", f"1.{tag}", image)] = image
    return images


def _base(number: int, filler: bytes) -> bytes:
    status = "".join(STATUS.format(name=name, version=f"1.{number}") for name in ("zlib1g", "openssl"))
    return make_layer({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status.encode(), "usr/share/filler": filler})
