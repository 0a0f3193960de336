"""What a machine lacks that a fault needs."""


class MissingError(RuntimeError):
    """This machine cannot show the fault; the message says why."""
