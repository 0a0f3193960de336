"""Form for a Rank request in the service's JSON, with the answer."""

import json
from typing import Any

import streamlit as st

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.worlds import World
from pages.parts.settings.text_field import text_field, typed
from pages.parts.text.format import note
from pages.parts.text.glossary import explained

_TEXT, _FILLED, _ANSWER = "rank-json", "rank-filled", "rank-answer"
_NAMES = {
    "actions": "actions",
    "contextFeatures": "context_features",
    "excludedActions": "excluded_actions",
    "eventId": "event_id",
    "deferActivation": "defer_activation",
}
"""Names in a request -> parameters of `LearningLoop.rank`."""
_REFUSED = "400 Bad Request"
"""Status of the service for any invalid request, including an oversized one."""


def rank_json(text: str, seed: int) -> tuple[str, dict[str, Any]]:
    """Return status and body of a new loop's answer to a request, errors included."""
    try:
        request = json.loads(text)
        if not isinstance(request, dict):
            raise ValueError("the request is not an object")
        given = {_NAMES[name]: value for name, value in request.items() if name in _NAMES}
        loop = LearningLoop(LoopSettings(), seed=seed)
        answer = loop.rank(**({"actions": None} | given))
    except PersonalizerError as error:
        return _REFUSED, error.to_json()
    except (ValueError, RecursionError) as error:
        refused = PersonalizerError(
            "InvalidRankRequest", f"This is not valid JSON: {error}.", "request"
        )
        return _REFUSED, refused.to_json()
    return "201 Created", answer.to_json()


def show_rank_request(world: World | None) -> None:
    """Draw the request's text field and the answer."""

    def rank() -> None:
        st.session_state[_ANSWER] = rank_json(typed(_TEXT), seed=7)

    with st.expander(
        "Your own Rank request, as JSON", icon=":material/data_object:", key="own-rank"
    ):
        # The request follows the world above until edited.
        written = st.session_state.get(_TEXT)
        if world is not None and (written is None or written == st.session_state.get(_FILLED)):
            request = json.dumps(world.request(0).to_json(), indent=1, ensure_ascii=False)
            st.session_state[_TEXT] = st.session_state[_FILLED] = request
        left, right = st.columns(2, gap="medium")
        with left:
            text_field("POST /rank", key=_TEXT, lines=True, height=320)
            st.button("Rank it", key="rank-own", icon=":material/send:", on_click=rank)
        with right:
            status, body = st.session_state.get(_ANSWER, ("", {}))
            headline = status or "The answer of a new session with random seed 7 appears here."
            note(headline, explained(headline))
            if status:
                st.code(json.dumps(body, indent=2, ensure_ascii=False), "json", height=320)
