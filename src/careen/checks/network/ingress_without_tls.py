"""An Ingress serves without TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for ingress in manifests.of("Ingress"):
        if not ingress.spec.maps("tls"):
            yield at(ingress, "serves without TLS", "spec")


CHECK = Check(
    id="NWP-006",
    title="An Ingress serves without TLS",
    severity="medium",
    why="What passes, passwords and sessions among it, can be read and changed on its way.",
    fix="Add tls with a secretName and the hosts.",
    references=(
        "CWE-319",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    ),
    inspect=inspect,
    good=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  tls:
    - secretName: shop
      hosts: [shop.example]
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
""",
    ),
    bad=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
""",
    ),
)
