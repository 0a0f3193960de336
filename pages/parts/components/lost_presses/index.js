const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
// Milliseconds from when the connection is back until it is asked what has arrived.
const SOON = 1000;
const watches = new WeakMap();
// Outlives the component: it may be drawn anew once the connection is back.
let pressed = null;

export default function ({ data, parentElement, setStateValue }) {
    let watch = watches.get(parentElement);
    if (!watch) watches.set(parentElement, watch = build());
    watch.data = data;
    // Another value each time, so that it is sent in any case.
    watch.ask = () => setStateValue("asked", { ...pressed, told: Date.now() });
    if (pressed?.session === data.session && pressed.taken < data.taken) pressed = null;
    return () => {
        watch.end();
        watches.delete(parentElement);
    };
}

function build() {
    const app = document.querySelector("[data-testid=stApp]"), watch = {};
    const note = key => {
        const place = document.querySelector(`.st-key-${key}`);
        if (!place || place.querySelector("button")?.disabled) return;
        pressed = { pressed: key, session: watch.data.session, taken: watch.data.taken };
    };
    const onClick = event => {
        const key = watch.data.buttons.find(one => event.target.closest?.(`.st-key-${one} button`));
        if (key) note(key);
    };
    const onKey = event => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
        const { keys } = watch.data, typed = event.key.toLowerCase();
        for (const key of Object.keys(keys)) if (keys[key] === typed) note(key);
    };
    const look = () => {
        clearTimeout(watch.timer);
        if (!pressed) return;
        if (app.dataset.testConnectionState !== "CONNECTED") pressed.gone = true;
        else if (pressed.gone) watch.timer = setTimeout(() => {
            watch.ask();
            pressed = null;
        }, SOON);
    };
    const observer = new MutationObserver(look);
    observer.observe(app, { attributeFilter: ["data-test-connection-state"] });
    document.addEventListener("click", onClick, true);
    document.addEventListener("keydown", onKey, true);
    watch.end = () => {
        clearTimeout(watch.timer);
        observer.disconnect();
        document.removeEventListener("click", onClick, true);
        document.removeEventListener("keydown", onKey, true);
    };
    look();
    return watch;
}
