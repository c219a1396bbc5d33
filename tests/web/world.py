"""The feeds of the live web as far as ten kinds of images call for them, at any scale and on any day.

``scale`` 1 has the sizes that the live feeds had in the autumn of 2026 (``docs/first-run.md`` has the source of
each figure); a page is made at its first request. ``day`` counts from the first run: each day adds what a feed adds in a day.
"""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote, unquote

from careen.advisories.eol import ADVISORY_SOURCE
from careen.plugins import Need
from tests.support.feeds import served, whole_mirror
from tests.web import shapes
from tests.web.relay import Page

OSV = "osv-vulnerabilities.storage.googleapis.com"
# Records of an ecosystem, those that change in a day, and the bytes of prose in each, at scale 1.
ARCHIVES = {
    "AlmaLinux": (5_000, 5, 1500), "Bitnami": (8_000, 30, 1200), "Chainguard": (1_077_424, 20_000, 640),
    "Go": (6_000, 20, 1900), "PyPI": (24_000, 150, 1600), "Red Hat": (22_000, 40, 5000), "SUSE": (20_000, 40, 4000),
    "Ubuntu": (60_000, 4_000, 32_000), "Wolfi": (120_000, 4_000, 640), "npm": (217_696, 1_500, 1_000),
    "openSUSE": (14_000, 30, 4000),
}  # fmt: skip
LARGE = ("/Chainguard/", "/Ubuntu/", "/Wolfi/", "nvd.nist.gov/", "ftp.suse.com/")  # which no scan requests
EXPLOITED = "CVE-2026-10000"  # a vulnerability of all distributions' images
NVD_A_YEAR = 13_000
INDEXES = (  # pages that list a folder
    "ftp.suse.com/pub/projects/security/oval/", "secdb.alpinelinux.org/", "security-metadata.canonical.com/oval/",
)  # fmt: skip
KNOWN = {"PyPI": "acme-web", "npm": "acme-web", "Red Hat": "acme", "SUSE": "acme"}
_NAMES = {"Red Hat": "Red Hat:enterprise_linux:9::baseos", "SUSE": "SUSE:Linux Enterprise Server 15 SP6"}


class World:
    """``find(host, path)`` serves a relay. ``absent``: addresses that no feed of this web has."""

    def __init__(self, folder: Path, scale: float, start: datetime | None = None) -> None:
        self.scale, self.day, self._folder = scale, 0, folder
        self._start = start or datetime.now(UTC) - timedelta(hours=1)
        folder.mkdir(parents=True, exist_ok=True)
        self._pages = {**_samples(folder / "samples"), **_products(), **_single_pages(self), **_archives(self)}
        self._pages |= {
            f"{OSV}/ecosystems.txt": lambda: "\n".join(self._below(f"{OSV}/")).encode(),
            **{address: lambda address=address: shapes.index_page(self._below(address)) for address in INDEXES},
        }
        self._records: dict[tuple[str, int], dict[str, dict]] = {}
        self._made: dict[tuple[str, int], Page] = {}
        self._lock = threading.Lock()
        self.absent: list[str] = []

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(address.partition("/")[0] for address in self._pages) | {"cveawg.mitre.org"}

    def find(self, host: str, path: str) -> Page | None:
        address = f"{host}{path}" if "?path=" in path else f"{host}{path.partition('?')[0]}"
        if host == "cveawg.mitre.org":
            return Page(shapes.cve_record(path.rpartition("/")[2]), "1", text=True)
        if host == OSV and (single := self._single(path)):
            return single
        if address not in self._pages:
            self.absent.append(address)
            return None
        return self._page(address)

    def prepare(self, large: bool) -> None:
        """Makes the pages of this day in advance, which is slow at full size; ``large``: those of full updates too."""
        for address in self._pages:
            is_changed = not self.day or "/all.zip" not in address or "/npm/" in address  # of others the changes are fetched
            if large or (is_changed and not any(part in address for part in LARGE)):
                page = self._page(address)
                assert page.text is False or page.packed

    def _page(self, address: str) -> Page:
        with self._lock:
            if (address, self.day) not in self._made:
                self._made[address, self.day] = self._made_page(address)
            return self._made[address, self.day]

    def _below(self, folder: str) -> list[str]:
        """The contents of a folder."""
        inside = (address.removeprefix(folder) for address in self._pages if address.startswith(folder))
        return sorted({unquote(name.partition("/")[0]) for name in inside if name} - {"ecosystems.txt"})

    def count(self, at_scale_one: int) -> int:
        return max(1, int(at_scale_one * self.scale))

    def file(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', '_')}.{self.day}"

    def news(self, kind: str) -> str:
        """The text that a report of an image of this kind has only if it is up to date."""
        name = {"rhel": "acme", "suse": "acme", "python": "acme-web", "node": "acme-web"}.get(kind)
        if name is None:
            return f"CVE-2026-{10_000 + self.day}"
        return f"NEW-{self.day}-{name}" if self.day else f"OSV-2025-{name}"

    def moment(self, day: int) -> datetime:
        return self._start + timedelta(days=day)

    def records(self, ecosystem: str) -> dict[str, dict]:
        """The records that matter and those that changed since the first day, by id."""
        if (ecosystem, self.day) not in self._records:
            self._records[ecosystem, self.day] = {record["id"]: record for record in self._changed(ecosystem)}
        return self._records[ecosystem, self.day]

    def _changed(self, ecosystem: str) -> Iterator[dict]:
        text_bytes = ARCHIVES[ecosystem][2]
        name = KNOWN.get(ecosystem)
        fixed = {"PyPI": "1.5", "npm": "1.5.0", "SUSE": "1.0-150600.2"}.get(ecosystem, "1.0-2")
        if name:
            yield self._record(ecosystem, name, f"OSV-2025-{name}", fixed, 0, text_bytes)
        for day in range(1, self.day + 1):
            for number in range(self.count(ARCHIVES[ecosystem][1])):
                yield self._record(ecosystem, f"new-{number}", f"NEW-{day}-{number}", "2", day, text_bytes)
            if name:
                yield self._record(ecosystem, name, f"NEW-{day}-{name}", fixed, day, text_bytes)

    def _record(self, ecosystem: str, name: str, id: str, fixed: str, day: int, text_bytes: int) -> dict:
        modified = self.moment(day).strftime("%Y-%m-%dT%H:%M:%SZ")
        return shapes.osv_record(_NAMES.get(ecosystem, ecosystem), name, id, fixed, modified, text_bytes)

    def _single(self, path: str) -> Page | None:
        ecosystem, _, name = path.strip("/").replace("%20", " ").partition("/")
        if ecosystem not in ARCHIVES or not name.endswith(".json"):
            return None
        found = self.records(ecosystem).get(name.removesuffix(".json"))
        return Page(json.dumps(found).encode(), found["modified"], text=True) if found else None

    def _made_page(self, address: str) -> Page:
        made = self._pages[address]()
        modified = format_datetime(self.moment(self.day), usegmt=True)
        text = address.endswith((".json", ".csv", "/json", ".xml", ".txt")) and isinstance(made, bytes)
        return Page(made, f"{self.day}-{shapes.noise(address, 8)}", modified, text)


def _archives(world: World) -> dict[str, Callable[[], bytes | Path]]:
    found: dict[str, Callable[[], bytes | Path]] = {}
    for ecosystem, (count, _, text_bytes) in ARCHIVES.items():
        place = f"{OSV}/{quote(ecosystem)}"
        found[f"{place}/all.zip"] = lambda name=ecosystem, count=count, text=text_bytes: shapes.osv_zip(
            world.file(f"osv-{name}"), _NAMES.get(name, name), [*world.records(name).values()], world.count(count), text
        )
        found[f"{place}/modified_id.csv"] = lambda name=ecosystem: shapes.changed_ids([*world.records(name).values()])
    return found


def _single_pages(world: World) -> dict[str, Callable[[], bytes | Path]]:
    def cves() -> list[str]:
        """One CVE on the first day, and one more each later day."""
        return [f"CVE-2026-{10_000 + number}" for number in range(world.day + 1)]

    def tracker() -> dict:
        return {"acme": {cve: shapes.tracked("bookworm", "1.0-2") for cve in cves()}}

    def fixes() -> dict:
        return {"acme": {"1.0-r1": cves()}}

    pages: dict[str, Callable[[], bytes | Path]] = {
        "security-tracker.debian.org/tracker/data/json": lambda: shapes.debian_tracker(
            world.file("debian"), tracker(), world.count(72_000)
        ),
        "secdb.alpinelinux.org/v3.22/main.json": lambda: shapes.secdb(fixes(), world.count(2_600)),
        "secdb.alpinelinux.org/v3.22/community.json": lambda: shapes.secdb({}, world.count(4_000)),
        "packages.wolfi.dev/os/security.json": lambda: shapes.secdb(fixes(), world.count(60_000)),
        "packages.cgr.dev/chainguard/security.json": lambda: shapes.secdb(fixes(), world.count(180_000)),
        "security-metadata.canonical.com/oval/com.ubuntu.noble.cve.oval.xml.bz2": lambda: shapes.ubuntu_oval(
            world.file("noble"), "noble", [("acme", cve, "1.0-2") for cve in cves()], world.count(24_000)
        ),
        "epss.empiricalsecurity.com/epss_scores-current.csv.gz": lambda: shapes.epss(EXPLOITED, world.count(330_000)),
        "raw.githubusercontent.com/cisagov/kev-data/develop/known_exploited_vulnerabilities.json": lambda: shapes.kev(
            EXPLOITED, world.count(1_500)
        ),
        "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json": lambda: shapes.kev(
            EXPLOITED, world.count(1_500)
        ),
        "security.access.redhat.com/data/meta/v1/repository-to-cpe.json": lambda: shapes.repository_map(world.count(8_000)),
        "ftp.suse.com/pub/projects/security/oval/suse.linux.enterprise.15-affected.xml.gz": lambda: shapes.suse_oval(
            world.file("suse"), world.count(18_000)
        ),
        "services.nvd.nist.gov/rest/json/cves/2.0": lambda: b'{"totalResults": 0, "startIndex": 0, "vulnerabilities": []}',
    }
    pages |= _amazon(
        "core", lambda: shapes.updateinfo([("acme", cve, "1.0", "2.amzn2023") for cve in cves()], world.count(6_000))
    )
    for further in ("kernel-livepatch", "nvidia"):
        pages |= _amazon(further, lambda: shapes.updateinfo([], world.count(300)))
    for codename in ("bionic", "focal", "jammy"):
        pages[f"security-metadata.canonical.com/oval/com.ubuntu.{codename}.cve.oval.xml.bz2"] = lambda codename=codename: (
            shapes.ubuntu_oval(world.file(codename), codename, [], world.count(24_000))
        )
    for year in range(2002, 2027):
        pages[f"nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-{year}.json.gz"] = lambda year=year: shapes.nvd_year(
            world.file(f"nvd-{year}"), year, world.count(NVD_A_YEAR)
        )
    return pages


def _amazon(repository: str, made: Callable[[], bytes]) -> dict[str, Callable[[], bytes]]:
    """A list of mirrors, one of them, and the file that its index names."""
    place = f"cdn.amazonlinux.com/al2023/{repository}"
    server = f"{place}/guids/0123456789abcdef/x86_64"
    index = (
        b'<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="updateinfo">'
        b'<location href="repodata/updateinfo.xml.gz"/></data></repomd>'
    )
    return {
        f"{place}/mirrors/latest/x86_64/mirror.list": lambda: f"https://{server}/\n".encode(),
        f"{server}/repodata/repomd.xml": lambda: index,
        f"{server}/repodata/updateinfo.xml.gz": made,
    }


def _products() -> dict[str, Callable[[], bytes]]:
    """A page of endoflife.date for each distribution with a product there."""
    known = {
        "debian": ("12", "2028-06-30"), "ubuntu": ("24.04", "2029-05-31"), "alpine-linux": ("3.22", "2027-05-01"),
        "rhel": ("9", "2032-05-31"), "amazon-linux": ("2023", "2028-03-15"), "sles": ("15.6", "2027-12-31"),
    }  # fmt: skip
    return {
        feed.url.removeprefix("https://"): lambda name=feed.part: shapes.products(name, *known.get(name, ("1", "2030-01-01")))
        for feed in ADVISORY_SOURCE.feeds(Need(), lambda name: ())
    }


def _samples(folder: Path) -> dict[str, Callable[[], bytes]]:
    """Feeds that none of the ten images needs, as the small samples that also test their readers."""
    answers = served(whole_mirror(folder)).answers
    return {
        address.removeprefix("https://"): lambda data=data: data
        for address, data in answers.items()
        if address.startswith("https://")
    }
