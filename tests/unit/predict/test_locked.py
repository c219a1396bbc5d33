import json
import os

import pytest
from tests.support.work import ends

from careen.catalogers import bundler, golang, npm_lock, python_lock, python_requirements, rust
from careen.formats.dockerfile.reader import read_dockerfile
from careen.layers.index import Readers
from careen.layers.loose import inventory_of_files
from careen.predict.context import Context, context_at
from careen.predict.locked import locked

CATALOGERS = [module.CATALOGER for module in (bundler, golang, npm_lock, python_lock, python_requirements, rust)]
READERS = Readers.of(CATALOGERS, "test")
LOCK = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/lodash": {"version": "4.17.15"}}})


def put(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def locked_in(root, text, ignored=()):
    found = locked(read_dockerfile(text), Context(root, ignored), lambda files: inventory_of_files(files, READERS))
    return [(one.line, f"{one.package.name}@{one.package.version}", one.package.evidence[1].path) for one in found.predicted], [
        *found.open
    ]


def names(root, text, ignored=()):
    found, missing = locked_in(root, text, ignored)
    return [name for _, name, _ in found], missing


def test_requirements(tmp_path):
    put(tmp_path, {"requirements.txt": "-r more/base.txt\nflask==2.0.1\n", "more/base.txt": "requests==2.19.0\n"})
    text = (
        "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN apt-get update \\\n && pip install --no-cache-dir -r requirements.txt\n"
    )
    found, missing = locked_in(tmp_path, text)
    assert sorted((line, name) for line, name, _ in found) == [(5, "flask@2.0.1"), (5, "requests@2.19.0")]
    assert missing == []
    assert {place for *_, place in found} == {"requirements.txt"}


@pytest.mark.parametrize(
    "lines",
    [
        "COPY package.json package-lock.json ./\nRUN npm ci",
        "COPY package*.json /app/\nWORKDIR /app\nRUN npm ci --omit=dev",
        "COPY ./ /srv/\nRUN cd /srv && npm install",
        "COPY . /srv\nRUN npm --prefix /srv ci",
        "COPY package-lock.json /x/package-lock.json\nWORKDIR x\nRUN npm i --loglevel warn",
        "ARG D=/opt\nCOPY . $D\nWORKDIR ${D}\nRUN npm clean-install",
        "WORKDIR /app\nRUN --mount=type=bind,source=package-lock.json,target=package-lock.json npm ci",
        "WORKDIR /app\nRUN --mount=type=bind,target=. npm ci",
        "ADD . .\nRUN yarn --version; npm ci",
    ],
)
def test_where_a_lock_file_comes_to_lie(tmp_path, lines):
    put(tmp_path, {"package-lock.json": LOCK, "package.json": "{}"})
    assert names(tmp_path, f"FROM node:22\n{lines}\n") == (["lodash@4.17.15"], [])


def test_from_stage_to_stage(tmp_path):
    put(tmp_path, {"web/package-lock.json": LOCK})
    text = (
        "FROM node:22 AS sources\nCOPY web /src/web\nFROM node:22 AS base\nWORKDIR /app\nCOPY --from=sources /src/web/ .\n"
        "FROM base AS build\nRUN npm ci\nFROM nginx:1.27\nCOPY --from=build /app/dist /usr/share/nginx/html\n"
    )
    assert locked_in(tmp_path, text)[0] == [(7, "lodash@4.17.15", "web/package-lock.json")]


def test_a_stage_that_nothing_is_taken_from(tmp_path):
    put(tmp_path, {"package-lock.json": LOCK})
    assert names(tmp_path, "FROM node:22 AS tests\nCOPY . .\nRUN npm ci\nFROM nginx:1.27\n") == ([], [])


@pytest.mark.parametrize(
    ("file", "content", "command", "package"),
    [
        ("Gemfile.lock", "GEM\n  specs:\n    rack (2.0.1)\n", "bundle install --jobs 4", "rack@2.0.1"),
        (
            "Cargo.lock",
            '[[package]]\nname = "time"\nversion = "0.1.42"\nsource = "registry+x"\n',
            "cargo build -r",
            "time@0.1.42",
        ),
        (
            "Cargo.lock",
            '[[package]]\nname = "time"\nversion = "0.1.42"\nsource = "x"\n',
            "cargo install --path .",
            "time@0.1.42",
        ),
        ("poetry.lock", '[[package]]\nname = "jinja2"\nversion = "2.10"\n', "poetry install --no-root", "jinja2@2.10"),
        ("poetry.lock", '[[package]]\nname = "jinja2"\nversion = "2.10"\n', "python -m poetry install", "jinja2@2.10"),
        ("uv.lock", '[[package]]\nname = "jinja2"\nversion = "2.10"\n', "uv sync --frozen", "jinja2@2.10"),
        ("requirements.txt", "jinja2==2.10\n", "uv pip sync requirements.txt", "jinja2@2.10"),
        ("deps.txt", "jinja2==2.10\n", "python3 -m pip install -r ./deps.txt", "jinja2@2.10"),
        ("go.mod", "module a.example/a\n\nrequire golang.org/x/text v0.3.0\n", "go mod download", "golang.org/x/text@v0.3.0"),
        (
            "go.mod",
            "module a.example/a\n\nrequire golang.org/x/text v0.3.0\n",
            "go build -o /a ./cmd",
            "golang.org/x/text@v0.3.0",
        ),
    ],
)
def test_every_program(tmp_path, file, content, command, package):
    put(tmp_path, {file: content})
    found, missing = names(tmp_path, f"FROM a:1\nWORKDIR /app\nCOPY . .\nRUN {command}\n")
    assert package in found
    assert missing == []


@pytest.mark.parametrize(
    "command", ["npm install -g express", "go install a.example/a@v1", "cargo install ripgrep", "npm run build"]
)
def test_what_installs_something_else(tmp_path, command):
    put(tmp_path, {"package-lock.json": LOCK, "Cargo.lock": "", "go.mod": "module a\nrequire b v1.0.0\n"})
    assert names(tmp_path, f"FROM a:1\nWORKDIR /app\nCOPY . .\nRUN {command}\n") == ([], [])


def test_a_missing_file_has_a_reason(tmp_path):
    text = "FROM python:3.13\nCOPY . .\nRUN pip install -r made.txt\nRUN npm ci\n"
    assert names(tmp_path, text)[1] == [
        "Dockerfile:3: made.txt is not in the build context",
        "Dockerfile:4: npm-shrinkwrap.json or package-lock.json is not in the build context",
    ]
    put(tmp_path, {"package-lock.json": "{"})
    (missing,) = names(tmp_path, "FROM node:22\nCOPY . .\nRUN npm ci\n")[1]
    assert missing.startswith("Dockerfile:3: package-lock.json: ")


def test_what_dockerignore_leaves_out(tmp_path):
    put(tmp_path, {"package-lock.json": LOCK, ".dockerignore": "*.json\n"})
    text = "FROM node:22\nCOPY . .\nRUN npm ci\n"
    assert names(tmp_path, text, ("*.json",)) == ([], ["Dockerfile:3: .dockerignore excludes package-lock.json"])
    with pytest.raises(ValueError, match=r"\.dockerignore excludes"):
        context_at(tmp_path).read("package-lock.json")


def test_nothing_outside_of_the_context_is_read(tmp_path):
    put(tmp_path, {"secret.txt": "jinja2==2.10\n", "app/keep": ""})
    os.symlink(tmp_path / "secret.txt", tmp_path / "app/requirements.txt")
    os.symlink(tmp_path, tmp_path / "app/up")
    os.mkfifo(tmp_path / "app/pipe.txt")
    for source in ("../secret.txt", "/../secret.txt", "up/secret.txt", "requirements.txt", "pipe.txt"):
        text = f"FROM python:3.13\nCOPY {source} /r/requirements.txt\nRUN pip install -r /r/requirements.txt\n"
        found, missing = names(tmp_path / "app", text)
        assert (found, len(missing)) == ([], 1), source


def test_files_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("careen.predict.context.MAX_BYTES", 100)
    put(tmp_path, {"requirements.txt": "a==1\n" * 100})
    (missing,) = names(tmp_path, "FROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\n")[1]
    assert "requirements.txt is larger than" in missing


def test_files_that_name_each_other_and_stages_in_a_ring(tmp_path):
    put(tmp_path, {"requirements.txt": "-r requirements.txt\n-r b.txt\n", "b.txt": "-r requirements.txt\na==1.0\n"})
    text = "FROM python AS a\nCOPY --from=b /r /r\nFROM python AS b\nCOPY --from=a /r /r\nCOPY . .\n"
    text += "RUN pip install -r requirements.txt\n"
    assert names(tmp_path, text) == (["a@1.0"], [])


def test_stages_that_multiply_take_bounded_time(tmp_path):
    put(tmp_path, {"requirements.txt": "a==1.0\n"})
    text = "FROM python AS s0\n" + "COPY . /a\n" * 50
    for number in range(1, 25):
        text += f"FROM python AS s{number}\n" + f"COPY --from=s{number - 1} /a /a\n" * 20
    text += "RUN pip install -r /a/missing.txt\n" * 50
    with ends():
        missing = names(tmp_path, text)[1]
    assert "over the limit of copies" in missing[0]


def test_constraints_and_packages_without_a_version(tmp_path):
    put(
        tmp_path,
        {
            "requirements.txt": "-c more.txt\njinja2\npyyaml==5.3.1\nrequests>=2\nclick\n",
            "limits/c.txt": "jinja2==3.1.1\nflask==2.2.2\n",
            "more.txt": "click==8.0.0\n",
        },
    )
    text = (
        "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -c limits/c.txt -r requirements.txt\n"
        "RUN pip install flask django -c limits/c.txt\nENV PIP_CONSTRAINT=/app/limits/c.txt\n"
    )
    found, missing = names(tmp_path, text)
    assert sorted(found) == ["click@8.0.0", "flask@2.2.2", "jinja2@3.1.1", "pyyaml@5.3.1", "requests@"]
    assert missing == []


def test_a_list_of_conda_may_have_any_name(tmp_path):
    put(tmp_path, {"env/dev.yml": "dependencies:\n  - pip\n"})
    text = "FROM a\nCOPY env /tmp\nRUN micromamba install -y -n base -f /tmp/dev.yml && mamba env update -f /tmp/none.yml\n"
    assert names(tmp_path, text)[1] == ["Dockerfile:3: none.yml is not in the build context"]


def test_the_project_file_of_dotnet(tmp_path):
    put(tmp_path, {"Web/Web.csproj": "<Project/>", "Api/packages.lock.json": "{}"})
    copy = 'FROM a\nWORKDIR /src\nCOPY ["Web/Web.csproj", "Web/"]\n'
    text = copy + 'RUN dotnet restore "Web/Web.csproj" && dotnet build Api/Api.csproj\n'
    asked = []
    locked(
        read_dockerfile(text), Context(tmp_path), lambda files: asked.append(sorted(files)) or inventory_of_files({}, READERS)
    )
    assert asked == [["Web.csproj"]]
