const watches = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    const watch = watches.get(parentElement) ?? { told: null };
    Object.assign(watch, { data, tell: value => setTriggerValue("changed", value) });
    watches.set(parentElement, watch);
    // What was drawn just now is no news: the next question waits its full time.
    clearInterval(watch.timer);
    watch.timer = setInterval(() => look(watch), data.every);
    return () => {
        clearInterval(watch.timer);
        watches.delete(parentElement);
    };
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
