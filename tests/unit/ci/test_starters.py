import json
from pathlib import Path

import check_jsonschema
import jsonschema
import yaml

from careen.ci.starters import CHECKOUT, Source, additions, look

SOURCE = Source("https://forge.example/owner/careen", "a" * 40)
SCHEMAS = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"


def validate(text, name):
    schema = json.loads((SCHEMAS / name).read_bytes())
    document = {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}  # YAML 1.1 reads on as true
    jsonschema.validators.validator_for(schema)(schema).validate(document)


def made(root, service):
    return additions(look(root), service, SOURCE, root)


def test_what_is_written_is_valid(tmp_path):
    (tmp_path / "Dockerfile").touch()
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "web.Dockerfile").touch()
    workflow = made(tmp_path, "github").text
    validate(workflow, "github-workflows.json")
    assert CHECKOUT in workflow
    assert "run: docker build --file 'a b/web.Dockerfile' --tag careen-2:ci 'a b'" in workflow
    validate(made(tmp_path, "gitlab").text, "gitlab-ci.json")


def test_the_marks_of_services_are_found(tmp_path):
    assert look(tmp_path).services == ()
    for name in (".gitlab-ci.yml", "Jenkinsfile"):
        (tmp_path / name).touch()
    assert look(tmp_path).services == ("gitlab", "jenkins")


def test_more_images_than_jobs_are_counted(tmp_path):
    for number in range(12):
        (tmp_path / f"Dockerfile.v{number}").touch()
    found = look(tmp_path)
    assert (len(found.dockerfiles), found.left_out) == (10, 2)


def test_hooks_fit_what_the_repository_has(tmp_path):
    assert "careen-dockerfile" not in made(tmp_path, "pre-commit").text
    (tmp_path / "Containerfile").touch()
    assert "careen-dockerfile" in made(tmp_path, "pre-commit").text
