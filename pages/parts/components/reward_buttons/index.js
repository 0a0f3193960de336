const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
const bars = new WeakMap();
// Outlives a bar that is drawn anew; another session, such as after a restart, begins at 0.
let pressed = {};

export default function ({ data, parentElement, setStateValue }) {
    if (pressed.session !== data.session) {
        pressed = { session: data.session, count: data.taken, latest: [] };
    }
    let bar = bars.get(parentElement);
    if (!bar) bars.set(parentElement, bar = build(parentElement, data));
    bar.data = data;
    bar.send = value => setStateValue("pressed", value);
    bar.none.title = data.none;
    Object.assign(bar.box.dataset, { session: data.session, offer: data.offer.position });
    for (const control of bar.controls) control.disabled = data.disabled;
    return () => {
        removeEventListener("keydown", bar.onKey);
        bar.box.remove();
        bars.delete(parentElement);
    };
}

function press(bar, reward) {
    // With the offer that this bar was drawn with: what the person sees.
    pressed.count += 1;
    const untold = Math.min(pressed.count - bar.data.taken, bar.data.most);
    pressed.latest = [...pressed.latest, { offer: bar.data.offer, reward }].slice(-untold);
    bar.send({ ...pressed });
}

function build(parentElement, data) {
    const bar = { controls: [], box: make("div", "reward-bar") };
    const button = (key, name, onClick) => {
        const made = make("button", name);
        made.type = "button";
        made.addEventListener("click", onClick);
        bar.controls.push(made);
        const place = make("div", `st-key-${key}`);
        place.append(made);
        bar.box.append(place);
        return made;
    };
    for (const { label, reward, face, key } of data.rewards) {
        const answer = button(`reward-${key}`, "reward", () => press(bar, reward));
        answer.setAttribute("aria-keyshortcuts", key);
        for (const [kind, text] of Object.entries({ face, label, key })) {
            const part = make("span", `reward-${kind}`);
            part.textContent = text;
            if (kind !== "label") part.setAttribute("aria-hidden", "true");
            answer.append(part);
        }
    }
    bar.none = button("no-answer", "reward reward-minor", () => press(bar, null));
    bar.none.textContent = "No answer";
    const range = make("input", "reward-value");
    Object.assign(range, { type: "range", min: 0, max: 1, step: 0.05, value: 0.75 });
    range.setAttribute("aria-label", "Another reward");
    bar.controls.push(range);
    bar.box.append(range);
    const other = button("reward-other", "reward reward-minor", () => press(bar, Number(range.value)));
    range.addEventListener("input", () => { other.textContent = `Send ${range.value}`; });
    range.dispatchEvent(new Event("input"));
    bar.onKey = event => {
        if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target.closest?.(TYPING)) return;
        bar.controls.find(b => b.getAttribute("aria-keyshortcuts") === event.key)?.click();
    };
    addEventListener("keydown", bar.onKey);
    parentElement.append(bar.box);
    return bar;
}

function make(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    return made;
}
