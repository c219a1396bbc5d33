"""How far an intruder gets: Compose files and Kubernetes manifests come in, ranked chains of steps go out.

``crossings`` knows what leads out of a container, ``flaws`` weighs the vulnerabilities of its image. ``compose``, and for
Kubernetes ``pods``, ``entries``, ``traffic``, ``roles`` and ``cluster``, build one graph; ``paths`` searches it, ``report``
puts the answer together, and ``table``, ``document`` and ``page`` write it.
"""
