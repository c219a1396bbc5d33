"""Flags of the controller manager and the scheduler of Kubernetes."""

from careen.checks.flags import differs, flag, omits, unset
from careen.plugins import Check

_on_all_addresses = differs("127.0.0.1", "::1", "localhost")


CHECKS = (
    Check(
        id="K8S-233",
        title="terminated-pod-gc-threshold is not set",
        severity="low",
        why="Up to 12,500 terminated pods slow down the API server before they are removed.",
        fix="Set --terminated-pod-gc-threshold.",
        references=("CIS Kubernetes 1.3.1", "CWE-770"),
        inspect=unset("kube-controller-manager", "terminated-pod-gc-threshold"),
    ),
    Check(
        id="K8S-234",
        title="Controller manager profiling is enabled",
        severity="low",
        why="Profiles reveal memory and program details, and slow the server down.",
        fix="Set --profiling=false.",
        references=("CIS Kubernetes 1.3.2", "CWE-489"),
        inspect=flag("kube-controller-manager", "profiling", differs("false"), "answers profiling requests"),
    ),
    Check(
        id="K8S-235",
        title="Controllers share one set of credentials",
        severity="medium",
        why="Each controller has the permissions of all others.",
        fix="Set --use-service-account-credentials=true.",
        references=("CIS Kubernetes 1.3.3", "CWE-250"),
        inspect=flag(
            "kube-controller-manager",
            "use-service-account-credentials",
            differs("true"),
            "lets all controllers share its credentials",
        ),
    ),
    Check(
        id="K8S-236",
        title="Controller manager has no service account key",
        severity="medium",
        why="Service account tokens cannot be verified, or their key cannot be rotated separately.",
        fix="Set --service-account-private-key-file.",
        references=("CIS Kubernetes 1.3.4", "CWE-323"),
        inspect=unset("kube-controller-manager", "service-account-private-key-file"),
    ),
    Check(
        id="K8S-237",
        title="Pods do not get the CA of the cluster (root-ca-file)",
        severity="low",
        why="Pods cannot verify the API server that they send their token to.",
        fix="Set --root-ca-file.",
        references=("CIS Kubernetes 1.3.5", "CWE-295"),
        inspect=unset("kube-controller-manager", "root-ca-file"),
    ),
    Check(
        id="K8S-238",
        title="Rotation of kubelet server certificates is disabled",
        severity="low",
        why="Expired or leaked certificates stay in use.",
        fix="Set --feature-gates=RotateKubeletServerCertificate=true if it is not the default.",
        references=("CIS Kubernetes 1.3.6", "CWE-324"),
        inspect=flag(
            "kube-controller-manager",
            "feature-gates",
            omits("RotateKubeletServerCertificate=true"),
            "does not say that certificates of kubelets are rotated",
        ),
    ),
    Check(
        id="K8S-239",
        title="Controller manager listens on all addresses",
        severity="low",
        why="Anyone who reaches the port gets metrics that describe the cluster.",
        fix="Set --bind-address=127.0.0.1.",
        references=("CIS Kubernetes 1.3.7", "CWE-1327"),
        inspect=flag("kube-controller-manager", "bind-address", _on_all_addresses, "listens on more than the loopback address"),
    ),
    Check(
        id="K8S-240",
        title="Scheduler profiling is enabled",
        severity="low",
        why="Profiles reveal memory and program details, and slow the server down.",
        fix="Set --profiling=false.",
        references=("CIS Kubernetes 1.4.1", "CWE-489"),
        inspect=flag("kube-scheduler", "profiling", differs("false"), "answers profiling requests"),
    ),
    Check(
        id="K8S-241",
        title="Scheduler listens on all addresses",
        severity="low",
        why="Anyone who reaches the port gets metrics that describe the cluster.",
        fix="Set --bind-address=127.0.0.1.",
        references=("CIS Kubernetes 1.4.2", "CWE-1327"),
        inspect=flag("kube-scheduler", "bind-address", _on_all_addresses, "listens on more than the loopback address"),
    ),
)
