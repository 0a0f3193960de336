const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
const PRESSED = "button, a[href], summary, [role=button]";
const PATIENCE = 4000;  // Milliseconds after which a press without an answer counts as lost.
const ears = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    let ear = ears.get(parentElement);
    if (!ear) {
        ears.set(parentElement, ear = { awaits: 0 });
        ear.onKey = event => hear(ear, event);
        ear.onClick = event => feel(ear, event);
        ear.onDrawn = () => press(ear, ear.waiting);
        addEventListener("keydown", ear.onKey);
        addEventListener("click", ear.onClick);
        addEventListener("stage-drawn", ear.onDrawn);
    }
    const send = means => setTriggerValue("pressed", { means, shown: data.shown, hands: hands() });
    Object.assign(ear, { data, send });
    return () => {
        removeEventListener("keydown", ear.onKey);
        removeEventListener("click", ear.onClick);
        removeEventListener("stage-drawn", ear.onDrawn);
        ears.delete(parentElement);
    };
}

function hands() {
    return JSON.parse(document.documentElement.dataset.hands ?? "null");
}

function feel(ear, event) {
    const { taps } = ear.data;
    if (!taps || event.pointerType !== "touch" || event.target.closest?.(PRESSED)) return;
    press(ear, taps[event.clientX < innerWidth / 3 ? 0 : 1]);
}

function hear(ear, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
    const means = ear.data.keys[event.key];
    if (!means || (event.key === " " && event.target.closest?.(PRESSED))) return;
    event.preventDefault();  // Else Space and Page Down scroll.
    if (!event.repeat) press(ear, means);
}

// On the stage, a press waits until the screen of the press before it is drawn (`stage_front`): of
// several presses meanwhile the last waits.
function press(ear, means) {
    const isUnderWay = ear.data.turn !== null && ear.awaits > (document.documentElement.dataset.drawn ?? 0)
        && performance.now() - ear.sentAt < PATIENCE;
    ear.waiting = isUnderWay ? means : undefined;
    if (!means || isUnderWay) return;
    ear.awaits = ear.data.turn + 1;
    ear.sentAt = performance.now();
    ear.send(means);
}
