const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
const PRESSED = "button, a[href], summary, [role=button]";
const ears = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    let ear = ears.get(parentElement);
    if (!ear) {
        ears.set(parentElement, ear = {});
        ear.onKey = event => hear(ear, event);
        ear.onClick = event => feel(ear, event);
        addEventListener("keydown", ear.onKey);
        addEventListener("click", ear.onClick);
    }
    const tell = means => setTriggerValue("pressed", { means, shown: data.shown, hands: hands() });
    Object.assign(ear, { data, tell });
    return () => {
        removeEventListener("keydown", ear.onKey);
        removeEventListener("click", ear.onClick);
        ears.delete(parentElement);
    };
}

function hands() {
    return JSON.parse(document.documentElement.dataset.hands ?? "null");
}

function feel(ear, event) {
    const { taps } = ear.data;
    if (!taps || event.pointerType !== "touch" || event.target.closest?.(PRESSED)) return;
    ear.tell(taps[event.clientX < innerWidth / 3 ? 0 : 1]);
}

function hear(ear, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
    const means = ear.data.keys[event.key];
    if (!means || (event.key === " " && event.target.closest?.(PRESSED))) return;
    event.preventDefault();  // Else Space and Page Down scroll.
    if (!event.repeat) ear.tell(means);
}
