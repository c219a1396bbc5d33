"""Stores the packages of an image as units, which images share (``split``).

A unit whose verdict depends on the day of the image (``unit.dated``) gets another unit for that day: ``give_days``.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import Connection, select, update

from careen.matching.coverage import coverage
from careen.matching.match import Matched
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.model.reasons import effect_of
from careen.safety.typed import from_msgpack

from .fleet import Fleet
from .rows import among, batches, insert, insert_rows
from .split import Content, Unit, dated, split
from .tables import context, image, image_gap, image_unit, unit, unit_package

MANY = 400  # rows in one statement
NO_DATABASE = "no_database"


class _Placed(Struct, frozen=True):
    unit_id: int
    layer: int
    presence: str


def store_units(connection: Connection, fleet: Fleet, image_id: int, inventory: Inventory) -> list[int]:
    """Stores the units of an image, and returns those without a verdict. A repeated call changes nothing.

    The image's row gets the properties that later verdicts need: its day, and whether it was read completely.
    """
    units = {found.key: found for found in split(inventory)}
    known = _stored(connection, list(units.values()))
    later = {key for key, (_, _, is_dated) in known.items() if is_dated} if inventory.created else set()
    if later:
        for key in later:
            on_day = on_its_day(units.pop(key), inventory.created)
            units[on_day.key] = on_day
        known = _stored(connection, list(units.values()))
    placed = [_placed(known[key][0], found.first) for key, found in units.items()]
    connection.execute(image_unit.delete().where(image_unit.c.image_id == image_id))
    for some in batches(placed, MANY):
        rows = [
            {"image_id": image_id, "unit_id": place.unit_id, "layer": place.layer, "presence": place.presence} for place in some
        ]
        insert_rows(connection, insert(connection, image_unit).on_conflict_do_nothing(), rows)
    gaps = gaps_of(inventory)
    connection.execute(image_gap.delete().where(image_gap.c.image_id == image_id))
    if gaps:
        rows = [{"image_id": image_id, "code": code, "packages": packages} for code, packages in gaps.items()]
        connection.execute(image_gap.insert(), rows)
    of_image = {"created": inventory.created[:10], "lowered": int(is_lowered(gaps))}
    connection.execute(update(image).where(image.c.id == image_id).values(of_image))
    return sorted(number for number, is_assessed, _ in known.values() if not is_assessed)


def on_its_day(found: Unit, created: str) -> Unit:
    """The unit for an image of that day, whose verdict depends on the day."""
    return Unit(found.context, dated(found.content, created), found.first)


def gaps_of(inventory: Inventory) -> dict[str, int]:
    """The reasons why the image is not completely assessed, whatever the advisories are: the number of packages for
    each code.
    """
    covered = coverage(inventory, None, Matched((), ()), inventory.unknowns, date.today())
    found: dict[str, int] = {}
    for reason in covered.reasons:
        if reason.code != NO_DATABASE:
            found[reason.code] = found.get(reason.code, 0) + reason.packages
    return found


def is_lowered(codes: Iterable[str]) -> bool:
    return any(effect_of(code) != "information" for code in codes)


def give_days(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Replaces each unit by one for each day on which images that contain it were created. Returns the new units without a
    verdict.
    """
    made: dict[int, bool] = {}
    for number in numbers:
        row = connection.execute(
            select(unit.c.data, unit.c.context_id, unit.c.type, unit.c.name, unit.c.version, unit.c.licences, context.c.data)
            .join(context, context.c.id == unit.c.context_id)
            .where(unit.c.id == number)
        ).first()
        if row is None:
            continue
        connection.execute(update(unit).where(unit.c.id == number).values(dated=True))
        of_unit = select(image_unit.c.image_id).where(image_unit.c.unit_id == number)
        days = connection.execute(select(image.c.created).where(image.c.id.in_(of_unit), image.c.created != "").distinct())
        for (day,) in days.all():
            on_day = Unit(bytes(row[6]), dated(bytes(row[0]), day), Package(row[2], None, row[3], row[4]))
            columns = dict(zip(("context_id", "type", "name", "version", "licences"), row[1:6], strict=True))
            new, is_assessed = _add(connection, on_day, columns)
            made[new] = is_assessed
            images = select(image.c.id).where(image.c.created == day)
            moving = update(image_unit).where(image_unit.c.unit_id == number, image_unit.c.image_id.in_(images))
            connection.execute(moving.values(unit_id=new))
    return sorted(number for number, is_assessed in made.items() if not is_assessed)


def _add(connection: Connection, found: Unit, columns: dict[str, object]) -> tuple[int, bool]:
    row = {"key": found.key, "data": found.content, **columns}
    connection.execute(insert(connection, unit).values(row).on_conflict_do_nothing(index_elements=["key"]))
    number, by = connection.execute(select(unit.c.id, unit.c.assessed_by).where(unit.c.key == found.key)).one()
    _name_packages(connection, {number: found})
    return number, bool(by)


def _stored(connection: Connection, units: Sequence[Unit]) -> dict[bytes, tuple[int, bool, bool]]:
    """Stores new units. Maps the key of each unit to its number, whether it has a verdict, and whether its verdict
    depends on the day of an image.
    """
    contexts = _contexts(connection, units)
    known = _known(connection, [found.key for found in units])
    missing = [found for found in units if found.key not in known]
    for some in batches(missing, MANY):
        rows = [_row(found, contexts[found.context_key]) for found in some]
        insert_rows(connection, insert(connection, unit).on_conflict_do_nothing(index_elements=["key"]), rows)
    new = _known(connection, [found.key for found in missing])
    _name_packages(connection, {new[found.key][0]: found for found in missing})
    return known | new


def _name_packages(connection: Connection, units: dict[int, Unit]) -> None:
    rows = (
        {"unit_id": number, "position": position, "type": package.type, "name": package.name, "version": package.version}
        for number, found in units.items()
        for position, package in enumerate(from_msgpack(found.content, Content).packages)
    )
    for some in batches(rows, MANY):
        insert_rows(connection, insert(connection, unit_package).on_conflict_do_nothing(), some)


def _known(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, tuple[int, bool, bool]]:
    """The stored ones of these units. They are locked until the image has them: a purge must not remove them before."""
    found = {}
    for some in batches(keys, MANY):
        wanted = select(unit.c.key, unit.c.id, unit.c.assessed_by, unit.c.dated).where(among(connection, unit.c.key, some))
        wanted = wanted.order_by(unit.c.id).with_for_update(read=True, key_share=True)
        for key, number, by, is_dated in connection.execute(wanted):
            found[bytes(key)] = (number, bool(by), bool(is_dated))
    return found


def _contexts(connection: Connection, units: Sequence[Unit]) -> dict[bytes, int]:
    contexts = {found.context_key: found for found in units}
    known = _known_contexts(connection, contexts)
    missing = {key: found for key, found in contexts.items() if key not in known}
    rows = [{"key": key, "data": found.context, "distribution": found.distribution} for key, found in missing.items()]
    for some in batches(rows, MANY):
        insert_rows(connection, insert(connection, context).on_conflict_do_nothing(index_elements=["key"]), some)
    return known | _known_contexts(connection, missing)


def _known_contexts(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, int]:
    """The stored ones of these contexts. They are locked, as units are."""
    known = {}
    for some in batches(keys, MANY):
        wanted = select(context.c.key, context.c.id).where(among(connection, context.c.key, some))
        wanted = wanted.order_by(context.c.id).with_for_update(read=True, key_share=True)
        known.update({bytes(key): number for key, number in connection.execute(wanted)})
    return known


def _row(found: Unit, context_id: int) -> dict[str, object]:
    first = found.first
    return {
        "key": found.key,
        "context_id": context_id,
        "data": found.content,
        "type": first.type,
        "name": first.name,
        "version": first.version,
        "licences": " AND ".join(first.licenses)[:1000],
    }


def _placed(number: int, first: Package) -> _Placed:
    return _Placed(number, first.evidence[0].layer if first.evidence else 0, first.presence)
