"""Sort keys of versions, each computed once: a run compares the same few fixed versions with many packages."""

from collections.abc import Iterable, Mapping
from typing import Any

from careen.model.package import Package
from careen.plugins import Ecosystem, VersionScheme
from careen.safety.pattern import pattern

_DIGIT = pattern(r"\d")


class Key:
    """Gives a version's sort key, or None if the text is not a version of this scheme.

    Text without a digit ("unknown", "dev-main") has no key, even if the scheme sorts it below or above all versions:
    every range without a lower bound would contain it.
    """

    def __init__(self, scheme: VersionScheme) -> None:
        self._scheme = scheme
        self._known: dict[str, tuple[Any, ...] | None] = {}

    def __call__(self, text: str) -> tuple[Any, ...] | None:
        try:
            return self._known[text]
        except KeyError:
            pass
        try:
            value = self._scheme.key(text) if text[:1].isdigit() or _DIGIT.search(text) else None
        except ValueError:
            value = None
        self._known[text] = value
        return value

    @property
    def cached(self) -> int:
        """The number of cached keys."""
        return len(self._known)

    def release(self, text: str) -> str:
        """The version without the mark of a build."""
        return self._scheme.release(text) if self._scheme.release else text


def _none(text: str) -> tuple[Any, ...]:
    raise ValueError(text)


NO_ORDER = Key(VersionScheme("none", _none))  # of versions that nothing is known about


class Keys(dict[str, Key]):
    """The keys of version schemes by the scheme's name, each created when a package needs it."""

    def __init__(self, schemes: Mapping[str, VersionScheme]) -> None:
        super().__init__()
        self._schemes = schemes

    def __missing__(self, name: str) -> Key:
        made = self[name] = Key(self._schemes[name])
        return made


def keys_by_type(
    packages: Iterable[Package], schemes: Mapping[str, VersionScheme], ecosystems: Mapping[str, Ecosystem]
) -> dict[str, Key]:
    """The keys of each type of package. Schemes of other types are not loaded."""
    types = {package.type for package in packages} & ecosystems.keys()
    return {type: Key(schemes[ecosystems[type].scheme]) for type in types if ecosystems[type].scheme in schemes}
