"""Names and descriptions of the estimators."""

from collections.abc import Mapping

from engine.evaluation.estimators import ESTIMATORS

TITLES: Mapping[str, str] = {
    "naive": "Average where shown",
    "ips": "Weighted, as in the service",
    "snips": "Self-normalised",
    "dr": "Doubly robust",
    "cressie_read": "Empirical likelihood",
    "cressie_read_mended": "Adjusted likelihood",
    "betting": "Betting",
    "strata": "By context (ours)",
}
"""Display names by estimator key."""

STORIES: Mapping[str, str] = {
    "naive": "The average on a dashboard. The action was shown to those who like it, so this "
    "is too high.",
    "ips": "Each reward is weighted by the inverse of its probability. The interval is the "
    "textbook one that Azure Personalizer reported: too narrow where few events "
    "carry most of the weight.",
    "snips": "The same, divided by the sum of the weights: steadier, slightly biased.",
    "dr": "The expected reward of every action, corrected where the log differs.",
    "cressie_read": "The interval holds every mean that the log does not make too unlikely, "
    "however large a weight might have been.",
    "cressie_read_mended": "The same method, widened where few events carry most of the weight: "
    "the published version fails too often on logs of learners.",
    "betting": "Valid however often it is checked, and therefore wide.",
    "strata": "Estimates each context separately, then combines them. An action that was seldom "
    "shown borrows from all that was not shown, less so for a policy that picks by "
    "context. Where it is hardly narrower than betting, betting is used. Its coverage "
    "is measured, not proven. On logs of a learner that soon drops what failed it may "
    "hold slightly less often than promised; betting, which is proven for any log, "
    "does not.",
}

TEXTBOOKS = ("ips", "snips", "dr")
"""Estimators whose intervals are too narrow if few events carry much weight."""

USUAL = "strata" if any(estimator.key == "strata" for estimator in ESTIMATORS) else "cressie_read"
"""Default estimator of the page, with valid intervals."""
