"""Flags of the controller manager and the scheduler of Kubernetes."""

from careen.checks.flags import differs, flag, omits, unset
from careen.plugins import Check

_on_all_addresses = differs("127.0.0.1", "::1", "localhost")


CHECKS = (
    Check(
        id="K8S-233",
        title="The controller manager sets no limit of terminated pods",
        severity="low",
        why="12,500 dead pods weigh on the API server before the first is removed.",
        fix="Set --terminated-pod-gc-threshold.",
        references=("CIS Kubernetes 1.3.1", "CWE-770"),
        inspect=unset("kube-controller-manager", "terminated-pod-gc-threshold"),
    ),
    Check(
        id="K8S-234",
        title="The controller manager answers profiling requests",
        severity="low",
        why="Profiles reveal memory and what the program is doing, and cost time to make.",
        fix="Set --profiling=false.",
        references=("CIS Kubernetes 1.3.2", "CWE-489"),
        inspect=flag("kube-controller-manager", "profiling", differs("false"), "answers profiling requests"),
    ),
    Check(
        id="K8S-235",
        title="All controllers share one set of credentials",
        severity="medium",
        why="Each controller then has the rights of all others.",
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
        title="The controller manager signs no tokens with a key of its own",
        severity="medium",
        why="Tokens of service accounts cannot be verified, or their key cannot be rotated by itself.",
        fix="Set --service-account-private-key-file.",
        references=("CIS Kubernetes 1.3.4", "CWE-323"),
        inspect=unset("kube-controller-manager", "service-account-private-key-file"),
    ),
    Check(
        id="K8S-237",
        title="Pods are not given the certificate authority of the cluster",
        severity="low",
        why="Pods cannot verify the API server they send their token to.",
        fix="Set --root-ca-file.",
        references=("CIS Kubernetes 1.3.5", "CWE-295"),
        inspect=unset("kube-controller-manager", "root-ca-file"),
    ),
    Check(
        id="K8S-238",
        title="The controller manager does not enable rotation of kubelet certificates",
        severity="low",
        why="Certificates that run out, or leak, stay in use.",
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
        title="The controller manager listens on all addresses",
        severity="low",
        why="Its metrics and health pages describe the cluster to whoever reaches the port.",
        fix="Set --bind-address=127.0.0.1.",
        references=("CIS Kubernetes 1.3.7", "CWE-1327"),
        inspect=flag("kube-controller-manager", "bind-address", _on_all_addresses, "listens on more than the loopback address"),
    ),
    Check(
        id="K8S-240",
        title="The scheduler answers profiling requests",
        severity="low",
        why="Profiles reveal memory and what the program is doing, and cost time to make.",
        fix="Set --profiling=false.",
        references=("CIS Kubernetes 1.4.1", "CWE-489"),
        inspect=flag("kube-scheduler", "profiling", differs("false"), "answers profiling requests"),
    ),
    Check(
        id="K8S-241",
        title="The scheduler listens on all addresses",
        severity="low",
        why="Its metrics and health pages describe the cluster to whoever reaches the port.",
        fix="Set --bind-address=127.0.0.1.",
        references=("CIS Kubernetes 1.4.2", "CWE-1327"),
        inspect=flag("kube-scheduler", "bind-address", _on_all_addresses, "listens on more than the loopback address"),
    ),
)
