import pytest

from careen.secrets.paths import is_searched


@pytest.mark.parametrize(
    "path",
    [
        "app/.env",
        "app/settings.py",
        "root/.npmrc",
        "root/.aws/credentials",
        "etc/ssl/private/server.key",
        "srv/config.yaml",
        "home/user/.ssh/id_rsa",
        "usr/local/bin/start.sh",
        "usr/local/go/app/server.key",
        "var/lib/jenkins/secrets/master.key",
        "opt/app/bundle.js",
        "Dockerfile",
        "usr/share/app/.env",
        "usr/lib/app/server.pem",
        "app/node_modules/own/.npmrc",
        "usr/src/app/config.json",
        "app/lib/ruby/client.rb",
        "app/lib/python/settings.py",
        "etc/apt/sources.list.d/own.list",
        "var/log/app/server.log.1",
        "usr/share/nginx/html/config.js",
        "usr/share/logstash/pipeline/logstash.conf",
        "usr/share/kibana/config/kibana.yml",
        "usr/share/filebeat/filebeat.yml",
    ],
)
def test_what_somebody_wrote_or_configured_is_searched(path):
    assert is_searched(path)


@pytest.mark.parametrize(
    "path",
    [
        "usr/lib/libssl.so.3",
        "usr/bin/x.pyc",
        "app/package-lock.json",
        "app/yarn.lock",
        "app/go.sum",
        "usr/share/doc/x/README",
        "usr/lib/python3.11/secrets.py",
        "usr/local/go/src/crypto/x509/platform_root_key.pem",
        "usr/lib/go-1.22/src/crypto/tls/handshake_server_test.go",
        "root/.pyenv/versions/3.11.7/lib/python3.11/urllib/request.py",
        "root/.rbenv/versions/3.2.2/lib/ruby/3.2.0/uri/generic.rb",
        "opt/ruby/lib/ruby/vendor_ruby/xmlrpc.rb",
        "opt/perl/lib/perl5/5.38.2/Net/FTP.pm",
        "opt/venv/lib/python3.11/site-packages/django/conf.py",
        "app/node_modules/x/index.js",
        "etc/chromium.d/apikeys",
        "usr/local/cargo/registry/src/index.crates.io-6f17d22bba15001f/openssl-0.10.72/src/pkey_ctx.rs",
        "usr/local/cargo/registry/src/index.crates.io-6f17d22bba15001f/openssl-0.10.72/test/key.pem",
        "root/.cargo/git/checkouts/acme-1a2b/3c4d5e6/src/main.rs",
        "home/gradle/.gradle/caches/modules-2/files-2.1/acme/a.properties",
        "app/node_modules/public-encrypt/test/test_key.pem",
        "var/lib/dpkg/info/x.md5sums",
        "usr/include/openssl/rsa.h",
        "opt/rocm/include/hip/hip_runtime.h",
        "app/logo.png",
        "app/bundle.js.map",
        "app/node_modules/jwt/secrets.js",
        "usr/share/app/examples/.env",
        "opt/app/share/man/man1/app.1",
        "opt/app/man/de/man3/app.3pm",
        "usr/share/nginx/html/node_modules/x/index.js",
        "usr/share/perl/5.36.0/config.pm",
    ],
)
def test_what_came_from_elsewhere_is_not(path):
    assert not is_searched(path)
