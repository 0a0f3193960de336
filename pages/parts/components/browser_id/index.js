const KEY = "personalizer-playground";
const ANSWER = /^#answer=([\w-]{16,64})$/;
const SECRET = /^[0-9a-f]{32}$/, LOOP = /^[\w-]{16,64}$/;

let current;
addEventListener("hashchange", () => tell(current));

export default function (component) {
    current = component;
    tell(component);
}

function tell({ data, setStateValue }) {
    let secret = data.secret, keys = data.keys;
    // What stood there first may be gone, see `first_paint`.
    const told = [location.hash, window.playgroundAnswer ?? ""];
    const asked = told.map(hash => hash.match(ANSWER)?.[1]).filter(Boolean);
    try {
        const known = localStorage.getItem(KEY);
        if (SECRET.test(known)) secret = known;
        localStorage.setItem(KEY, secret);
        keys = [...new Set([...kept(), ...keys, ...asked])].slice(-data.most);
        localStorage.setItem(`${KEY}-keys`, JSON.stringify(keys));
        if (data.once && localStorage.getItem(`${KEY}-${data.once}`) === null) {
            localStorage.setItem(`${KEY}-${data.once}`, "shown");
            setStateValue("first", data.once);
        }
    } catch {
        // No storage: what this session knows is all.
        keys = [...keys, ...asked];
    }
    if (ANSWER.test(location.hash)) {
        // Whoever copies the address from here on shows the loop, and does not give it away.
        history.replaceState(history.state, "", location.pathname + location.search);
    }
    if (keys.some(key => !data.keys.includes(key))) setStateValue("keys", keys);
    if (secret !== data.secret || data.mustTell) setStateValue("secret", secret);
}

// What somebody else has written there is no key, and costs none of the others.
function kept() {
    try {
        return JSON.parse(localStorage.getItem(`${KEY}-keys`)).filter(
            key => typeof key === "string" && LOOP.test(key),
        );
    } catch {
        return [];
    }
}
