"""Downloads releases of projects for a knowledge base, from the places that the user's own clients are configured for.

| source    | index                                             | what is read                         |
|-----------|---------------------------------------------------|--------------------------------------|
| ``pypi:`` | ``index-url`` of pip's configuration              | the sdist, else a wheel              |
| ``npm:``  | ``registry`` of npm's configuration               | the package's tarball                |
| ``deb:``  | the archives of apt's configuration               | upstream's sources, Debian's patches |
| ``git:``  | the tags of a clone here                          | its objects                          |
| ``dir:``  | a folder or archive here                          | its files                            |

No address is built in. Archives are unpacked in memory with limits, and nothing of a package is ever run.
"""
