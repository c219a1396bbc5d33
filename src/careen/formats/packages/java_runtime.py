"""The name of a Java runtime in the CPE dictionary, and its version in the name of an archive.

**Source:** CPE dictionary, ``oracle:openjdk``, ``oracle:jre``; JEP 223 and 322 (versions); the download pages of Oracle,
OpenJDK, Eclipse Temurin, Azul Zulu and Amazon Corretto.
"""

import re

_ARCHIVES = re.compile(
    r"(?:server-)?(?:jdk|jre)-(?P<oracle>\d{1,2}u\d{1,3})-[a-z]"
    r"|(?:open)?(?:jdk|jre)-(?P<reference>\d+(?:\.\d+){1,3})_[a-z]"
    r"|OpenJDK\d*U?-[a-z]+_(?:[a-zA-Z\d-]+_){1,4}(?P<temurin>\d{1,2}u\d{1,3}b\d+|\d+(?:\.\d+){0,3}_\d+)"
    r"|zulu[\d.]+-ca(?:-[a-z]+)*-(?:jdk|jre)(?P<zulu>\d+(?:\.\d+){0,3})[-_][a-z]"
    r"|amazon-corretto-(?P<corretto>\d+(?:\.\d+){2,5})-[a-z]"
)


def runtime_cpe(name: str, version: str) -> str:
    """Up to Java 8 the number after the underscore is the CPE's update. The dictionary has no builds."""
    plain = version.partition("+")[0].partition("-")[0]
    number, _, update = plain.removeprefix("1.").partition("_")
    if plain.startswith("1."):
        number, update = number.partition(".")[0], f"update{update}" if update else "-"
    return f"cpe:2.3:a:oracle:{name}:{number}:{update or '*'}:*:*:*:*:*:*"


def runtime_of_archive(name: str) -> str | None:
    """The version as the runtime states it: ``1.8.0_292``, ``11.0.11+9``; None for the name of another archive."""
    found = _ARCHIVES.match(name)
    if found is None:
        return None
    text = found[found.lastgroup or 0]
    if old := re.match(r"(\d+)u(\d+)", text):
        return f"1.{old[1]}.0_{old[2]}"
    numbers = text.replace("_", ".").split(".")
    if numbers[0] == "8":  # 8.0.292 of Zulu, 8.292.10.1 of Corretto
        return f"1.8.0_{numbers[1] if found.lastgroup == 'corretto' else numbers[-1]}"
    release, _, build = text.partition("_")
    if found.lastgroup == "corretto":
        release, build = ".".join(numbers[:3]), numbers[3] if len(numbers) > 3 else ""
    return f"{release}+{build}" if build else release
