"""The facts about Debian's base images that Careen ships, so that a first scan without network can assess them.

They are as old as the release of Careen, or as the file that ``careen db seed`` wrote, and cover only the source
packages of ``debian_seed.txt``. Raises: ArchiveError, NetworkError, OSError while writing such a file.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from careen.atomic import write_whole
from careen.formats.debian.releases import debian, namespace_of
from careen.formats.feeds.archive_facts import ArchiveFacts, ReleaseFacts, read_facts
from careen.log import logger
from careen.model.advisory import SHIPPED

from .facts import knowledge_of
from .memory import MemoryDatabase

if TYPE_CHECKING:
    from .archive_files import Archives

log = logger(__name__)

FILE = Path(__file__).with_name("debian_seed.json.xz")
NAMES = Path(__file__).with_name("debian_seed.txt")


def shipped_knowledge(namespaces: Collection[str]) -> MemoryDatabase | None:
    """The shipped facts about these namespaces; None if there are none."""
    try:
        with FILE.open("rb") as file:
            releases = read_facts(file).releases
    except FileNotFoundError:
        return None
    wanted = {codename: _with_provenance(facts) for codename, facts in releases.items() if namespace_of(codename) in namespaces}
    return knowledge_of(wanted, SHIPPED) if wanted else None


def _with_provenance(facts: ReleaseFacts) -> ReleaseFacts:
    packages = f"{len(facts.sources)} source packages"
    return replace(facts, detail=f"facts shipped with Careen, of {facts.as_of[:10]}, about {packages}: {facts.detail}")


def make_seed(
    archives: "Archives", target: Path, key: Callable[[str], Any], names: Sequence[str] = (), releases: Sequence[str] = ()
) -> ArchiveFacts:
    """Looks up each source package of each release in the archives, and writes the facts to ``target``. A release that
    the archives lack is left out, with a warning.
    """
    import lzma

    from .archive import release_facts
    from .archive_files import ArchiveError

    wanted = dict.fromkeys(names or shipped_names(), ())
    found: dict[str, ReleaseFacts] = {}
    trouble: ArchiveError | None = None
    for codename in releases or debian().advisories.shipped:
        try:
            found[codename] = release_facts(archives, codename, wanted, key)
        except ArchiveError as error:
            log.warning("%s: %s", codename, error)
            trouble = error
    if trouble and not found:
        raise trouble
    facts = ArchiveFacts(found)
    data = lzma.compress(msgspec.json.encode(facts, order="sorted"), preset=9)
    write_whole(target, lambda file: file.write(data))
    return facts


def shipped_names() -> list[str]:
    lines = NAMES.read_text("utf-8").splitlines()
    return [name for line in lines if (name := line.partition("#")[0].strip())]
