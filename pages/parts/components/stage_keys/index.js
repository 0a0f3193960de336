const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
const PRESSED = "button, a[href], summary, [role=button]";
const PATIENCE = 4000;  // Milliseconds after which a press without an answer counts as lost.
const ears = new WeakMap();
// The last press on the stage. It outlives its page, as a step may lead to another; until the keys
// of that page are heard, the former page's ear listens.
const last = { awaits: 0, sentAt: 0, waiting: undefined, formerEar: undefined };

export default function ({ data, parentElement, setTriggerValue }) {
    let ear = ears.get(parentElement);
    if (!ear) {
        ears.set(parentElement, ear = {});
        ear.onKey = event => hear(ear, event);
        ear.onClick = event => feel(ear, event);
        ear.onDrawn = () => pressWaiting(ear);
        addEventListener("keydown", ear.onKey);
        addEventListener("click", ear.onClick);
        addEventListener("stage-drawn", ear.onDrawn);
        if (isOnStage(data)) silence(last.formerEar);
    }
    const send = means => setTriggerValue("pressed", { means, shown: data.shown, hands: hands() });
    Object.assign(ear, { data, send });
    pressWaiting(ear);  // A new page's screen may be drawn before its keys are heard.
    return () => {
        ears.delete(parentElement);
        if (!isUnderWay(ear)) return silence(ear);
        last.formerEar = ear;
        setTimeout(() => silence(ear), PATIENCE);
    };
}

function silence(ear) {
    if (!ear) return;
    removeEventListener("keydown", ear.onKey);
    removeEventListener("click", ear.onClick);
    removeEventListener("stage-drawn", ear.onDrawn);
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
// several presses meanwhile the last waits. The key of the stage does not wait, and ends a wait.
function press(ear, means) {
    const mustWait = isUnderWay(ear);
    last.waiting = mustWait ? means : undefined;
    if (mustWait) return;
    last.awaits = isOnStage(ear.data) ? ear.data.turn + 1 : 0;
    last.sentAt = performance.now();
    ear.send(means);
}

function pressWaiting(ear) {
    if (isOnStage(ear.data) && last.waiting && !isAwaited(ear)) press(ear, last.waiting);
}

function isUnderWay(ear) {
    return isOnStage(ear.data) && isAwaited(ear) && performance.now() - last.sentAt < PATIENCE;
}

// The former page's ear does not know the press that led to the next page.
function isAwaited(ear) {
    return last.awaits > Math.min(ear.data.turn, document.documentElement.dataset.drawn ?? 0);
}

function isOnStage(data) {
    return data.turn !== null;
}
