"""Java runtimes: the file ``release`` at the top of a JDK or JRE.

Shape: ``NAME="value"`` lines. Every build of the free code is ``openjdk``, whoever built it, as all share its versions
and vulnerabilities; Oracle's commercial ones are ``jdk`` or ``jre``; GraalVM is also listed as ``graalvm``. The version is
``JAVA_RUNTIME_VERSION`` ("17.0.2+8"), else ``JAVA_VERSION``.
Many files have this name, so none is an error.  **Source:** JEP 223; JEP 220, "release file".
"""

from collections.abc import Iterator, Sequence

from careen.formats.packages.java_runtime import runtime_cpe
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_LINE = pattern(r'([A-Z_]{3,40})="?([^"\r\n]{1,200})"?')
_VERSION = pattern(r"\d[\w.+-]{0,60}")
_BUILD = pattern(r"(\d[\d._]{0,40})(?:\+\d{1,9}(?:-\d{1,9})?)?")  # what follows is the vendor's


def read(file: File) -> Iterator[Package]:
    fields = dict(_LINE.findall(file.data.decode("utf-8", "replace")))
    version = _version(fields)
    if not version:
        return
    vendor = fields.get("IMPLEMENTOR", "")
    commercial = fields.get("BUILD_TYPE") == "commercial" and "Oracle" in vendor
    name = ("jre" if fields.get("IMAGE_TYPE") == "JRE" else "jdk") if commercial else "openjdk"
    yield _package(fields, name, version, runtime_cpe(name, version))
    graal = fields.get("GRAALVM_VERSION", "")
    if _VERSION.fullmatch(graal):
        yield _package(fields, "graalvm", graal, f"cpe:2.3:a:oracle:graalvm:{graal}:*:*:*:*:*:*:*")


def _version(fields: dict[str, str]) -> str:
    short = fields.get("JAVA_VERSION", "")
    if not _VERSION.fullmatch(short):
        return ""
    long = _BUILD.match(fields.get("JAVA_RUNTIME_VERSION", ""))
    return long[0] if long and long[1] == short else short


def _package(fields: dict[str, str], name: str, version: str, cpe: str) -> Package:
    return Package(
        type="generic",
        namespace=None,
        name=name,
        version=version,
        maintainer=fields.get("IMPLEMENTOR") or None,
        cataloger="jvm",
        confidence=0.9,
        cpe=cpe,
    )


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path.removesuffix("release") for fact in facts)


CATALOGER = Cataloger(
    name="jvm",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(names=("release",), amount="head"), read),),
    identifies=identifies,
    limits="Java 7 and older, and runtimes bundled without this file.",
)
