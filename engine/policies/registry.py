"""The policies that there are."""

from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.greedy import Greedy
from engine.policies.thompson import Thompson
from engine.policies.uniform import Uniform

AnyPolicy = Thompson | EpsilonGreedy | Greedy | Uniform
