"""What a fleet costs: made images in numbers, an update of the database, everything again, and the lists of its server.

    python benchmarks/fleet.py make --data DIR --database ADVISORIES [--images 10000] [--packages 300000]
    python benchmarks/fleet.py copy --data DIR --to postgresql://…      the same fleet on PostgreSQL
    python benchmarks/fleet.py update --data DIR [--to …] --which random|worst [--advisories 1000]
    python benchmarks/fleet.py everything|equal|lists|sizes --data DIR [--to …]

Packages have the names that advisories of the database are about, with versions below and above their fixes, and are spread
over the images by Zipf's law. Each step is a process of its own, and prints wall time, CPU time with that of its children, and
peak memory.
"""

import argparse
import json
import random
import re
import resource
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from itertools import accumulate
from pathlib import Path
from statistics import median
from types import SimpleNamespace

SHARES = {"debian:12": 0.25, "debian:11": 0.1, "alpine:3.18": 0.05, "npm": 0.3, "PyPI": 0.1, "Maven": 0.1, "Go": 0.1}
TYPES = {"npm": "npm", "PyPI": "pypi", "Maven": "maven", "Go": "golang"}
PER_IMAGE = 200
CHUNK = 1000
FIXED = 0.9  # of all versions come after the fixes
FIX = re.compile(r"(?:\d+:)?v?(\d{1,6})(?:\.(\d{1,6}))?")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("make", "copy", "update", "everything", "equal", "lists", "sizes"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--to", default="")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--packages", type=int, default=300_000)
    parser.add_argument("--which", choices=("random", "worst"), default="random")
    parser.add_argument("--advisories", type=int, default=1000)
    options = parser.parse_args()
    start, cpu = time.perf_counter(), cpu_s()
    result = globals()[options.step](options)
    own, largest = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cost = {
        "wall_s": round(time.perf_counter() - start, 1),
        "cpu_s": round(cpu_s() - cpu, 1),
        "peak_mib": round(own),
        "peak_mib_of_a_child": round(largest),
    }
    print(json.dumps({"step": options.step, **cost, **result}))
    return 0


def with_fleet(command):
    @wraps(command)
    def run(options: argparse.Namespace):
        with fleet_of(options) as fleet:
            return command(options, fleet)

    return run


@with_fleet
def make(options: argparse.Namespace, fleet) -> dict[str, object]:
    from careen.fleet import units
    from careen.fleet.connection import prepare, writing
    from careen.fleet.rematch import assess_units
    from careen.fleet.rows import batches
    from careen.fleet.tables import image_unit, project, unit_finding

    options.data.mkdir(parents=True, exist_ok=True)
    target = options.data / "database" / "advisories.sqlite"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(options.database.read_bytes())
    prepare(fleet.engine)
    chance = random.Random(17)
    numbers: list[int] = []
    with writing(fleet.engine) as connection:
        connection.execute(project.insert().values(id=1, name="all", created_at=0.0))
    made = generated(target, options.packages, chance)
    for some in batches(made, CHUNK):
        with writing(fleet.engine) as connection:
            stored = units._stored(connection, list({one.key: one for one in some}.values()))
        numbers += [number for number, _, _ in stored.values()]
    numbers = list(dict.fromkeys(numbers))
    log(f"{len(numbers)} units are stored")
    before = time.process_time()
    with without_indexes(fleet.engine, unit_finding):
        assess_units(fleet, numbers)
        log(f"they are assessed: {time.process_time() - before:.0f} s of CPU")
    with without_indexes(fleet.engine, image_unit):
        store_images(fleet, numbers, options.images)
    log("images are stored")
    recount(fleet)  # (SQLite gets no statistics, as a fleet's database has none)
    return totals(fleet)


def store_images(fleet, numbers: list[int], count: int) -> None:
    """With units of these numbers: the popular ones are in most images."""
    from careen.fleet.connection import writing
    from careen.fleet.rows import batches
    from careen.fleet.tables import image, project_image

    places = random.Random(5).sample(numbers, len(numbers))
    upto = list(accumulate(1.0 / rank**0.9 for rank in range(1, len(places) + 1)))
    drawn = random.Random(17)
    for some in batches(range(1, count + 1), CHUNK):
        with writing(fleet.engine) as connection:
            connection.execute(image.insert(), list(map(image_row, some)))
            connection.execute(
                project_image.insert(), [{"project_id": 1, "image_id": number, "seen_at": 0.0} for number in some]
            )
            rows = (
                (number, unit_id)
                for number in some
                for unit_id in sorted(set(drawn.choices(places, cum_weights=upto, k=round(PER_IMAGE * 1.2))))
            )
            adding = "INSERT INTO image_unit (image_id, unit_id, layer, presence) VALUES (?, ?, 0, 'present')"
            connection.connection.cursor().executemany(adding, rows)


def image_row(number: int) -> dict[str, object]:
    """A ready image with eight layers, ten to a repository. Other columns have the defaults of their table."""
    from careen.fleet.images import encoded
    from careen.model.image import Image, ImageConfig, Layer

    reference, digest = f"registry.example/team{number % 97}/app{number // 10}:1.{number % 10}", f"sha256:{number:064x}"
    layers = tuple(
        Layer(place, f"sha256:{number:032x}{place:032x}", f"sha256:{number:060x}{place:04x}", 1, f"RUN make part-{place}", open)
        for place in range(8)
    )
    manifest = encoded(Image(reference, "image", digest, None, ImageConfig(), layers))
    columns = {"identity": digest, "digest": digest, "reference": reference, "platform": "linux/amd64", "state": "ready"}
    return {"id": number, **columns, "manifest": manifest, "packages": PER_IMAGE, "enrolled_at": float(number), "exit_code": 0}


def recount(fleet) -> None:
    from sqlalchemy import select

    from careen.fleet import image_counts
    from careen.fleet.connection import writing
    from careen.fleet.tables import image

    with fleet.engine.connect() as connection:
        ids = list(connection.execute(select(image.c.id).order_by(image.c.id)).scalars())
    for first in range(0, len(ids), 2000):
        with writing(fleet.engine) as connection:
            image_counts.count_images(connection, ids[first : first + 2000])


@with_fleet
def copy(options: argparse.Namespace, fleet) -> dict[str, object]:
    """By COPY, with the indexes made afterwards."""
    from careen.fleet.connection import prepare
    from careen.fleet.tables import image_unit, metadata, unit_finding

    prepare(fleet.engine)
    with (
        fleet_of(argparse.Namespace(data=options.data, to="")) as source,
        without_indexes(fleet.engine, image_unit, unit_finding),
    ):
        for table in metadata.sorted_tables:
            copy_table(source.engine, fleet.engine, table)
    with fleet.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return totals(fleet)


def copy_table(source, target, table) -> None:
    columns = [column.name for column in table.columns]
    booleans = [number for number, column in enumerate(table.columns) if column.type.python_type is bool]
    names = ", ".join(f'"{name}"' for name in columns)
    read, write = source.raw_connection(), target.raw_connection()
    cursor = read.cursor()
    cursor.execute(f"SELECT {names} FROM {table.name}")
    with write.cursor() as writing:
        with writing.copy(f"COPY {table.name} ({names}) FROM STDIN") as copied:
            while rows := cursor.fetchmany(10_000):
                for row in rows:
                    if booleans:
                        row = tuple(bool(value) if place in booleans else value for place, value in enumerate(row))
                    copied.write_row(row)
        if table.c[columns[0]].autoincrement is True:  # the next row comes after those
            writing.execute(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}")
    write.commit()
    read.close()
    write.close()


@with_fleet
def update(options: argparse.Namespace, fleet) -> dict[str, object]:
    """A database with new advisories about so many packages: any ones, or those that most images have."""
    from sqlalchemy import func, select

    from careen.database.build import FeedRow, Fresh, Kept, build
    from careen.database.file_state import rows_of
    from careen.database.head import label_of
    from careen.database.read import open_database
    from careen.fleet import rematch
    from careen.model.advisory import Advisory, Range

    old = options.data / "database" / "advisories.sqlite"
    new = options.data / f"{options.which}.sqlite"
    names = chosen(fleet, options)
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    by_space: dict[str, list[object]] = {}
    with open_database(old) as database:
        for number, (space, name) in enumerate(names):
            fixed = "99999" if space.startswith(("debian", "alpine")) else "v99999.0.0" if space == "Go" else "99999.0.0"
            source = space.partition(":")[0] if ":" in space else "osv"
            id = f"CVE-2099-{hash_of(stamp) % 10_000}{number:04d}"
            by_space.setdefault(space, []).append(Advisory(id, source, space, name, (Range(None, fixed),)))
        rows = rows_of(old)
        feeds = [Kept(row) for row in rows.values()]
        for space, records in by_space.items():
            infos = database.namespace(space)
            info = next((one for one in infos if not one.partial), infos[0])
            like = next(row for row in rows.values() if label_of(row) == info.source)
            row = FeedRow(f"bench/{space}/{stamp}", like.source, like.part, as_of=like.as_of)
            feeds.append(Fresh(row, lambda records=(info, *records): records))
    build(new, feeds, stamp, old)
    start, cpu = time.perf_counter(), cpu_s()
    done = rematch.after_update(fleet, old, new)
    cost = {"rematch_wall_s": round(time.perf_counter() - start, 1), "rematch_cpu_s": round(cpu_s() - cpu, 1)}
    new.replace(old)
    from careen.fleet.tables import image

    with fleet.engine.connect() as connection:
        images = connection.execute(select(func.count()).select_from(image)).scalar_one()
    return {"which": options.which, **cost, "units": done.units, "images": done.images, "of": images, "events": done.events}


def chosen(fleet, options: argparse.Namespace) -> list[tuple[str, str]]:
    """Namespaces and names of advisories."""
    from sqlalchemy import func, select

    from careen.fleet.tables import image_unit, unit_source

    spaces = list(SHARES)
    with fleet.engine.connect() as connection:
        if options.which == "random":
            names = (
                select(unit_source.c.namespace, unit_source.c.name)
                .where(unit_source.c.namespace.in_(spaces), unit_source.c.name != "")
                .distinct()
            )
            found = sorted(map(tuple, connection.execute(names)))
            return random.Random(3).sample(found, min(options.advisories, len(found)))
        counted = select(image_unit.c.unit_id, func.count().label("images")).group_by(image_unit.c.unit_id).subquery()
        worst = (
            select(unit_source.c.namespace, unit_source.c.name, func.sum(counted.c.images))
            .join(counted, counted.c.unit_id == unit_source.c.unit_id)
            .where(unit_source.c.namespace.in_(spaces), unit_source.c.name != "")
            .group_by(unit_source.c.namespace, unit_source.c.name)
            .order_by(func.sum(counted.c.images).desc())
        )
        return [(row[0], row[1]) for row in connection.execute(worst.limit(options.advisories))]


@with_fleet
def everything(options: argparse.Namespace, fleet) -> dict[str, object]:
    from careen.fleet import rematch

    done = rematch.everything(fleet)
    return {"units": done.units, "images": done.images, "events": done.events}


@with_fleet
def equal(options: argparse.Namespace, fleet) -> dict[str, object]:
    """Matches a sample of images anew, each as one inventory, and compares findings."""
    from sqlalchemy import select

    from careen.app.archives import with_shipped
    from careen.database.read import open_database
    from careen.fleet.split import inventory_of
    from careen.fleet.tables import context, image_unit, unit, unit_finding
    from careen.pipeline.assessment import Matcher
    from careen.policy.policy import Policy

    wrong = compared = 0
    with fleet.engine.connect() as connection, open_database(options.data / "database" / "advisories.sqlite") as database:
        last = totals(fleet)["images"]
        with fleet.session() as session:
            for number in random.Random(7).sample(range(1, last + 1), min(500, last)):
                rows = connection.execute(
                    select(unit.c.data, context.c.data, context.c.id)
                    .join(image_unit, image_unit.c.unit_id == unit.c.id)
                    .join(context, context.c.id == unit.c.context_id)
                    .where(image_unit.c.image_id == number)
                ).all()
                found = set()
                for place in {row[2] for row in rows}:
                    parts = [inventory_of(bytes(around), bytes(data)) for data, around, one in rows if one == place]
                    packages = tuple(package for part in parts for package in part.packages)
                    from msgspec.structs import replace

                    whole = replace(parts[0], packages=packages)
                    (known,) = with_shipped((database,), whole, session.ecosystems)
                    matcher = Matcher(known, session.schemes, session.ecosystems)
                    matched, _ = matcher.matched(whole, Policy(), datetime.now(UTC).date())
                    found |= {
                        (one.id, one.package, one.severity, one.confidence, int(one.risk * 1000)) for one in matched.findings
                    }
                columns = (unit_finding.c.vulnerability, unit_finding.c.package, unit_finding.c.severity)
                columns = (*columns, unit_finding.c.confidence, unit_finding.c.risk)
                stored = select(*columns).join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
                known = set(map(tuple, connection.execute(stored.where(image_unit.c.image_id == number))))
                wrong += found != known
                compared += len(found)
    return {"images": min(500, last), "findings": compared, "different": wrong}


@with_fleet
def lists(options: argparse.Namespace, fleet) -> dict[str, object]:
    from careen.fleet import search

    asked = {
        "images by risk": lambda c: search.images(c, 1, search.parsed("")),
        "images by name": lambda c: search.images(c, 1, search.parsed("reference:team7"), order="reference"),
        "findings by risk": lambda c: search.findings(c, 1, search.parsed("")),
        "findings, high and fixable": lambda c: search.findings(c, 1, search.parsed("severity:high fixable:true")),
        "package:openssl<3.0.14 severity:high": lambda c: search.images(
            c, 1, search.parsed("package:openssl<3.0.14 severity:high")
        ),
        "who has it": lambda c: search.images(c, 1, search.parsed("vulnerability:CVE-2023-45853")),
        "packages by name": lambda c: search.packages(c, 1, search.parsed("package:open*")),
    }
    measured = {}
    with fleet.engine.connect() as connection:
        for name, ask in asked.items():
            times = []
            for _ in range(5):
                start = time.perf_counter()
                page = ask(connection)
                times.append(1000 * (time.perf_counter() - start))
            size = len(page.rows) if hasattr(page, "rows") else page
            measured[name] = [round(median(times), 1), round(max(times), 1), str(size)]
    return {"ms (median, slowest), rows": measured}


@with_fleet
def sizes(options: argparse.Namespace, fleet) -> dict[str, object]:
    images = totals(fleet)["images"]
    with fleet.engine.connect() as connection:
        if options.to:
            rows = connection.exec_driver_sql(
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        else:
            rows = connection.exec_driver_sql("SELECT name, sum(pgsize) FROM dbstat WHERE pagetype != 'x' GROUP BY name")
        found = {name: size for name, size in rows if size}
    return {"total": sum(found.values()), "an image": round(sum(found.values()) / images), **dict(sorted(found.items()))}


# --- helpers ----------------------------------------------------------------------------------------------------------


@contextmanager
def fleet_of(options: argparse.Namespace):
    from careen.app.session import Session
    from careen.config import Settings
    from careen.fleet.connection import connect, sqlite_address
    from careen.fleet.fleet import Fleet
    from careen.store.memory import MemoryStore

    settings = Settings(cache_dir=options.data, offline=True, db_max_age="off", trust_cache=True)
    with Session(settings) as session:
        kept = SimpleNamespace(schemes=session.schemes, ecosystems=session.ecosystems)

    @contextmanager
    def opened():
        yield kept

    engine = connect(options.to or sqlite_address(options.data))
    try:
        yield Fleet(engine, None, MemoryStore(), settings, opened, bytes, bytes)
    finally:
        engine.dispose()


def generated(path: Path, count: int, chance: random.Random):
    """Units of single packages, in the order of their names' lists."""
    from careen.database.read import open_database
    from careen.fleet.split import split
    from careen.model.inventory import Inventory
    from careen.model.package import Distribution, Package, Source

    with open_database(path) as database:
        for space, share in SHARES.items():
            names = sorted(
                {key.decode().partition("\0")[0] for key, *_ in database.in_order("advisory", space, lambda _: True)}
            )
            if not names:
                continue
            id, _, release = space.partition(":")
            distribution = Distribution(id, release) if release else None
            each = max(1, round(count * share / len(names)))
            fixes = database.advisories(space, names)
            for name in names:
                ends = [end for one in fixes.get(name, ()) for part in one.ranges if (end := part.fixed or part.last_affected)]
                for version in {version_of(space, ends, chance) for _ in range(each)}:
                    if distribution:
                        package = Package(
                            "apk" if id == "alpine" else "deb", id, name, version, Source(name, version), "amd64",
                            f"{id}-{release}", vendor="distribution",
                        )  # fmt: skip
                    else:
                        package = Package(TYPES[space], None, name, version)
                    yield from split(Inventory(distribution, (package,)))


def version_of(space: str, ends: list[str], chance: random.Random) -> str:
    found = FIX.match(chance.choice(ends)) if ends else None
    major, minor = (int(found[1]), int(found[2] or 0)) if found else (1, 0)
    if chance.random() < FIXED:
        major += chance.randint(60, 160)
    else:
        major = chance.randint(max(0, major - 1), major)
    text = f"{major}.{chance.randint(0, minor + 9)}.{chance.randint(0, 60)}"
    return (
        f"{text}-1"
        if space.startswith("debian")
        else f"{text}-r0"
        if space.startswith("alpine")
        else f"v{text}"
        if space == "Go"
        else text
    )


@contextmanager
def without_indexes(engine, *tables):
    """The indexes of large tables are made when they are full."""
    indexes = [index for table in tables for index in table.indexes]
    for index in indexes:
        index.drop(engine)
    yield
    for index in indexes:
        index.create(engine)


def totals(fleet) -> dict[str, int]:
    from sqlalchemy import func, select

    from careen.fleet.tables import image, image_unit, unit, unit_finding, unit_source

    with fleet.engine.connect() as connection:
        found = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (image, unit, image_unit, unit_finding, unit_source)
        }
        open_findings = select(func.sum(image.c.critical + image.c.high + image.c.medium + image.c.low + image.c.unrated))
        return {"images": found.pop("image"), **found, "findings": connection.execute(open_findings).scalar() or 0}


def cpu_s() -> float:
    """The CPU time of this process, and of its children that have ended."""
    usage = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in usage)


def hash_of(text: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(text))


def log(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
