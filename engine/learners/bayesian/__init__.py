"""This engine's own learner: hypotheses side by side, each a Bayesian linear regression."""
