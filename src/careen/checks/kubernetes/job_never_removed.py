"""ttlSecondsAfterFinished is missing or redundant."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for job in manifests.of("Job"):
        if job.spec.get("ttlSecondsAfterFinished") is None:
            yield at(job, "is never removed", "spec")
    for cron in manifests.of("CronJob"):
        if cron.spec.map("jobTemplate", "spec").get("ttlSecondsAfterFinished") is not None:
            yield at(cron, "removes its Jobs twice over", "spec", "jobTemplate", "spec", "ttlSecondsAfterFinished")


CHECK = Check(
    id="K8S-072",
    title="ttlSecondsAfterFinished is missing or redundant",
    severity="negligible",
    why="Finished Jobs and their pods accumulate in the API. History limits already remove Jobs of a CronJob.",
    fix="Set ttlSecondsAfterFinished on standalone Jobs, and remove it from Jobs of a CronJob.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",),
    inspect=inspect,
    default=False,
)
