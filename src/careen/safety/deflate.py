"""Fast compression of Careen's own stored data, in zlib's format, with whichever library is installed."""


def deflated(data: bytes | memoryview) -> bytes:
    try:
        from isal import igzip_lib

        return igzip_lib.compress(data, 1, igzip_lib.COMP_ZLIB)
    except ImportError:  # without a wheel for this machine, the standard library takes five times as long
        import zlib

        return zlib.compress(data, 1)


def inflated(data: bytes) -> bytes:
    """Raises ValueError if the data are damaged."""
    try:
        from isal import igzip_lib
    except ImportError:
        import zlib

        try:
            return zlib.decompress(data)
        except zlib.error as error:
            raise ValueError(str(error)) from error
    try:
        return igzip_lib.decompress(data, igzip_lib.DECOMP_ZLIB)
    except igzip_lib.error as error:  # type: ignore[misc]  # its stub calls it an object
        raise ValueError(str(error)) from error
