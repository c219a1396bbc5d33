"""The chart of tests/unit/charts, with a packed subchart."""

import gzip
import io
import tarfile

from careen.charts.files import folder_files
from tests.conftest import ROOT

HERE = ROOT / "tests" / "unit" / "charts"
SETTINGS = (
    "image.tag=3,extra[1].name=B,extra[0].name=A,extra[0].value=x,extra[1].value=y",
    "tags.backend=false",
    r"privileged=true,nameOverride=other\.name",
)


def chart_files() -> dict[str, bytes]:
    return {**folder_files(HERE / "shop"), "charts/database-0.2.0.tgz": packed("database", folder_files(HERE / "database"))}


def packed(name: str, files: dict[str, bytes]) -> bytes:
    """A chart as ``helm package`` makes it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path, data in sorted(files.items(), key=lambda row: row[0] != "Chart.yaml"):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(stream.getvalue(), mtime=0)


def user_values_of_shop() -> tuple[str, ...]:
    return ((HERE / "shop-values.yaml").read_text("utf-8"),)


def settings_of_shop() -> tuple[str, ...]:
    return SETTINGS
