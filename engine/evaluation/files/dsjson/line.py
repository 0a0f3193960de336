"""One line of dsjson: the names in it that are read."""

from typing import Any

import msgspec


class Line(msgspec.Struct, frozen=True, gc=False):
    """What is read of a line; ``c``, most of it, only where it has not been met before."""

    c: msgspec.Raw = msgspec.Raw()
    a: list[int] | None = None
    p: list[float] | None = None
    cost: float | None = msgspec.field(name="_label_cost", default=None)
    probability: float | None = msgspec.field(name="_label_probability", default=None)
    action: int | None = msgspec.field(name="_label_Action", default=None)
    index: int | None = msgspec.field(name="_labelIndex", default=None)
    skipped: bool | None = msgspec.field(name="_skipLearn", default=False)
    dropped: float | None = msgspec.field(name="pdrop", default=None)
    reward: Any = msgspec.field(name="RewardValue", default=None)
    is_activation: Any = msgspec.field(name="ActionTaken", default=None)
    outcomes: Any = msgspec.field(name="_outcomes", default=None)
    number: Any = msgspec.field(name="_label_ca", default=None)
    time: str = msgspec.field(name="Timestamp", default="")
    event: str | int | None = msgspec.field(name="EventId", default=None)

    @property
    def is_late(self) -> bool:
        """Whether it is a reward or an activation without its decision: that was gone when it came,
        and Vowpal Wabbit skips it, too; or the log was never joined."""
        return not bytes(self.c) and (self.reward is not None or self.is_activation is not None)


line_of = msgspec.json.Decoder(Line).decode
"""What is read of a text; `msgspec.MsgspecError` for one that is no such line."""
