"""Repairs of Compose files."""

from .rows import Repair, first_of, swap
from .yaml_repairs import add_to, remove, set_in, within
from .yaml_text import Entry


def _service(entry: Entry) -> bool:
    return len(entry.path) == 2 and entry.path[0] == "services"


_READ_ONLY = first_of(
    swap(r"^(\s*-\s*)(['\"]?)([^\s'\"#]+:[^\s'\":#]+):rw\2(?=\s|$)", r"\1\2\3:ro\2"),
    swap(r"^(\s*-\s*)(['\"]?)([^\s'\":#]+:[^\s'\":#]+)\2(?=\s|$)", r"\1\2\3:ro\2"),
    set_in(lambda entry: "volumes" in entry.path and isinstance(entry.name, int), "read_only", "true"),
)
_ON_LOOPBACK = first_of(
    swap(r"^(\s*-\s*)(['\"]?)(?:0\.0\.0\.0:|\[::\]:)?([\d$][^\s'\"#]*:[^\s'\"#]+)\2(?=\s|$)", r'\1"127.0.0.1:\3"'),
    set_in(lambda entry: "ports" in entry.path and isinstance(entry.name, int), "host_ip", "127.0.0.1"),
)
_OPTION = first_of(remove(), remove("security_opt"))

REPAIRS: dict[str, Repair] = {
    "CMP-001": remove("privileged"),
    "CMP-002": first_of(remove(), remove("use_api_socket")),
    "CMP-003": _READ_ONLY,
    "CMP-004": _READ_ONLY,
    "CMP-005": _READ_ONLY,
    "CMP-007": within(swap(r"\br?shared\b", "rslave")),
    "CMP-008": remove("network_mode"),
    "CMP-010": remove("pid"),
    "CMP-011": _ON_LOOPBACK,
    "CMP-013": remove("links"),
    "CMP-014": first_of(remove(), remove("cap_add")),
    "CMP-015": _OPTION,
    "CMP-016": add_to(_service, "security_opt", "no-new-privileges:true"),
    "CMP-017": set_in(_service, "user", '"10001"'),
    "CMP-018": set_in(_service, "read_only", "true"),
    "CMP-019": set_in(_service, "mem_limit", "256M"),
    "CMP-020": remove(),
    "CMP-023": set_in(_service, "restart", "on-failure:5"),
    "CMP-024": first_of(remove(), remove("sysctls")),
    "CMP-025": within(first_of(swap(r"(?<=[:,])exec,", ""), swap(r"[:,]exec\b", ""))),
    "CMP-027": remove(),
    "CMP-028": _READ_ONLY,
    "CMP-030": first_of(remove(), remove("volumes_from")),
    "CMP-031": remove("ipc"),
    "CMP-032": remove("uts"),
    "CMP-033": remove("userns_mode"),
    "CMP-034": remove("cgroup"),
    "CMP-035": _ON_LOOPBACK,
    "CMP-038": first_of(remove(), remove("cap_add")),
    "CMP-039": add_to(_service, "cap_drop", "ALL"),
    "CMP-040": _OPTION,
    "CMP-041": _OPTION,
    "CMP-042": _OPTION,
    "CMP-043": set_in(_service, "user", '"10001"'),
    "CMP-044": first_of(remove(), remove("group_add")),
    "CMP-045": set_in(_service, "cpus", '"0.5"'),
    "CMP-046": set_in(_service, "pids_limit", "100"),
    "CMP-047": within(remove("oom_kill_disable", "oom_score_adj")),
    "CMP-048": first_of(remove(), remove("device_cgroup_rules", "devices")),
    "CMP-049": swap(r"(\$\{\w+):?-[^}]*\}", r"\1:?set it}"),
    "CMP-054": remove("disable", "healthcheck"),
    "CMP-056": remove("cgroup_parent"),
    "CMP-057": first_of(remove(), remove("extra_hosts")),
    "CMP-058": first_of(remove(), remove("extra_hosts")),
    "CMP-059": remove("dns"),
    "CMP-060": remove("driver", "logging"),
    "CMP-064": remove("privileged", "network", "entitlements"),
    "CMP-068": remove(),
}
