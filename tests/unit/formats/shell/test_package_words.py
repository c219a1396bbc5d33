import pytest

from careen.formats.shell.package_commands import read_call
from careen.formats.shell.package_words import plain_words


def installed(text):
    call = read_call(text.split())
    return call and (call.tool, [(spec.name, spec.version) for spec in call.specs])


@pytest.mark.parametrize(
    ("text", "tool", "name", "version"),
    [
        ("python3 -I -m pip install django==2.0", "pip", "django", "2.0"),
        ("python -W ignore -m pip install django==2.0", "pip", "django", "2.0"),
        ("python -m uv pip install django==2.0", "pip", "django", "2.0"),
        ("python -m poetry add django@2.0", "poetry", "django", "2.0"),
        ("php -d memory_limit=-1 composer.phar require a/b:1.2.3", "composer", "a/b", "1.2.3"),
        ("./composer.phar require a/b:1.2.3", "composer", "a/b", "1.2.3"),
        ("easy_install-3.9 django==2.0", "easy_install", "django", "2.0"),
        ("python -m easy_install django==2.0", "easy_install", "django", "2.0"),
        ("uvx ruff@0.1.0 check", "uv", "ruff", "0.1.0"),
        ("uvx --from black==22.1.0 blackd", "uv", "black", "22.1.0"),
        ("uv tool run black==22.1.0", "uv", "black", "22.1.0"),
        ("uv tool install black==22.1.0", "uv", "black", "22.1.0"),
        ("uv run --with django==2.0 manage.py", "uv", "django", "2.0"),
        ("pipx run black==22.1.0 .", "pipx", "black", "22.1.0"),
        ("npx -p lodash@4.17.4 run", "npx", "lodash", "4.17.4"),
        ("npm init react-app@1.0.0 web", "npm", "create-react-app", "1.0.0"),
        ("npm init @scope@1.0.0 web", "npm", "@scope/create", "1.0.0"),
        ("yarn create @scope/app@1.0.0", "yarn", "@scope/create-app", "1.0.0"),
        ("deno install npm:lodash@4.17.4", "deno", "lodash", "4.17.4"),
        ("rye install black==22.1.0", "rye", "black", "22.1.0"),
        ("pixi global install openssl=1.1.1a", "pixi", "openssl", "1.1.1a"),
        ("cargo add hyper@0.14.0", "cargo", "hyper", "0.14.0"),
        ("mvn -q dependency:get -Dartifact=a.b:c:1.0:jar", "maven", "a.b:c", "1.0"),
        ("mvn x:maven-dependency-plugin:2.8:copy -DgroupId=a.b -DartifactId=c -Dversion=1.0", "maven", "a.b:c", "1.0"),
        ("coursier fetch a.b:c:1.0", "maven", "a.b:c", "1.0"),
        ("jbang --deps a.b:c:1.0 x.java", "maven", "a.b:c", "1.0"),
        ("mix archive.install hex phx_new 1.4.0 --force", "hex", "phx_new", "1.4.0"),
        ("dart pub global activate http 0.13.0", "pub", "http", "0.13.0"),
        ("cabal v2-install pandoc-2.0", "cabal", "pandoc", "2.0"),
        ("opam install -y ssl.0.5.0", "opam", "ssl", "0.5.0"),
        ("conan install --requires=openssl/1.1.1a", "conan", "openssl", "1.1.1a"),
        ("nala install -y openssl=3.0.9-1", "apt", "openssl", "3.0.9-1"),
        ("install_packages openssl=3.0.9-1", "install_packages", "openssl", "3.0.9-1"),
    ],
)  # fmt: skip
def test_the_package_of_a_command(text, tool, name, version):
    assert installed(text) == (tool, [(name, version)])


def test_the_version_in_an_option():
    call = read_call(["bundle", "add", "rails", "--version", "5.0.0"])
    assert call is not None
    assert (call.tool, call.specs[0].name, call.options.values("--version")) == ("gem", "rails", ["5.0.0"])


@pytest.mark.parametrize(
    "text",
    [
        *("npm run build", "yarn run build", "pnpm run test", "bun run build", "poetry run python x", "pdm run start"),
        *("conda run -n x make", "uv run x.py", "composer run x", "npm init -y", "pipenv run x"),
    ],
)
def test_a_script_of_the_project_is_no_package(text):
    found = read_call(text.split())
    assert found is not None
    assert found.specs == ()


@pytest.mark.parametrize(
    "text", ["python -m", "python x.py -m pip", "php x.php", "mvn package", "mix deps.get", "dart run", "stack build"]
)
def test_other_commands(text):
    assert read_call(text.split()) is None


def test_interpreters_in_a_row_end():
    assert plain_words(("python", "-m") * 5000) == ()


@pytest.mark.parametrize(
    "text",
    [
        "cabal install .",
        "cabal install all:exes",
        "stack install :web",
        "opam install ./web",
        "conan install src/conanfile.txt",
    ],
)
def test_what_the_project_itself_has_is_no_package(text):
    found = read_call(text.split())
    assert found is not None
    assert [spec for spec in found.specs if spec.kind == "name"] == []
