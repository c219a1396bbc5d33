"""Licences of projects whose files in an image state none: libraries and programs that are identified by their bytes,
parts of .NET and of Go. Each has this licence in all versions that still occur.

**Source:** the LICENSE or COPYING file of each project.
"""

import re
from fnmatch import fnmatchcase

from careen.model.package import Package

# By purl type: pairs of a name, which may contain *, and its licence.
_KNOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "generic": (
        ("busybox", "GPL-2.0-only"),
        ("curl", "curl"),
        ("erlang", "Apache-2.0"),
        ("expat", "MIT"),
        ("freetype", "FTL OR GPL-2.0-or-later"),
        ("haproxy", "GPL-2.0-or-later"),
        ("httpd", "Apache-2.0"),
        ("lcms2", "MIT"),
        ("libjpeg-turbo", "BSD-3-Clause AND IJG AND Zlib"),
        ("libtiff", "libtiff"),
        ("libwebp", "BSD-3-Clause"),
        ("libxml2", "MIT"),
        ("libxslt", "MIT"),
        ("memcached", "BSD-3-Clause"),
        ("musl", "MIT"),
        ("nginx", "BSD-2-Clause"),
        ("node", "MIT"),
        ("openjpeg", "BSD-2-Clause"),
        ("pcre2", "BSD-3-Clause"),
        ("perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
        ("php*", "PHP-3.01"),
        ("postgresql", "PostgreSQL"),
        ("python", "Python-2.0"),
        ("ruby", "BSD-2-Clause OR Ruby"),
        ("sqlite", "blessing"),
        ("traefik", "MIT"),
        ("zlib", "Zlib"),
        ("zstd", "BSD-3-Clause OR GPL-2.0-only"),
    ),
    "golang": (("stdlib", "BSD-3-Clause"), ("golang.org/x/*", "BSD-3-Clause"), ("golang.org/toolchain", "BSD-3-Clause"),
               ("k8s.io/*", "Apache-2.0"), ("sigs.k8s.io/*", "Apache-2.0"), ("go.opentelemetry.io/*", "Apache-2.0"),
               ("google.golang.org/grpc", "Apache-2.0"), ("google.golang.org/protobuf", "BSD-3-Clause"),
               ("google.golang.org/genproto*", "Apache-2.0"),
               ("cloud.google.com/go*", "Apache-2.0"), ("google.golang.org/api", "BSD-3-Clause"),
               ("go.opencensus.io", "Apache-2.0"), ("go.etcd.io/etcd*", "Apache-2.0"), ("go.uber.org/*", "MIT"),
               ("gopkg.in/yaml.v2", "Apache-2.0"), ("gopkg.in/yaml.v3", "Apache-2.0 AND MIT"),
               ("gopkg.in/inf.v0", "BSD-3-Clause"),
               ("github.com/Azure/azure-sdk-for-go*", "MIT"), ("github.com/Azure/go-autorest*", "Apache-2.0"),
               ("github.com/Masterminds/*", "MIT"), ("github.com/aws/aws-sdk-go*", "Apache-2.0"),
               ("github.com/aws/smithy-go", "Apache-2.0"), ("github.com/charmbracelet/*", "MIT"),
               ("github.com/containerd/*", "Apache-2.0"), ("github.com/containers/*", "Apache-2.0"),
               ("github.com/davecgh/go-spew", "ISC"), ("github.com/docker/docker-credential-helpers", "MIT"),
               ("github.com/docker/*", "Apache-2.0"), ("github.com/go-logr/*", "Apache-2.0"),
               ("github.com/go-openapi/*", "Apache-2.0"), ("github.com/gogo/protobuf", "BSD-3-Clause"),
               ("github.com/golang/groupcache", "Apache-2.0"), ("github.com/golang/protobuf", "BSD-3-Clause"),
               ("github.com/google/go-cmp", "BSD-3-Clause"), ("github.com/google/go-containerregistry*", "Apache-2.0"),
               ("github.com/google/uuid", "BSD-3-Clause"), ("github.com/gorilla/*", "BSD-3-Clause"),
               ("github.com/mattn/*", "MIT"), ("github.com/mitchellh/*", "MIT"), ("github.com/moby/*", "Apache-2.0"),
               ("github.com/opencontainers/*", "Apache-2.0"), ("github.com/pkg/errors", "BSD-2-Clause"),
               ("github.com/pmezard/go-difflib", "BSD-3-Clause"), ("github.com/prometheus/*", "Apache-2.0"),
               ("github.com/sigstore/*", "Apache-2.0"), ("github.com/sirupsen/logrus", "MIT"),
               ("github.com/spf13/afero", "Apache-2.0"), ("github.com/spf13/cast", "MIT"),
               ("github.com/spf13/cobra", "Apache-2.0"), ("github.com/spf13/pflag", "BSD-3-Clause"),
               ("github.com/spf13/viper", "MIT"), ("github.com/stretchr/*", "MIT")),
    "maven": (("org.apache.*", "Apache-2.0"), ("commons-*:commons-*", "Apache-2.0"), ("com.fasterxml.jackson.*", "Apache-2.0"),
              ("com.google.guava:*", "Apache-2.0"), ("com.google.code.gson:*", "Apache-2.0"),
              ("com.google.inject*", "Apache-2.0"),
              ("com.squareup.*", "Apache-2.0"), ("org.springframework*", "Apache-2.0"), ("io.netty:*", "Apache-2.0"),
              ("io.micrometer:*", "Apache-2.0"), ("org.datanucleus:*", "Apache-2.0"), ("org.xerial.snappy:*", "Apache-2.0"),
              ("org.jetbrains.kotlin:*", "Apache-2.0"), ("io.fabric8:*", "Apache-2.0"),
              ("org.slf4j:*", "MIT"), ("ch.qos.logback:*", "EPL-1.0 OR LGPL-2.1-only"), ("org.json4s:*", "Apache-2.0"),
              ("org.yaml:snakeyaml", "Apache-2.0"), ("org.eclipse.jetty*", "Apache-2.0 OR EPL-1.0"),
              ("com.twitter:chill*", "Apache-2.0"), ("io.dropwizard.metrics:*", "Apache-2.0"), ("log4j:log4j", "Apache-2.0"),
              ("com.google.protobuf:*", "BSD-3-Clause"),
              ("org.typelevel:*", "MIT"), ("com.zaxxer:HikariCP*", "Apache-2.0"), ("com.esotericsoftware*", "BSD-3-Clause")),
    "nuget": (("System.*", "MIT"), ("Microsoft.NETCore.*", "MIT"), ("Microsoft.AspNetCore.*", "MIT"),
              ("Microsoft.CSharp", "MIT"), ("Microsoft.Extensions.*", "MIT"), ("Microsoft.VisualBasic*", "MIT"),
              ("Microsoft.Win32.*", "MIT"),
              ("WindowsBase", "MIT"), ("mscorlib", "MIT"), ("netstandard", "MIT"), ("Newtonsoft.Json", "MIT")),
}  # fmt: skip
# Dedications to the public domain on the SPDX list, by the source package.
_DEDICATIONS = {"libselinux": "libselinux-1.0", "sqlite": "blessing"}
# Projects that changed their licence, with the first version under the second licence.
_CHANGED = {"openssl": ((3,), "OpenSSL", "Apache-2.0"), "libpng": ((1, 6, 36), "Libpng", "libpng-2.0")}


def known(package: Package) -> str:
    """The licence of a well-known project; "" for other packages."""
    if package.type == "generic" and package.name in _CHANGED:
        since, before, after = _CHANGED[package.name]
        version = tuple(int(part) for part in re.findall(r"[0-9]{1,9}", package.version)[:3])
        return after if version >= since else before
    return next((licence for name, licence in _KNOWN.get(package.type, ()) if fnmatchcase(package.name, name)), "")


def dedication(package: Package) -> str:
    """The dedication of a package that declares to be in the public domain; "" if it is unknown."""
    return _DEDICATIONS.get(package.source.name if package.source else package.name, "")
