"""The reward buttons: every press counts, however fast.

Streamlit merges presses of one of its buttons that wait for a busy run. These count in the
browser and send what was pressed so far; the server takes what it has not seen.
"""

from collections.abc import Callable

import streamlit as st

REWARDS = (("Loved it", 1.0, "😍", "1"), ("Hesitated", 0.5, "🤔", "2"), ("Ignored", 0.0, "🙄", "3"))
"""Label, reward, face and key of the three answers."""

_KEPT = 100
"""Presses that the browser sends again and again, until long after the server has them."""

_SCRIPT = """
const TYPING = "input, textarea, select, [contenteditable=true], [role=dialog]";
const bars = new WeakMap();
// Outlives a bar that is drawn anew; another session, such as after a restart, begins at 0.
let pressed = {};

export default function ({ data, parentElement, setStateValue }) {
    if (pressed.session !== data.session) {
        pressed = { session: data.session, count: data.taken, latest: [] };
    }
    let bar = bars.get(parentElement);
    if (!bar) bars.set(parentElement, bar = build(parentElement, data));
    bar.send = value => setStateValue("pressed", value);
    bar.box.dataset.session = data.session;
    for (const button of bar.buttons) button.disabled = data.disabled;
    return () => {
        removeEventListener("keydown", bar.onKey);
        bar.box.remove();
        bars.delete(parentElement);
    };
}

function build(parentElement, data) {
    const bar = { buttons: [], box: document.createElement("div") };
    bar.box.className = "reward-bar";
    for (const { label, reward, face, key } of data.rewards) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "reward";
        button.setAttribute("aria-keyshortcuts", key);
        for (const [kind, text] of Object.entries({ face, label, key })) {
            const part = document.createElement("span");
            part.className = `reward-${kind}`;
            part.textContent = text;
            if (kind !== "label") part.setAttribute("aria-hidden", "true");
            button.append(part);
        }
        button.addEventListener("click", () => {
            pressed.count += 1;
            pressed.latest = [...pressed.latest, reward].slice(-data.kept);
            bar.send({ ...pressed });
        });
        bar.buttons.push(button);
        const place = document.createElement("div");
        place.className = `st-key-reward-${key}`;
        place.append(button);
        bar.box.append(place);
    }
    bar.onKey = event => {
        if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target.closest?.(TYPING)) return;
        bar.buttons.find(b => b.getAttribute("aria-keyshortcuts") === event.key)?.click();
    };
    addEventListener("keydown", bar.onKey);
    parentElement.append(bar.box);
    return bar;
}
"""

_STYLE = """
.reward-bar { display: grid; grid-template-columns: repeat(3, 1fr); gap: 0.5rem; }
.reward {
    display: flex; width: 100%; align-items: center; justify-content: center; gap: 0.35rem;
    min-width: 0; min-height: 3rem; padding: 0.35rem 0.3rem; cursor: pointer;
    font: inherit; font-size: 0.95rem; color: var(--st-text-color);
    background: color-mix(in srgb, var(--st-primary-color) 6%, var(--st-background-color));
    border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
    transition: background 0.12s, border-color 0.12s, transform 0.08s;
}
.reward-face { font-size: 1.25rem; line-height: 1; }
.reward-label { white-space: nowrap; }
.reward-key { opacity: 0.7; font-size: 0.85em; }
.reward:hover, .reward:focus-visible {
    border-color: var(--st-primary-color);
    background: color-mix(in srgb, var(--st-primary-color) 16%, var(--st-background-color));
}
.reward:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.reward:active { transform: scale(0.96); }
.reward:disabled { opacity: 0.45; cursor: not-allowed; transform: none; }
@media (hover: none) { .reward-key { display: none; } }
@media (prefers-reduced-motion: reduce) { .reward { transition: none; } }
"""

_bar = st.components.v2.component(
    "playground_rewards", css=_STYLE, js=_SCRIPT, isolate_styles=False
)


def reward_buttons(
    session: str, taken: int, disabled: bool, take: Callable[[int, list[float]], None]
) -> None:
    """The three answers, each with its key.

    Args:
        session: names the session that counts: after a restart a page sends again what
            another session has counted.
        taken: how many presses the session has counted.
        disabled: whether nobody can answer now.
        take: gets the number of presses so far and the latest of them, oldest first.
    """

    def send() -> None:
        pressed = st.session_state["rewards"]["pressed"]
        if pressed.get("session") == session:
            take(pressed["count"], pressed["latest"])

    _bar(
        key="rewards",
        data={
            "rewards": [
                {"label": label, "reward": reward, "face": face, "key": key}
                for label, reward, face, key in REWARDS
            ],
            "kept": _KEPT,
            "session": session,
            "taken": taken,
            "disabled": disabled,
        },
        on_pressed_change=send,
    )
