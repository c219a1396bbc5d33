"""CronJob has no startingDeadlineSeconds."""

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
    title="CronJob has no startingDeadlineSeconds",
    severity="negligible",
    why="Missed runs start whenever the controller is back; after 100 missed runs the job never starts again.",
    fix="Set startingDeadlineSeconds.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline",),
    inspect=inspect,
    default=False,
)
