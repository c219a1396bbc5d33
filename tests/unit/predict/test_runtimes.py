"""Runtimes that version managers install."""

import pytest

from careen.predict.runtimes import built_with, read_runtime


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("nvm install 18.2.0", ("node", "18.2.0")),
        ("nvm install v18.2.0", ("node", "18.2.0")),
        ("nvm install 18", ("node", "")),
        ("nvm install --lts", None),
        ("nvm install node", ("node", "")),
        ("nvm use 18.2.0", None),
        ("/root/.pyenv/bin/pyenv install 3.8.1", ("python", "3.8.1")),
        ("pyenv install pypy3.9-7.3.8", None),
        ("rvm install ruby-2.7.0 --autolibs enable", ("ruby", "2.7.0")),
        ("rvm install 3.0.0", ("ruby", "3.0.0")),
        ("rvm install jruby-9.3.4", ("jruby", "9.3.4")),
        ("rustup toolchain install 1.60.0 --profile minimal", ("rust", "1.60.0")),
        ("rustup default stable", ("rust", "")),
        ("rustup component add rustfmt", None),
        ("sh -s -- -y --default-toolchain 1.60.0", ("rust", "1.60.0")),
        ("sh -s -- --default-toolchain", ("rust", "")),
        ("sdk install maven 3.8.1", ("maven", "3.8.1")),
        ("sdk install java", ("openjdk", "")),
        ("sdk install java 17.0.3-tem", ("openjdk", "17.0.3")),
        ("sdk install java 8.0.302-open", ("openjdk", "1.8.0_302")),
        ("asdf install erlang 24.0", ("erlang", "24.0")),
        ("asdf install elixir 1.12.3-otp-24", ("elixir", "1.12.3")),
        ("asdf install nodejs latest:18", ("node", "")),
        ("/tmp/node-build-master/bin/node-build 18.12.0 /usr/local/node", ("node", "18.12.0")),
        ("ruby-build 3.1.3 /opt/ruby", ("ruby", "3.1.3")),
        ("asdf install nodejs 18.2.0", ("node", "18.2.0")),
        ("mise use node@18.2.0", ("node", "18.2.0")),
        ("volta install node@18", ("node", "")),
        ("n 18.2.0", ("node", "18.2.0")),
        ("n lts", None),
        ("tfenv install $VERSION", ("terraform", "")),
        ("pyenv", None),
        ("echo nvm install 18.2.0", None),
        ("", None),
    ],
)
def test_runtimes(command, expected):
    assert read_runtime(command.split()) == expected


@pytest.mark.parametrize(
    ("command", "image", "version"),
    [
        ("go build -o /app .", "golang:1.20.4-alpine", "1.20.4"),
        ("go install a.example/b@v1", "docker.io/library/golang:1.21.0", "1.21.0"),
        ("go build .", "golang:1.20-alpine", ""),
        ("go build .", "golang:1.20.4rc1", ""),
        ("go build .", "golang", ""),
        ("go mod download", "golang:1.20.4", None),
        ("go build .", "golang:$V", None),
        ("go build .", "alpine:3.18", None),
        ("make", "golang:1.20.4", None),
    ],
)
def test_the_library_in_programs_of_go(command, image, version):
    assert built_with(command.split(), image) == version
