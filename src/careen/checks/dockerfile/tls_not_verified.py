"""TLS certificate verification is disabled."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_call, of_step, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.downloads import read_download
from careen.plugins import Check, Place

_OFF = ("0", "false", "no", "off")
_ON = ("1", "true", "yes", "on")
_VARIABLES: dict[str, tuple[str, ...]] = {
    "PYTHONHTTPSVERIFY": _OFF,
    "NODE_TLS_REJECT_UNAUTHORIZED": _OFF,
    "GIT_SSL_NO_VERIFY": (*_ON, "any"),
    "NPM_CONFIG_STRICT_SSL": _OFF,
    "YARN_ENABLE_STRICT_SSL": _OFF,
    "GOINSECURE": ("*",),
    "GONOSUMDB": ("*",),
    "GONOSUMCHECK": _ON,
    "GOFLAGS": ("-insecure",),
    "BUNDLE_SSL_VERIFY_MODE": ("0",),
}
_PIP = r"--trusted-host|config set (?:global\.)?trusted-host|--allow-insecure-host"
_WRITTEN = (
    r"sslverify\s*=\s*(?:false|0|no)|strict-ssl\s*=\s*false|check_certificate\s*=\s*off|ssl_verify\s*:\s*false|"
    r"acquire::https?::(?:\S+::)?verify-(?:peer|host)\s+\"?(?:false|0|no)|ssl_verify_mode:\s*0|trusted-host\s*=\s*\S"
)
# The options of each program, in lower case.
_LAX: dict[str, str] = {
    **dict.fromkeys(("npm", "yarn", "pnpm"), r"strict-ssl[= ](?:false|0)|enablestrictssl false"),
    **dict.fromkeys(("yum", "dnf", "microdnf", "tdnf"), r"sslverify\s*=\s*(?:false|0|no)"),
    **dict.fromkeys(("apt-get", "apt"), r"acquire::https?::(?:\S+::)?verify-(?:peer|host)[= ]\"?(?:false|0|no)"),
    **dict.fromkeys(("conda", "mamba", "micromamba"), r"ssl_verify[= ](?:false|no|0)"),
    **dict.fromkeys(("echo", "printf", "sed"), _WRITTEN),
    **dict.fromkeys(("mvn", "mvnw"), r"-dmaven\.wagon\.http\.ssl\.(?:insecure|allowall)=true"),
    "bundle": r"ssl_verify_mode[ =:]0",
    "composer": r"disable-tls[ =]true",
    "uv": r"--allow-insecure-host",
}


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("ENV", "ARG"):
        for name, value, _ in step.instruction.pairs:
            if _switches_off(name, step.resolve(value, document.escape)):
                yield of_step(step, f"{name}={value}")
    for step in document.of("RUN"):
        for command in step.commands:
            for name, value in command.assignments:
                if _switches_off(name, value):
                    yield Place(f"{name}={value}", command.line, command.end_line)
    for call in document.calls("curl", "wget", "aria2c"):
        got = read_download(call.command.words)
        if got is not None and got.insecure:
            yield of_call(call, shown(call.command.words))
    for call in document.calls(*_LAX, "git", "go", "pip", "pip3", "pip2", "python", "python3"):
        if _is_lax(call.command.words):
            yield of_call(call, shown(call.command.words))


def _switches_off(name: str, value: str) -> bool:
    value = value.strip("'\"").lower()
    if name.upper() == "PIP_TRUSTED_HOST":
        return value != ""
    return _VARIABLES.get(name.upper()) is not None and value in _VARIABLES[name.upper()]


def _is_lax(words: tuple[str, ...]) -> bool:
    text = " ".join(words).lower()
    program = words[0].rpartition("/")[2]
    if program == "git":
        return re.search(r"http\.(?:\S+\.)?sslverify[= ](?:false|0|no|off)", text) is not None
    if program == "go":
        return words[1:3] == ("env", "-w") and any(_switches_off(*word.split("=", 1)) for word in words[3:] if "=" in word)
    if program in _LAX:
        return re.search(_LAX[program], text) is not None
    return "pip" in text and re.search(_PIP, text) is not None


CHECK = Check(
    id="DKR-007",
    title="TLS certificate verification is disabled",
    severity="high",
    why="Anyone on the network path can impersonate the server, and what they send is installed.",
    fix="Remove the flag. For a private CA, add its certificate to the trust store.",
    references=(
        "CWE-295",
        "Checkov CKV2_DOCKER_2",
        "Checkov CKV2_DOCKER_3",
        "Checkov CKV2_DOCKER_4",
        "Checkov CKV2_DOCKER_5",
        "Checkov CKV2_DOCKER_6",
        "Checkov CKV2_DOCKER_12",
        "Checkov CKV2_DOCKER_13",
        "Checkov CKV2_DOCKER_14",
        "Checkov CKV2_DOCKER_15",
        "Checkov CKV2_DOCKER_16",
    ),
    inspect=inspect,
)
