"""The origin of a binary package of Alpine, for lists that name binary packages alone, such as Dockerfiles.

Alpine's advisories name origins: ``libcrypto3`` is built from ``openssl``, ``php82-fpm`` from ``php82``. The suffixes that
abuild splits off by itself (``-dev``, ``-doc``, ``-openrc``) are never those of an origin; other names are in the table.
**Source:** abuild, default subpackages; the ``subpackages`` of the APKBUILD files in Alpine's aports, releases 3.10 to 3.20.
"""

import re
from functools import cache

_SPLIT = re.compile(r"(.+?)-(?:dev|doc|dbg|libs|static|openrc|lang|pyc|(?:bash|zsh|fish)-completion)$")
# Origins of all names that begin with theirs.
_FAMILIES = re.compile(
    r"(apk-tools|bind|busybox|ca-certificates|ffmpeg|freeradius|gnupg|imagemagick|krb5|libressl|libxml2|libxslt|mariadb|mosquitto"
    r"|ncurses|net-snmp|nginx|openjdk\d+|openldap|openssh|p11-kit|pcre2?|php\d+|postgresql\d+|qemu|samba|strongswan|syslog-ng"
    r"|unbound|util-linux|vips|xen|zabbix)-[a-z\d]"
)
_OTHERS = re.compile(r"busybox-initscripts|mariadb-connector-|php\d+-pecl-")  # origins of their own, or names of these
_NAMES = {
    "apache2": "apache2-ctl apache2-error apache2-http2 apache2-icons apache2-ldap apache2-lua apache2-proxy apache2-proxy- "
    "html apache2-ssl apache2-utils apache2-webdav",
    "acl": "libacl",
    "attr": "libattr",
    "avahi": "avahi-compat-howl avahi-compat-libdns_sd avahi-glib avahi-tools",
    "busybox": "ssl_client",
    "bzip2": "libbz2",
    "cairo": "cairo-gobject cairo-tools",
    "containerd": "containerd-ctr",
    "coreutils": "coreutils-env coreutils-fmt coreutils-sha512sum",
    "cups": "cups-client cups-ipptool",
    "curl": "libcurl",
    "cyrus-sasl": "libsasl",
    "dbus": "dbus-x11",
    "docker": "docker-cli docker-engine",
    "dovecot": "dovecot-fts-solr dovecot-gssapi dovecot-ldap dovecot-lmtpd dovecot-mysql dovecot-pgsql dovecot-pigeonhole- "
    "plugin dovecot-pop3d dovecot-sql dovecot-sqlite dovecot-submissiond",
    "e2fsprogs": "e2fsprogs-extra libcom_err",
    "elfutils": "libasm libdw libelf",
    "expat": "libexpat",
    "ffmpeg": "libavcodec libavdevice libavfilter libavformat libavutil libpostproc libswresample libswscale",
    "file": "libmagic",
    "gcc": "cpp g++ gfortran libatomic libgcc libgfortran libgomp libitm libquadmath libssp libstdc++",
    "gettext": "gettext-asprintf gettext-envsubst libintl",
    "git": "git-daemon git-email git-gitweb git-gui git-p4 git-perl git-subtree git-svn gitk perl-git perl-git-svn",
    "gnutls": "gnutls-c++ gnutls-utils",
    "icu": "icu-data-en icu-data-full",
    "libcap": "libcap-getcap libcap-setcap libcap-utils libcap2",
    "libjpeg-turbo": "libjpeg-turbo-utils libturbojpeg",
    "libwebp": "libsharpyuv libwebpdecoder libwebpdemux libwebpmux libwebp-tools",
    "mariadb": "mysql mysql-client",
    "musl": "musl-libintl musl-utils",
    "ncurses": "libformw libmenuw libncurses++ libncursesw libpanelw",
    "openldap": "libldap",
    "openssl": "libcrypto3 libssl3",
    "pcre": "libpcre16 libpcre32 libpcrecpp",
    "pcre2": "libpcre2-16 libpcre2-32",
    "perl": "perl-utils",
    "poppler": "poppler-glib poppler-utils",
    "procps": "libproc",
    "python3": "python3-pycache-pyc0 python3-pycache-pyc1 python3-pycache-pyc2 python3-tests",
    "ruby": "ruby-bigdecimal ruby-etc ruby-fiddle ruby-full ruby-gdbm ruby-io-console ruby-irb ruby-rdoc",
    "samba": "libauth-samba libsmbclient libwbclient",
    "sqlite": "sqlite-tcl sqlite-tools",
    "tiff": "libtiffxx tiff-tools",
    "util-linux": "blkid cfdisk findmnt flock fstrim hexdump libblkid libfdisk libmount libsmartcols libuuid logger losetup "
    "lsblk lscpu mcookie mount partx runuser setpriv sfdisk umount uuidgen wipefs",
    "vim": "gvim vim-common vim-tutor xxd",
    "wpa_supplicant": "wpa_supplicant-gui",
}


def origin_of(binary: str, version: str, release: str) -> str | None:
    """The name of the origin; None if it is not known, or if it is the package's own. ``release`` is that of Alpine (3.18,
    edge), "" of another distribution with such packages."""
    if binary in ("libcrypto1.1", "libssl1.1"):
        return "openssl1.1-compat" if _number(release) >= (3, 17) else "openssl" if release else None
    if binary in ("libpq", "libecpg"):
        origin = f"postgresql{version.partition('.')[0]}" if _number(release) >= (3, 15) else "postgresql"
        return origin if version and release else None
    if binary == "libc6-compat":
        return "musl" if version.startswith("1.2.") else None
    named = _names().get(binary)
    family = None if named or _OTHERS.match(binary) else _FAMILIES.match(binary)
    if named or family:
        return named or (family[1] if family else None)
    split = _SPLIT.match(binary)
    return _names().get(split[1], split[1]) if split else None


def _number(release: str) -> tuple[int, ...]:
    """The number of a release to compare; edge is newer than all."""
    found = re.match(r"(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else (99,)


@cache
def _names() -> dict[str, str]:
    return {binary: origin for origin, binaries in _NAMES.items() for binary in binaries.split()}
