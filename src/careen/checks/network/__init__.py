"""Network policies, Services, Ingresses and Gateways of Kubernetes: checks get a Manifests."""
