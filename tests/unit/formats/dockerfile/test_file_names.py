"""The names of Dockerfiles and Compose files."""

from careen.formats.dockerfile.file_names import of_containers


def test_dockerfiles_and_compose_files_are_known_by_their_names():
    named = ["Dockerfile", "a/app.Containerfile", "Dockerfile.dev", "docker/compose.prod.yml", "podman-compose.yaml"]
    others = ["Dockerfile.md", "Dockerfile.yaml", ".dockerignore", "compose.txt", "deploy.yaml", "src/dockerfile.py"]
    assert of_containers([*named, *others]) == named


def test_those_of_other_peoples_code_are_left_out():
    assert of_containers(["node_modules/x/Dockerfile", "a/venv/compose.yml", "venv"]) == []
