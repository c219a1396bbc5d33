"""Package managers -> the purl type of their packages."""

SYSTEM = {
    "apt": "deb",
    "dpkg": "deb",
    "apk": "apk",
    "dnf": "rpm",
    "yum": "rpm",
    "microdnf": "rpm",
    "zypper": "rpm",
    "rpm": "rpm",
    "pacman": "alpm",
}
LANGUAGE = {
    "pip": "pypi",
    "pipx": "pypi",
    "npm": "npm",
    "yarn": "npm",
    "pnpm": "npm",
    "gem": "gem",
    "go": "golang",
    "cargo": "cargo",
    "composer": "composer",
    "uv": "pypi",
    "poetry": "pypi",
    "pdm": "pypi",
    "pipenv": "pypi",
    "npx": "npm",
    "bun": "npm",
    "corepack": "npm",
    "conda": "conda",
    "dotnet": "nuget",
    "nuget": "nuget",
    "pear": "pear",
    "cpan": "cpan",
    "luarocks": "luarocks",
}
CHANNELS = {"pecl": "pecl.php.net", "pear": "pear.php.net"}
OF_DISTRIBUTIONS = ("deb", "apk", "rpm", "alpm")  # package types that come from the distribution's repositories
