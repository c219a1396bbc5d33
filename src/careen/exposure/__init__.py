"""Attack paths: from Compose files and Kubernetes manifests to ranked paths of an attacker.

``crossings`` lists the ways out of a container, ``vulnerabilities`` weighs those of its image. ``compose``, and for
Kubernetes ``pods``, ``entries``, ``traffic``, ``roles`` and ``cluster``, build one graph; ``paths`` searches it,
``report`` assembles the result, and ``table``, ``document`` and ``page`` write it.
"""
