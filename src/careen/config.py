"""Settings of one run and where each came from: file < environment < flag.

Every field of ``Settings`` is a key of the file, a variable ``CAREEN_<KEY>`` and (but for the password and the key) a flag
``--<key>``; its description is the help text and the reference page. The file is ``$XDG_CONFIG_HOME/careen/config.toml``
or the one named by ``--config`` or ``CAREEN_CONFIG``; nothing is ever read from the working folder.
Raises: UsageError, which names the place, the key and the nearest known one.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo, fields

from .errors import UsageError

Severity = Literal["critical", "high", "medium", "low", "negligible", "unknown"]
Scanner = Literal["vuln", "secret", "config"]
ComplianceView = Literal["cis-docker-1.6", "cis-kubernetes-5", "nsa", "pss-baseline", "pss-restricted"]
LogLevel = Literal["debug", "info", "warning", "error"]
PREFIX = "CAREEN_"
SIZE = r"^[0-9]{1,15}(\.[0-9]{1,3})?\s?([kKmMgGtT](i?[bB])?|[bB])?$"
_WITH_COMMAS = ("format", "archive", "accept")  # --format json=FILE, an address: what they name may be called anything
SECRET = ("registry_password", "nvd_api_key")  # shown redacted; no flag, so that it never stands in a list of processes


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"timeout_s": "timeout"}):
    """What one run was asked to do. Stops at ``app``: inner functions take plain arguments."""

    cache_dir: Annotated[Path, Meta(description="folder of everything that Careen keeps")]
    trust_cache: Annotated[
        bool, Meta(description="use the cache folder even if others may write there: they can forge results")
    ] = False

    platform: Annotated[str | None, Meta(description="platform of a multi-platform image: os/architecture[/variant]")] = None
    all_platforms: Annotated[bool, Meta(description="scan every platform of a multi-platform image")] = False

    referrers: Annotated[
        bool, Meta(description="ask the image's registry or OCI layout for signatures, provenance, SBOMs and VEX beside it")
    ] = False
    trust_key: Annotated[
        tuple[Path, ...],
        Meta(description="public key (PEM) whose signatures count: asks as --referrers does; may be repeated"),
    ] = ()
    dockerfile: Annotated[Path | None, Meta(description="Dockerfile that the image was built from: findings get its lines")] = (
        None
    )

    scanners: Annotated[tuple[Scanner, ...], Meta(description="what to look for, comma-separated: vuln, secret, config")] = (
        "vuln",
        "secret",
        "config",
    )

    checks_off: Annotated[tuple[str, ...], Meta(description="checks that do not run, by id: DKR-021,K8S-022")] = ()
    checks_on: Annotated[tuple[str, ...], Meta(description="checks that run although they are off by default, by id")] = ()
    check_severity: Annotated[
        tuple[str, ...], Meta(description="how severe the faults of a check are here: DKR-023=high; may be repeated")
    ] = ()
    allowed_registries: Annotated[
        tuple[str, ...], Meta(description="registries that images may come from: docker.io,*.example.com (default: any)")
    ] = ()
    allowed_images: Annotated[
        tuple[str, ...], Meta(description="images that Dockerfiles may build on: debian,registry.example/base/* (default: any)")
    ] = ()

    checks: Annotated[
        tuple[Path, ...], Meta(description="checks of your own: a module of Python or Rego, or a folder of them")
    ] = ()
    compliance: Annotated[
        ComplianceView | None,
        Meta(description="answer control by control: cis-docker-1.6, cis-kubernetes-5, nsa, pss-baseline, pss-restricted"),
    ] = None

    pss_version: Annotated[str, Meta(description="version of Kubernetes by whose Pod Security Standards pods are judged")] = (
        "1.35"
    )
    context: Annotated[
        Path | None,
        Meta(description="build context whose lock files a Dockerfile's RUN reads (default: the Dockerfile's folder)"),
    ] = None
    resolve: Annotated[
        bool, Meta(description="ask hosts of resolve_hosts for packages by address, and for versions that nothing pins")
    ] = False
    resolve_hosts: Annotated[
        tuple[str, ...],
        Meta(description="hosts to ask for --resolve: NAME, *.example.com, * (all public ones); may be repeated"),
    ] = ()

    allow_helm: Annotated[bool, Meta(description="render Helm charts with the helm of this machine, to check them")] = False

    format: Annotated[
        tuple[str, ...], Meta(description="output format, or FORMAT=FILE to write it to a file; may be repeated")
    ] = ("table",)
    output: Annotated[Path | None, Meta(description="write the report to this file instead of standard output")] = None
    severity: Annotated[
        tuple[Severity, ...], Meta(description="list these severities only (comma-separated); totals count all")
    ] = ()
    verbose: Annotated[bool, Meta(description="list one by one what a table sums up")] = False
    quiet: Annotated[bool, Meta(description="the report and errors only: no progress, no warnings")] = False
    no_progress: Annotated[bool, Meta(description="no progress bars on a terminal")] = False
    log_level: Annotated[LogLevel, Meta(description="how much to tell on standard error")] = "warning"

    fail_on: Annotated[
        tuple[str, ...],
        Meta(description="exit with 1 on a finding this severe or worse, kev, fixable, risk=N, epss=N; fixable:high is both"),
    ] = ()
    policy: Annotated[
        tuple[Path, ...], Meta(description="policies in Rego: exit with 1 where their deny says anything; may be repeated")
    ] = ()
    grace_days: Annotated[
        int, Meta(description="days from a fix (else the disclosure) until --fail-on counts the finding", ge=0)
    ] = 0
    baseline: Annotated[str | None, Meta(description="earlier report (JSON) or image: --fail-on counts what is new since")] = (
        None
    )
    exclude_base: Annotated[
        bool, Meta(description="--fail-on leaves out what came with the layers of the base image; it stays listed")
    ] = False
    base: Annotated[
        str | None, Meta(description="the base image, whose layers are the first ones (default: what label and history say)")
    ] = None
    ignore_unfixed: Annotated[bool, Meta(description="move findings without a fix to the suppressed ones")] = False
    severity_from: Annotated[
        tuple[str, ...],
        Meta(description="whose word on severities counts first: vendor, ecosystem, nvd, cna, cisa-adp or a source's name"),
    ] = ()
    unknown_as: Annotated[
        Severity | None, Meta(description="the severity under which --fail-on counts findings that nobody scored")
    ] = None
    ignore_file: Annotated[
        tuple[Path, ...], Meta(description="ignore rules, of Careen or of another scanner; may be repeated")
    ] = ()
    vex: Annotated[tuple[Path, ...], Meta(description="VEX documents: a file, or a folder of them; may be repeated")] = ()
    image_vex: Annotated[
        bool, Meta(description="apply the VEX documents in the image and beside it too: whoever made it may have written them")
    ] = False
    strict: Annotated[bool, Meta(description="exit with 3 when anything was unreadable or not assessed")] = False
    accept: Annotated[
        tuple[str, ...],
        Meta(description="what you vouch for although it was not assessed: CODE or CODE:WHAT; may be repeated"),
    ] = ()

    offline: Annotated[bool, Meta(description="judge by the database as it is; fetch no advisories")] = False
    refresh: Annotated[
        Literal["background", "wait", "never"] | None,
        Meta(
            description="data over a day old: background refreshes them for 5 seconds and goes on after the report; wait waits "
            "for all of it; never uses them as they are (default: background)"
        ),
    ] = None
    db_from: Annotated[str | None, Meta(description="folder or address of a mirror to take feeds from")] = None
    db_artifact: Annotated[
        tuple[str, ...],
        Meta(description="where a database is published, tried in this order: oci://HOST/NAME; off: feeds alone"),
    ] = ()
    db_root: Annotated[Path | None, Meta(description="root.json that published databases are verified by")] = None
    db: Annotated[
        str | None, Meta(description="judge by this database instead, as it is: a file, or the one of a day (2026-11-24)")
    ] = None
    db_keep: Annotated[int, Meta(description="earlier databases to keep when an update makes another", ge=0)] = 0
    db_max_age: Annotated[
        Annotated[int, Meta(ge=0)] | Literal["off"] | None,
        Meta(description="days that advisory data may be old: --fail-on ends with 3 on older data (default: 14); off: any age"),
    ] = None
    plugins: Annotated[
        tuple[Path, ...],
        Meta(description="folder of plugins of your own, as catalogers/x.py in it; they run as Careen does; may be repeated"),
    ] = ()
    advisories: Annotated[Path | None, Meta(description="folder of private advisories in OSV JSON")] = None
    archive: Annotated[
        tuple[str, ...],
        Meta(description="address or folder of the distribution's archive, to learn fixes from; image: those that it names"),
    ] = ()
    archive_hosts: Annotated[
        tuple[str, ...],
        Meta(description="hosts to ask for --archive image: NAME, *.example.com, * (default: all public ones)"),
    ] = ()
    archive_keys: Annotated[
        tuple[Path, ...], Meta(description="keyrings of the archive's keys (default: Debian's on this machine)")
    ] = ()

    nvd_api_key: Annotated[str | None, Meta(description="key for NVD's API: updates ask it faster")] = None

    docker_config: Annotated[Path | None, Meta(description="folder of the Docker client's config.json")] = None
    registry_username: Annotated[str | None, Meta(description="user name for the registry")] = None
    registry_password: Annotated[str | None, Meta(description="password or token for the registry")] = None
    mirrors: Annotated[
        tuple[str, ...], Meta(description="mirrors to ask before a registry: HOST=MIRROR[/PREFIX]; may be repeated")
    ] = ()
    private_hosts: Annotated[
        tuple[str, ...],
        Meta(description="what a public registry may redirect to in a private network: NAME, *.example.com, 10.0.0.0/8"),
    ] = ()
    plain_http: Annotated[bool, Meta(description="speak HTTP without TLS to the registry")] = False
    insecure: Annotated[bool, Meta(description="do not verify TLS certificates")] = False
    ca_file: Annotated[Path | None, Meta(description="PEM file of certificate authorities to trust besides the system's")] = (
        None
    )
    client_cert: Annotated[Path | None, Meta(description="PEM file of the client certificate for the registry")] = None
    client_key: Annotated[Path | None, Meta(description="PEM file of its private key, where it is not in the same file")] = None
    timeout_s: Annotated[float, Meta(description="seconds to wait for an answer from the network", gt=0)] = 30.0

    verify_diff_ids: Annotated[bool, Meta(description="check the uncompressed layers against the configuration too")] = False
    jobs: Annotated[
        Annotated[int, Meta(gt=0)] | None, Meta(description="layers to read at the same time (default: one a processor)")
    ] = None
    cache_max_size: Annotated[
        Annotated[str, Meta(pattern=SIZE, title="a size such as 20G")] | None,
        Meta(description="what the cache may keep beside databases, in bytes or as 512M, 20G (default: 21G)"),
    ] = None
    no_cache: Annotated[bool, Meta(description="read every layer anew and keep nothing")] = False
    max_layer_bytes: Annotated[int, Meta(description="stop reading a layer after this many uncompressed bytes", gt=0)] = (
        16 * 1024**3
    )
    max_ratio: Annotated[
        int, Meta(description="stop reading a layer that inflates to more than so many times its size", gt=0)
    ] = 200
    max_seconds: Annotated[float, Meta(description="stop reading an image after so many seconds", gt=0)] = 1800.0
    budget: Annotated[float, Meta(description="multiply the bounds of entries, records, facts and memory by this", gt=0)] = 1.0


@cache
def field_by_key() -> Mapping[str, FieldInfo]:
    """The settings by their keys. To ask msgspec takes longer than to parse a command line, which asks for each group."""
    return {field.encode_name: field for field in fields(Settings)}


class Loaded(Struct, frozen=True):
    settings: Settings
    origins: dict[str, str]  # key -> "default", the file's path, "CAREEN_X", "--x"
    notes: tuple[str, ...] = ()  # worth a warning: variables that look like ours and are not

    def values(self) -> dict[str, Any]:
        return {key: getattr(self.settings, field.name) for key, field in field_by_key().items()}


def load(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Loaded:
    """``flags`` are texts (lists of texts, booleans) by key, as the command line gave them; absent ones are left out."""
    known = field_by_key()
    path = file or (Path(environ[PREFIX + "CONFIG"]) if environ.get(PREFIX + "CONFIG") else None)
    values: dict[str, Any] = {}
    origins = dict.fromkeys(known, "default")
    for place, key, value in _given(flags, environ, path, known):
        values[key] = _value(place, known[key], value)
        origins[key] = place
    if "cache_dir" not in values:
        values["cache_dir"] = default_cache_dir(environ)
    return Loaded(Settings(**{known[key].name: value for key, value in values.items()}), origins, _strangers(environ, known))


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The word that was probably meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), 1, likeness)), None)


def shown(key: str, value: object) -> str:
    """A setting as text for people, secrets redacted."""
    if key in SECRET and value:
        return "(redacted)"
    if isinstance(value, tuple):
        return ", ".join(shown(key, one) for one in value)
    if isinstance(value, str) and "://" in value and "@" in value:
        from careen.net.addresses import without_credentials

        return without_credentials(value)
    return {None: "", True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool | None) else str(value)


def _given(
    flags: Mapping[str, Any], environ: Mapping[str, str], path: Path | None, known: Mapping[str, FieldInfo]
) -> Iterator[tuple[str, str, Any]]:
    """(place, key, value) in rising order of precedence."""
    path = path or _default_file(environ)
    if path:
        yield from _of_file(path, known)
    for key in known:
        if text := environ.get(PREFIX + key.upper(), ""):
            yield PREFIX + key.upper(), key, text
    for key, value in flags.items():
        yield "--" + key.replace("_", "-"), key, value


def _of_file(path: Path, known: Mapping[str, FieldInfo]) -> Iterator[tuple[str, str, Any]]:
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", "name a readable file with --config") from None
    except ValueError as error:  # not UTF-8, not TOML
        raise UsageError(f"{path}: not TOML: {error}") from None
    for key, value in table.items():
        if key not in known:
            near = nearest(key, known)
            raise UsageError(
                f"{path}: unknown key {key!r}", f"did you mean {near!r}?" if near else "careen config show lists them"
            )
        if key in SECRET:
            raise UsageError(f"{path}: {key!r} does not belong into a file", f"set {PREFIX}{key.upper()} or use docker login")
        if isinstance(value, str) and is_list(known[key]):
            value = [value]
        if _is_path(known[key]):  # relative to the file that says so
            value = _beside(path, value)
        yield str(path), key, value


def _beside(path: Path, value: Any) -> Any:
    if isinstance(value, list):
        return [_beside(path, one) for one in value]
    return str(path.parent / Path(value).expanduser()) if isinstance(value, str) else value


def _value(place: str, field: FieldInfo, value: Any) -> Any:
    """Texts of the environment and of flags are read leniently ("true", "8", "high,critical"), the file's values strictly."""
    lenient = place.startswith(("--", PREFIX))
    if lenient and is_list(field):
        texts = [value] if isinstance(value, str) else value
        if isinstance(value, str) or not (_is_path(field) or field.encode_name in _WITH_COMMAS):
            texts = [part.strip() for text in texts for part in text.split(",")]
        value = [text for text in texts if text]
    if lenient and is_switch(field) and isinstance(value, str):
        value = {"yes": True, "on": True, "no": False, "off": False}.get(value.lower(), value)
    if words := choices(field):
        value = [_chosen(one, words) for one in value] if isinstance(value, list) else _chosen(value, words)
    try:
        found = msgspec.convert(value, field.type, strict=not lenient, dec_hook=_decode)
    except (msgspec.ValidationError, ValueError):
        why = f"{place}{'' if lenient else ': ' + field.encode_name}: {_why(field, value)}"
        raise UsageError(why, f"{field.encode_name}: {description(field)}") from None
    return found


def _chosen(value: Any, words: tuple[str, ...]) -> Any:
    """The word that is meant, in whatever case it is written."""
    return value.lower() if isinstance(value, str) and value.lower() in words else value


def _decode(type_: type, value: Any) -> Any:
    if type_ is Path and isinstance(value, str | Path) and str(value) and "\0" not in str(value):
        return Path(value).expanduser()
    raise ValueError("not a path")


def _why(field: FieldInfo, value: Any) -> str:
    if words := choices(field):
        wrong = next((part for part in (value if isinstance(value, list | tuple) else [value]) if part not in words), value)
        meant = nearest(str(wrong), list(words))
        return f"{wrong!r} is none of {', '.join(words)}" + (f": did you mean {meant}?" if meant else "")
    wanted = {bool: "true or false", int: "a whole number", float: "a number", Path: "a path"}.get(_plain(field), "text")
    return f"{value!r} is not {_title(field.type) or wanted}{_least(field.type)}"


def _title(type_: Any) -> str:
    """What a text has to be."""
    parts = get_args(type_)
    own = next((part.title for part in parts if isinstance(part, Meta) and part.title), "")
    return own or next(filter(None, map(_title, parts)), "")


def _least(type_: Any) -> str:
    """The lower bound of a number, in words."""
    for part in get_args(type_):
        if isinstance(part, Meta) and (part.gt == 0 or part.ge == 1):
            return " above 0"
        if isinstance(part, Meta) and part.ge == 0:
            return " of 0 or more"
        if words := _least(part):
            return words
    return ""


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words that a field allows, where they are few."""
    plain = _plain(field)
    inner = get_args(plain)[0] if is_list(field) else plain
    return get_args(inner) if get_origin(inner) is Literal else ()


def description(field: FieldInfo) -> str:
    return next((part.description or "" for part in get_args(field.type) if isinstance(part, Meta)), "")


def is_switch(field: FieldInfo) -> bool:
    return _plain(field) is bool


def is_list(field: FieldInfo) -> bool:
    return get_origin(_plain(field)) is tuple


def _plain(field: FieldInfo) -> Any:
    """The type without its descriptions and without ``| None``."""
    plain = field.type
    while get_origin(plain) is Annotated or type(None) in get_args(plain):
        plain = next(part for part in get_args(plain) if part is not type(None))
    return plain


def _is_path(field: FieldInfo) -> bool:
    return Path in (_plain(field), *get_args(_plain(field)))


def _strangers(environ: Mapping[str, str], known: Mapping[str, FieldInfo]) -> tuple[str, ...]:
    """A misspelt CAREEN_FAIL_ON must not pass unseen; a CAREEN_VERSION of somebody's pipeline must not stop a scan."""
    names = [*(key.upper() for key in known), "CONFIG"]
    ours = sorted(name.removeprefix(PREFIX) for name in environ if name.startswith(PREFIX))
    close = ((name, nearest(name, names, 0.8)) for name in ours if name not in names)
    return tuple(f"{PREFIX}{name} is no setting: did you mean {PREFIX}{near}?" for name, near in close if near)


def default_cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Source: XDG Base Directory Specification 0.8; Apple's File System Programming Guide; Windows Known Folders."""
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "careen"
    if sys.platform == "darwin":
        return _home(environ) / "Library" / "Caches" / "careen"
    return Path(environ.get("XDG_CACHE_HOME") or _home(environ) / ".cache") / "careen"


def _default_file(environ: Mapping[str, str]) -> Path | None:
    home = environ.get("XDG_CONFIG_HOME") or (environ.get("HOME") and Path(environ["HOME"], ".config"))
    path = Path(home, "careen", "config.toml") if home else None
    return path if path and os.path.isfile(path) else None  # noqa: PTH113 (never raises, if the home is somebody else's)


def _home(environ: Mapping[str, str]) -> Path:
    if environ.get("HOME"):
        return Path(environ["HOME"])
    try:
        return Path.home()
    except RuntimeError:
        raise UsageError("there is no home folder here", "set CAREEN_CACHE_DIR and XDG_CONFIG_HOME") from None
