"""Decides which files of an image are searched for secrets: files that a person wrote or configured, not files of
packages.

Documentation, translations, headers, lock files (hashes) and the content of published packages are excluded by path,
files of a distribution's package after the squash. A file's name may override that: a private key or ``.npmrc`` is
searched in any folder.
"""

from careen.safety.pattern import pattern

_BINARY = frozenset((
    ".so", ".a", ".o", ".ko", ".pyc", ".pyo", ".pyd", ".exe", ".dll", ".class", ".jar", ".war", ".ear", ".zip", ".gz",
    ".tgz", ".xz", ".bz2", ".zst", ".lz4", ".7z", ".rar", ".tar", ".whl", ".egg", ".deb", ".rpm", ".apk", ".gem",
    ".png", ".jpg", ".jpeg", ".gif", ".ico", ".bmp", ".webp", ".tif", ".tiff", ".avif", ".mp3", ".mp4", ".ogg", ".wav",
    ".webm", ".mov", ".flac", ".ttf", ".otf", ".woff", ".woff2", ".eot", ".pdf", ".mo", ".gmo", ".db", ".sqlite",
    ".sqlite3", ".sqlite-wal", ".bin", ".dat", ".img", ".iso", ".npy", ".npz", ".pkl", ".pt", ".onnx", ".parquet",
    ".wasm", ".pb", ".beam", ".hi", ".rlib", ".rmeta", ".elc", ".nib", ".rdb", ".rdx", ".swf", ".psd", ".xcf", ".afm",
    ".pfb", ".tfm", ".hyb", ".ucode", ".fw",
))  # fmt: skip
_DOCUMENTATION = frozenset((
    ".po", ".pot", ".man", ".md5sums", ".symbols", ".triggers", ".shlibs", ".pyi", ".map", ".tsbuildinfo",
))  # fmt: skip
_HEADERS = frozenset((".h", ".hpp", ".hh"))  # of libraries below these folders
_INSTALLED = ("usr/", "opt/", "lib/")
_LOCKS = frozenset((
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock", "pipfile.lock",
    "poetry.lock", "uv.lock", "pdm.lock", "cargo.lock", "composer.lock", "gemfile.lock", "go.sum", "go.mod", "mix.lock",
    "pubspec.lock", "podfile.lock", "packages.lock.json", "paket.lock", "gradle.lockfile", "flake.lock", "conan.lock",
    "package.resolved", ".package-lock.json", "record", "licenses.txt", "status", "project.assets.json",
    "integrity.json", "sbom.json",
))  # fmt: skip
# Named like a credential: searched in any folder.
_CREDENTIAL = pattern(
    r"(?:^|[._-])(?:env|npmrc|yarnrc|pypirc|netrc|pgpass|credentials?|secrets?|passwords?|htpasswd|git-credentials|dockercfg|"
    r"kubeconfig|tfstate|tfvars|keytab|my\.cnf)(?:$|[._-])|^id_(?:rsa|dsa|ecdsa|ed25519)|\.(?:pem|key|ppk|p8|pk8|jks|ovpn|env|cred)$|"
    r"^(?:wp-config\.php|settings-security\.xml|settings\.xml|master\.key|config\.json|service[_-]?account.*\.json)$"
)
_VENDORED = pattern(
    r"(?:^|/)(?:node_modules|bower_components|site-packages|dist-packages|vendor/bundle|gems/[^/]+/(?:gems|specifications)|"
    r"lib(?:64)?/(?:python\d[^/]*|perl5?/\d[^/]*|ruby/(?:\d[^/]*|gems|site_ruby|vendor_ruby))|"
    r"pkg/mod|\.m2/repository|\.?cargo/(?:registry|git/checkouts)|\.gradle/caches|\.nuget/packages|\.git/objects|__pycache__|tzdata|zoneinfo)/"
)
# Go's own sources, with the keys of their tests.
_GO = pattern(r"^usr/(?:local|lib(?:64)?)/go(?:-\d[\d.]*)?/(?:api|doc|lib|misc|pkg|src|test)/")
_TESTS = pattern(r"(?:^|/)(?:tests?|testing|testdata|__tests__|specs?|fixtures?|examples?|samples?|docs?)/")
_MANUAL = pattern(r"(?:^|/)man(?:\d[a-z]*)?/(?:[^/]+/){0,2}[^/]+\.\d[a-z]*$")
# Chromium's file of API keys has those of the distribution, which its package publishes.
_SYSTEM = pattern(
    r"^(?:proc|sys|dev|boot)/|^(?:usr/)?lib(?:32|64|exec)?/|^usr/(?:share|include|games)/|^usr/src/(?:linux|kernels|debug|redhat|rpm|packages)|^usr/local/lib/(?:python|perl|ruby|node)|"
    r"^usr/local/(?:include|share)/|^var/lib/(?:dpkg|apt|rpm|pacman|apk|ucf|systemd|dnf)/|^lib/apk/db/|^var/cache/|^var/log/(?:apt|dpkg|dnf)|"
    r"^etc/chromium(?:-browser)?(?:\.d)?/apikeys$|^etc/(?:ssl/certs|ca-certificates|pki/ca-trust|alternatives)(?:/|$)|^opt/(?:conda|miniconda3?|rh)/(?:lib|pkgs|share|include)/"
)
# Of programs that are kept there whole, as in the images of NGINX, Elasticsearch and Logstash: what users add to them.
_CONFIGURED = pattern(
    r"^usr/(?:local/)?share/[^/]+/(?:html|htdocs|www|public|webapps?|conf|config|pipelines?|(?:conf|config|modules|pipelines?)\.d)/|"
    r"^usr/(?:local/)?share/[^/]+/[^/]+\.(?:ya?ml|conf|cfg|ini|properties|toml)$"
)


def is_archive_searched(path: str) -> bool:
    """Whether the configuration in an archive is searched: the archive is no published package, by its path."""
    return not (_SYSTEM.search(path) or _VENDORED.search(path) or _TESTS.search(path))


def is_credential(path: str) -> bool:
    """Whether a file is named like a credential, and is none of a test."""
    name = path.rpartition("/")[2].lower()
    return _CREDENTIAL.search(name) is not None and not _is_code(_ending(name)) and not _TESTS.search(path)


def is_searched(path: str, mode: int = 0) -> bool:
    """Whether a file is searched, according to its path only; the reader checks whether the bytes are text."""
    lowered = path.rpartition("/")[2].lower()
    ending = _ending(lowered)
    if ending in _BINARY or ".so." in lowered or lowered in _LOCKS or _GO.match(path):
        return False
    if (_SYSTEM.search(path) and not _CONFIGURED.search(path)) or _VENDORED.search(path):
        return is_credential(path)
    if ending in _DOCUMENTATION or (ending in _HEADERS and path.startswith(_INSTALLED)):
        return False
    return not _MANUAL.search(path)


def _ending(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:] if dot > 0 else ""


def _is_code(ending: str) -> bool:
    """Whether the file is source code: code that handles secrets is not a file with secrets."""
    return ending in (
        ".py",
        ".js",
        ".mjs",
        ".ts",
        ".rb",
        ".go",
        ".rs",
        ".java",
        ".c",
        ".pl",
        ".pm",
        ".lua",
        ".sh",
        ".html",
        ".rst",
        ".md",
    )
