"""Kubernetes workloads, their volumes and the cluster itself: checks get a Manifests, with all resources together."""
