import pytest
from tests.support.work import ends

from careen.formats.shell.package_commands import read_call
from careen.formats.shell.package_specs import Spec


@pytest.mark.parametrize(
    ("text", "tool", "action"),
    [
        ("apt-get -y update", "apt", "update"),
        ("apt-get -o Dpkg::Use-Pty=0 install x", "apt", "install"),
        ("aptitude full-upgrade", "apt", "dist-upgrade"),
        ("apk --no-cache add x", "apk", "install"),
        ("microdnf -y in x", "microdnf", "install"),
        ("dnf module install nodejs:20", "dnf", "install"),
        ("dnf -y group install x", "dnf", "groupinstall"),
        ("yum clean -y all", "yum", "clean"),
        ("zypper --non-interactive dup", "zypper", "dist-upgrade"),
        ("zypper up", "zypper", "upgrade"),
        ("rpm --import key", "rpm", "import"),
        ("rpm -qa", "rpm", "other"),
        ("dpkg -i a.deb", "dpkg", "install"),
        ("python3.11 -m pip install x", "pip", "install"),
        ("uv pip install x", "pip", "install"),
        ("npm ci", "npm", "ci"),
        ("npm run install", "npm", "run"),
        ("yarn", "yarn", "install"),
        ("yarn global add x", "yarn", "install"),
        ("go get -u x", "go", "install"),
        ("composer global require a/b", "composer", "install"),
        ("gem i x", "gem", "install"),
        ("uv sync", "uv", "sync"),
        ("poetry install", "poetry", "sync"),
        ("pacman -Syu x", "pacman", "install"),
        ("pacman -Syu", "pacman", "upgrade"),
        ("pacman -Sy", "pacman", "update"),
        ("pacman -Scc", "pacman", "clean"),
        ("pacman -Rns x", "pacman", "remove"),
        ("pacman -Qi x", "pacman", "other"),
        ("dotnet restore", "dotnet", "restore"),
    ],
)
def test_tool_and_action(text, tool, action):
    call = read_call(text.split())
    assert call is not None
    assert (call.tool, call.action) == (tool, action)


@pytest.mark.parametrize("text", ["", "echo apt-get", "python3 -m venv x", "notdnf install x"])
def test_other_programs(text):
    assert read_call(text.split()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "apt-get install -y -t stable a=1:2.0-1 b/stable c:amd64 d",
            [
                "a|1:2.0-1|name|pinned",
                "b||name|pinned",
                "c||name|any",
                "d||name|any",
            ],
        ),
        (
            "apt-get install a=1.* ./b.deb https://x/c.deb",
            [
                "a||name|pinned",
                "./b.deb||file|pinned",
                "https://x/c.deb||url|pinned",
            ],
        ),
        (
            "apk add -t .v a=1.2-r0 b~1.2 c>1 d",
            [
                "a|1.2-r0|name|pinned",
                "b||name|pinned",
                "c||name|pinned",
                "d||name|any",
            ],
        ),
        (
            "dnf install a-1.2-3.el9.x86_64 gcc-c++ b-1:2.0 @g",
            [
                "a|1.2-3.el9|name|pinned",
                "gcc-c++||name|any",
                "b|1:2.0|name|pinned",
                "g||group|any",
            ],
        ),
        (
            "yum install rpm-sign-4.16.1.3 python3-$V",
            [
                "rpm-sign|4.16.1.3|name|pinned",
                "python3||name|pinned",
            ],
        ),
        (
            "zypper in a=1.2 b>=2 c",
            [
                "a|1.2|name|pinned",
                "b||name|pinned",
                "c||name|any",
            ],
        ),
        (
            "pip install a==1.0 b[x]~=2 c ./d git+https://g/e@v1#egg=e git+https://g/f",
            [
                "a|1.0|name|pinned",
                "b||name|pinned",
                "c||name|any",
                "./d||file|pinned",
                "e||vcs|pinned",
                "git+https://g/f||vcs|any",
            ],
        ),
        (
            "pip install -i https://x/simple --prefix /y a",
            [
                "a||name|any",
            ],
        ),
        (
            "npm i -g a@1.2.3 @s/b@latest @s/c@^1 ./d e@npm:f@2.0.0 git+ssh://g/h.git#v1",
            [
                "a|1.2.3|name|pinned",
                "@s/b||name|any",
                "@s/c||name|pinned",
                "./d||file|pinned",
                "f|2.0.0|name|pinned",
                "git+ssh://g/h.git#v1||vcs|pinned",
            ],
        ),
        (
            "go install -ldflags -s example.com/a@v1.2.3 b.com/c@latest ./d",
            [
                "example.com/a|v1.2.3|name|pinned",
                "b.com/c||name|any",
                "./d||file|pinned",
            ],
        ),
        (
            "cargo install --locked a@1.2.3 b",
            [
                "a|1.2.3|name|pinned",
                "b||name|any",
            ],
        ),
        (
            "composer require a/b:1.2.3 c/d:^2",
            [
                "a/b|1.2.3|name|pinned",
                "c/d||name|pinned",
            ],
        ),
        (
            "gem install a:1.2 b",
            [
                "a|1.2|name|pinned",
                "b||name|any",
            ],
        ),
    ],
)
def test_specs(text, expected):
    call = read_call(text.split())
    assert call is not None
    found = [f"{one.name}|{one.version}|{one.kind}|{'pinned' if one.constrained else 'any'}" for one in call.specs]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uv tool install a==1.2", ["a|1.2"]),
        ("uv add a>=1 b", ["a|", "b|"]),
        ("poetry add a@1.2.3 b@^1 c==2.0 d[x]@3.0", ["a|1.2.3", "b|", "c|2.0", "d|3.0"]),
        ("pdm add -G dev a==1.2", ["a|1.2"]),
        ("pipenv install a==1.2", ["a|1.2"]),
        ("conda install -y -c forge a=1.2.3 b=1.2 forge::c=1.2=py_0 D==1.0", ["a|1.2.3", "b|", "c|1.2", "d|1.0"]),
        ("npx --yes a@1.2.3 b", ["a|1.2.3"]),
        ("pnpm dlx a@1.2.3 b", ["a|1.2.3"]),
        ("bun add a@1.2.3", ["a|1.2.3"]),
        ("corepack prepare pnpm@9.1.0 --activate", ["pnpm|9.1.0"]),
        ("pacman -S --noconfirm core/a b>=1", ["a|", "b|"]),
        ("pecl install a-1.2.3 b", ["a|1.2.3", "b|"]),
        ("cpanm A::B@1.2 C~1", ["A-B|1.2", "C|"]),
        ("luarocks install a 1.2-1", ["a|"]),
        ("dotnet add x.csproj package A --version 1.2", ["A|"]),
        ("dotnet tool install -g a@1.2.3", ["a|1.2.3"]),
        ("nuget install A -Version 1.2", ["A|"]),
        ("cargo install --git https://h/o/r --tag v1", ["https://h/o/r|"]),
        ("cargo install --git https://h/o/r --tag v1 crate", ["crate|"]),
        ("python /tmp/get-pip.py --no-cache-dir pip==22.3.1", ["pip|22.3.1"]),
        ("dnf install java-11-openjdk java-1.8.0-openjdk.x86_64", ["java-11-openjdk|", "java-1.8.0-openjdk|"]),
        ("yum install gcc-toolset-11-gcc compat-libstdc++-33.i686", ["gcc-toolset-11-gcc|", "compat-libstdc++-33|"]),
        ("yum install java-11-openjdk-11.0.15.0.10-2.el8_6 a-1.2-*", ["java-11-openjdk|11.0.15.0.10-2.el8_6", "a|"]),
        ("zypper in nginx-1.21.5 java-11-openjdk gcc-12", ["nginx|1.21.5", "java-11-openjdk|", "gcc-12|"]),
        ("go run a.example/b@v1.2.3 c", ["a.example/b|v1.2.3"]),
    ],
)
def test_names_and_versions(text, expected):
    call = read_call(text.split())
    assert call is not None
    assert [f"{one.name}|{one.version}" for one in call.specs] == expected


def test_files_of_requirements():
    call = read_call(["pip", "install", "-r", "a.txt", "--requirement=b.txt"])
    assert call is not None
    assert call.specs == (
        Spec("a.txt", "a.txt", kind="requirements", constrained=True),
        Spec("b.txt", "b.txt", kind="requirements", constrained=True),
    )


def test_options_with_and_without_values():
    call = read_call(["apt-get", "-qq", "-o", "A=b", "--option=C=d", "install", "-yq", "--", "-x"])
    assert call is not None
    assert call.options.flags == {"-q": ["", "", ""], "-o": ["A=b"], "--option": ["C=d"], "-y": [""]}
    assert call.options.words == ("install", "-x")


@pytest.mark.parametrize(
    "tool", ["pip", "apt-get", "npm", "gem", "composer", "cargo", "conda", "poetry", "pecl", "cpanm", "dnf"]
)
@pytest.mark.parametrize("part", [".0", "0", "-0", "a-", " "])
def test_a_long_word_takes_linear_time(tool, part):
    word = "a@0" + part * 60_000 + "!"
    with ends(tool):
        read_call((tool, "add" if tool == "poetry" else "install", word))
        read_call((tool, "install", "https://x/" + word))
