const KEY = "personalizer-playground";
const ANSWER = /^#answer=([\w-]{16,64})$/;

let current;
addEventListener("hashchange", () => tell(current));

export default function (component) {
    current = component;
    tell(component);
}

function tell({ data, setStateValue }) {
    let secret = data.secret, keys = data.keys;
    const asked = [location.hash.match(ANSWER)?.[1]].filter(Boolean);
    try {
        secret = localStorage.getItem(KEY) ?? secret;
        localStorage.setItem(KEY, secret);
        const known = JSON.parse(localStorage.getItem(`${KEY}-keys`)) ?? [];
        keys = [...new Set([...known, ...keys, ...asked])].slice(-data.most);
        localStorage.setItem(`${KEY}-keys`, JSON.stringify(keys));
        if (data.once && localStorage.getItem(`${KEY}-${data.once}`) === null) {
            localStorage.setItem(`${KEY}-${data.once}`, "shown");
            setStateValue("first", data.once);
        }
    } catch {
        // No storage: what this session knows is all.
        keys = [...keys, ...asked];
    }
    if (asked.length) {
        // Whoever copies the address from here on shows the loop, and does not give it away.
        history.replaceState(history.state, "", location.pathname + location.search);
    }
    if (keys.some(key => !data.keys.includes(key))) setStateValue("keys", keys);
    if (secret !== data.secret || data.mustTell) setStateValue("secret", secret);
}
