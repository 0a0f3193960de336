"""Code that calls a loop: curl, and the official clients for Python, JavaScript and C#."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.parts.connect.sample_visitors import SampleVisitor
from pages.parts.connect.server_address import API

NO_KEY = "<your key>"
"""Stands for a key that is not displayed any more."""
_VISITORS = 50
"""Visitors that the code for Python and JavaScript simulates."""


@dataclass(frozen=True, slots=True)
class Example:
    """Values in the code for one loop.

    Attributes:
        endpoint: address of the app.
        actions: in the JSON of Rank.
    """

    endpoint: str
    key: str
    actions: Sequence[Mapping[str, Any]]
    visitors: Sequence[SampleVisitor]


def curl(example: Example) -> str:
    """Return shell commands for a Rank and a Reward call.

    Names from a world are quoted, so that a shell does not interpret them.
    """
    first = example.visitors[0]
    rest = {"contextFeatures": first.context, "actions": [*example.actions]}
    body = f"""{shlex.quote('{"eventId": "')}"$EVENT"{shlex.quote('", ' + _json(rest)[1:])}"""
    return f"""\
ENDPOINT={shlex.quote(example.endpoint)}
KEY={shlex.quote(example.key)}
EVENT=visit-$(date +%s)

curl "$ENDPOINT{API}/v1.0/rank" \\
  -H "Ocp-Apim-Subscription-Key: $KEY" -H "Content-Type: application/json" \\
  -d {body}

curl "$ENDPOINT{API}/v1.0/events/$EVENT/reward" \\
  -H "Ocp-Apim-Subscription-Key: $KEY" -H "Content-Type: application/json" \\
  -d '{{"value": 1}}'
"""


def python(example: Example) -> str:
    """Return a script with the client ``azure-ai-personalizer``."""
    return f"""\
# pip install azure-ai-personalizer==1.0.0b1
import random

from azure.ai.personalizer import PersonalizerClient
from azure.core.credentials import AzureKeyCredential

ENDPOINT = {example.endpoint!r}
KEY = {example.key!r}
{_python_data(example)}
client = PersonalizerClient(ENDPOINT, AzureKeyCredential(KEY))
for _ in range({_VISITORS}):
    context, likes = random.choice(VISITORS)
    answer = client.rank({{"actions": ACTIONS, "contextFeatures": context}})
    shown = answer["rewardActionId"]
    client.reward(answer["eventId"], {{"value": 1.0 if shown == likes else 0.0}})
    print(f"shown {{shown}}, liked {{likes}}")
"""


def older_python(example: Example) -> str:
    """Return a script with the client ``azure-cognitiveservices-personalizer``."""
    return f"""\
# pip install azure-cognitiveservices-personalizer==0.1.1
import random

from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from msrest.authentication import CognitiveServicesCredentials

ENDPOINT = {example.endpoint!r}
KEY = {example.key!r}
{_python_data(example)}
client = PersonalizerClient(ENDPOINT, CognitiveServicesCredentials(KEY))
actions = [RankableAction(**action) for action in ACTIONS]
for _ in range({_VISITORS}):
    context, likes = random.choice(VISITORS)
    answer = client.rank(RankRequest(actions=actions, context_features=context))
    shown = answer.reward_action_id
    client.events.reward(answer.event_id, value=1.0 if shown == likes else 0.0)
    print(f"shown {{shown}}, liked {{likes}}")
"""


def _python_data(example: Example) -> str:
    visitors = [(visitor.context, visitor.likes) for visitor in example.visitors]
    return f"""
ACTIONS = {_lines(example.actions, repr)}
# Context features of a visitor, and the action that this visitor likes.
VISITORS = {_lines(visitors, repr)}
"""


def javascript(example: Example) -> str:
    """Return a script for Node.js with the client ``@azure/cognitiveservices-personalizer``."""
    visitors = [{"context": each.context, "likes": each.likes} for each in example.visitors]
    return f"""\
// npm install @azure/cognitiveservices-personalizer@2.0.1 @azure/ms-rest-azure-js
const {{ PersonalizerClient }} = require("@azure/cognitiveservices-personalizer");
const {{ CognitiveServicesCredentials }} = require("@azure/ms-rest-azure-js");

const endpoint = {_json(example.endpoint)};
const key = {_json(example.key)};
const actions = {_lines(example.actions)};
const visitors = {_lines(visitors)};

async function main() {{
    const client = new PersonalizerClient(new CognitiveServicesCredentials(key), endpoint);
    for (let visit = 0; visit < {_VISITORS}; visit++) {{
        const {{ context, likes }} = visitors[Math.floor(Math.random() * visitors.length)];
        const answer = await client.rank({{ actions, contextFeatures: context }});
        const value = answer.rewardActionId === likes ? 1 : 0;
        await client.events.reward(answer.eventId, {{ value }});
        console.log(`shown ${{answer.rewardActionId}}, liked ${{likes}}`);
    }}
}}

main();
"""


def csharp(example: Example) -> str:
    """Return a program with the client ``Microsoft.Azure.CognitiveServices.Personalizer``."""
    first = example.visitors[0]
    quotes = '"""'
    return f"""\
// dotnet add package Microsoft.Azure.CognitiveServices.Personalizer --version 1.0.0
using Microsoft.Azure.CognitiveServices.Personalizer;
using Microsoft.Azure.CognitiveServices.Personalizer.Models;
using Newtonsoft.Json;

var client = new PersonalizerClient(new ApiKeyServiceClientCredentials({_json(example.key)}))
{{
    Endpoint = {_json(example.endpoint)}
}};
var actions = JsonConvert.DeserializeObject<List<RankableAction>>({quotes}
{_lines(example.actions)}
{quotes});
var context = JsonConvert.DeserializeObject<List<object>>({quotes}
{_lines(first.context)}
{quotes});

var answer = client.Rank(new RankRequest(actions, context));
Console.WriteLine($"shown {{answer.RewardActionId}}");
client.Reward(answer.EventId, new RewardRequest(1.0));
"""


def essence(endpoint: str) -> str:
    """Return the three calls of every application, in Python."""
    return f"""\
client = PersonalizerClient(
    {endpoint!r},
    AzureKeyCredential(key),
)
answer = client.rank({{
    "actions": actions,
    "contextFeatures": context,
}})
client.reward(answer["eventId"], {{"value": 1.0}})
"""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(values: Sequence[object], write: Callable[[object], str] = _json) -> str:
    """Return the source of a list, a value per line."""
    inner = ",\n".join(f"    {write(value)}" for value in values)
    return f"[\n{inner}\n]"


CLIENTS: Mapping[str, tuple[str, Callable[[Example], str]]] = {
    "Python": ("python", python),
    "Python, older client": ("python", older_python),
    "JavaScript": ("javascript", javascript),
    "C#": ("csharp", csharp),
    "curl": ("bash", curl),
}
"""Language for highlighting and function of each tab."""
