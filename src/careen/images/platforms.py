"""Platforms: the host's own, one read from text, and how well an offered one matches a requested one.

**Source:** OCI image-spec 1.1, image-index.md, ``platform``; Go's GOOS and GOARCH, GOARM and GOAMD64 for variants.
"""

from careen.safety.pattern import pattern

from ..errors import UsageError
from ..model.image import Platform

_ALIASES = {
    "x86_64": ("amd64", None),
    "x86-64": ("amd64", None),
    "x64": ("amd64", None),
    "aarch64": ("arm64", None),
    "armv8": ("arm64", None),
    "armv8l": ("arm", "v7"),
    "armv7l": ("arm", "v7"),
    "armv7": ("arm", "v7"),
    "armhf": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "armv6": ("arm", "v6"),
    "armel": ("arm", "v6"),
    "armv5": ("arm", "v5"),
    "i386": ("386", None),
    "i486": ("386", None),
    "i586": ("386", None),
    "i686": ("386", None),
    "x86": ("386", None),
    "powerpc64le": ("ppc64le", None),
    "ppc64el": ("ppc64le", None),
    "mips64el": ("mips64le", None),
    "mipsel": ("mipsle", None),
    "loongarch64": ("loong64", None),
}
_ARCHITECTURES = frozenset(
    ("386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x")
)
_SYSTEMS = frozenset(("android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "solaris", "windows"))
_DEFAULT_VARIANT = {"arm": 7, "arm64": 8, "amd64": 1}
_PART = pattern(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def parse_platform(text: str) -> Platform:
    """Parses ``linux/arm64/v8``, ``linux/amd64``, ``arm64`` or ``linux`` (with the host's architecture), in any case.
    Raises UsageError for anything else.
    """
    parts = text.strip().lower().split("/")
    if not 1 <= len(parts) <= 3 or not all(_PART.fullmatch(part) for part in parts):
        raise UsageError(f"{text!r} is not a platform", "write it as linux/amd64 or linux/arm/v7")
    if len(parts) == 1:
        name = parts[0]
        if name in _SYSTEMS:
            host = host_platform()
            return Platform(name, host.architecture, host.variant)
        if name not in _ARCHITECTURES and name not in _ALIASES:
            raise UsageError(f"{text!r} is not a known platform", "write it as linux/amd64 or linux/arm/v7")
        parts = ["linux", name]
    architecture, variant = _ALIASES.get(parts[1], (parts[1], None))
    if len(parts) == 3:
        variant = parts[2] if parts[2].startswith("v") or not parts[2].isdigit() else f"v{parts[2]}"
    return Platform(parts[0], architecture, variant)


def host_platform() -> Platform:
    """The platform of this machine's containers: Linux, also on macOS and Windows (in a virtual machine)."""
    import platform

    machine = platform.machine().lower()
    architecture, variant = _ALIASES.get(machine, (machine or "amd64", None))
    return Platform("linux", architecture, variant)


def rank(wanted: Platform, offered: Platform) -> int | None:
    """How far an offered platform is from the requested one (0: the same); None if it does not match.

    A processor runs code for lower variants of its architecture, so the next lower one matches too; if no variant was
    requested, any matches, and the architecture's usual one is preferred.
    """
    if offered.os.lower() != wanted.os.lower() or _architecture(offered) != _architecture(wanted):
        return None
    usual = _DEFAULT_VARIANT.get(_architecture(wanted))
    asked, has = _number(wanted.variant, usual), _number(offered.variant, usual)
    if asked is None or has is None:
        return 0 if wanted.variant in (None, offered.variant) else None
    if has > asked:
        return None if wanted.variant else 100 + has - asked
    return asked - has


def _architecture(platform: Platform) -> str:
    name = platform.architecture.lower()
    return _ALIASES.get(name, (name, None))[0]


def _number(variant: str | None, usual: int | None) -> int | None:
    if variant is None:
        return usual
    digits = variant.lower().removeprefix("v").split(".")[0]
    return int(digits) if digits.isdigit() and len(digits) < 4 else None
