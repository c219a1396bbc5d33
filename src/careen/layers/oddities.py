"""Entries of a layer's archive that engines, or engines and other tools, interpret differently.

Each is an Unknown of the layer with the code ``ambiguous_archive`` (docs/archives.md has the table); ``whole_layer`` if
engines refuse the layer, or if the engine determines which files it contains.
"""

from bisect import bisect_left
from collections.abc import Container, Mapping, Sequence

from careen.formats.archives.tar import Member
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.safety.pattern import pattern

MOST = 20  # places listed for each reason
# The names of global headers that git, Python and GNU tar write.
_USUAL_GLOBAL = pattern(r"(.*/)?(pax_global_header|@PaxHeader|GlobalHead\.\d+\.\d+)")


class Oddities:
    """The oddities of an archive, collected during the walk and reported at its end."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool], list[str]] = {}  # (reason, whole_layer) -> places
        self._early: dict[str, str] = {}  # hard links -> targets that have not occurred yet
        self._targets: set[str] = set()  # all targets of hard links so far

    def note(self, member: Member) -> None:
        if member.doubt:
            self._add(member.doubt.reason, member.raw_name, whole_layer=member.doubt.refused)

    def is_removal(self, member: Member, rows: Container[str]) -> bool:
        """Whether a global header may have an effect. Before they skip it, some engines remove the file at its path, or
        the file whose whiteout its name would be.
        """
        if _USUAL_GLOBAL.fullmatch(member.raw_name) and member.path not in rows:
            return False
        reason = "a global header whose name some engines remove, or take for a whiteout, and others pass over"
        self._add(reason, member.raw_name, whole_layer=True)
        return True

    def outside(self, name: str) -> None:
        reason = "the name leads out of the image: some engines refuse the layer, others begin at the root"
        self._add(reason, name)

    def link(self, path: str, target: str, *, there: bool) -> None:
        """Notes a hard link. ``there``: its target precedes it in the archive."""
        self._targets.add(target)
        if not there:
            self._early[path] = target

    def replaced(self, path: str) -> None:
        """Notes that a path occurs again."""
        if path in self._targets:
            self._add(
                "a file that hard links share is replaced later in the layer: they keep the former one", path, whole_layer=True
            )

    def removed(self, path: str) -> None:
        """Notes that a whiteout follows the entry that it deletes."""
        self._add("the layer adds a file and then deletes it; engines disagree on the result", path)

    def unknowns(self, rows: Mapping[str, tuple[str, int, int, int, int, str]], paths: Sequence[str]) -> list[Unknown]:
        """The oddities as Unknowns. ``paths`` are the sorted paths of the rows."""
        for path, target in self._early.items():
            if target in rows:
                reason = f"a hard link to {target}, which comes later in the layer: engines refuse that"
                self._add(reason, path, whole_layer=True)
        for path, row in rows.items():
            if row[0] == "l":
                at = bisect_left(paths, f"{path}/")
                if at < len(paths) and paths[at].startswith(f"{path}/"):
                    self._add("an entry below a symbolic link of its layer: engines put it where the link leads", paths[at])
        return [
            Unknown("layer", Evidence(place, 0), reason + more, whole_layer, code="ambiguous_archive")
            for (reason, whole_layer), places in self._found.items()
            for more in (f" ({len(places)} times)" if len(places) > MOST else "",)
            for place in (places[:1] if more else places)
        ]

    def _add(self, reason: str, place: str, *, whole_layer: bool = False) -> None:
        self._found.setdefault((reason, whole_layer), []).append(place[:400])
