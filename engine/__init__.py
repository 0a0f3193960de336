"""A contextual bandit with the semantics of Azure Personalizer, in the process.

>>> from engine import LearningLoop
>>> loop = LearningLoop(seed=7)
>>> answer = loop.rank([{"id": "tea", "features": [{"hot": True}]},
...                     {"id": "cola", "features": [{"hot": False}]}],
...                    [{"weather": "snowy"}])
>>> loop.reward(answer.event_id, 1.0)
"""

from engine.errors import PersonalizerError
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.loop.settings import ActionPrice, LoopSettings
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.greedy import Greedy
from engine.policies.softmax import Softmax
from engine.policies.thompson import Thompson
from engine.policies.uniform import Uniform
from engine.protocol.request import Action, RankRequest
from engine.protocol.response import RankedAction, RankResponse

__all__ = [
    "Action", "ActionPrice", "EpsilonGreedy", "EventLog", "Greedy", "Hypothesis", "LearningLoop",
    "LoopSettings", "PersonalizerError", "RankRequest", "RankResponse", "RankedAction", "Softmax",
    "Thompson", "Uniform",
]  # fmt: skip
