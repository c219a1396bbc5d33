"""Examines what the programs and scripts of an image can do. Their contents are read once more, and the result is
stored.

Files of the distribution's packages are left out, unless they were modified or all files are requested: the
distribution is responsible for what they can do.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from careen.behaviour.files import ExaminedFile
from careen.behaviour.yara import YaraBatch, YaraRules
from careen.contents import contents
from careen.errors import NetworkError
from careen.layers.contents import Known, Pass
from careen.layers.walk import Select, Walked
from careen.log import logger
from careen.model.behaviour import Examined, Profile, Unread
from careen.model.finding import BehaviourFinding
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.plugins import modules_in
from careen.safety.budget import Budget
from careen.safety.typed import from_msgpack

from .folders import PackageFolders
from .layers import Reading, inventory_key
from .ledger import files_of

log = logger(__name__)

SECONDS = 60.0  # of one image
MAX_FINDINGS, MAX_PROFILES, MAX_CUT, MAX_UNREAD = 1000, 100_000, 100, 100
DISTRIBUTIONS = ("pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/", "pkg:opkg/")


def with_examined(
    image: Image, inventory: Inventory, reading: Reading, yara: Sequence[YaraRules] = (), *, all_files: bool = False
) -> Inventory:
    """The inventory, with the result of the examination. ``yara`` are the user's rules. ``all_files``: also files of
    the distribution's packages.
    """
    if not image.layers:
        return inventory
    name = inventory_key(image, reading)
    parts = (name, all_files, contents().key, yara)
    key = f"examined {hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()}" if name else ""
    stored = reading.store.get(key) if key else None
    if stored is not None:
        try:
            return replace(inventory, examined=from_msgpack(stored, Examined))
        except msgspec.MsgspecError:
            pass  # damaged on the disk, so it is computed again
    try:
        folders = PackageFolders(inventory.packages)
        examined, is_lasting = _examined(image, reading, folders, yara, all_files)
    except NetworkError as error:
        log.warning("the layers could not be read again (%s): what programs can do is unknown", error)
        return inventory
    if key and is_lasting and not examined.left_out:
        reading.store.put(key, msgspec.msgpack.encode(examined))
    return replace(inventory, examined=examined)


def _examined(
    image: Image, reading: Reading, folders: PackageFolders, yara: Sequence[YaraRules], all_files: bool
) -> tuple[Examined, bool]:
    wanted: dict[int, dict[str, Known]] = {}
    for file in files_of(image, reading)[0]:
        is_own = file.package.startswith(DISTRIBUTIONS) and file.state != "modified"
        if all_files or not is_own:
            owner = file.package or folders.owner(file.path)
            is_explained = bool(owner) or file.state == "identified"
            wanted.setdefault(file.layer, {})[file.path] = Known(owner, is_own, is_explained)
    budget = Budget(reading.limits)
    is_lasting = True

    def again(number: int, select: Select) -> Walked:
        nonlocal is_lasting
        from careen.layers.verified import read_again

        walked = read_again(image.layers[number], select, budget)
        is_lasting = is_lasting and not any(unknown.transient for unknown in walked.unknowns)
        return walked

    profiles: list[Profile] = []
    findings: list[BehaviourFinding] = []
    unread: list[Unread] = []
    dangerous, batch = _dangerous(), YaraBatch(yara)

    def examine(file: ExaminedFile) -> None:
        from careen.behaviour.capabilities import profile

        names, chains = profile(file)
        findings.extend(chains)
        if yara:
            findings.extend(batch.add(file))
        if dangerous:
            try:
                findings.extend(dangerous(file))
            except ValueError as error:
                unread.append(Unread(file.path, file.layer, str(error)))
        if len(profiles) < MAX_PROFILES:
            digest = hashlib.blake2b(file.data, digest_size=8).hexdigest()
            profiles.append(Profile(file.path, file.layer, names, file.owner, digest))

    work = Pass(examine, SECONDS)
    work.read(wanted, again)
    findings += batch.rest()
    cut, slow = sorted(set(work.cut)), sorted(set(batch.slow))
    return Examined(
        work.files,
        tuple(sorted(profiles, key=lambda profile: profile.path)),
        tuple(findings[:MAX_FINDINGS]),
        work.left_out,
        tuple(cut[:MAX_CUT]),
        tuple(unread[:MAX_UNREAD]),
        max(len(unread) - MAX_UNREAD, 0),
        max(len(cut) - MAX_CUT, 0) + max(len(slow) - MAX_CUT, 0),
        max(len(findings) - MAX_FINDINGS, 0),
        work.files - len(profiles),
        tuple(slow[:MAX_CUT]),
    ), is_lasting


def _dangerous() -> "Callable[[ExaminedFile], Iterable[BehaviourFinding]] | None":
    """The function that examines source files; None if it is not installed."""
    import careen.behaviour

    if "code" not in modules_in(careen.behaviour.__path__):
        return None
    function: Callable[[ExaminedFile], Iterable[BehaviourFinding]]
    function = importlib.import_module("careen.behaviour.code").dangerous
    return function
