"""Until when runtimes and frameworks get fixes.

Shape: ``runtimes.json``: ``{as_of, ends: {product: {release line: day}}}``; ``.ci/lifecycles.py`` makes it.
**Source:** endoflife.date (MIT).
"""

from datetime import date
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.safety.typed import from_json

FILE = Path(__file__).with_name("runtimes.json")
# Products of the table, by purl type and name. What a distribution packages is supported by the distribution.
PRODUCTS = {
    ("generic", "python"): "python",
    ("generic", "node"): "nodejs",
    ("generic", "php"): "php",
    ("generic", "php-cli"): "php",
    ("generic", "ruby"): "ruby",
    ("generic", "perl"): "perl",
    ("generic", "nginx"): "nginx",
    ("generic", "redis"): "redis",
    ("generic", "postgresql"): "postgresql",
    ("generic", "mysql"): "mysql",
    ("generic", "mariadb"): "mariadb",
    ("generic", "haproxy"): "haproxy",
    ("generic", "memcached"): "memcached",
    ("generic", "openssl"): "openssl",
    ("generic", "erlang"): "erlang",
    ("generic", "julia"): "julia",
    ("golang", "stdlib"): "go",
    ("pypi", "django"): "django",
    ("pypi", "ansible-core"): "ansible-core",
    ("pypi", "numpy"): "numpy",
    ("npm", "@angular/core"): "angular",
    ("npm", "angular"): "angularjs",
    ("npm", "vue"): "vue",
    ("npm", "next"): "nextjs",
    ("npm", "nuxt"): "nuxt",
    ("npm", "express"): "express",
    ("npm", "bootstrap"): "bootstrap",
    ("npm", "electron"): "electron",
    ("npm", "eslint"): "eslint",
    ("gem", "rails"): "ruby-on-rails",
    ("composer", "laravel/framework"): "laravel",
    ("composer", "symfony/symfony"): "symfony",
    ("composer", "symfony/http-kernel"): "symfony",
    ("composer", "twig/twig"): "twig",
    ("maven", "org.springframework:spring-core"): "spring-framework",
    ("maven", "org.springframework.boot:spring-boot"): "spring-boot",
    ("maven", "org.apache.logging.log4j:log4j-core"): "log4j",
    ("maven", "log4j:log4j"): "log4j",
    ("maven", "org.apache.tomcat:tomcat-catalina"): "tomcat",
    ("maven", "org.apache.tomcat.embed:tomcat-embed-core"): "tomcat",
    ("maven", "org.eclipse.jetty:jetty-server"): "eclipse-jetty",
    ("maven", "org.apache.struts:struts2-core"): "apache-struts",
    ("maven", "org.apache.camel:camel-core"): "apache-camel",
    ("maven", "org.hibernate:hibernate-core"): "hibernate-orm",
    ("maven", "io.quarkus:quarkus-core"): "quarkus-framework",
}


class Runtimes(Struct, frozen=True):
    as_of: str  # ISO 8601
    ends: dict[str, dict[str, str]]


def end_of(type: str, name: str, version: str) -> tuple[str, str] | None:
    """The release line of a version, and the last day of its support; None if the table does not have the line."""
    lines = _lines(type, name)
    parts = version.lstrip("v").split(".")
    for count in (3, 2, 1) if lines else ():
        line = ".".join(parts[:count])
        if line in lines:
            return line, lines[line]
    return None


def supported(type: str, name: str, today: date) -> tuple[str, ...]:
    """The release lines that still get fixes, of those in the table; the line with the longest support first."""
    lines = {line: end for line, end in _lines(type, name).items() if end >= today.isoformat()}
    return tuple(sorted(lines, key=lambda line: lines[line], reverse=True))


def _lines(type: str, name: str) -> dict[str, str]:
    return _runtimes().ends.get(PRODUCTS.get((type, name.lower() if type == "pypi" else name), ""), {})


def as_of() -> str:
    return _runtimes().as_of


def packed(runtimes: Runtimes) -> bytes:
    return msgspec.json.format(msgspec.json.encode(runtimes, order="sorted"), indent=1) + b"\n"


@cache
def _runtimes() -> Runtimes:
    return from_json(FILE.read_bytes(), Runtimes)
