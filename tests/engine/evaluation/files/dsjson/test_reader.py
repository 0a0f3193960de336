"""Lines become batches, or faults with their numbers."""

from tests.engine.evaluation.files.dsjson.rows import lines
from tests.engine.evaluation.files.made import refused
from tests.engine.store.exchange.files import GOOD_ROW


def test_text_that_is_no_json_or_not_utf_8_is_told_with_its_line() -> None:
    good = lines(GOOD_ROW)
    told = refused(b"\n".join([good, good[:50], good.replace(b"_tag", b"_t\xe9g"), b"", b"x"]))
    assert [line for line, _ in told] == [2, 3, 5]
    assert told[1][1] == "it is not UTF-8"
