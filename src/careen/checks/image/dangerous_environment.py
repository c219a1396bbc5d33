"""Environment variable disables a protection."""

import re
from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place
from careen.safety.pattern import pattern


def inspect(document: ImageDocument) -> Iterator[Place]:
    for name, value in document.environment.items():
        if not _NAMES.fullmatch(name):
            continue
        for names, expression, what in DANGEROUS:
            if re.fullmatch(names, name) and re.search(expression, value):
                yield Place(f"{name} {what}")


# name, value (never reported, since it may contain secrets), effect.
DANGEROUS = (
    ("LD_PRELOAD|LD_AUDIT", r"(?:^|[\s:])(?!(?:/usr)?/lib|libjemalloc|libtcmalloc)\S", "loads a library into every program"),
    ("LD_LIBRARY_PATH", r"(?:^|:)(?:\.|/tmp|/var/tmp|/dev/shm)(?:[/:]|$)", "loads libraries from where others write"),
    ("PYTHONHTTPSVERIFY", r"^0$", "switches the check of certificates off"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", r"^0$", "switches the check of certificates off"),
    ("GIT_SSL_NO_VERIFY", r"(?i)^(?:1|true|yes|on)$", "switches the check of certificates off"),
    ("PERL_LWP_SSL_VERIFY_HOSTNAME", r"^0$", "switches the check of certificates off"),
    ("(?i:npm_config_strict_ssl)", r"(?i)^(?:false|0)$", "switches the check of certificates off"),
    ("PIP_TRUSTED_HOST", r"\S", "takes packages from a host without checking who it is"),
    ("GONOSUMCHECK|GOFLAGS", r"-insecure|^1$", "takes modules that nobody vouches for"),
    ("GOINSECURE", r"\S", "takes modules over connections that nobody checks"),
    ("GOSUMDB", r"^off$", "takes modules that nobody vouches for"),
    ("GODEBUG", r"x509sha1=1|tls10server=1|tlsrsakex=1|x509ignoreCN=0", "brings back cryptography that is broken"),
    ("NODE_OPTIONS", r"--inspect(?:-brk)?=(?!127\.|localhost)\S|--tls-min-v1\.[01]\b", "opens a debugger or speaks old TLS"),
    ("JAVA_TOOL_OPTIONS|JAVA_OPTS|JDK_JAVA_OPTIONS", r"jdwp=.*address=(?:\*|0\.0\.0\.0)", "opens a debugger to everybody"),
    ("JAVA_TOOL_OPTIONS|JAVA_OPTS|JDK_JAVA_OPTIONS", r"trustURLCodebase=true", "runs code from a name service"),
    ("DOCKER_HOST", r"^tcp://.*:2375\b", "speaks to an engine without TLS"),
    ("VAULT_SKIP_VERIFY|CONSUL_HTTP_SSL_VERIFY_FALSE", r"(?i)^(?:1|true)$", "switches the check of certificates off"),
)  # fmt: skip
_NAMES = pattern("|".join(names for names, _, _ in DANGEROUS))


CHECK = Check(
    id="IMG-018",
    title="Environment variable disables a protection",
    severity="high",
    why=(
        "Every process of the container inherits it: certificates are not verified, foreign code is loaded, or a "
        "debugger listens."
    ),
    fix="Remove the variable; if one command needs it, set it for that command only.",
    references=("CWE-295", "CWE-426"),
    inspect=inspect,
)
