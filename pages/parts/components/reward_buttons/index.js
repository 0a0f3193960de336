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
