const AGAIN = 1000, KEPT = "playground-remotes";
const DARK = ".stage-dark:not([hidden])", HANDS = ".stage-hands:not([hidden]) > div";
const watches = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
    const watch = watches.get(parentElement) ?? {};
    // Another token: the tab was opened or reloaded, or is back at a server that began anew.
    if (watch.data?.token !== data.token) {
        const kept = keep(data);
        if (kept.length) setStateValue("kept", kept);
    }
    Object.assign(watch, { data, told: 0, tell: steps => setTriggerValue("steps", { steps, hands: raised() }) });
    watches.set(parentElement, watch);
    clearInterval(watch.timer);
    watch.timer = setInterval(() => ask(watch), data.every);
    return () => {
        clearInterval(watch.timer);
        watches.delete(parentElement);
    };
}

function keep({ token, names, most }) {
    // What this tab was called before it was reloaded.
    try {
        const known = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
        const all = [...new Set([...known, token])].slice(-most);
        sessionStorage.setItem(KEPT, JSON.stringify(all));
        return all.filter(one => !names.includes(one));
    } catch {
        return [];
    }
}

async function ask(watch) {
    if (watch.asking) return;
    watch.asking = true;
    const { path, header, token } = watch.data;
    try {
        const body = JSON.stringify({ blank: !!document.querySelector(DARK), hands: hands() });
        const answer = await fetch(path, { method: "POST", body, headers: { [header]: token } });
        if (answer.ok) obey(watch, await answer.json());
        else clearInterval(watch.timer);
    } catch {
        // The server is away: Streamlit itself says so.
    } finally {
        watch.asking = false;
    }
}

function hands() {
    const cells = [...document.querySelectorAll(HANDS)];
    return cells.map(cell => [cell.querySelector("span").textContent,
                              Number(cell.querySelector("b").textContent)]);
}

function raised() {
    return JSON.parse(document.documentElement.dataset.hands ?? "null");
}

function obey(watch, { steps, blanks }) {
    // What was pressed before this tab was there is none of its business.
    for (; (watch.blanks ??= blanks) < blanks; watch.blanks++) dispatchEvent(new Event("stage-blank"));
    // Told once: the page is drawn anew for it, and then the next one's turn comes.
    const now = Date.now();
    if (!steps || now - watch.told < AGAIN) return;
    watch.told = now;
    watch.tell(steps);
}
