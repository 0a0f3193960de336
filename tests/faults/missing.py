"""Missing prerequisites of a fault."""


class MissingError(RuntimeError):
    """This machine cannot produce the fault; the message gives the reason."""
