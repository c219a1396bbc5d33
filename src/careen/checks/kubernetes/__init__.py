"""Kubernetes workloads, their volumes and the cluster itself: checks get a Manifests, all resources judged together."""
