"""Names and descriptions of the estimators."""

from collections.abc import Mapping

from engine.evaluation.estimators import ESTIMATORS

TITLES: Mapping[str, str] = {
    "naive": "Where it was shown",
    "ips": "Weighted, the service's",
    "snips": "Self-normalised",
    "dr": "Doubly robust",
    "cressie_read": "Empirical likelihood",
    "cressie_read_mended": "Likelihood, mended",
    "betting": "Betting",
    "strata": "Ours, by context",
}
"""Display names by estimator key."""

STORIES: Mapping[str, str] = {
    "naive": "What a dashboard shows. It was shown to those who like it, so it flatters.",
    "ips": "Each reward counts as often as it was unlikely to be seen. Its interval is a "
    "textbook's, as the retired service reported it: too narrow where few events count for much.",
    "snips": "The same, divided by the sum of the weights: steadier, a little biased.",
    "dr": "What was believed of every action, put right where the log shows otherwise.",
    "cressie_read": "The interval holds each mean that the log does not make too unlikely, however "
    "large a weight might have come.",
    "cressie_read_mended": "The same, but as wide as the few events allow that count for most: as "
    "published it holds too seldom on the logs of learners.",
    "betting": "What a gambler could not have won against. Valid however often one looks, so wide.",
    "strata": "Each context by itself, then together. What was seldom shown is taken to be like "
    "all that was not, less so for who picks by context. Where it is hardly narrower than betting, "
    "it is betting. That its intervals hold is measured, not proven: see below. On logs of a "
    "learner that soon gives up what failed they may hold a little less often than they promise; "
    "betting, which is proven for any log, does not.",
}

TEXTBOOKS = ("ips", "snips", "dr")
"""Estimators whose intervals are too narrow if few events carry much weight."""

USUAL = "strata" if any(estimator.key == "strata" for estimator in ESTIMATORS) else "cressie_read"
"""Default estimator of the page, with valid intervals."""
