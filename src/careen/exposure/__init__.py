"""How far an intruder gets: Compose files and Kubernetes manifests come in, ranked chains of steps go out.

``crossings`` knows what leads out of a container; ``compose``, ``pods``, ``traffic``, ``roles`` and ``cluster`` build one
graph of what they read, ``flaws`` weighs the vulnerabilities of its images, ``paths`` searches it, ``report`` puts the
answer together, and ``table``, ``document`` and ``page`` write it.
"""
