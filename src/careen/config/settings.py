"""The settings of one run: each field is a key of the settings file, a variable and a flag; its description is the help."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

Severity = Literal["critical", "high", "medium", "low", "negligible", "unknown"]
Scanner = Literal["vuln", "secret", "config", "origin", "licence", "behaviour"]
BehaviourPart = Literal["hardening", "hooks", "capabilities", "names", "code", "fixes", "life"]
ComplianceView = Literal["cis-docker-1.6", "cis-kubernetes-5", "nsa", "pss-baseline", "pss-restricted"]
LogLevel = Literal["debug", "info", "warning", "error"]
SIZE = r"^[0-9]{1,15}(\.[0-9]{1,3})?\s?([kKmMgGtT](i?[bB])?|[bB])?$"
# Shown redacted; no flag, so that a list of processes never shows them.
SECRET = ("registry_password", "nvd_api_key", "server_token")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"timeout_s": "timeout"}):
    """The settings of one run. Only ``app`` and the shells use it: inner functions take plain arguments."""

    cache_dir: Annotated[Path, Meta(description="cache folder: databases, layers that were read, downloads")]
    trust_cache: Annotated[
        bool, Meta(description="use the cache folder even if other users can write to it: they can forge results")
    ] = False

    platform: Annotated[str | None, Meta(description="platform of a multi-platform image: os/architecture[/variant]")] = None
    all_platforms: Annotated[bool, Meta(description="scan every platform of a multi-platform image")] = False

    referrers: Annotated[
        bool, Meta(description="look for signatures, provenance, SBOMs and VEX beside the image, in its registry or OCI layout")
    ] = False
    trust_key: Annotated[
        tuple[Path, ...],
        Meta(description="public key (PEM) to verify signatures with; implies --referrers; may be repeated"),
    ] = ()
    require_signature: Annotated[
        Path | None,
        Meta(description="policy file (TOML) of trusted signers: the scan fails if none of them has signed the image"),
    ] = None
    vex_trust: Annotated[
        Path | None,
        Meta(description="policy file (TOML) of the service: whose signed VEX about a base counts for images on that base"),
    ] = None
    dockerfile: Annotated[
        Path | None, Meta(description="Dockerfile that the image was built from: findings name its lines")
    ] = None
    exposure: Annotated[
        tuple[Path, ...],
        Meta(description="Compose file, manifest or folder of them: the report shows the attack paths; may be repeated"),
    ] = ()

    exclude: Annotated[
        tuple[str, ...],
        Meta(description="leave these places of a folder out: node_modules, **/testdata, docs/*.md; may be repeated"),
    ] = ()
    scanners: Annotated[
        tuple[Scanner, ...],
        Meta(description="what to look for, comma-separated: vuln, secret, config, origin, licence, behaviour"),
    ] = ("vuln", "secret", "config", "origin")
    origin_kb: Annotated[
        tuple[Path, ...], Meta(description="knowledge base that names the origin of code: a folder; may be repeated")
    ] = ()

    behaviour_parts: Annotated[
        tuple[BehaviourPart, ...],
        Meta(description="parts of the behaviour scanner to run: hardening, hooks, capabilities, names, code, fixes, life"),
    ] = ("hardening", "hooks", "capabilities", "names", "code", "fixes", "life")

    changelogs: Annotated[
        Path | None,
        Meta(description="folder of newer changelogs, in which the behaviour scanner looks for quiet fixes"),
    ] = None
    behaviour_rules: Annotated[
        tuple[Path, ...], Meta(description="YARA rules of your own for the behaviour scanner; may be repeated")
    ] = ()

    licence_deny: Annotated[
        tuple[str, ...], Meta(description="licences that are denied: ids, patterns and categories: AGPL-*,source-available")
    ] = ()
    licence_ask: Annotated[tuple[str, ...], Meta(description="licences that need a decision, as for --licence-deny")] = ()
    licence_allow: Annotated[
        tuple[str, ...], Meta(description="licences that are allowed; any other needs a decision (default: all)")
    ] = ()
    licence_except: Annotated[
        tuple[str, ...], Meta(description="packages whose licence is accepted: names or purls, with * in them")
    ] = ()

    checks_off: Annotated[tuple[str, ...], Meta(description="ids of checks to switch off: DKR-021,K8S-022")] = ()
    checks_on: Annotated[tuple[str, ...], Meta(description="ids of checks to switch on that are off by default")] = ()
    check_severity: Annotated[
        tuple[str, ...], Meta(description="the severity of a check's findings: DKR-023=high; may be repeated")
    ] = ()
    allowed_registries: Annotated[
        tuple[str, ...], Meta(description="registries that images may come from: docker.io,*.example.com (default: any)")
    ] = ()
    allowed_images: Annotated[
        tuple[str, ...], Meta(description="images that Dockerfiles may build on: debian,registry.example/base/* (default: any)")
    ] = ()

    checks: Annotated[
        tuple[Path, ...], Meta(description="your own checks: a module of Python or Rego, or a folder of them")
    ] = ()
    compliance: Annotated[
        ComplianceView | None,
        Meta(description="report by the controls of: cis-docker-1.6, cis-kubernetes-5, nsa, pss-baseline, pss-restricted"),
    ] = None

    pss_version: Annotated[str, Meta(description="version of Kubernetes whose Pod Security Standards apply")] = "1.35"
    context: Annotated[
        Path | None,
        Meta(description="build context that a Dockerfile copies lock files from (default: the Dockerfile's folder)"),
    ] = None
    resolve: Annotated[
        bool,
        Meta(description="query the hosts of --resolve-hosts for the versions of addresses and of unpinned packages"),
    ] = False
    resolve_hosts: Annotated[
        tuple[str, ...],
        Meta(description="hosts that --resolve may query: NAME, *.example.com, * (all public hosts); may be repeated"),
    ] = ()

    helm_values: Annotated[
        tuple[Path, ...], Meta(description="values file for the Helm charts that are checked; may be repeated")
    ] = ()
    helm_set: Annotated[
        tuple[str, ...],
        Meta(description="a value for the Helm charts, stronger than those of files: image.tag=1.2; may be repeated"),
    ] = ()

    format: Annotated[
        tuple[str, ...], Meta(description="output format, or FORMAT=FILE to write it to a file; may be repeated")
    ] = ("table",)
    output: Annotated[Path | None, Meta(description="write the report to this file instead of standard output")] = None
    severity: Annotated[
        tuple[Severity, ...], Meta(description="list only findings of these severities (comma-separated); totals count all")
    ] = ()
    verbose: Annotated[bool, Meta(description="list each item that the table sums up")] = False
    quiet: Annotated[bool, Meta(description="print the report and errors only: no progress, no warnings")] = False
    no_progress: Annotated[bool, Meta(description="show no progress bars on a terminal")] = False
    log_level: Annotated[LogLevel, Meta(description="write messages of this level and above to standard error")] = "warning"

    fail_on: Annotated[
        tuple[str, ...],
        Meta(
            description="exit with 1 on a finding of this severity or worse, kev, fixable, risk=N, epss=N; fixable:high: both"
        ),
    ] = ()
    policy: Annotated[
        tuple[Path, ...], Meta(description="policy in Rego: exit with 1 if its deny is not empty; may be repeated")
    ] = ()
    grace_days: Annotated[
        int,
        Meta(description="days after the fix (without one: after the disclosure) from which --fail-on counts a finding", ge=0),
    ] = 0
    overdue: Annotated[
        Path | None, Meta(description="file (JSON) of overdue findings, for --fail-on overdue; a --server has its own list")
    ] = None
    baseline: Annotated[
        str | None, Meta(description="earlier report (JSON) or image: --fail-on counts only findings that are new since")
    ] = None
    exclude_base: Annotated[
        bool, Meta(description="--fail-on does not count findings in layers of the base image; they stay listed")
    ] = False
    base: Annotated[
        str | None, Meta(description="the base image, whose layers come first (default: the base that labels and history show)")
    ] = None
    ignore_unfixed: Annotated[bool, Meta(description="suppress findings without a fix")] = False
    severity_from: Annotated[
        tuple[str, ...],
        Meta(description="whose severity to prefer, in order: vendor, ecosystem, nvd, cna, cisa-adp or the name of a source"),
    ] = ()
    unknown_as: Annotated[Severity | None, Meta(description="treat unrated findings as this severity in --fail-on")] = None
    ignore_file: Annotated[
        tuple[Path, ...], Meta(description="file with ignore rules, of Careen or of another scanner; may be repeated")
    ] = ()
    vex: Annotated[tuple[Path, ...], Meta(description="VEX document, or a folder of them; may be repeated")] = ()
    image_vex: Annotated[
        bool, Meta(description="also apply VEX documents that come with the image: whoever built it may have written them")
    ] = False
    strict: Annotated[bool, Meta(description="exit with 3 if anything is unreadable or not assessed")] = False
    accept: Annotated[
        tuple[str, ...],
        Meta(description="accept a gap in what was assessed: CODE or CODE:WHAT; may be repeated"),
    ] = ()

    offline: Annotated[bool, Meta(description="use the database as it is; fetch no advisories")] = False
    refresh: Annotated[
        Literal["background", "wait", "never"] | None,
        Meta(
            description="data older than a day: background refreshes it for 5 seconds, the rest after the report; "
            "wait waits for all of it; never uses it as it is (default: background)"
        ),
    ] = None
    db_from: Annotated[str | None, Meta(description="folder or address of a mirror to take feeds from")] = None
    db_artifact: Annotated[
        tuple[str, ...],
        Meta(description="where a database is published, in order of preference: oci://HOST/NAME; off: use only feeds"),
    ] = ()
    db_root: Annotated[Path | None, Meta(description="root.json to verify published databases with")] = None
    db: Annotated[str | None, Meta(description="use this database as it is: a file, or the day of a kept database")] = None
    db_keep: Annotated[int, Meta(description="how many earlier databases an update keeps", ge=0)] = 0
    db_max_age: Annotated[
        Annotated[int, Meta(ge=0)] | Literal["off"] | None,
        Meta(
            description="days that advisory data may be old; with older data --fail-on exits with 3 (default: 14); off: any age"
        ),
    ] = None
    plugins: Annotated[
        tuple[Path, ...],
        Meta(description="folder with your own plugins (catalogers/x.py); they run with Careen's rights; may be repeated"),
    ] = ()
    advisories: Annotated[Path | None, Meta(description="folder with private advisories in OSV JSON")] = None
    archive: Annotated[
        tuple[str, ...],
        Meta(
            description="the distribution's package archive (address or folder) to read fixes from; "
            "image: the archives that the image names"
        ),
    ] = ()
    archive_hosts: Annotated[
        tuple[str, ...],
        Meta(description="hosts that --archive image may query: NAME, *.example.com, * (default: all public hosts)"),
    ] = ()
    archive_keys: Annotated[
        tuple[Path, ...], Meta(description="keyring to verify the archive with (default: Debian's on this machine)")
    ] = ()

    nvd_api_key: Annotated[str | None, Meta(description="key of the NVD API: updates are faster with it")] = None

    docker_config: Annotated[Path | None, Meta(description="folder with the Docker client's config.json")] = None
    registry_username: Annotated[str | None, Meta(description="user name for the registry")] = None
    registry_password: Annotated[str | None, Meta(description="password or token for the registry")] = None
    mirrors: Annotated[
        tuple[str, ...], Meta(description="mirror to try before a registry: HOST=MIRROR[/PREFIX]; may be repeated")
    ] = ()
    private_hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="private hosts that a public registry may redirect to, and that users of a server may name: NAME, "
            "10.0.0.0/8, *.example.com (redirects only)"
        ),
    ] = ()
    plain_http: Annotated[bool, Meta(description="use HTTP without TLS with the registry")] = False
    insecure: Annotated[bool, Meta(description="do not verify TLS certificates")] = False
    ca_file: Annotated[Path | None, Meta(description="PEM file with certificate authorities to trust besides the system's")] = (
        None
    )
    client_cert: Annotated[Path | None, Meta(description="PEM file with the client certificate for the registry")] = None
    client_key: Annotated[
        Path | None, Meta(description="PEM file with the client certificate's private key, if it is in another file")
    ] = None
    timeout_s: Annotated[float, Meta(description="seconds to wait for an answer from the network", gt=0)] = 30.0

    server: Annotated[
        str | None,
        Meta(description="address of a Careen server: its policy and decisions apply, and it gets the report"),
    ] = None
    server_token: Annotated[str | None, Meta(description="key of a project of the server")] = None
    server_token_file: Annotated[Path | None, Meta(description="file with the key of a project of the server")] = None
    server_required: Annotated[
        bool, Meta(description="exit with 3 if the server does not answer, instead of a warning and the local rules")
    ] = False

    verify: Annotated[
        bool, Meta(description="compare all files of packages with their recorded digests, not only programs")
    ] = False
    verify_diff_ids: Annotated[bool, Meta(description="also verify the digests of uncompressed layers")] = False
    read_toc: Annotated[
        bool,
        Meta(description="read layers of a registry by their tables of contents, where they have one (eStargz, zstd:chunked)"),
    ] = False
    jobs: Annotated[
        Annotated[int, Meta(gt=0)] | None,
        Meta(
            description="how many layers to read at the same time (default: one per processor, up to eight; on systems "
            "other than Linux, one per two processors, up to four, for an image on this machine)"
        ),
    ] = None
    cache_max_size: Annotated[
        Annotated[str, Meta(pattern=SIZE, title="a size such as 20G")] | None,
        Meta(description="size limit of the cache without databases, in bytes or as 512M, 20G (default: 21G)"),
    ] = None
    no_cache: Annotated[bool, Meta(description="read every layer again and keep nothing")] = False
    max_layer_bytes: Annotated[int, Meta(description="stop reading a layer after this many uncompressed bytes", gt=0)] = (
        16 * 1024**3
    )
    max_ratio: Annotated[
        int, Meta(description="stop reading a layer that inflates to more than this many times its size", gt=0)
    ] = 200
    max_seconds: Annotated[float, Meta(description="stop reading an image after this many seconds", gt=0)] = 1800.0
    budget: Annotated[float, Meta(description="multiply the limits on entries, records, facts and memory by this", gt=0)] = 1.0
