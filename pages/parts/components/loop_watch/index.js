const watches = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    const watch = watches.get(parentElement) ?? { told: null };
    Object.assign(watch, { data, tell: value => setTriggerValue("changed", value) });
    if (!watches.has(parentElement)) {
        // Nor is an answer that draws itself: until it has, nothing is asked, or heard.
        watch.onAnswer = ({ detail }) => {
            watch.data = { ...watch.data, ...detail };
            clearInterval(watch.timer);
            if (!detail.isAsking) wait(watch);
        };
        addEventListener("playground-answer", watch.onAnswer);
    }
    watches.set(parentElement, watch);
    wait(watch);
    return () => {
        clearInterval(watch.timer);
        removeEventListener("playground-answer", watch.onAnswer);
        watches.delete(parentElement);
    };
}

// What was drawn just now is no news: the next question waits its full time.
function wait(watch) {
    clearInterval(watch.timer);
    watch.timer = setInterval(() => look(watch), watch.data.every);
}

async function look(watch) {
    const asked = watch.data;
    if (document.hidden || !asked.loop || asked.live || watch.asking) return;
    watch.asking = true;
    try {
        const answer = await fetch(asked.path, { method: "POST", body: asked.loop });
        const { length } = answer.ok ? await answer.json() : {};
        const news = length !== undefined && length !== asked.length && length !== watch.told;
        if (news && watch.data === asked) {
            watch.told = length;
            watch.tell(length);
        }
    } catch {
        // The server is away: Streamlit itself says so.
    } finally {
        watch.asking = false;
    }
}
