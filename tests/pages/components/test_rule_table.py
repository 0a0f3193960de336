"""Columns of a rule table, beside the results on a small laptop."""

from pages.parts.components.rule_table import width_of

_BESIDE = 288
"""Pixels of the settings on Compare in a window of 1,280."""


def test_names_of_a_banks_rule_on_two_fields_are_shown_whole() -> None:
    columns = ["middle", "senior"], ["50,000 to 100,000", "150,000 to 200,000"], ["Mortgage talk"]
    widths = [width_of(column) for column in columns]
    assert sum(widths) <= _BESIDE
    longest = [max(map(len, column)) for column in columns]
    assert all(w >= 16 + 6.1 * n for w, n in zip(widths, longest, strict=True)), "as measured"
