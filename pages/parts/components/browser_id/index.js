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
    let secret = data.secret, keys = data.keys, given = [];
    // What stood there first may be gone, see `first_paint`.
    const told = [location.hash, window.playgroundAnswer ?? ""];
    const asked = told.map(hash => hash.match(ANSWER)?.[1]).filter(Boolean);
    try {
        const known = localStorage.getItem(KEY);
        if (SECRET.test(known)) secret = known;
        localStorage.setItem(KEY, secret);
        // The server may end before it is told whose session it was: the next one is told then.
        if (secret !== data.secret) {
            given = [...new Set([...kept("given", SECRET), data.secret])].slice(-data.mostGiven);
        }
        localStorage.setItem(`${KEY}-given`, JSON.stringify(given));
        keys = [...new Set([...kept("keys", LOOP), ...keys, ...asked])].slice(-data.most);
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
    if (secret !== data.secret || data.mustTell) setStateValue("secrets", [secret, ...given]);
}

// What somebody else has written there is left out, and costs none of the others.
function kept(name, pattern) {
    try {
        return JSON.parse(localStorage.getItem(`${KEY}-${name}`)).filter(
            each => typeof each === "string" && pattern.test(each),
        );
    } catch {
        return [];
    }
}
