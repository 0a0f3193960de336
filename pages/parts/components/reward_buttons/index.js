const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]";
// Milliseconds until what the server has not taken is told again, the first time.
const AGAIN = 5000, LATEST = 40000;
const bars = new WeakMap(), places = new WeakMap();
// Outlives a bar that is drawn anew; another session, such as after a restart, begins at 0.
let pressed = {};
// Whether another answer than those is in sight; whoever wanted one will want the next.
let asksMore = false;

// The bar that is on the page, and whether the server is asked just now.
let shown = null, isAsking = false;
// The last scene with which more has changed than an answer draws; 0 once a run has drawn that.
let owed = 0;

// Who else is to stand there, as `panel` tells it, stands in one line with the answers.
addEventListener("playground-wanted", ({ detail }) => {
    if (!shown) return;
    say(shown, { wish: detail.wish });
    detail.count = pressed.count;
});

export default function ({ data, parentElement, setStateValue }) {
    if (pressed.session !== data.session) {
        pressed = { session: data.session, count: data.taken, latest: [] };
        owed = 0;
    }
    if (!places.has(parentElement)) places.set(parentElement, around(parentElement));
    const place = places.get(parentElement);
    place.send = value => setStateValue("pressed", value);
    place.path = data.path;
    show(parentElement, data);
    if (owed && data.number > owed) owed = 0;
    else if (owed) tellPage();
    return () => {
        const bar = bars.get(parentElement);
        dismiss(bar);
        if (shown === bar) shown = null;
        // Whoever leaves has said it: what stands in line behind an answer goes along now.
        if (place.path && pressed.count > bar.data.taken) {
            const body = JSON.stringify(pressed);
            fetch(place.path, { method: "POST", body, keepalive: true }).catch(() => {});
        }
        place.offer.parentElement.remove();
        bars.delete(parentElement);
        places.delete(parentElement);
    };
}

function show(parentElement, data) {
    const place = places.get(parentElement), { offer, last, known } = place;
    // A run of the page may tell what was so before the last answer.
    if (known?.session === data.session && known.number > data.number) return;
    place.known = data;
    tellOnce(offer, data.shown, offered);
    tellOnce(last, data.last, moved);
    const told = JSON.stringify(data.rewards);
    let bar = bars.get(parentElement);
    // Another action, or another world, may be worth other rewards.
    if (bar && bar.told !== told) {
        dismiss(bar);
        bar = null;
    }
    if (!bar) bars.set(parentElement, bar = build(last, data));
    bar.data = data;
    bar.place = place;
    bar.show = drawn => show(parentElement, drawn);
    bar.none.title = data.none;
    Object.assign(bar.box.dataset, { session: data.session, number: data.number, offer: data.offer.position });
    bar.box.classList.toggle("without-keys", !data.keys);
    bar.box.setAttribute("aria-busy", isAsking);
    for (const [key, answer] of bar.answers) {
        if (data.keys) answer.setAttribute("aria-keyshortcuts", key);
        else answer.removeAttribute("aria-keyshortcuts");
    }
    for (const control of bar.controls) control.disabled = data.disabled;
    shown = bar;
    wait(bar);
}

function around(parentElement) {
    const place = make("div", "visit");
    const parts = { offer: make("div", "st-key-offer"), last: make("div", "st-key-moved") };
    place.append(...Object.values(parts));
    parentElement.append(place);
    return parts;
}

function tellOnce(place, told, parts) {
    const text = JSON.stringify(told);
    if (place.told === text) return;
    place.told = text;
    place.replaceChildren(...parts(told));
}

function offered({ name, emoji, picture, told, badge: [label, icon, colour] }) {
    const shown = make("p", "offer-picture");
    if (picture) shown.append(Object.assign(make("img", ""), { src: picture, alt: "" }));
    else shown.textContent = emoji;
    const badge = make("p", `offer-badge offer-${colour}`);
    badge.append(sign(icon), ` ${label}`);
    return [shown, written("h2", name), written("p", told, "offer-told"), badge];
}

function sign(icon) {
    // A word in a font of signs: neither read nor translated.
    const made = Object.assign(written("span", icon, "visit-sign"), { translate: false });
    made.setAttribute("aria-hidden", "true");
    return made;
}

function moved({ hint, said, note, lines }) {
    const parts = [[hint, "moved-hint"], [said, ""], [note, "moved-note"]];
    const texts = parts.filter(([pieces]) => pieces.length).map(([pieces, name]) => {
        const made = make("p", name);
        if (pieces === hint) made.append(sign("arrow_upward"), " ");
        made.append(...pieces.map(([text, isBold]) => isBold ? written("b", text) : text));
        return made;
    });
    return [...texts, ...lines.map(([name, was, now]) => {
        const line = make("div", "move");
        line.setAttribute("aria-hidden", "true");
        line.style.setProperty("--was", `${100 * was}%`);
        line.style.setProperty("--now", `${100 * now}%`);
        line.append(written("b", name), make("i", ""));
        return line;
    })];
}

function written(tag, text, name = "") {
    return Object.assign(make(tag, name), { textContent: text });
}

function dismiss(bar) {
    clearTimeout(bar.timer);
    removeEventListener("keydown", bar.onKey);
    bar.box.remove();
}

function press(bar, reward) {
    // With the offer that this bar was drawn with: what the person sees.
    say(bar, { offer: bar.data.offer, reward });
}

function say(bar, told) {
    pressed.count += 1;
    const untold = Math.min(pressed.count - bar.data.taken, bar.data.most);
    pressed.latest = [...pressed.latest, told].slice(-untold);
    bar.again = AGAIN;
    if (bar.place.path) ask(bar.place.path);
    else tellPage();
}

// Streamlit has the page drawn then.
function tellPage() {
    if (!shown) return;
    // Another value each time, so that it is sent in any case.
    shown.place.send({ ...pressed, told: performance.now() });
    wait(shown);
}

// The server draws what was changed, and only that. What comes meanwhile goes along next; where
// more is to be drawn, or nobody hears, Streamlit is told, once until it has drawn that.
async function ask(path) {
    if (isAsking) return;
    beAsking(true);
    let drawn = null;
    try {
        do drawn = await draw(path);
        while (drawn && pressed.count > drawn.visit.taken);
    } catch {
        drawn = null;
    } finally {
        beAsking(false);
    }
    const isTold = drawn && owed;
    if (drawn?.more) owed = drawn.visit.number;
    if (!drawn || (drawn.more && !isTold)) tellPage();
}

function beAsking(now) {
    isAsking = now;
    tellWatch({ isAsking });
    shown?.box.setAttribute("aria-busy", isAsking);
}

// Who looks what others do to the loop (`loop_watch`) is not to take this for theirs.
function tellWatch(detail) {
    dispatchEvent(new CustomEvent("playground-answer", { detail }));
}

async function draw(path) {
    const signal = AbortSignal.timeout(AGAIN);
    const body = JSON.stringify({ ...pressed, drawn: shown?.place.known.number });
    const answer = await fetch(path, { method: "POST", body, signal });
    if (answer.status !== 200) return null;
    const drawn = await answer.json();
    if (!shown || drawn.visit.session !== pressed.session) return null;
    shown.show(drawn.visit);
    tellWatch({ isAsking, length: drawn.published.length });
    dispatchEvent(new CustomEvent("playground-published", { detail: drawn.published }));
    return drawn;
}

// What is said while the connection is gone is lost without a word: it is told again until the
// server has it, which counts each press once.
function wait(bar) {
    clearTimeout(bar.timer);
    if (pressed.count <= bar.data.taken) return;
    bar.timer = setTimeout(() => {
        bar.again = Math.min(2 * bar.again, LATEST);
        tellPage();
    }, bar.again);
}

function build(last, data) {
    const bar = { told: JSON.stringify(data.rewards), controls: [], answers: new Map(), box: make("div", "reward-bar"), again: AGAIN };
    const several = make("div", "reward-answers");
    several.classList.toggle("reward-many", data.rewards.length > 3);
    bar.box.append(several);
    const button = (key, name, onClick, row = bar.box) => {
        const made = make("button", name);
        made.type = "button";
        made.addEventListener("click", onClick);
        bar.controls.push(made);
        const place = make("div", `st-key-${key}`);
        place.append(made);
        row.append(place);
        return made;
    };
    for (const { label, reward, face, brings, key } of data.rewards) {
        const answer = button(`reward-${key}`, "reward", () => press(bar, reward), several);
        answer.title = brings;
        bar.answers.set(key, answer);
        for (const [kind, text] of Object.entries({ face, label, key })) {
            const part = make("span", `reward-${kind}`);
            part.textContent = text;
            if (kind !== "label") part.setAttribute("aria-hidden", "true");
            answer.append(part);
        }
    }
    const more = button("another-answer", "reward-more", () => {
        asksMore = !asksMore;
        show();
    });
    more.append(make("span", "reward-word"), make("span", "reward-dots"));
    more.firstChild.textContent = "Another answer";
    more.lastChild.textContent = "…";
    more.lastChild.setAttribute("aria-hidden", "true");
    const others = make("div", "reward-others");
    bar.box.append(others);
    const show = () => {
        others.hidden = !asksMore;
        more.setAttribute("aria-expanded", asksMore);
    };
    show();
    bar.none = button("no-answer", "reward reward-minor", () => press(bar, null), others);
    bar.none.textContent = "No answer";
    const range = make("input", "reward-value");
    Object.assign(range, { type: "range", min: 0, max: 1, step: 0.05, value: 0.75 });
    range.setAttribute("aria-label", "Another reward, from 0 to 1");
    bar.controls.push(range);
    others.append(range);
    const other = button(
        "reward-other", "reward reward-minor", () => press(bar, Number(range.value)), others,
    );
    range.addEventListener("input", () => { other.textContent = `Send ${range.value}`; });
    range.dispatchEvent(new Event("input"));
    bar.onKey = event => {
        if (!bar.data.keys || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target.closest?.(TYPING)) return;
        bar.answers.get(event.key)?.click();
    };
    addEventListener("keydown", bar.onKey);
    last.before(bar.box);
    return bar;
}

function make(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    return made;
}
