"""A report with text that a user may have typed."""

from datetime import date

from pages.parts.charts import curves
from pages.parts.scene.part_types import Figure
from pages.parts.scene.report_files.report_content import Report

TYPED = '<script>alert("x")</script> & "Ümlaut" <b>ß</b> 100 % *#read("x") $y$ @z'
CURVE = [{"visitor": float(n + 1), "mean": 0.5 + n / 30, "recent": 0.5 + n / 40} for n in range(12)]
FIGURE = Figure(
    "gave",
    "Rewards from visitors",
    "Rewards from visitors: 0.9 at last",
    curves.reward_spec(False, False),
    curves.reward_rows(CURVE, False),
    keys=(("#015fb0", "Cappuccino"), ("#cc7623", TYPED)),
)
REPORT = Report(
    title="What has it learned?",
    world=TYPED,
    story="Four regulars walk into a coffee shop. 🥐☕",
    about="So far 12 visitors came.",
    figures=(FIGURE, FIGURE),
    sentences=("The last 12 visitors gave 0.52 each.", "Averyveryverylongword" * 12),
    seed=7,
    link="https://playground.example/?world=coffee&seed=7",
    made=date(2026, 11, 27),
)
