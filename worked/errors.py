"""What a reader is told where a figure makes no sense."""


class FigureError(ValueError):
    """A figure that makes no sense; the message starts with the figure's name."""


class OutOfRangeError(FigureError):
    """A given set outside its declared range."""


class UnknownNameError(FigureError):
    """A name that the graph does not have; the message suggests one that it has."""
