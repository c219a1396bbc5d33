"""The words of ``docker run`` and the like -> the equivalent service of a Compose file, with lines.

``docker``, ``podman`` and ``nerdctl`` with ``run``, ``create``, ``container run`` and, of Swarm, ``service create``. Options
with a value are listed by name, so that the image is found among the words; an unknown option counts as a switch if another
option follows it.
**Source:** Docker CLI reference, "docker container run", "docker service create"; podman-run(1); nerdctl command reference.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping
from careen.formats.services.compose_service import Service

ENGINES = frozenset(("docker", "podman", "nerdctl"))
MAX_WORDS = 10_000
_SHORT = {
    "a": "attach", "c": "cpu-shares", "e": "env", "h": "hostname", "l": "label", "m": "memory", "p": "publish",
    "u": "user", "v": "volume", "w": "workdir",
}  # fmt: skip
_SHORT_SWITCHES = {"d": "detach", "i": "interactive", "t": "tty", "P": "publish-all", "q": "quiet"}
_SWITCHES = frozenset(
    (
        *("detach", "disable-content-trust", "env-host", "help", "http-proxy", "init", "interactive", "no-healthcheck"),
        *("no-hostname", "no-hosts", "no-resolve-image", "oom-kill-disable", "passwd", "privileged", "publish-all", "quiet"),
        *("read-only", "read-only-tmpfs", "replace", "rm", "rmi", "rootfs", "sig-proxy", "tls-verify", "tty", "unsetenv-all"),
        *("use-api-socket", "with-registry-auth"),
    )
)
_VALUED = frozenset(
    (
        *("annotation", "arch", "attach", "authfile", "blkio-weight", "blkio-weight-device", "cert-dir", "cgroup-conf"),
        *("cgroups", "chrootdirs", "cidfile", "conmon-pidfile", "container-label", "cpu-count", "cpu-percent", "cpu-period"),
        *("cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpuset-cpus", "cpuset-mems", "constraint", "creds"),
        *("credential-spec", "decryption-key", "detach-keys", "device-read-bps", "device-read-iops", "device-write-bps"),
        *("device-write-iops", "dns-opt", "dns-option", "dns-search", "domainname", "endpoint-mode", "env-merge", "expose"),
        *("generic-resource", "gidmap", "group-entry", "health-interval", "health-log-destination", "health-max-log-count"),
        *("health-max-log-size", "health-on-failure", "health-retries", "health-start-interval", "health-start-period"),
        *("health-startup-cmd", "health-startup-interval", "health-startup-retries", "health-startup-success"),
        *("health-startup-timeout", "health-timeout", "hosts-file", "hostuser", "image-volume", "init-ctr", "init-path"),
        *("io-maxbandwidth", "io-maxiops", "ip", "ip6", "isolation", "kernel-memory", "label-file", "link-local-ip"),
        *("log-opt", "mac-address", "max-concurrent", "memory-reservation", "memory-swap", "memory-swappiness", "mode"),
        *("net-alias", "network-alias", "os", "passwd-entry", "personality", "pidfile", "platform", "placement-pref", "pod"),
        *("pod-id-file", "preserve-fd", "preserve-fds", "rdt-class", "replicas", "replicas-max-per-node", "requires"),
        *("reserve-cpu", "reserve-memory", "restart-condition", "restart-delay", "restart-max-attempts", "restart-window"),
        *("retry", "retry-delay", "rollback-delay", "rollback-parallelism", "runtime", "sdnotify", "seccomp-policy"),
        *("shm-size", "shm-size-systemd", "stop-grace-period", "stop-signal", "stop-timeout", "storage-opt", "subgidname"),
        *("subuidname", "systemd", "timeout", "tz", "uidmap", "ulimit", "umask", "unsetenv", "update-delay"),
        *("update-failure-action", "update-order", "update-parallelism", "variant", "volume-driver"),
    )
)
# Options that are one value in a Compose file, and options that are a list.
_TEXTS = {
    "cgroup-parent": "cgroup_parent", "cgroupns": "cgroup", "cpu-quota": "cpu_quota", "cpus": "cpus", "gpus": "gpus",
    "entrypoint": "entrypoint", "hostname": "hostname", "ipc": "ipc", "limit-cpu": "cpus", "limit-memory": "mem_limit",
    "limit-pids": "pids_limit", "memory": "mem_limit", "oom-score-adj": "oom_score_adj", "pid": "pid",
    "pids-limit": "pids_limit", "pull": "pull_policy", "restart": "restart", "user": "user", "userns": "userns_mode",
    "uts": "uts", "workdir": "working_dir", "name": "container_name",
}  # fmt: skip
_LISTS = {
    "add-host": "extra_hosts", "config": "configs", "device": "devices", "device-cgroup-rule": "device_cgroup_rules",
    "dns": "dns", "env": "environment", "env-file": "env_file", "group": "group_add", "group-add": "group_add",
    "host": "extra_hosts", "label": "labels", "link": "links", "secret": "secrets", "security-opt": "security_opt",
    "sysctl": "sysctls", "tmpfs": "tmpfs", "volumes-from": "volumes_from",
}  # fmt: skip
_ENGINE_VALUED = frozenset(
    (
        *("-H", "-c", "-l", "-n", "-a", "--address", "--cgroup-manager", "--cni-netconfpath", "--cni-path", "--config"),
        *("--conmon", "--connection", "--context", "--data-root", "--events-backend", "--host", "--hooks-dir", "--hosts-dir"),
        *("--identity", "--imagestore", "--log-level", "--module", "--namespace", "--network-cmd-path", "--network-config-dir"),
        *("--out", "--root", "--runroot", "--runtime", "--runtime-flag", "--snapshotter", "--ssh", "--storage-driver"),
        *("--storage-opt", "--tlscacert", "--tlscert", "--tlskey", "--tmpdir", "--url", "--volumepath"),
    )
)
_COMMANDS = (("run",), ("create",), ("container", "run"), ("container", "create"), ("service", "create"))
_MODES = frozenset(("host", "none", "private", "slirp4netns", "pasta"))
_HERE = re.compile(r"\$\(pwd\)|\$\{?PWD\}?|`pwd`|%cd%|\$\(CURDIR\)|\$\{CURDIR\}")


class Word(Struct, frozen=True, gc=False):
    text: str
    line: int


def started(words: Sequence[Word], path: str) -> Service | None:
    """The container that a command starts or creates; None for another command."""
    rest = _after_command(words[:MAX_WORDS])
    return container(rest, path, words[0].line) if rest is not None else None


def container(words: Sequence[Word], path: str, line: int, noun: str = "container", name: str = "") -> Service:
    """The container that options, image and command describe, the words after ``docker run``, which is on ``line``."""
    node = Mapping(line)
    node.end_line = max([line, *(word.line for word in words)])
    at = 0
    for option, value, where, at in _options(words):  # noqa: B007 (the end of the options is used)
        _put(node, option, value, where)
    if at < len(words):
        yaml_document.put(node, "image", words[at].text, words[at].line)
        for word in words[at + 1 :]:
            yaml_document.add(node, "command", word.text, word.line)
    name = name or node.text("container_name") or _named(node.text("image"))
    return Service(name, node, path, {}, noun)


def _after_command(words: Sequence[Word]) -> Sequence[Word] | None:
    """The words after ``docker run``; None for another command."""
    if not words or words[0].text.rpartition("/")[2].removesuffix(".exe") not in ENGINES:
        return None
    at = 1
    while at < len(words) and words[at].text.startswith("-"):
        at += 2 if words[at].text in _ENGINE_VALUED else 1
    for command in _COMMANDS:
        if tuple(word.text for word in words[at : at + len(command)]) == command:
            return words[at + len(command) :]
    return None


def _options(words: Sequence[Word]) -> Iterator[tuple[str, str, int, int]]:
    """Each option by its long name, with value ("true" for a switch), line, and the index after it."""
    at = 0
    while at < len(words):
        text, line = words[at].text, words[at].line
        at += 1
        if text == "--":
            yield "", "", line, at
            return
        if _may_be_options(text) and at < len(words) and _is_option(words[at].text):
            continue
        if not text.startswith("-") or text == "-":
            return
        if text.startswith("--"):
            name, equals, value = text[2:].partition("=")
            name = "network" if name == "net" else name
            if not equals:
                value = "true"
                if _takes_value(name, words[at].text if at < len(words) else "-"):
                    value, line = (words[at].text, words[at].line) if at < len(words) else ("", line)
                    at += 1
            yield name, value, line, min(at, len(words))
            continue
        for index, letter in enumerate(text[1:], start=2):
            if letter in _SHORT:
                value = text[index:].removeprefix("=")
                if not value and at < len(words):
                    value, line = words[at].text, words[at].line
                    at += 1
                yield _SHORT[letter], value, line, at
                break
            yield _SHORT_SWITCHES.get(letter, letter), "true", line, at


def _may_be_options(text: str) -> bool:
    """Whether a word that only a run computes, such as ``$(test -t 0 && echo -it)``, may be options instead of the image."""
    return text.startswith(("$", "`")) and not re.search(r"(?i)image|img|tag|repo|build", text)


def _is_option(text: str) -> bool:
    """Whether a word is one of the options with a place in the service: a program in the image has others."""
    name = text[2:].partition("=")[0]
    if text.startswith("--"):
        return name in _SWITCHES or name in _VALUED or name in _TEXTS or name in _LISTS or name in _PUT
    return text.startswith("-") and (text[1:2] in _SHORT or text[1:] in _SHORT_SWITCHES or text == "-it")


def _takes_value(name: str, following: str) -> bool:
    if name in _SWITCHES:
        return False
    return name in _TEXTS or name in _LISTS or name in _VALUED or name in _PUT or not following.startswith("-")


def _put(node: Mapping, option: str, value: str, line: int) -> None:
    if option in _PUT:
        _PUT[option](node, value, line)
    elif option in _TEXTS:
        yaml_document.put(node, _TEXTS[option], value, line)
    elif option in _LISTS:
        yaml_document.add(node, _LISTS[option], value.partition(",")[0] if option in ("secret", "config") else value, line)
    elif option in ("privileged", "read-only", "oom-kill-disable", "publish-all", "use-api-socket", "init"):
        yaml_document.put(node, option.replace("-", "_"), value.lower() in ("true", "1", "t"), line)
    if option == "security-opt" and value.replace(":", "=").lower() == "unmask=all":
        yaml_document.add(node, "security_opt", "systempaths=unconfined", line)
    if option == "device" and value.endswith("gpu=all"):
        yaml_document.put(node, "gpus", "all", line)


def _capabilities(key: str) -> Any:
    def put(node: Mapping, value: str, line: int) -> None:
        for item in value.split(","):
            yaml_document.add(node, key, item.strip(), line)

    return put


def _volume(node: Mapping, value: str, line: int) -> None:
    yaml_document.add(node, "volumes", _HERE.sub(".", value), line)


def _mount(node: Mapping, value: str, line: int) -> None:
    fields = _fields(value)
    mount = Mapping(line)
    yaml_document.put(mount, "type", fields.get("type", "volume"), line)
    source = next((fields[key] for key in ("source", "src") if key in fields), "")
    yaml_document.put(mount, "source", _HERE.sub(".", source), line)
    target = next((fields[key] for key in ("target", "destination", "dst") if key in fields), "")
    yaml_document.put(mount, "target", target, line)
    read_only = next((fields[key] for key in ("readonly", "ro", "read_only") if key in fields), "false")
    yaml_document.put(mount, "read_only", read_only.lower() in ("true", "1", ""), line)
    if "bind-propagation" in fields:
        bind = Mapping(line)
        yaml_document.put(bind, "propagation", fields["bind-propagation"], line)
        yaml_document.put(mount, "bind", bind, line)
    yaml_document.add(node, "volumes", mount, line)


def _publish(node: Mapping, value: str, line: int) -> None:
    if "=" not in value:
        yaml_document.add(node, "ports", value, line)
        return
    fields = _fields(value)
    port = Mapping(line)
    for key in ("published", "target", "protocol", "mode"):
        if key in fields:
            yaml_document.put(port, key, fields[key], line)
    yaml_document.add(node, "ports", port, line)


def _network(node: Mapping, value: str, line: int) -> None:
    if value.startswith(("container:", "ns:")):
        yaml_document.put(node, "network_mode", value, line)
        return
    name = _fields(value).get("name", "") if "=" in value and ":" not in value else ""
    name = name or value.partition(":")[0]
    if name in _MODES:
        yaml_document.put(node, "network_mode", name, line)
    elif name not in ("", "bridge", "default"):
        yaml_document.add(node, "networks", name, line)


def _log_driver(node: Mapping, value: str, line: int) -> None:
    logging = Mapping(line)
    yaml_document.put(logging, "driver", value, line)
    yaml_document.put(node, "logging", logging, line)


def _health_command(node: Mapping, value: str, line: int) -> None:
    health = Mapping(line)
    yaml_document.put(health, "test", "NONE" if value.lower() in ("", "none") else value, line)
    yaml_document.put(node, "healthcheck", health, line)


def _no_health(node: Mapping, value: str, line: int) -> None:
    _health_command(node, "none" if value == "true" else "image", line)


_PUT: dict[str, Any] = {
    "cap-add": _capabilities("cap_add"), "cap-drop": _capabilities("cap_drop"), "health-cmd": _health_command,
    "log-driver": _log_driver, "mount": _mount, "network": _network, "no-healthcheck": _no_health, "publish": _publish,
    "volume": _volume,
}  # fmt: skip


def _fields(text: str) -> dict[str, str]:
    """The pairs of ``a=1,b=2``, which Docker reads as a row of CSV."""
    try:
        row = next(csv.reader([text]), [])
    except csv.Error:
        return {}
    return {name.strip().lower(): value for name, _, value in (part.partition("=") for part in row)}


def _named(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0] or "without a name"
