"""Java 8 has its updates in the CPE dictionary, later runtimes have versions."""

import pytest

from careen.formats.packages.java_runtime import runtime_cpe


@pytest.mark.parametrize(
    ("name", "version", "cpe"),
    [
        ("openjdk", "1.8.0_382-b05", "cpe:2.3:a:oracle:openjdk:8:update382:*:*:*:*:*:*"),
        ("jre", "1.8.0_382", "cpe:2.3:a:oracle:jre:8:update382:*:*:*:*:*:*"),
        ("openjdk", "1.7.0", "cpe:2.3:a:oracle:openjdk:7:-:*:*:*:*:*:*"),
        ("openjdk", "17.0.2+8", "cpe:2.3:a:oracle:openjdk:17.0.2:*:*:*:*:*:*:*"),
        ("openjdk", "21.0.3+9-2", "cpe:2.3:a:oracle:openjdk:21.0.3:*:*:*:*:*:*:*"),
    ],
)
def test_the_cpe_of_a_runtime(name, version, cpe):
    assert runtime_cpe(name, version) == cpe
