"""The Go modules that advisories name for the programs of Kubernetes.

**Source:** Kubernetes, "Official CVE Feed", whose records name programs; OSV's and Go's advisories, which name modules.
"""

KUBERNETES = "k8s.io/kubernetes"
MODULE_BY_PROGRAM = {
    "kube-apiserver": "k8s.io/apiserver",
    "kube-controller-manager": "k8s.io/controller-manager",
    "kube-proxy": "k8s.io/kube-proxy",
    "kubectl": "k8s.io/kubectl",
    "kubelet": "k8s.io/kubelet",
}
