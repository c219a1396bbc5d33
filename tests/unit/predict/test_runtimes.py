"""Runtimes that version managers install."""

import pytest

from careen.predict.runtimes import read_runtime


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
        ("sdk install java", ("java", "")),
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
