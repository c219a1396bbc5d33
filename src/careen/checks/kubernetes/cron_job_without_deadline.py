"""A CronJob has no deadline for its start."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for job in manifests.of("CronJob"):
        if job.spec.get("startingDeadlineSeconds") is None:
            yield at(job, "has no startingDeadlineSeconds", "spec")


CHECK = Check(
    id="K8S-269",
    title="A CronJob has no deadline for its start",
    severity="negligible",
    why="Runs that were missed are made up for whenever the controller is back; after a hundred of them none starts any more.",
    fix="Set startingDeadlineSeconds.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline",),
    inspect=inspect,
    default=False,
)
