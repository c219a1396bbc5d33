"""Network policies, Services, Ingresses and Gateways of Kubernetes: checks inspect a Manifests."""
