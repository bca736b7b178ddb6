"""Whether what a browser sent has the shape that was agreed on. What it says is for others to check."""


def fits(value, shape):
    """
    :param value: as JSON gives it
    :param shape: a tuple of the types it may have, exactly (a boolean is no number); ``[shape]`` for a list of such
        values, ``{str: shape}`` for a dict of such
    :return: whether it has that shape
    """
    if isinstance(shape, tuple):
        return type(value) in shape
    (inner,) = shape.values() if isinstance(shape, dict) else shape
    items = value.values() if isinstance(value, dict) else value
    return isinstance(value, type(shape)) and all(fits(item, inner) for item in items)
