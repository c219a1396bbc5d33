"""Folders with sockets of container engines."""

import pytest

from careen.formats.services.socket_folders import has_engine_socket


@pytest.mark.parametrize("folder", ["/run", "/var/run", "//var//run", "/var/run/docker", "/run/k3s/containerd"])
def test_folders_with_sockets(folder):
    assert has_engine_socket(folder)


@pytest.mark.parametrize("folder", ["", "/", "/var", "/runner", "/rundocker", "/run/app", "/run/docker-data", "/run/docker/x"])
def test_other_folders(folder):
    assert not has_engine_socket(folder)
